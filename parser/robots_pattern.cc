#include "parser/robots_pattern.h"

#include <algorithm>
#include <array>

#include "parser/ascii.h"
#include "parser/percent_encode.h"

namespace trawl::parser {
namespace {

bool IsUnreserved(char c) {
  return IsAsciiAlpha(c) || IsAsciiDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

constexpr std::array<bool, 256> MakeEscaped() {
  std::array<bool, 256> escaped{};
  for (int c = 0; c <= 0x20; ++c) escaped[c] = true;
  for (int c = 0x7f; c < 0x100; ++c) escaped[c] = true;
  // Beyond what RFC 3986 forbids, the apostrophe: browsers escape it in queries and not in paths.
  for (const char c : std::string_view("\"'<>\\^`{|}")) escaped[static_cast<unsigned char>(c)] = true;
  return escaped;
}

constexpr std::array<bool, 256> kEscaped = MakeEscaped();

bool IsEscaped(char c) {
  return kEscaped[static_cast<unsigned char>(c)];
}

bool IsAsciiByte(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

// Appends the byte or the escape at `at`; gives what comes next.
std::size_t AppendComparable(std::string_view text, std::size_t at, std::string& out) {
  const int byte = EscapedByte(text, at);
  if (byte >= 0) {
    const char decoded = static_cast<char>(byte);
    if (IsUnreserved(decoded) && !(HexValue(decoded) >= 0 && AwaitsHexDigit(out))) {
      out.push_back(decoded);
    } else {
      AppendEscape(static_cast<unsigned char>(byte), out);
    }
    return at + 3;
  }
  if (IsEscaped(text[at])) {
    AppendEscape(static_cast<unsigned char>(text[at]), out);
  } else {
    out.push_back(text[at]);
  }
  return at + 1;
}

constexpr std::size_t kBytesPerStep = 16;  // what memchr and memcmp pass at once

std::size_t Find(std::string_view text, std::string_view piece, std::size_t from, std::size_t& work) {
  if (piece.empty()) return from;
  while (text.size() - from >= piece.size()) {
    const std::size_t at = text.find(piece[0], from);
    work += 1 + (std::min(at, text.size()) - from) / kBytesPerStep;
    if (at == text.npos || text.size() - at < piece.size()) break;
    work += 1 + piece.size() / kBytesPerStep;
    if (text.substr(at, piece.size()) == piece) return at;
    from = at + 1;
  }
  return text.npos;
}

}  // namespace

std::string ComparablePattern(std::string_view pattern) {
  std::string out;
  out.reserve(pattern.size());
  for (std::size_t i = 0; i < pattern.size();) {
    if (pattern[i] == '$' && i + 1 < pattern.size()) {
      AppendEscape('$', out);
      ++i;
    } else {
      i = AppendComparable(pattern, i, out);
    }
  }
  return out;
}

std::string ComparableTarget(std::string_view target) {
  std::string out;
  out.reserve(target.size());
  for (std::size_t i = 0; i < target.size();) {
    const char c = target[i];
    if (c == '*' || c == '$') {
      AppendEscape(static_cast<unsigned char>(c), out);
      ++i;
    } else if (!IsAsciiByte(c)) {
      out.push_back(c);
      ++i;
    } else {
      i = AppendComparable(target, i, out);
    }
  }
  return out;
}

bool IsComparableTarget(std::string_view target) {
  return std::none_of(target.begin(), target.end(), [](char c) {
    return c == '%' || c == '*' || c == '$' || (IsEscaped(c) && IsAsciiByte(c));
  });
}

bool MatchesPattern(std::string_view pattern, std::string_view target, std::size_t& work) {
  const bool to_end = pattern.ends_with('$');
  if (to_end) pattern.remove_suffix(1);
  std::size_t star = pattern.find('*');
  const std::string_view first = pattern.substr(0, star);
  if (!target.starts_with(first)) return false;
  std::size_t at = first.size();
  if (star == pattern.npos) return !to_end || at == target.size();
  while (true) {
    pattern.remove_prefix(star + 1);
    star = pattern.find('*');
    if (star == pattern.npos) break;
    const std::size_t found = Find(target, pattern.substr(0, star), at, work);
    if (found == target.npos) return false;
    at = found + star;
  }
  if (to_end) return target.size() - at >= pattern.size() && target.ends_with(pattern);
  return Find(target, pattern, at, work) != target.npos;
}

}  // namespace trawl::parser
