#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crawler/fetch/failure.h"
#include "crawler/fetch/fields.h"

namespace trawl::crawler {

/// Where the body of an answer ends (RFC 9112 section 6.3).
enum class BodyEnd : std::uint8_t { kNoBody, kLength, kChunked, kClose };

struct Http1Head {
  std::uint8_t minor_version = 1;  ///< of HTTP/1.x; 1 also for higher ones (RFC 9110 section 2.5)
  std::uint16_t status = 0;
  Fields fields;  ///< of the final answer, repeated ones apart
  BodyEnd body_end = BodyEnd::kNoBody;
  std::uint64_t length = 0;  ///< with kLength
  bool keep_alive = false;   ///< what the peer offers; the body must end well too
};

/// Reads the head of an answer as browsers do: bare LF, no reason phrase, white space before the colon,
/// folded lines, blank lines first, lines that are no fields. What would let two readers see two different
/// messages (RFC 9112 section 11.2) is refused. Own code, because Beast's parser refuses most of the former,
/// stops at 8 KiB, and wants the whole head in one buffer. Runs on: any. Owns what it has read; any split of
/// the input gives the same result.
class Http1HeadReader {
 public:
  static constexpr std::size_t kMaxInterim = 32;  ///< 1xx answers before the final one
  static constexpr std::size_t kMaxBlankLines = 8;

  /// `max_bytes` counts from the first byte to the empty line, 1xx answers too; `max_fields` each head.
  Http1HeadReader(bool head_request, std::size_t max_bytes, std::size_t max_fields);

  /// Takes bytes up to the end of the head and returns how many.
  std::size_t Feed(std::string_view bytes);

  bool done() const { return phase_ == Phase::kDone; }
  bool failed() const { return static_cast<bool>(failure_); }
  bool started() const { return bytes_ > 0; }  ///< a byte has come
  const FetchFailure& failure() const { return failure_; }
  Http1Head& head() { return head_; }

 private:
  enum class Phase : std::uint8_t { kStatusLine, kFields, kDone };

  void Line(std::string_view line);
  bool StatusLine(std::string_view line);
  void FieldLine(std::string_view line);
  void Fold(std::string_view line);
  void EndOfHead();
  void DecideBody();
  void DecideKeepAlive();
  bool TransferCodings(bool& chunked);
  bool ContentLength(bool& present);
  void Fail(Outcome outcome, std::string detail);

  const bool head_request_;
  const std::size_t max_bytes_, max_fields_;
  Phase phase_ = Phase::kStatusLine;
  bool last_kept_ = false;  ///< the line before was a field that a folded line continues
  std::size_t bytes_ = 0, blank_lines_ = 0, interim_ = 0, lines_ = 0;
  std::string partial_;  ///< the line that is not whole yet
  Http1Head head_;
  FetchFailure failure_;
};

}  // namespace trawl::crawler
