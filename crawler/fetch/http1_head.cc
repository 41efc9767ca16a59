#include "crawler/fetch/http1_head.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "parser/ascii.h"

namespace trawl::crawler {
namespace {

bool IsTokenChar(char c) {  // tchar, RFC 9110 section 5.6.2
  if (parser::IsAsciiDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsToken(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), IsTokenChar);
}

/// A name that another reader might take for a field that decides where the body ends.
bool ResemblesFraming(std::string_view name) {
  std::string bare;
  for (const char c : name) {
    if (IsTokenChar(c)) bare += c;
  }
  return SameToken(bare, "transfer-encoding") || SameToken(bare, "content-length");
}

bool HasToken(const Fields& fields, std::string_view name, std::string_view token) {
  for (const auto& [key, value] : fields) {
    if (!SameToken(key, name)) continue;
    std::string_view list = value, element;
    while (NextElement(list, element)) {
      if (SameToken(element, token)) return true;
    }
  }
  return false;
}

}  // namespace

Http1HeadReader::Http1HeadReader(bool head_request, std::size_t max_bytes, std::size_t max_fields)
    : head_request_(head_request), max_bytes_(max_bytes), max_fields_(max_fields) {}

void Http1HeadReader::Fail(Outcome outcome, std::string detail) {
  if (!failure_) failure_ = FetchFailure(outcome, std::move(detail));
}

std::size_t Http1HeadReader::Feed(std::string_view bytes) {
  const std::size_t all = bytes.size();
  while (!bytes.empty() && !done() && !failed()) {
    const std::size_t end = bytes.find('\n');
    const std::size_t take = end == bytes.npos ? bytes.size() : end + 1;
    const std::string_view piece = bytes.substr(0, take);
    bytes.remove_prefix(take);
    // What does not begin like HTTP is told at its fifth byte: a peer that speaks first and waits sends no
    // line.
    constexpr std::string_view kHttp = "HTTP/";
    if (phase_ == Phase::kStatusLine && partial_.size() < kHttp.size()) {
      std::string begin = partial_ + std::string(piece.substr(0, kHttp.size() - partial_.size()));
      if (begin.size() == kHttp.size() && begin != kHttp && begin.find('\n') == begin.npos) {
        Fail(Outcome::kMalformed, "the answer does not begin with HTTP/");
        break;
      }
    }
    bytes_ += take;
    if (bytes_ > max_bytes_) {
      Fail(Outcome::kTooLarge, "the head is larger than " + std::to_string(max_bytes_) + " bytes");
      break;
    }
    if (end == std::string_view::npos) {
      partial_ += piece;
      continue;
    }
    if (partial_.empty()) {
      Line(piece.substr(0, take - 1));
    } else {
      partial_ += piece.substr(0, take - 1);
      const std::string line = std::exchange(partial_, {});
      Line(line);
    }
  }
  return all - bytes.size();
}

void Http1HeadReader::Line(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.find('\0') != line.npos) return Fail(Outcome::kMalformed, "a NUL byte in the head");
  if (phase_ == Phase::kStatusLine) {
    if (line.empty()) {  // RFC 9112 section 2.2 asks it of servers; clients need it for the same broken peers
      if (++blank_lines_ > kMaxBlankLines)
        Fail(Outcome::kMalformed, "too many blank lines before the answer");
      return;
    }
    if (!StatusLine(line)) return Fail(Outcome::kMalformed, "not a status line of HTTP/1");
    phase_ = Phase::kFields;
    last_kept_ = false;
    return;
  }
  if (line.empty()) return EndOfHead();
  if (line.front() == ' ' || line.front() == '\t') return Fold(line);
  FieldLine(line);
}

bool Http1HeadReader::StatusLine(std::string_view line) {
  if (line.size() < 12 || line.substr(0, 7) != "HTTP/1." || !parser::IsAsciiDigit(line[7]) || line[8] != ' ')
    return false;
  head_.minor_version = line[7] == '0' ? 0 : 1;
  line.remove_prefix(8);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, parser::IsAsciiDigit)) return false;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '\t') return false;
  head_.status = static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
  return head_.status >= 100;
}

