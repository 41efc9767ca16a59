#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trawl::parser {

/// The number of leading bytes below 0x80.
std::size_t AsciiPrefix(std::string_view bytes);

inline bool IsAscii(std::string_view bytes) {
  return AsciiPrefix(bytes) == bytes.size();
}

/// The number of leading bytes that are whole, well-formed UTF-8 sequences (Unicode 15, table 3-7).
std::size_t Utf8Prefix(std::string_view bytes);

inline bool IsUtf8(std::string_view bytes) {
  return Utf8Prefix(bytes) == bytes.size();
}

/// Appends one scalar value; a surrogate or a value past U+10FFFF becomes U+FFFD.
void AppendUtf8(std::uint32_t code_point, std::string& out);

/// Appends `bytes` with every maximal ill-formed part as one U+FFFD, as the Encoding Standard's UTF-8 decoder
/// does. Stops before passing `max` bytes of `out`; true when everything fitted.
bool AppendUtf8Repaired(std::string_view bytes, std::size_t max, std::string& out);

/// `bytes` with every maximal ill-formed part as one U+FFFD.
std::string ScrubUtf8(std::string_view bytes);

/// The longest prefix of well-formed UTF-8 that has at most `max` bytes and ends between two characters.
std::string_view CutUtf8(std::string_view text, std::size_t max);

}  // namespace trawl::parser
