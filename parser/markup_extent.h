#pragma once

#include <array>
#include <cstdint>

#include "parser/byte_search.h"
#include "parser/tokenizer.h"

// How far the parts of a tag and of a text reach, found many bytes at a time; nothing is read at or behind
// `end`. All of it is in a header for the tokenizer's sake, in whose loops it must lie.

namespace trawl::parser::markup {

enum ByteClass : std::uint16_t {
  kSpace = 1,
  kEndsName = 2,           // of a tag: space, '/', '>'
  kEndsAttributeName = 4,  // the same and '='
  kEndsUnquoted = 8,       // of a value: space, '>'
  kLetter = 16,
  kUpper = 32,         // what lower case differs by
  kBeginsMarkup = 64,  // behind '<': a letter, '!', '?', '/'
  kBeforeName = 128,   // of an attribute: space, '/'
  kChanges = 256,      // of a text: '&', NUL, CR
};

constexpr std::array<std::uint16_t, 256> MakeClasses() {
  std::array<std::uint16_t, 256> classes{};
  for (const unsigned char c : {' ', '\t', '\n', '\f', '\r'})
    classes[c] = kSpace | kEndsName | kEndsAttributeName | kEndsUnquoted | kBeforeName;
  classes['/'] = kEndsName | kEndsAttributeName | kBeginsMarkup | kBeforeName;
  classes['!'] = classes['?'] = kBeginsMarkup;
  classes['>'] = kEndsName | kEndsAttributeName | kEndsUnquoted;
  classes['='] = kEndsAttributeName;
  for (const unsigned char c : {'&', '\0', '\r'}) classes[c] |= kChanges;
  for (int c = 'a'; c <= 'z'; ++c) {
    classes[c] = kLetter | kBeginsMarkup;
    classes[c - 0x20] = kLetter | kBeginsMarkup | kUpper;
  }
  return classes;
}
inline constexpr std::array<std::uint16_t, 256> kClasses = MakeClasses();

inline bool Is(char c, std::uint16_t what) {
  return (kClasses[static_cast<unsigned char>(c)] & what) != 0;
}

inline char Lower(char c) {
  return static_cast<char>(c | (kClasses[static_cast<unsigned char>(c)] & kUpper));
}

/// The bits before the lowest one of `found`; of none all.
constexpr std::uint32_t BitsBefore(std::uint32_t found) {
  return ~found & (found - 1);
}

/// Whether the '<' at `at` begins something (13.2.5.6 and 7).
inline bool BeginsMarkup(const char* at, const char* end) {
  return end - at > 1 && Is(at[1], kBeginsMarkup) && (at[1] != '/' || end - at > 2);
}

struct NameExtent {
  const char* end;
  std::uint64_t key;  // NameKey of the name in lower case
  // Bit i: the byte i + 1 behind `end` may end a name. 0 also where that was not looked at.
  std::uint32_t stops_behind = 0;
};

/// The name of at least one byte at `at`, up to a byte of the class `ends`.
template <std::uint16_t ends>
[[gnu::always_inline]] inline NameExtent ExtentOfName(const char* at, const char* end) {
  constexpr int kShort = 8;                                 // as many bytes as a key holds
  constexpr std::uint32_t kShortEnds = (2U << kShort) - 2;  // behind one byte at least
  if (end - at >= ByteBlock::kSize) {
    const ByteBlock block(at);
    const std::uint32_t stops = block.AtMostOrOneOf<' ', '/', '=', '>'>();
    const std::uint32_t found = stops & kShortEnds;
    if (found != 0) {
      const int size = __builtin_ctz(found);
      if (Is(at[size], ends))
        return {at + size, __builtin_bswap64(block.LowerWord()) >> 8 * (kShort - size), stops >> size >> 1};
    }
  }
  std::uint64_t key = AddToNameKey(0, Lower(*at));
  for (++at; at != end && !Is(*at, ends); ++at) key = AddToNameKey(key, Lower(*at));
  return {at, key};
}

/// Skips what is often a line end and an indentation; `changed` is no longer 0 when it holds a CR.
inline const char* BehindSpace(const char* at, const char* end, std::uint32_t& changed) {
  for (; end - at >= ByteBlock::kSize; at += ByteBlock::kSize) {
    const ByteBlock block(at);
    const std::uint32_t visible = block.Spaces() ^ ByteBlock::kAll;
    changed |= block.Equal('\r') & BitsBefore(visible);
    if (visible != 0) return at + __builtin_ctz(visible);
  }
  for (; at != end && Is(*at, kSpace); ++at) changed |= *at == '\r';
  return at;
}

inline const char* SkipSpace(const char* at, const char* end) {
  while (at != end && Is(*at, kSpace)) ++at;
  return at;
}

struct ValueExtent {
  const char* begin;
  const char* end;
  bool changes;  // may hold '&', NUL or CR
};

/// The value at `at` up to a '"'.
inline ValueExtent ExtentOfValue(const char* at, const char* end) {
  const char* const begin = at;
  std::uint32_t changed = 0;
  for (; end - at >= ByteBlocks::kSize; at += ByteBlocks::kSize) {
    const ByteBlocks blocks(at);
    const std::uint32_t found = blocks.Equal('"');
    changed |= blocks.AtMostOrOneOf<'\r', '&'>() & BitsBefore(found);
    if (found != 0) return {begin, at + __builtin_ctz(found), changed != 0};
  }
  for (; at != end && *at != '"'; ++at) changed |= Is(*at, kChanges);
  return {begin, at, changed != 0};
}

/// The first byte behind the tag whose name ends at `at`, if what stands there is simple: attributes written
/// ` name="value"`, no name beginning with 'h' or 's' in any case, and '>'. nullptr where it needs a closer
/// look. `stops`: what ExtentOfName has seen behind the name.
inline const char* BehindPlainTag(const char* at, const char* end, std::uint32_t stops) {
  while (end - at > ByteBlock::kSize) {
    if (*at == '>') return at + 1;
    const char first = static_cast<char>(at[1] | 0x20);
    if (*at != ' ' || first == 'h' || first == 's') return nullptr;
    ++at;
    if (stops == 0) stops = ByteBlock(at).AtMostOrOneOf<' ', '/', '=', '>'>();
    if ((stops & 1) != 0 || stops == 0) return nullptr;
    at += __builtin_ctz(stops);
    stops = 0;
    if (end - at < ByteBlock::kSize || at[0] != '=' || at[1] != '"') return nullptr;
    at = FindByte(at + 2, end, '"');
    if (at == end) return nullptr;
    ++at;
  }
  return at != end && *at == '>' ? at + 1 : nullptr;
}

inline const char* FindUnquotedEnd(const char* at, const char* end) {
  while (at != end && !Is(*at, kEndsUnquoted)) ++at;
  return at;
}

}  // namespace trawl::parser::markup