void Http1HeadReader::FieldLine(std::string_view line) {
  last_kept_ = false;
  if (++lines_ > max_fields_) {
    return Fail(Outcome::kTooLarge, "more than " + std::to_string(max_fields_) + " header fields");
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = TrimSpace(line.substr(0, colon));
  if (colon == line.npos || !IsToken(name)) {
    // Not a field: browsers pass over it. So do we, unless someone else could read a length into it.
    if (ResemblesFraming(name)) Fail(Outcome::kMalformed, "a damaged name of a field that frames the body");
    return;
  }
  std::string value(TrimSpace(line.substr(colon + 1)));
  if (value.find('\r') != value.npos) {
    if (ResemblesFraming(name)) return Fail(Outcome::kMalformed, "a bare CR in a field that frames the body");
    std::replace(value.begin(), value.end(), '\r', ' ');  // RFC 9112 section 2.2
  }
  head_.fields.emplace_back(name, std::move(value));
  last_kept_ = true;
}

void Http1HeadReader::Fold(std::string_view line) {
  if (!last_kept_) return;  // after the status line or a line that was no field: passed over like it
  auto& [name, value] = head_.fields.back();
  if (ResemblesFraming(name)) return Fail(Outcome::kMalformed, "a folded field that frames the body");
  const std::string_view more = TrimSpace(line);
  if (more.empty()) return;
  if (!value.empty()) value += ' ';
  const std::size_t at = value.size();
  value += more;
  std::replace(value.begin() + static_cast<std::ptrdiff_t>(at), value.end(), '\r', ' ');
}

void Http1HeadReader::EndOfHead() {
  if (head_.status == 101) return Fail(Outcome::kMalformed, "101 Switching Protocols was not asked for");
  if (head_.status < 200) {
    if (++interim_ > kMaxInterim) return Fail(Outcome::kMalformed, "too many 1xx answers");
    head_.fields.clear();
    lines_ = 0;
    phase_ = Phase::kStatusLine;
    return;
  }
  DecideBody();
  if (failed()) return;
  DecideKeepAlive();
  phase_ = Phase::kDone;
}

void Http1HeadReader::DecideBody() {
  if (head_request_ || head_.status == 204 || head_.status == 304) return;
  bool chunked = false, length = false;
  if (!TransferCodings(chunked) || !ContentLength(length)) return;
  if (chunked && length) return Fail(Outcome::kMalformed, "both Transfer-Encoding and Content-Length");
  head_.body_end = chunked ? BodyEnd::kChunked : length ? BodyEnd::kLength : BodyEnd::kClose;
}

bool Http1HeadReader::TransferCodings(bool& chunked) {
  for (const auto& [name, value] : head_.fields) {
    if (!SameToken(name, "transfer-encoding")) continue;
    std::string_view list = value, coding;
    while (NextElement(list, coding)) {
      if (coding.empty() || SameToken(coding, "identity")) continue;
      if (!SameToken(coding, "chunked") || chunked) {
        Fail(Outcome::kMalformed, "transfer coding that was not asked for: " + value);
        return false;
      }
      chunked = true;
    }
  }
  return true;
}

bool Http1HeadReader::ContentLength(bool& present) {
  for (const auto& [name, value] : head_.fields) {
    if (!SameToken(name, "content-length")) continue;
    std::string_view list = value, digits;
    while (NextElement(list, digits)) {
      std::uint64_t number = 0;
      const char* const end = digits.data() + digits.size();
      const auto [stop, error] = std::from_chars(digits.data(), end, number);
      if (digits.empty() || stop != end || error != std::errc() || !parser::IsAsciiDigit(digits.front())) {
        Fail(Outcome::kMalformed, "Content-Length is no number: " + value);
        return false;
      }
      if (present && number != head_.length) {
        Fail(Outcome::kMalformed, "two different values of Content-Length");
        return false;
      }
      present = true;
      head_.length = number;
    }
  }
  return true;
}

void Http1HeadReader::DecideKeepAlive() {
  const Fields& fields = head_.fields;
  // A body that runs to the close ends the connection; chunks in HTTP/1.0 are faulty framing (RFC 9112
  // section 6.1).
  if (head_.body_end == BodyEnd::kClose || (head_.body_end == BodyEnd::kChunked && head_.minor_version == 0))
    return;
  if (HasToken(fields, "connection", "close")) return;
  head_.keep_alive = head_.minor_version >= 1 || HasToken(fields, "connection", "keep-alive");
}

}  // namespace trawl::crawler
