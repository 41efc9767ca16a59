#pragma once

#include <string>
#include <string_view>

#include "parser/arena.h"

namespace trawl::parser {

/// What `selector` selects in `html` (UTF-8, which must outlive the call), as JSON: {"ids":[id or null,...]},
/// the elements in document order, or with `want_texts` {"texts":[...]},
/// their texts with white space folded; {"values":[...]} where it ends in ::text or ::attr(x);
/// {"error":"syntax","message":...,"offset":...} where it is none, {"error":"work"} where it takes too long.
/// May end the process with kExitLimit.
std::string NoteSelection(std::string_view html, std::string_view selector, bool want_texts, Arena& arena);

}  // namespace trawl::parser
