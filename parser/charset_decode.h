#pragma once

#include <string>
#include <string_view>

#include "parser/arena.h"
#include "parser/charset_labels.h"

namespace trawl::parser {

/// `bytes` in `charset` as UTF-8, a view of `bytes` where they are that already, else of the arena. What does
/// not decode is U+FFFD, as the Encoding Standard asks; a byte order mark is not looked for. The door to
/// ICU's converters.
std::string_view DecodeToUtf8(Charset charset, std::string_view bytes, Arena& arena);

/// The query of a link as a page in `charset` means it: characters beyond ASCII as that encoding's bytes,
/// percent-encoded (URL Standard, percent-encode after encoding). Unchanged for encodings in which queries
/// are UTF-8.
std::string EncodeQuery(Charset charset, std::string_view query);

/// Loads every converter's tables, so that the processes forked later share them and open no file of their
/// own.
void PreloadCharsets();

}  // namespace trawl::parser
