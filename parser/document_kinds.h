#pragma once

#include <span>
#include <string_view>

#include "parser/arena.h"
#include "parser/wire.h"

namespace trawl::parser {

/// How documents of one kind become a page. A further kind is a function and a row in document_kinds.cc.
struct DocumentKindRow {
  DocumentKind kind;
  std::string_view name;
  ParsedPage (*parse)(const PageJob& job, Arena& arena);
};

std::span<const DocumentKindRow> DocumentKinds();

/// What a worker does with one job: parses it, and says in parse_us how much time that took. The page's
/// views live as long as the job and the arena's contents: encode it, then reset the arena. May end the
/// process with kExitLimit.
ParsedPage ParseDocument(const PageJob& job, Arena& arena);

}  // namespace trawl::parser
