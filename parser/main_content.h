#pragma once

#include <cstddef>
#include <string>

#include "parser/tree.h"

namespace trawl::parser {

/// The text that a page is about: its article without its headline, byline, navigation, side columns,
/// comments and footers, a line for each block, UTF-8 of at most `max` bytes. Blocks of text speak for the
/// elements around them by their length, commas and links, and these by what they hold, by name and by kind,
/// as in the readers' views of browsers; of the element that wins the clutter is left out. Empty for a page
/// without running text, and for one of more than 200,000 elements. Takes time by the size of the document
/// times its nesting.
std::string ReadMainContent(const Tree& tree, std::size_t max);

}  // namespace trawl::parser
