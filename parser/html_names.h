#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace trawl::parser {

/// The elements that mean something to a crawler; every other one is kOther. Elements of SVG and MathML are
/// kOther too, but for those whose content is never shown and for SVG's own `a`.
enum class Element : std::uint8_t {
  kOther,
  kA,
  kArea,
  kAudio,
  kBase,
  kBr,
  kCell,
  kDialog,
  kEmbed,
  kForm,
  kFrame,
  kH1,
  kH2,
  kH3,
  kH4,
  kH5,
  kH6,
  kHidden,
  kHtml,
  kBlock,
  kIframe,
  kImg,
  kInput,
  kLink,
  kMeta,
  kNoscript,
  kObject,
  kParagraph,
  kPreformatted,
  kScript,
  kSource,
  kTitle,
  kTrack,
  kVideo,
};

/// 1 to 6 for a heading, else 0.
constexpr int HeadingLevel(Element element) {
  return element >= Element::kH1 && element <= Element::kH6
             ? static_cast<int>(element) - static_cast<int>(Element::kH1) + 1
             : 0;
}

/// How an element stands in the text of its page.
enum class Display : std::uint8_t {
  kInline,
  kBlock,      ///< begins and ends a line
  kParagraph,  ///< has an empty line around it
  kCell,       ///< a tab after it, inside its row
  kNone,       ///< its content is not shown
};

constexpr Display DisplayOf(Element element) {
  switch (element) {
    case Element::kBlock:
    case Element::kForm:
    case Element::kDialog:
      return Display::kBlock;
    case Element::kParagraph:
    case Element::kH1:
    case Element::kH2:
    case Element::kH3:
    case Element::kH4:
    case Element::kH5:
    case Element::kH6:
    case Element::kPreformatted:
      return Display::kParagraph;
    case Element::kCell:
      return Display::kCell;
    // The content of these is never shown, or only where the browser cannot do what they ask for.
    case Element::kHidden:
    case Element::kScript:
    case Element::kNoscript:
    case Element::kTitle:
    case Element::kIframe:
    case Element::kFrame:
    case Element::kAudio:
    case Element::kVideo:
      return Display::kNone;
    default:
      return Display::kInline;
  }
}

/// Whether MetaCollector, StatementCollector or LinkCollector ask about an element: it tells more than how it
/// stands in the text.
constexpr bool TellsMore(Element element) {
  switch (element) {
    case Element::kA:
    case Element::kArea:
    case Element::kAudio:
    case Element::kBase:
    case Element::kEmbed:
    case Element::kForm:
    case Element::kFrame:
    case Element::kHtml:
    case Element::kIframe:
    case Element::kImg:
    case Element::kInput:
    case Element::kLink:
    case Element::kMeta:
    case Element::kObject:
    case Element::kScript:
    case Element::kSource:
    case Element::kTitle:
    case Element::kTrack:
    case Element::kVideo:
      return true;
    default:
      return false;
  }
}

/// The attributes that mean something to a crawler.
enum class Attribute : std::uint8_t {
  kAction,
  kAlt,
  kContent,
  kData,
  kHidden,
  kHref,
  kHreflang,
  kHttpEquiv,
  kImageSrcset,
  kLang,
  kName,
  kOpen,
  kPoster,
  kProperty,
  kRel,
  kSrc,
  kSrcset,
  kStyle,
  kTitle,
  kType,
  kCount,
};

/// The attributes of one start tag, character references already decoded. Views into the document.
class Attributes {
 public:
  /// Which attribute a lower-case name is, or kCount.
  static Attribute Named(std::string_view name);

  void Clear() { present_ = 0; }
  /// The first of two attributes of one name counts (HTML 13.2.5.33).
  void Set(Attribute attribute, std::string_view value) {
    if (Has(attribute)) return;
    present_ |= Bit(attribute);
    values_[static_cast<std::size_t>(attribute)] = value;
  }
  bool Has(Attribute attribute) const { return (present_ & Bit(attribute)) != 0; }
  bool HasEither(Attribute one, Attribute other) const { return (present_ & (Bit(one) | Bit(other))) != 0; }
  /// The value, or an empty view when the attribute is not there.
  std::string_view operator[](Attribute attribute) const {
    return Has(attribute) ? values_[static_cast<std::size_t>(attribute)] : std::string_view();
  }

 private:
  static constexpr std::uint32_t Bit(Attribute attribute) { return 1U << static_cast<unsigned>(attribute); }
  static_assert(static_cast<unsigned>(Attribute::kCount) <= 32);

  std::uint32_t present_ = 0;
  std::array<std::string_view, static_cast<std::size_t>(Attribute::kCount)> values_;
};

/// ASCII white space of the HTML Standard: space, tab, LF, FF, CR.
constexpr bool IsHtmlSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

bool StartsWithIgnoreCase(std::string_view text, std::string_view lower);
std::string_view TrimHtmlSpace(std::string_view text);

/// Takes the next token off `rest`, where tokens stand between HTML spaces; empty at the end.
std::string_view NextToken(std::string_view& rest);

/// Whether the space-separated tokens of `text` hold `lower`, in any case.
bool HasToken(std::string_view text, std::string_view lower);

}  // namespace trawl::parser
