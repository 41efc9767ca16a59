#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace trawl::parser {

/// The percent-encode sets of the URL Standard, section 1.3. Each is a bit of a byte's class.
enum class EncodeSet : std::uint8_t {
  kC0Control = 1,
  kFragment = 2,
  kQuery = 4,
  kSpecialQuery = 8,
  kPath = 16,
  kUserinfo = 32,
};

namespace internal {

constexpr std::uint8_t EncodeSetsOf(unsigned char c) {
  constexpr std::uint8_t kAll = 63;
  if (c < 0x20 || c > 0x7e) return kAll;
  constexpr std::uint8_t kFragmentBit = 2, kQueryBit = 4, kSpecialQueryBit = 8, kPathBit = 16,
                         kUserinfoBit = 32;
  constexpr std::uint8_t kFromQuery = kQueryBit | kSpecialQueryBit | kPathBit | kUserinfoBit;
  switch (c) {
    case ' ':
    case '"':
    case '<':
    case '>':
      return kFragmentBit | kFromQuery;
    case '`':
      return kFragmentBit | kPathBit | kUserinfoBit;
    case '#':
      return kFromQuery;
    case '\'':
      return kSpecialQueryBit;
    case '?':
    case '^':
    case '{':
    case '}':
      return kPathBit | kUserinfoBit;
    case '/':
    case ':':
    case ';':
    case '=':
    case '@':
    case '[':
    case '\\':
    case ']':
    case '|':
      return kUserinfoBit;
    default:
      return 0;
  }
}

constexpr std::array<std::uint8_t, 256> MakeEncodeSets() {
  std::array<std::uint8_t, 256> sets{};
  for (int c = 0; c < 256; ++c) sets[c] = EncodeSetsOf(static_cast<unsigned char>(c));
  return sets;
}

inline constexpr std::array<std::uint8_t, 256> kEncodeSets = MakeEncodeSets();

}  // namespace internal

constexpr bool MustEncode(char c, EncodeSet set) {
  return internal::kEncodeSets[static_cast<unsigned char>(c)] & static_cast<std::uint8_t>(set);
}

/// The value of a hexadecimal digit, or -1.
constexpr int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that "%XX" at `at` stands for, or -1 when there is no valid escape.
constexpr int EscapedByte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || text[at] != '%') return -1;
  const int high = HexValue(text[at + 1]);
  const int low = HexValue(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Whether `text` ends with a stray "%" or "%h", which a hexadecimal digit behind it would make or lead to an
/// escape. Where it does, an escaped digit must stay escaped, or decoding twice would not be decoding once.
bool AwaitsHexDigit(std::string_view text);

/// Appends "%XX", upper case.
void AppendEscape(unsigned char byte, std::string& out);

/// Appends `text` with every byte of `set` percent-encoded; "%" itself is never encoded.
void AppendPercentEncoded(std::string_view text, EncodeSet set, std::string& out);

/// Replaces every valid "%XX" by its byte; the result is bytes, not necessarily UTF-8.
std::string PercentDecode(std::string_view text);

}  // namespace trawl::parser
