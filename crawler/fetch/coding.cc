#include "crawler/fetch/coding.h"

namespace trawl::crawler {
namespace {

struct CodingRow {
  std::string_view name;
  std::unique_ptr<Coding> (*open)();
};

constexpr CodingRow kCodings[] = {
    {"gzip", OpenGzip}, {"x-gzip", OpenGzip}, {"deflate", OpenDeflate},
    {"br", OpenBrotli}, {"zstd", OpenZstd},
};

}  // namespace

std::unique_ptr<Coding> OpenCoding(std::string_view name) {
  for (const CodingRow& row : kCodings) {
    if (row.name == name) return row.open();
  }
  return nullptr;
}

}  // namespace trawl::crawler
