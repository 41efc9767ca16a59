#include "parser/content_measures.h"

#include <string_view>

#include "parser/ascii.h"
#include "parser/content_hints.h"
#include "parser/content_tags.h"
#include "parser/html_names.h"
#include "parser/html_page.h"

namespace trawl::parser {
namespace {

constexpr std::uint32_t kMinProse = 80;  // bytes from which a block is running text

// Commas of Arabic, Chinese and Japanese, and the ideographic full stop, whose sentences have few commas.
constexpr std::string_view kCommas[] = {"\xD8\x8C", "\xEF\xBC\x8C", "\xE3\x80\x81", "\xE3\x80\x82"};

void Add(std::string_view text, bool linked, TextMeasure& measure) {
  std::uint32_t bytes = 0;
  bool space = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool blank = IsHtmlSpace(c);
    bytes += !blank || !space;
    space = blank;
    if (c == ',') ++measure.commas;
    if (static_cast<unsigned char>(c) < 0xD8) continue;
    for (const std::string_view comma : kCommas) measure.commas += text.substr(i, comma.size()) == comma;
  }
  if (bytes == 1 && space) return;
  measure.bytes += bytes;
  if (linked) measure.linked += bytes;
}

void Add(const TextMeasure& part, TextMeasure& sum) {
  sum.bytes += part.bytes;
  sum.linked += part.linked;
  sum.commas += part.commas;
}

}  // namespace

ContentMeasures::ContentMeasures(const Tree& tree, bool strict) : tree_(tree), elements_(tree.size()) {
  if (tree.size() == 0) return;
  Describe();
  // First with what is never shown left out alone: what an element holds of the page says whether its names
  // can be true.
  Count();
  LeaveOut(strict);
  Count();
}

bool ContentMeasures::IsProse(std::uint32_t element) const {
  const Element& of = elements_[element];
  return of.own.bytes >= kMinProse && 2 * of.own.linked < of.own.bytes && !(of.tags & kTagHeading);
}

void ContentMeasures::Describe() {
  for (std::uint32_t i = 0; i < tree_.size(); ++i) {
    const TreeElement& element = tree_[i];
    Element& of = elements_[i];
    of.tags = ContentTagOf(element.name);
    if (element.attributes_begin != element.attributes_end) of.hints = ContentHintsOf(tree_, element);
    const bool root = element.parent == Tree::kNone;
    of.block = root || (of.tags & kTagBlock) ? i : elements_[element.parent].block;
    of.in_link =
        ((of.tags & kTagLink) && tree_.Find(element, "href")) || (!root && elements_[element.parent].in_link);
    of.out = (of.tags & kTagNever) || (!root && elements_[element.parent].out);
  }
  for (std::uint32_t i = tree_.size(); i-- > 1;) {
    const Element& of = elements_[i];
    Element& parent = elements_[tree_[i].parent];
    parent.body |= of.body || (of.hints & kHintBody);
    parent.article |= of.article || of.body || (of.tags & kTagArticle) || (of.hints & kHintBody);
  }
}

void ContentMeasures::Count() {
  for (Element& of : elements_) {
    of.all = of.own = {};
    of.prose = of.paragraphs = 0;
    of.blocks = false;
  }
  for (const TreeText& text : tree_.Texts(tree_[0])) {
    const Element& in = elements_[text.parent];
    if (!in.out) Add(text.text, in.in_link, elements_[in.block].own);
  }
  for (std::uint32_t i = tree_.size(); i-- > 0;) {
    Element& of = elements_[i];
    if (of.out) continue;
    Add(of.own, of.all);
    if (IsProse(i)) {
      of.prose += of.own.bytes - of.own.linked;
      ++of.paragraphs;
    }
    if (i == 0) break;
    Element& parent = elements_[tree_[i].parent];
    Add(of.all, parent.all);
    parent.prose += of.prose;
    parent.paragraphs += of.paragraphs;
    parent.blocks |= of.blocks || ((of.tags & kTagBlock) && of.all.bytes > 0);
  }
}

void ContentMeasures::LeaveOut(bool strict) {
  for (std::uint32_t i = 0; i < tree_.size(); ++i) {
    Element& of = elements_[i];
    of.out |= (i > 0 && elements_[tree_[i].parent].out) || BelongsOut(i, strict);
  }
}

bool ContentMeasures::BelongsOut(std::uint32_t index, bool strict) const {
  const Element& of = elements_[index];
  if (of.tags & kTagPage) return false;
  const std::uint32_t whole = elements_[0].prose;
  const auto holds_percent = [&](std::uint32_t percent) {
    return 100ULL * of.prose > 1ULL * percent * whole;
  };
  // What hides most of the page is shown by a script, as soon as all is loaded.
  if (IsHidden(tree_[index])) return !holds_percent(70);
  if ((of.tags & kTagAside) && !holds_percent(50)) return true;
  if (!strict) return false;
  if (of.hints & kHintHidden) return true;
  if ((of.hints & kHintComments) && !(of.article && holds_percent(50))) return true;
  if (of.tags & (kTagParagraph | kTagHeading) && tree_[index].name != "li") return false;
  if (of.hints & kHintBody) return false;
  if ((of.hints & kHintChrome) && !holds_percent(of.body ? 15 : of.article ? 40 : 70)) return true;
  if ((of.hints & kHintTeaser) && (of.prose == 0 || of.all.linked > 0) && !holds_percent(40)) return true;
  // A box that may belong to the article does when it has a fair share of the page's paragraphs.
  return (of.hints & kHintDoubt) && (!holds_percent(10) || of.all.LinkDensity() > 0.4);
}

bool ContentMeasures::IsHidden(const TreeElement& element) const {
  if (element.attributes_begin == element.attributes_end) return false;
  if (tree_.Find(element, "hidden")) return true;
  const TreeAttribute* const aria = tree_.Find(element, "aria-hidden");
  if (aria && EqualsIgnoringCase(aria->value, "true")) return true;
  const TreeAttribute* const style = tree_.Find(element, "style");
  return style && StyleHides(style->value);
}

}  // namespace trawl::parser
