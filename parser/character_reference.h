#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trawl::parser {

/// What a character reference stands for.
struct CharacterReference {
  std::size_t length = 0;  ///< bytes of it, '&' included; 0 when this is no reference
  char utf8[8] = {};
  std::size_t size = 0;

  std::string_view characters() const { return {utf8, size}; }
};

/// Reads the reference at the '&' that `text` begins with (HTML 13.2.5.72 to 80). In an attribute value a
/// name without semicolon is no reference before '=' or a letter or digit.
CharacterReference ReadCharacterReference(std::string_view text, bool in_attribute);

/// Where raw characters stand in a document: decides about references and NUL.
enum class RawText : unsigned char {
  kText,       ///< references; NUL stays
  kCdata,      ///< no references; NUL stays
  kRcdata,     ///< references; NUL is U+FFFD
  kAttribute,  ///< references as in attributes; NUL is U+FFFD
  kRawText,    ///< no references; NUL is U+FFFD. Also comments, names and scripts
};

/// Hands the characters that `raw` means piece by piece to `append(std::string_view)`: references resolved,
/// CR and CR LF as LF, NUL as `kind` says. Pieces live until the next one.
template <class Append>
void ForEachPiece(std::string_view raw, RawText kind, Append append);

/// Appends all of that to `out`.
void AppendCharacters(std::string_view raw, RawText kind, std::string& out);

}  // namespace trawl::parser

// Implementation.

namespace trawl::parser {

/// The first byte of `raw` that does not stand for itself, or its size. CR is one of them.
std::size_t FindChangedByte(std::string_view raw, RawText kind);

template <class Append>
void ForEachPiece(std::string_view raw, RawText kind, Append append) {
  const bool keeps_nul = kind == RawText::kText || kind == RawText::kCdata;
  while (!raw.empty()) {
    const std::size_t plain = FindChangedByte(raw, kind);
    if (plain > 0) append(raw.substr(0, plain));
    raw.remove_prefix(plain);
    if (raw.empty()) return;
    std::size_t length = 1;
    if (raw[0] == '&') {
      const CharacterReference reference = ReadCharacterReference(raw, kind == RawText::kAttribute);
      if (reference.length > 0) {
        length = reference.length;
        append(reference.characters());
      } else {
        append(raw.substr(0, 1));
      }
    } else if (raw[0] == '\0') {
      append(keeps_nul ? raw.substr(0, 1) : std::string_view("\xEF\xBF\xBD"));
    } else if (raw.size() == 1 || raw[1] != '\n') {
      append(std::string_view("\n"));  // the CR of a CR LF is left out
    }
    raw.remove_prefix(length);
  }
}

}  // namespace trawl::parser
