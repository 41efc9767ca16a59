#include "crawler/fetch/coding.h"

namespace trawl::crawler {
namespace {

struct Row {
  std::string_view name;
  std::unique_ptr<Coding> (*open)();
};

constexpr Row kCodings[] = {
    {"gzip", OpenGzip}, {"x-gzip", OpenGzip}, {"deflate", OpenDeflate},
    {"br", OpenBrotli}, {"zstd", OpenZstd},
};

}  // namespace

std::unique_ptr<Coding> OpenCoding(std::string_view name) {
  for (const Row& row : kCodings) {
    if (row.name == name) return row.open();
  }
  return nullptr;
}

}  // namespace trawl::crawler
