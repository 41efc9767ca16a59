#include "parser/html_tags.h"

#include <array>

namespace trawl::parser {
namespace {

struct NamedTag {
  std::string_view name;
  Element element;
  TagRole role;
  std::uint16_t flags;
};
constexpr NamedTag kTags[] = {
    {"area", Element::kArea, TagRole::kVoid, kSpecial | kNoFrameset},
    {"base", Element::kBase, TagRole::kVoid, kSpecial | kHeadContent},
    {"basefont", Element::kOther, TagRole::kVoid, kSpecial | kHeadContent},
    {"bgsound", Element::kOther, TagRole::kVoid, kSpecial | kHeadContent},
    {"br", Element::kBr, TagRole::kBr, kSpecial | kNoFrameset | kBreaksOut},
    {"embed", Element::kEmbed, TagRole::kVoid, kSpecial | kNoFrameset | kBreaksOut},
    {"hr", Element::kBlock, TagRole::kVoid, kSpecial | kNoFrameset | kBreaksOut | kClosesP},
    {"img", Element::kImg, TagRole::kVoid, kSpecial | kNoFrameset | kBreaksOut},
    {"image", Element::kImg, TagRole::kVoid, kNoFrameset},
    {"input", Element::kInput, TagRole::kVoid, kSpecial},
    {"keygen", Element::kOther, TagRole::kVoid, kSpecial | kNoFrameset},
    {"link", Element::kLink, TagRole::kVoid, kSpecial | kHeadContent},
    {"meta", Element::kMeta, TagRole::kVoid, kSpecial | kHeadContent | kBreaksOut},
    {"param", Element::kOther, TagRole::kVoid, kSpecial},
    {"source", Element::kSource, TagRole::kVoid, kSpecial},
    {"track", Element::kTrack, TagRole::kVoid, kSpecial},
    {"wbr", Element::kOther, TagRole::kVoid, kSpecial | kNoFrameset},
    {"frame", Element::kFrame, TagRole::kFrame, kSpecial},
    {"col", Element::kOther, TagRole::kColumn, kSpecial},
    {"colgroup", Element::kOther, TagRole::kColumn, kSpecial},
    {"html", Element::kHtml, TagRole::kHtml, kSpecial | kScope | kTableScope},
    {"head", Element::kOther, TagRole::kHead, kSpecial | kBreaksOut},
    {"body", Element::kBlock, TagRole::kBody, kSpecial | kBreaksOut},
    {"frameset", Element::kOther, TagRole::kFrameset, kSpecial},
    {"script", Element::kScript, TagRole::kRaw, kSpecial | kHeadContent},
    {"style", Element::kHidden, TagRole::kRaw, kSpecial | kHeadContent},
    {"title", Element::kTitle, TagRole::kRaw, kSpecial | kHeadContent},
    {"textarea", Element::kPreformatted, TagRole::kRaw, kSpecial | kNoFrameset},
    {"xmp", Element::kPreformatted, TagRole::kRaw, kSpecial | kClosesP | kNoFrameset},
    {"iframe", Element::kIframe, TagRole::kRaw, kSpecial | kNoFrameset},
    {"noembed", Element::kHidden, TagRole::kRaw, kSpecial},
    {"noframes", Element::kHidden, TagRole::kRaw, kSpecial | kHeadContent},
    {"noscript", Element::kNoscript, TagRole::kNoscript, kSpecial | kHeadContent},
    {"template", Element::kOther, TagRole::kTemplate,
     kSpecial | kScope | kTableScope | kMarker | kHeadContent},
    {"plaintext", Element::kPreformatted, TagRole::kPlaintext, kSpecial | kClosesP},
    {"address", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP | kItemPasses},
    {"div", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP | kItemPasses | kBreaksOut},
    {"article", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"aside", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"details", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"fieldset", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"figcaption", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"figure", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"footer", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"header", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"hgroup", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"main", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"nav", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"section", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"summary", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"dir", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"search", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP},
    {"center", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP | kBreaksOut},
    {"dl", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP | kBreaksOut},
    {"menu", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP | kBreaksOut},
    {"ol", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP | kBreaksOut | kListScope},
    {"ul", Element::kBlock, TagRole::kBlock, kSpecial | kClosesP | kBreaksOut | kListScope},
    {"blockquote", Element::kParagraph, TagRole::kBlock, kSpecial | kClosesP | kBreaksOut},
    {"dialog", Element::kDialog, TagRole::kBlock, kClosesP},
    {"form", Element::kForm, TagRole::kForm, kSpecial | kClosesP},
    {"h1", Element::kH1, TagRole::kHeading, kSpecial | kClosesP | kBreaksOut},
    {"h2", Element::kH2, TagRole::kHeading, kSpecial | kClosesP | kBreaksOut},
    {"h3", Element::kH3, TagRole::kHeading, kSpecial | kClosesP | kBreaksOut},
    {"h4", Element::kH4, TagRole::kHeading, kSpecial | kClosesP | kBreaksOut},
    {"h5", Element::kH5, TagRole::kHeading, kSpecial | kClosesP | kBreaksOut},
    {"h6", Element::kH6, TagRole::kHeading, kSpecial | kClosesP | kBreaksOut},
    {"p", Element::kParagraph, TagRole::kParagraph, kSpecial | kClosesP | kBreaksOut | kItemPasses},
    {"pre", Element::kPreformatted, TagRole::kPre, kSpecial | kClosesP | kBreaksOut | kNoFrameset},
    {"listing", Element::kPreformatted, TagRole::kPre, kSpecial | kClosesP | kBreaksOut | kNoFrameset},
    {"li", Element::kBlock, TagRole::kItem, kSpecial | kBreaksOut | kNoFrameset},
    {"dd", Element::kBlock, TagRole::kDefinition, kSpecial | kBreaksOut | kNoFrameset},
    {"dt", Element::kBlock, TagRole::kDefinition, kSpecial | kBreaksOut | kNoFrameset},
    {"legend", Element::kBlock, TagRole::kOther, 0},
    {"button", Element::kOther, TagRole::kButton, kSpecial | kButtonScope | kNoFrameset},
    {"a", Element::kA, TagRole::kA, 0},
    {"b", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"big", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"code", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"em", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"i", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"nobr", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"s", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"small", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"strike", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"strong", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"tt", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"u", Element::kOther, TagRole::kFormatting, kBreaksOut},
    {"font", Element::kOther, TagRole::kFormatting, 0},
    {"span", Element::kOther, TagRole::kOther, kBreaksOut},
    {"sub", Element::kOther, TagRole::kOther, kBreaksOut},
    {"sup", Element::kOther, TagRole::kOther, kBreaksOut},
    {"var", Element::kOther, TagRole::kOther, kBreaksOut},
    {"ruby", Element::kOther, TagRole::kRuby, kBreaksOut},
    {"rb", Element::kOther, TagRole::kRubyText, 0},
    {"rtc", Element::kOther, TagRole::kRubyText, 0},
    {"rp", Element::kHidden, TagRole::kRubyText, 0},
    {"rt", Element::kOther, TagRole::kRubyText, 0},
    {"audio", Element::kAudio, TagRole::kOther, 0},
    {"video", Element::kVideo, TagRole::kOther, 0},
    {"datalist", Element::kHidden, TagRole::kOther, 0},
    {"applet", Element::kOther, TagRole::kObject, kSpecial | kScope | kMarker | kNoFrameset},
    {"marquee", Element::kOther, TagRole::kObject, kSpecial | kScope | kMarker | kNoFrameset},
    {"object", Element::kObject, TagRole::kObject, kSpecial | kScope | kMarker | kNoFrameset},
    {"select", Element::kOther, TagRole::kSelect, kSpecial | kNoFrameset},
    {"option", Element::kBlock, TagRole::kOption, 0},
    {"optgroup", Element::kBlock, TagRole::kOptgroup, 0},
    {"table", Element::kBlock, TagRole::kTable, kSpecial | kScope | kTableScope | kBreaksOut | kNoFrameset},
    {"tbody", Element::kOther, TagRole::kSection, kSpecial},
    {"thead", Element::kOther, TagRole::kSection, kSpecial},
    {"tfoot", Element::kOther, TagRole::kSection, kSpecial},
    {"tr", Element::kBlock, TagRole::kRow, kSpecial},
    {"td", Element::kCell, TagRole::kCell, kSpecial | kScope | kMarker},
    {"th", Element::kCell, TagRole::kCell, kSpecial | kScope | kMarker},
    {"caption", Element::kBlock, TagRole::kCaption, kSpecial | kScope | kMarker},
    {"svg", Element::kOther, TagRole::kSvg, 0},
    {"math", Element::kOther, TagRole::kMath, 0},
};

struct NamedAttribute {
  std::string_view name;
  Attribute attribute;
};
constexpr NamedAttribute kAttributes[] = {
    {"action", Attribute::kAction},
    {"alt", Attribute::kAlt},
    {"content", Attribute::kContent},
    {"data", Attribute::kData},
    {"hidden", Attribute::kHidden},
    {"href", Attribute::kHref},
    {"hreflang", Attribute::kHreflang},
    {"http-equiv", Attribute::kHttpEquiv},
    {"imagesrcset", Attribute::kImageSrcset},
    {"lang", Attribute::kLang},
    {"name", Attribute::kName},
    {"open", Attribute::kOpen},
    {"poster", Attribute::kPoster},
    {"property", Attribute::kProperty},
    {"rel", Attribute::kRel},
    {"src", Attribute::kSrc},
    {"srcset", Attribute::kSrcset},
    {"style", Attribute::kStyle},
    {"title", Attribute::kTitle},
    {"type", Attribute::kType},
};
static_assert(std::size(kAttributes) == static_cast<std::size_t>(Attribute::kCount));

// Puts a row where FindRow looks for it.
template <class Row, std::size_t slots>
constexpr void AddRow(Row row, std::string_view name, int bits, std::array<Row, slots>& table) {
  row.key = NameKey(name);
  row.size = static_cast<std::uint8_t>(name.size());
  std::size_t slot = NameSlot(row.key, bits);
  while (table[slot].size != 0) slot = (slot + 1) % slots;
  table[slot] = row;
}

constexpr auto MakeTagTable() {
  std::array<TagRow, 1 << kTagSlotBits> table{};
  for (const NamedTag& tag : kTags)
    AddRow({0, 0, tag.element, tag.role, IdlePartsOf(tag.element, tag.role), tag.flags}, tag.name,
           kTagSlotBits, table);
  return table;
}

constexpr auto MakeAttributeTable() {
  std::array<AttributeRow, 1 << kAttributeSlotBits> table{};
  for (const NamedAttribute& row : kAttributes)
    AddRow({0, 0, row.attribute}, row.name, kAttributeSlotBits, table);
  return table;
}

}  // namespace

constexpr std::array<TagRow, 1 << kTagSlotBits> kTagTable = MakeTagTable();
constexpr std::array<AttributeRow, 1 << kAttributeSlotBits> kAttributeTable = MakeAttributeTable();

}  // namespace trawl::parser
