#include "parser/content_tags.h"

#include <algorithm>
#include <iterator>

namespace trawl::parser {
namespace {

struct Row {
  std::string_view name;
  std::uint16_t tags;
};

constexpr std::uint16_t kBox = kTagBlock | kTagContainer;
constexpr std::uint16_t kHeadingBlock = kTagBlock | kTagHeading;

constexpr Row kRows[] = {
    {"a", kTagLink},
    {"address", kTagBlock},
    {"article", kBox | kTagArticle},
    {"aside", kBox | kTagAside},
    {"audio", kTagNever},
    {"blockquote", kTagBlock | kTagParagraph},
    {"body", kTagBlock | kTagPage},
    {"br", kTagBlock},
    {"button", kTagNever},
    {"canvas", kTagNever},
    {"caption", kTagBlock},
    {"center", kBox},
    {"datalist", kTagNever},
    {"dd", kTagBlock | kTagParagraph | kTagItem},
    {"details", kBox},
    {"dialog", kTagBlock | kTagNever},
    {"div", kBox},
    {"dl", kBox},
    {"dt", kTagBlock | kTagItem},
    {"embed", kTagNever},
    {"fieldset", kBox | kTagAside},
    {"figcaption", kTagBlock},
    {"figure", kTagBlock},
    {"footer", kBox | kTagAside},
    {"form", kBox | kTagAside},
    {"h1", kHeadingBlock | kTagHeadline},
    {"h2", kHeadingBlock | kTagHeadline},
    {"h3", kHeadingBlock},
    {"h4", kHeadingBlock},
    {"h5", kHeadingBlock},
    {"h6", kHeadingBlock},
    {"head", kTagNever},
    {"header", kBox},
    {"hr", kTagBlock},
    {"html", kTagBlock | kTagPage},
    {"iframe", kTagNever},
    {"input", kTagNever},
    {"li", kTagBlock | kTagParagraph | kTagItem},
    {"main", kBox | kTagArticle},
    {"menu", kBox | kTagAside},
    {"nav", kBox | kTagAside},
    {"noscript", kTagNever},
    {"object", kTagNever},
    {"ol", kBox},
    {"option", kTagNever},
    {"p", kTagBlock | kTagParagraph},
    {"pre", kTagBlock | kTagParagraph},
    {"script", kTagNever},
    {"section", kBox},
    {"select", kTagNever},
    {"style", kTagNever},
    {"summary", kTagBlock},
    {"svg", kTagNever},
    {"table", kBox},
    {"tbody", kTagBlock},
    {"td", kTagBlock | kTagParagraph | kTagItem},
    {"template", kTagNever},
    {"textarea", kTagNever},
    {"tfoot", kTagBlock},
    {"th", kTagBlock | kTagItem},
    {"thead", kTagBlock},
    {"title", kTagNever},
    {"tr", kTagBlock},
    {"ul", kBox},
    {"video", kTagNever},
};

constexpr bool Before(const Row& a, const Row& b) {
  return a.name < b.name;
}
static_assert(std::is_sorted(std::begin(kRows), std::end(kRows), Before));

}  // namespace

std::uint16_t ContentTagOf(std::string_view name) {
  const auto* const row = std::lower_bound(std::begin(kRows), std::end(kRows), Row{name, 0}, Before);
  return row != std::end(kRows) && row->name == name ? row->tags : std::uint16_t{0};
}

}  // namespace trawl::parser
