#include "parser/character_reference.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "parser/ascii.h"
#include "parser/byte_search.h"
#include "parser/entity_table.h"

namespace trawl::parser {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// What numbers 0x80 to 0x9F mean (HTML 13.2.5.80); 0 for themselves.
constexpr std::uint16_t kC1[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                   0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                   0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                   0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

constexpr bool IsLetterOrDigit(char c) {
  return IsAsciiDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// The value of a digit of base 10 or 16, or -1.
constexpr int DigitValue(char c, bool hex) {
  if (IsAsciiDigit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return hex && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void Encode(std::uint32_t code, CharacterReference& reference) {
  char* const out = reference.utf8;
  const auto continuation = [code](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    reference.size = 1;
  } else if (code < 0x800) {
    out[0] = static_cast<char>(0xC0 | code >> 6);
    out[1] = continuation(0);
    reference.size = 2;
  } else if (code < 0x10000) {
    out[0] = static_cast<char>(0xE0 | code >> 12);
    out[1] = continuation(6);
    out[2] = continuation(0);
    reference.size = 3;
  } else {
    out[0] = static_cast<char>(0xF0 | code >> 18);
    out[1] = continuation(12);
    out[2] = continuation(6);
    out[3] = continuation(0);
    reference.size = 4;
  }
}

std::uint32_t Meaning(std::uint32_t code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return kReplacement;
  if (code >= 0x80 && code <= 0x9F && kC1[code - 0x80] != 0) return kC1[code - 0x80];
  return code;
}

// `text` begins with "&#".
CharacterReference ReadNumericReference(std::string_view text) {
  const bool hex = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
  const std::size_t start = hex ? 3 : 2;
  std::size_t at = start;
  std::uint32_t code = 0;
  for (int digit; at < text.size() && (digit = DigitValue(text[at], hex)) >= 0; ++at) {
    code = std::min<std::uint32_t>(code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit), 0x110000);
  }
  CharacterReference reference;
  if (at == start) return reference;
  reference.length = at < text.size() && text[at] == ';' ? at + 1 : at;
  Encode(Meaning(code), reference);
  return reference;
}

CharacterReference ReadName(std::string_view text, bool in_attribute) {
  CharacterReference reference;
  std::size_t size = 0;
  while (size <= kMaxEntityName && size + 1 < text.size() && IsLetterOrDigit(text[size + 1])) ++size;
  const std::string_view name = text.substr(1, size);
  Entity entity;
  if (size + 1 < text.size() && text[size + 1] == ';') entity = FindEntity(name);
  if (!entity.characters.empty()) {
    reference.length = size + 2;
  } else {
    std::size_t bare = std::min(size, kMaxBareEntityName);
    for (; bare > 0; --bare) {
      entity = FindEntity(name.substr(0, bare));
      if (entity.bare) break;
    }
    if (bare == 0) return reference;
    if (in_attribute && bare + 1 < text.size()) {
      const char next = text[bare + 1];
      if (next == '=' || IsLetterOrDigit(next)) return reference;
    }
    reference.length = bare + 1;
  }
  reference.size = entity.characters.size();
  std::memcpy(reference.utf8, entity.characters.data(), reference.size);
  return reference;
}

}  // namespace

CharacterReference ReadCharacterReference(std::string_view text, bool in_attribute) {
  if (text.size() < 2) return {};
  if (text[1] == '#') return ReadNumericReference(text);
  return IsLetterOrDigit(text[1]) ? ReadName(text, in_attribute) : CharacterReference{};
}

std::size_t FindChangedByte(std::string_view raw, RawText kind) {
  // Where references mean nothing, '&' is looked for as one more CR.
  const char reference = kind == RawText::kCdata || kind == RawText::kRawText ? '\r' : '&';
  const char* const begin = raw.data();
  const char* const end = begin + raw.size();
  const char* at = begin;
  for (; end - at >= ByteBlock::kSize; at += ByteBlock::kSize) {
    const ByteBlock block(at);
    const std::uint32_t found = block.Equal(reference) | block.Equal('\0') | block.Equal('\r');
    if (found != 0)
      return static_cast<std::size_t>(at - begin) + static_cast<std::size_t>(__builtin_ctz(found));
  }
  while (at != end && *at != reference && *at != '\0' && *at != '\r') ++at;
  return static_cast<std::size_t>(at - begin);
}

void AppendCharacters(std::string_view raw, RawText kind, std::string& out) {
  ForEachPiece(raw, kind, [&out](std::string_view piece) { out.append(piece); });
}

}  // namespace trawl::parser
