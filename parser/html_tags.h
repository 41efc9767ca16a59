#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/html_names.h"

namespace trawl::parser {

/// What the start and end tags of a name do to the stack of open elements (HTML 13.2.6.4.7 and the table
/// modes).
enum class TagRole : std::uint8_t {
  kOther,
  kA,
  kBlock,
  kBody,
  kBr,
  kButton,
  kCaption,
  kCell,
  kColumn,  // col, colgroup
  kDefinition,
  kForm,
  kFormatting,
  kFrame,
  kFrameset,
  kHead,
  kHeading,
  kHtml,
  kItem,
  kMath,
  kNoscript,
  kObject,
  kOptgroup,
  kOption,
  kParagraph,
  kPlaintext,
  kPre,
  kRaw,  // with a tokenizer state of its own
  kRow,
  kRuby,
  kRubyText,
  kSection,
  kSelect,
  kSvg,
  kTable,
  kTemplate,
  kVoid,
  kCount,
};

/// Facts about a name, to be or'ed.
enum TagFlag : std::uint16_t {
  kSpecial = 1,         ///< 13.2.4.2, the special category
  kScope = 2,           ///< ends "in scope"
  kListScope = 4,       ///< ends "in list item scope" beyond that: ol, ul
  kButtonScope = 8,     ///< ends "in button scope" beyond that: button
  kClosesP = 16,        ///< its start tag closes an open p
  kItemPasses = 32,     ///< an li or dd looks through it for the one to close: address, div, p
  kMarker = 64,         ///< bounds the list of active formatting elements
  kBreaksOut = 128,     ///< its start tag leaves foreign content (13.2.6.5)
  kHeadContent = 256,   ///< may stand before the body
  kNoFrameset = 512,    ///< its start tag sets frameset-ok to "not ok"
  kForeign = 1024,      ///< of an open element: in SVG or MathML
  kMathText = 2048,     ///< of an open element: MathML text integration point
  kHtmlInside = 4096,   ///< of an open element: HTML integration point
  kTold = 8192,         ///< of an open element: the builder knows it
  kTableScope = 16384,  ///< ends "in table scope": html, table, template
};

struct TagRow {
  std::string_view name;
  Element element = Element::kOther;
  TagRole role = TagRole::kOther;
  std::uint16_t flags = 0;
};

/// The row of a name, by NameKey and size of it in lower case; one without a name for those that mean
/// nothing.
const TagRow& FindTag(std::uint64_t key, std::size_t size);

/// The attribute of a name, by NameKey and size of it in lower case, or kCount. "xlink:href" is kHref where
/// the element is foreign.
Attribute FindAttribute(std::uint64_t key, std::size_t size, bool foreign);

}  // namespace trawl::parser
