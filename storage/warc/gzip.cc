#include "storage/warc/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>

namespace trawl::storage {
namespace {

// Bodies are written on the thread that commits: a third of the time of zlib's own choice, a tenth larger.
constexpr int kLevel = 3;
constexpr int kGzip = 15 + 16;  // window of 32 KiB, with the head and tail of gzip
constexpr std::size_t kBlock = std::size_t{64} << 10;
constexpr std::size_t kMost = std::size_t{1} << 30;  // that zlib takes at once

Bytef* BytesOf(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

struct GzipWriter::Stream {
  z_stream z{};

  void Feed(std::string_view bytes, int flush, std::string& out) {
    z.next_in = BytesOf(bytes);
    z.avail_in = static_cast<uInt>(bytes.size());
    int code = Z_OK;
    do {
      const std::size_t before = out.size();
      out.resize(before + kBlock);
      z.next_out = BytesOf(out) + before;
      z.avail_out = kBlock;
      code = deflate(&z, flush);
      out.resize(before + kBlock - z.avail_out);
    } while (flush == Z_FINISH ? code == Z_OK : z.avail_in > 0);
  }
};

GzipWriter::GzipWriter() : stream_(std::make_unique<Stream>()) {
  if (deflateInit2(&stream_->z, kLevel, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
}

GzipWriter::~GzipWriter() {
  deflateEnd(&stream_->z);
}

void GzipWriter::Append(std::initializer_list<std::string_view> pieces, std::string& out) {
  deflateReset(&stream_->z);
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      const std::string_view part = piece.substr(0, kMost);
      stream_->Feed(part, Z_NO_FLUSH, out);
      piece.remove_prefix(part.size());
    }
  }
  stream_->Feed({}, Z_FINISH, out);
}

bool Gunzip(std::string_view bytes, std::size_t max, std::string& out) {
  z_stream z{};
  if (bytes.size() > kMost || inflateInit2(&z, kGzip) != Z_OK) return false;
  out.clear();
  z.next_in = BytesOf(bytes);
  z.avail_in = static_cast<uInt>(bytes.size());
  int code = Z_OK;
  while (code == Z_OK && out.size() <= max) {
    const std::size_t before = out.size();
    out.resize(before + kBlock);
    z.next_out = BytesOf(out) + before;
    z.avail_out = kBlock;
    code = inflate(&z, Z_NO_FLUSH);
    out.resize(before + kBlock - z.avail_out);
    if (code == Z_BUF_ERROR || (z.avail_in == 0 && z.avail_out != 0)) break;  // nothing more comes
  }
  inflateEnd(&z);
  return code == Z_STREAM_END && out.size() <= max;
}

}  // namespace trawl::storage
