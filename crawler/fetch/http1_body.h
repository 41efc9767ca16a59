#pragma once

#include <cstdint>
#include <string_view>

#include "crawler/fetch/failure.h"
#include "crawler/fetch/http1_head.h"

namespace trawl::crawler {

/// Finds the content of a body between its framing: nothing, a length, chunks, or all until the close.
/// Runs on: any. Holds no bytes: the content it gives is a view into what it was given. Own code, because
/// Beast's chunk reader refuses the bare LF that browsers accept and needs whole chunk heads in one buffer.
class Http1Body {
 public:
  static constexpr std::uint32_t kMaxChunkLine = 16 * 1024;  ///< size and extensions
  static constexpr std::uint32_t kMaxTrailer = 64 * 1024;    ///< all trailer lines

  Http1Body(BodyEnd end, std::uint64_t length);

  /// Takes the next stretch off the front of `bytes` and returns the content in it, which may be empty.
  /// Call until `bytes` is empty, or done or failed.
  std::string_view Next(std::string_view& bytes);

  /// The connection ended. `clean`: with an end that cannot be the work of a third party.
  void EndOfStream(bool clean);

  bool done() const { return phase_ == Phase::kDone; }
  bool failed() const { return static_cast<bool>(failure_); }
  const FetchFailure& failure() const { return failure_; }

 private:
  enum class Phase : std::uint8_t {
    kLength,
    kClose,
    kSize,
    kAfterSize,
    kExtension,
    kSizeLf,
    kChunk,
    kChunkEnd,
    kChunkLf,
    kTrailer,
    kDone
  };

  void Framing(char c);
  void SizeDigit(char c);
  void SizeLineEnded();
  void TrailerByte(char c);
  void Fail(Outcome outcome, std::string detail);

  Phase phase_;
  bool trailer_line_empty_ = true;
  std::uint32_t line_ = 0;  ///< bytes of the chunk line or of the trailer so far
  std::uint32_t digits_ = 0;
  std::uint64_t left_ = 0;  ///< content bytes before the next framing
  FetchFailure failure_;
};

}  // namespace trawl::crawler
