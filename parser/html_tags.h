#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/html_names.h"
#include "parser/name_key.h"

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

/// What of a name's tags nobody asks about, outside foreign content; to be or'ed.
enum IdleParts : std::uint8_t {
  kIdleAttributes = 1,  ///< all but `hidden` and `style`
  kIdleTags = 2,        ///< without those two the tags themselves, where nothing is hidden
};
constexpr std::uint8_t IdlePartsOf(Element element, TagRole role) {
  if (TellsMore(element) || element == Element::kDialog) return 0;
  const bool formatting = role == TagRole::kOther || role == TagRole::kFormatting || role == TagRole::kRuby;
  return element == Element::kOther && formatting ? kIdleAttributes | kIdleTags : kIdleAttributes;
}

/// What a name means, found by its NameKey and size.
struct TagRow {
  std::uint64_t key = 0;
  std::uint8_t size = 0;  ///< 0 of the row for names that mean nothing
  Element element = Element::kOther;
  TagRole role = TagRole::kOther;
  std::uint8_t idle = kIdleAttributes | kIdleTags;  ///< of IdleParts
  std::uint16_t flags = 0;
};
struct AttributeRow {
  std::uint64_t key = 0;
  std::uint8_t size = 0;
  Attribute attribute = Attribute::kCount;
};

/// Open addressing, a quarter full: a name lies at its slot or behind it, before the first row of size 0.
inline constexpr int kTagSlotBits = 9;
inline constexpr int kAttributeSlotBits = 8;
extern const std::array<TagRow, 1 << kTagSlotBits> kTagTable;
extern const std::array<AttributeRow, 1 << kAttributeSlotBits> kAttributeTable;

/// Where the search for a name begins, in a table of 2^bits slots.
constexpr std::size_t NameSlot(std::uint64_t key, int bits) {
  return key * 0x9E3779B97F4A7C15ULL >> (64 - bits);
}

/// The row of a name, by NameKey and size of it in lower case, or one of size 0.
template <class Row, std::size_t slots>
const Row& FindRow(const std::array<Row, slots>& table, int bits, std::uint64_t key, std::size_t size) {
  std::size_t slot = NameSlot(key, bits);
  while ((table[slot].key != key || table[slot].size != size) && table[slot].size != 0)
    slot = (slot + 1) % slots;
  return table[slot];
}

inline const TagRow& FindTag(std::uint64_t key, std::size_t size) {
  return FindRow(kTagTable, kTagSlotBits, key, size);
}

/// The attribute of a name, or kCount. "xlink:href" is kHref where the element is foreign.
inline Attribute FindAttribute(std::uint64_t key, std::size_t size, bool foreign) {
  const Attribute attribute = FindRow(kAttributeTable, kAttributeSlotBits, key, size).attribute;
  constexpr std::string_view kXlink = "xlink:href";
  return foreign && size == kXlink.size() && key == NameKey(kXlink) ? Attribute::kHref : attribute;
}

}  // namespace trawl::parser
