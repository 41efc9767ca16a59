#include "crawler/fetch/http1_body.h"

#include <algorithm>

namespace trawl::crawler {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Http1Body::Http1Body(BodyEnd end, std::uint64_t length) : phase_(Phase::kDone) {
  if (end == BodyEnd::kChunked) phase_ = Phase::kSize;
  if (end == BodyEnd::kClose) phase_ = Phase::kClose;
  if (end == BodyEnd::kLength && length > 0) {
    phase_ = Phase::kLength;
    left_ = length;
  }
}

void Http1Body::Fail(Outcome outcome, std::string detail) {
  if (!failure_) failure_ = FetchFailure(outcome, std::move(detail));
}

std::string_view Http1Body::Next(std::string_view& bytes) {
  while (!bytes.empty() && !done() && !failed()) {
    if (phase_ == Phase::kClose) {
      const std::string_view content = bytes;
      bytes = {};
      return content;
    }
    if (phase_ == Phase::kLength || phase_ == Phase::kChunk) {
      const std::string_view content = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
      bytes.remove_prefix(content.size());
      left_ -= content.size();
      if (left_ == 0) phase_ = phase_ == Phase::kLength ? Phase::kDone : Phase::kChunkEnd;
      return content;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    Framing(c);
  }
  return {};
}

/// chunk = size [ BWS *extension ] CRLF content CRLF (RFC 9112 section 7.1), each CRLF possibly a bare LF.
void Http1Body::Framing(char c) {
  switch (phase_) {
    case Phase::kSize:
      return SizeDigit(c);
    case Phase::kAfterSize:
    case Phase::kExtension:
      if (++line_ > kMaxChunkLine) return Fail(Outcome::kMalformed, "a chunk's first line is too long");
      if (c == '\n') return SizeLineEnded();
      if (phase_ == Phase::kExtension || c == ' ' || c == '\t') return;
      if (c == ';') {
        phase_ = Phase::kExtension;
      } else if (c == '\r') {
        phase_ = Phase::kSizeLf;
      } else {
        Fail(Outcome::kMalformed, "something else than an extension after a chunk's size");
      }
      return;
    case Phase::kSizeLf:
      if (c != '\n') return Fail(Outcome::kMalformed, "a bare CR after a chunk's size");
      return SizeLineEnded();
    case Phase::kChunkEnd:
      if (c == '\r') {
        phase_ = Phase::kChunkLf;
        return;
      }
      [[fallthrough]];
    case Phase::kChunkLf:
      if (c != '\n') return Fail(Outcome::kMalformed, "a chunk is longer than its size says");
      phase_ = Phase::kSize;
      line_ = digits_ = 0;
      return;
    case Phase::kTrailer:
      return TrailerByte(c);
    default:
      return;
  }
}

void Http1Body::SizeDigit(char c) {
  const int value = HexValue(c);
  if (value < 0) {
    if (digits_ == 0) return Fail(Outcome::kMalformed, "a chunk's size is no hexadecimal number");
    phase_ = Phase::kAfterSize;
    return Framing(c);
  }
  if (left_ >> 60 != 0) return Fail(Outcome::kMalformed, "a chunk's size is beyond 64 bits");
  if (++line_ > kMaxChunkLine) return Fail(Outcome::kMalformed, "a chunk's first line is too long");
  ++digits_;
  left_ = left_ << 4 | static_cast<std::uint64_t>(value);
}

void Http1Body::SizeLineEnded() {
  phase_ = left_ > 0 ? Phase::kChunk : Phase::kTrailer;
  line_ = 0;
}

/// Trailer fields are read over: none may change the meaning of the head (RFC 9110 section 6.5.1).
void Http1Body::TrailerByte(char c) {
  if (++line_ > kMaxTrailer) return Fail(Outcome::kMalformed, "the trailer is too long");
  if (c == '\n') {
    if (trailer_line_empty_) phase_ = Phase::kDone;
    trailer_line_empty_ = true;
  } else if (c != '\r') {
    trailer_line_empty_ = false;
  }
}

void Http1Body::EndOfStream(bool clean) {
  switch (phase_) {
    case Phase::kDone:
      return;
    case Phase::kTrailer:  // the last chunk came: only the end of the trailer is missing
      phase_ = Phase::kDone;
      return;
    case Phase::kClose:
      if (!clean) return Fail(Outcome::kIncomplete, "the connection broke before the body's end was told");
      phase_ = Phase::kDone;
      return;
    case Phase::kLength:
      return Fail(Outcome::kIncomplete, std::to_string(left_) + " bytes fewer than Content-Length");
    default:
      return Fail(Outcome::kIncomplete, "the connection ended before the last chunk");
  }
}

}  // namespace trawl::crawler
