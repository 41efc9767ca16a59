#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace trawl::crawler {

/// One content coding being undone, a stretch at a time. Runs on: any. Owns the library's state.
class Coding {
 public:
  enum class State { kMore, kEnded, kBroken };

  virtual ~Coding() = default;

  /// Takes from the front of `in`, writes at most out.size() bytes and sets how many. When `out` was filled
  /// there may be more to come from the same input: call again. After kEnded the rest of the input is not
  /// part of the body.
  virtual State Decode(std::string_view& in, std::span<char> out, std::size_t& written) = 0;

  /// The input is over: whether the coding had come to its end.
  virtual bool Whole() const = 0;
};

/// The decoder for a coding's name in lower case; null when it is not known. What RFC 9110 section 8.4.1
/// registers: gzip, x-gzip, deflate, br, zstd.
std::unique_ptr<Coding> OpenCoding(std::string_view name);

std::unique_ptr<Coding> OpenGzip();
std::unique_ptr<Coding> OpenDeflate();
std::unique_ptr<Coding> OpenBrotli();
std::unique_ptr<Coding> OpenZstd();

}  // namespace trawl::crawler
