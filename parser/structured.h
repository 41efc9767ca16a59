#pragma once

#include <string_view>

#include "parser/arena.h"
#include "parser/tree.h"
#include "parser/url.h"
#include "parser/wire.h"

namespace trawl::parser {

/// Fills page.statements with what the document says for programs: each value of its JSON-LD, each top-level
/// item of microdata, and one statement each of OpenGraph and Twitter properties, Dublin Core and rel= links,
/// where there are any. `base`: what its relative URLs are resolved against. The statements live in the
/// arena; past kMaxStatements or kMaxStatementBytes the rest is left out and page.statements_truncated set.
void ReadStructured(const Tree& tree, const Url& base, Arena& arena, ParsedPage& page);

/// The same off what both ways have read, without a tree: page.json_ld, page.properties and page.links become
/// statements of JSON-LD, OpenGraph, Twitter, Dublin Core and rel= links, of which the tree tells more (type,
/// media, title).
void ReadStatements(Arena& arena, ParsedPage& page);

/// Adds the top-level items of microdata.
void ReadMicrodataStatements(const Tree& tree, const Url& base, Arena& arena, ParsedPage& page);

/// Whether a document may have microdata: the word stands somewhere in it.
bool MentionsMicrodata(std::string_view html);

}  // namespace trawl::parser
