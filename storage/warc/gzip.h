#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace trawl::storage {

/// Makes gzip members (RFC 1952), one at a time; keeps zlib's memory between them. With gunzip.cc's Gunzip
/// the door to zlib. Runs on: one thread at a time.
class GzipWriter {
 public:
  GzipWriter();
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;

  /// Appends one member of the pieces one behind the other.
  void Append(std::initializer_list<std::string_view> pieces, std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

/// The content of the first member of `bytes`; false when it is damaged, cut off or longer than `max`.
bool Gunzip(std::string_view bytes, std::size_t max, std::string& out);

}  // namespace trawl::storage
