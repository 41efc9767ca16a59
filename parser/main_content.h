#pragma once

#include <cstddef>
#include <string>

#include "parser/tree.h"

namespace trawl::parser {

/// The text that a page is about: its article without navigation, side columns, comments and footers, a line
/// for each block, UTF-8 of at most `max` bytes. Scores paragraphs by length, commas and links and their
/// containers by what they hold, by name and by kind, as readers' views of browsers do. Empty for a page
/// without running text. Time grows with the document and its nesting.
std::string ReadMainContent(const Tree& tree, std::size_t max);

}  // namespace trawl::parser
