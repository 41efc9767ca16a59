#pragma once

#include <optional>
#include <string_view>

#include "parser/arena.h"
#include "parser/charset_labels.h"
#include "parser/wire.h"

namespace trawl::parser {

/// Which encoding a document is in, and what says so.
struct CharsetVerdict {
  Charset charset;
  CharsetSource source;
};

/// HTML 13.2.3.2, the encoding sniffing algorithm: byte order mark, then the Content-Type header, then a
/// <meta> or XML declaration. When nothing is declared: UTF-8 if the bytes are, else a statistical guess,
/// else windows-1252.
CharsetVerdict SniffCharset(std::string_view body, std::string_view content_type);

/// The encoding of the first charset parameter that names one; RFC 9110 8.3.1 with the tolerance of the MIME
/// Sniffing Standard, section 4.4.
std::optional<Charset> CharsetOfContentType(std::string_view content_type);

/// HTML 13.2.3.2, prescan a byte stream. Looks at kPrescan bytes.
std::optional<Charset> PrescanCharset(std::string_view body);
/// The standard asks for 1,024, and restarts the parser for a declaration that comes later; we look further
/// instead.
inline constexpr std::size_t kPrescan = 16 * 1024;

struct DecodedText {
  CharsetVerdict verdict;
  std::string_view
      utf8;  ///< without byte order mark; in `body` where that needed no change, else in the arena
};

/// Sniffs and decodes. Never fails: what cannot be decoded is U+FFFD.
DecodedText DecodeDocument(std::string_view body, std::string_view content_type, Arena& arena);

/// The same, but what calls itself UTF-8 is left as it is, whether it is that or not.
DecodedText DecodeUnchecked(std::string_view body, std::string_view content_type, Arena& arena);

}  // namespace trawl::parser
