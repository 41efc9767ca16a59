#include "parser/selector_reader.h"

#include <algorithm>
#include <limits>

#include "parser/ascii.h"
#include "parser/html_names.h"
#include "parser/utf8.h"

namespace trawl::parser {
namespace {

bool IsNewline(char c) {
  return c == '\n' || c == '\r' || c == '\f';
}
bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool IsNameByte(char c) {
  return IsNameStart(c) || IsAsciiDigit(c) || c == '-';
}
int HexDigit(char c) {
  if (IsAsciiDigit(c)) return c - '0';
  const char lower = ToAsciiLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

bool SelectorReader::ReadByte(char byte) {
  if (AtEnd() || text_[at_] != byte) return false;
  ++at_;
  return true;
}

void SelectorReader::SkipComments() {
  while (Peek() == '/' && Peek(1) == '*') {
    const std::size_t end = text_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + 2;
  }
}

bool SelectorReader::SkipSpace() {
  bool space = false;
  while (true) {
    SkipComments();
    if (AtEnd() || !IsHtmlSpace(text_[at_])) return space;
    space = true;
    ++at_;
  }
}

// At the end of the text a backslash is an escape too, of U+FFFD (CSS Syntax 4.3.7).
bool SelectorReader::IsEscapeAt(std::size_t at) const {
  return at < text_.size() && text_[at] == '\\' && (at + 1 == text_.size() || !IsNewline(text_[at + 1]));
}

bool SelectorReader::StartsIdentifierAt(std::size_t at) const {
  if (at >= text_.size()) return false;
  if (text_[at] != '-') return IsNameStart(text_[at]) || IsEscapeAt(at);
  return at + 1 < text_.size() && (text_[at + 1] == '-' || IsNameStart(text_[at + 1]) || IsEscapeAt(at + 1));
}

void SelectorReader::ReadEscape(std::string& out) {
  ++at_;
  if (AtEnd()) return AppendUtf8(0xFFFD, out);
  if (HexDigit(Peek()) < 0) {
    out += text_[at_++];  // the rest of a longer character follows as it is
    return;
  }
  std::uint32_t code_point = 0;
  for (int digits = 0; digits < 6 && HexDigit(Peek()) >= 0; ++digits) {
    code_point = code_point * 16 + static_cast<std::uint32_t>(HexDigit(text_[at_++]));
  }
  if (Peek() == '\r' && Peek(1) == '\n') ++at_;
  if (!AtEnd() && IsHtmlSpace(Peek())) ++at_;
  AppendUtf8(code_point == 0 ? 0xFFFD : code_point, out);
}

bool SelectorReader::ReadName(std::string& out) {
  out.clear();
  const std::size_t start = at_;
  while (!AtEnd()) {
    if (IsEscapeAt(at_)) {
      ReadEscape(out);
    } else if (IsNameByte(text_[at_])) {
      out += text_[at_++];
    } else if (text_[at_] == '\0') {
      AppendUtf8(0xFFFD, out);
      ++at_;
    } else {
      break;
    }
  }
  return at_ != start;
}

bool SelectorReader::ReadIdentifier(std::string& out) {
  return StartsIdentifier() && ReadName(out);
}

bool SelectorReader::ReadString(std::string& out) {
  const char quote = Peek();
  if (AtEnd() || (quote != '"' && quote != '\'')) return false;
  const std::size_t start = at_++;
  out.clear();
  while (!AtEnd()) {
    const char c = text_[at_];
    if (c == quote) {
      ++at_;
      return true;
    }
    if (IsNewline(c)) {
      at_ = start;
      return false;
    }
    if (IsEscapeAt(at_)) {
      if (at_ + 1 == text_.size())
        ++at_;  // in a string a backslash at the end is nothing
      else
        ReadEscape(out);
    } else if (c == '\\') {  // an escaped line end goes on in the next line
      at_ += Peek(1) == '\r' && Peek(2) == '\n' ? 3 : 2;
    } else {
      out += c;
      ++at_;
    }
  }
  return true;
}

bool SelectorReader::ReadDigits(std::int32_t& number) {
  if (!IsAsciiDigit(Peek())) return false;
  std::int64_t value = 0;
  for (; IsAsciiDigit(Peek()); ++at_) {
    value = std::min<std::int64_t>(value * 10 + (text_[at_] - '0'), std::numeric_limits<std::int32_t>::max());
  }
  number = static_cast<std::int32_t>(value);
  return true;
}

bool SelectorReader::ReadWord(std::string_view lower) {
  const std::size_t start = at_;
  std::string word;
  if (ReadIdentifier(word) && EqualsIgnoringCase(word, lower)) return true;
  at_ = start;
  return false;
}

bool SelectorReader::ReadNth(std::int32_t& step, std::int32_t& offset) {
  const std::size_t start = at_;
  step = offset = 0;
  if (ReadWord("odd")) {
    step = 2;
    offset = 1;
    return true;
  }
  if (ReadWord("even")) {
    step = 2;
    return true;
  }
  const auto fail = [&] {
    at_ = start;
    return false;
  };
  const bool minus = ReadByte('-');
  if (!minus) ReadByte('+');
  std::int32_t number = 1;
  const bool digits = ReadDigits(number);
  if (minus) number = -number;
  if (ToAsciiLower(Peek()) != 'n') {
    if (!digits || IsNameByte(Peek())) return fail();
    offset = number;
    return true;
  }
  ++at_;
  step = number;
  if (IsNameByte(Peek()) && (Peek() != '-' || IsNameStart(Peek(1)) || Peek(1) == '-')) return fail();
  const std::size_t behind_n = at_;
  SkipSpace();
  if (Peek() != '+' && Peek() != '-') {
    at_ = behind_n;
    return true;
  }
  const bool negative = Peek() == '-';
  ++at_;
  SkipSpace();
  if (!ReadDigits(offset) || IsNameByte(Peek())) return fail();
  if (negative) offset = -offset;
  return true;
}

void SelectorReader::SkipArgument() {
  int depth = 0;
  std::string ignored;
  while (!AtEnd()) {
    const char c = text_[at_];
    if (depth == 0 && (c == ',' || c == ')')) return;
    if ((c == '"' || c == '\'') && ReadString(ignored)) continue;
    if (c == '(' || c == '[') ++depth;
    if ((c == ')' || c == ']') && depth > 0) --depth;
    at_ += c == '\\' && at_ + 1 < text_.size() ? 2 : 1;
  }
}

}  // namespace trawl::parser
