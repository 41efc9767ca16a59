#pragma once

#include <cstdint>
#include <string_view>

namespace trawl::parser {

/// What an element's name says of how it stands in the text of its page, as bits; an inline one has none.
enum ContentTag : std::uint16_t {
  kTagBlock = 1,       ///< begins and ends a line
  kTagParagraph = 2,   ///< holds running text: p, pre, td, blockquote, dd, li
  kTagHeading = 4,     ///< h1 to h6
  kTagHeadline = 8,    ///< h1 or h2
  kTagContainer = 16,  ///< a list, table or box, which may be clutter as a whole
  kTagItem = 32,       ///< li, dt, dd, th, td
  kTagLink = 64,
  kTagArticle = 128,  ///< article, main
  kTagNever = 256,    ///< never holds what a page is about
  kTagAside = 512,    ///< nor does this, unless it holds most of the page
  kTagPage = 1024,    ///< html, body
};

/// The bits of the name of an HTML element, in lower case.
std::uint16_t ContentTagOf(std::string_view name);

}  // namespace trawl::parser
