#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace trawl::parser {

/// The deepest nesting a tree is built for; browsers stop at 512 as well.
inline constexpr std::size_t kMaxNesting = 512;
/// The most attributes of one tag.
inline constexpr std::size_t kMaxAttributes = 4096;

/// What one pass over the tags of a document tells before a tree is built.
struct HtmlShape {
  /// Whether a tree builder whose time grows with the square of nesting and attributes may be let loose on
  /// it.
  bool fits_tree = true;
  /// Where the contents of <noscript> elements lie, in order, apart from each other. A tree builder without
  /// scripts mixes them with the rest of the page.
  std::vector<std::string_view> noscripts;
};

/// Knows raw text, void elements, self-closing foreign ones and end tags that may be left out; where it
/// differs from the tree builder, memory and CPU limits still hold. Looks no further than where the document
/// stops fitting.
HtmlShape ShapeOf(std::string_view html);

}  // namespace trawl::parser
