#pragma once

#include "parser/arena.h"
#include "parser/wire.h"

namespace trawl::parser {

/// Who wrote a page and when: page.author and page.date, where its meta elements do not say, from its JSON-LD
/// (`author` or `creator` with their names, several with ", " between them, and `datePublished`, of a block's
/// values and what its @graph holds), and page.published from page.date. A block costs a search for the
/// names, and one that has them a pass to read it. The texts live in the arena.
void ReadByline(Arena& arena, ParsedPage& page);

}  // namespace trawl::parser
