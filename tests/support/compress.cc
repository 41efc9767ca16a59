#include "tests/support/compress.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <stdexcept>

namespace trawl::test {
namespace {

std::string Deflate(std::string_view body, int window, int level) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, body.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string Gzip(std::string_view body) {
  return Gzip(body, 9);
}
std::string Gzip(std::string_view body, int level) {
  return Deflate(body, 15 + 16, level);
}
std::string Zlib(std::string_view body) {
  return Deflate(body, 15, 9);
}
std::string RawDeflate(std::string_view body) {
  return Deflate(body, -15, 9);
}

std::string Brotli(std::string_view body) {
  std::size_t size = BrotliEncoderMaxCompressedSize(body.size()) + 64;
  std::string out(size, '\0');
  const auto* in = reinterpret_cast<const std::uint8_t*>(body.data());
  if (!BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, body.size(), in, &size,
                             reinterpret_cast<std::uint8_t*>(out.data()))) {
    throw std::runtime_error("brotli");
  }
  out.resize(size);
  return out;
}

std::string Zstd(std::string_view body) {
  std::string out(ZSTD_compressBound(body.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), body.data(), body.size(), 3);
  if (ZSTD_isError(size)) throw std::runtime_error("zstd");
  out.resize(size);
  return out;
}

}  // namespace trawl::test
