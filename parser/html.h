#pragma once

#include <string_view>

#include "parser/arena.h"
#include "parser/charset_labels.h"
#include "parser/wire.h"

namespace trawl::parser {

/// The tree way: builds the tree of `html` in the arena and reads the page off it. `html` is UTF-8 without a
/// byte order mark; job, `html` and the arena's contents must outlive the page. Ends the process with
/// kExitLimit where nesting, attributes or memory pass what a worker may use. No recursion over the tree.
ParsedPage ParseHtml(const PageJob& job, std::string_view html, Charset charset, Arena& arena);

}  // namespace trawl::parser
