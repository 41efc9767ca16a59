#pragma once

#include <gumbo.h>

#include <string_view>

#include "parser/arena.h"
#include "parser/tree.h"

namespace trawl::parser {

/// Gumbo's tree of `html`, in the arena; dead with its contents. Ends the process with kExitLimit at the
/// arena's cap.
const GumboOutput* ParseToGumbo(std::string_view html, Arena& arena);

/// The same tree in the form that selectors are matched on. Borrows `html` and the arena.
Tree FlattenTree(const GumboOutput& output, std::string_view html, Arena& arena);

/// Both, behind the check that keeps nesting and attributes in bounds (parser/html_shape.h); may end the
/// process with kExitLimit.
Tree BuildTree(std::string_view html, Arena& arena);

}  // namespace trawl::parser
