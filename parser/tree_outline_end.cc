// The end tags of TreeOutline, and its stack.

#include "parser/tree_outline.h"

namespace trawl::parser {
namespace {

// Whether the end tag of such an element, when it is the current node, pops it and does nothing else.
constexpr bool EndsPlainly(TagRole role) {
  switch (role) {
    case TagRole::kBlock:
    case TagRole::kButton:
    case TagRole::kCaption:
    case TagRole::kCell:
    case TagRole::kDefinition:
    case TagRole::kFormatting:
    case TagRole::kHeading:
    case TagRole::kItem:
    case TagRole::kNoscript:
    case TagRole::kObject:
    case TagRole::kOther:
    case TagRole::kParagraph:
    case TagRole::kPre:
    case TagRole::kRow:
    case TagRole::kRuby:
    case TagRole::kRubyText:
    case TagRole::kSection:
    case TagRole::kTable:
    case TagRole::kTemplate:
      return true;
    default:
      return false;
  }
}

}  // namespace

void TreeOutline::EndTag() {
  const OpenElement& top = open_.top();
  if (top.role == TagRole::kRaw) return PopTo(open_.size() - 1);
  if (top.key == tokenizer_.name_key() && EndsPlainly(top.role) && !top.Has(kForeign) &&
      !open_.Holds(TagRole::kSelect))
    return PopTo(open_.size() - 1);
  const TagRow& row = tokenizer_.tag();
  if (frameset_document_) {
    if (row.role == TagRole::kFrameset && framesets_ > 0) --framesets_;
    return;
  }
  if (InForeign() && EndInForeign()) return;
  if (InSelect() && EndInSelect(row)) return;
  EndHtml(row);
}

void TreeOutline::EndHtml(const TagRow& row) {
  const std::uint64_t key = tokenizer_.name_key();
  switch (row.role) {
    case TagRole::kParagraph:
      return EndParagraph();
    case TagRole::kBr:
      attributes_.Clear();
      return Void(Element::kBr);
    case TagRole::kBlock:
    case TagRole::kPre:
    case TagRole::kButton:
    case TagRole::kObject:
    case TagRole::kDefinition:
      return Close(open_.Find(key, kScope));
    case TagRole::kHeading:
      return Close(open_.Find(TagRole::kHeading, kScope));
    case TagRole::kItem:
      return Close(open_.Find(TagRole::kItem, kScope | kListScope));
    case TagRole::kForm:
      return EndForm();
    case TagRole::kA:
      return EndA();
    case TagRole::kFormatting:
      return EndFormatting();
    case TagRole::kCell:
    case TagRole::kSection:
      return Close(open_.Find(key, kTableScope));
    case TagRole::kTable:
    case TagRole::kRow:
    case TagRole::kCaption:
      return Close(open_.Find(row.role, kTableScope));
    case TagRole::kSelect:
      return Close(open_.Find(TagRole::kSelect, kScope));
    case TagRole::kOptgroup:
    case TagRole::kOption:
      return EndOption(row);
    case TagRole::kTemplate:
    case TagRole::kNoscript:
      return Close(open_.Find(row.role, 0));
    case TagRole::kHtml:
    case TagRole::kHead:
    case TagRole::kBody:
    case TagRole::kColumn:
      return;
    default:
      return EndOther();
  }
}

// A </p> without a <p> is an empty paragraph (HTML 13.2.6.4.7).
void TreeOutline::EndParagraph() {
  const std::size_t found = open_.Find(TagRole::kParagraph, kScope | kButtonScope);
  if (found != kNone) return PopTo(found);
  attributes_.Clear();
  Void(Element::kParagraph);
}

// The adoption agency algorithm (HTML 13.2.6.4.7), as far as it matters where no element is copied.
void TreeOutline::EndA() {
  const std::size_t found = open_.Find(TagRole::kA, kScope);
  if (found == kNone && open_.Holds(TagRole::kA)) return;
  if (found != kNone) PopFormatting(found);
  if (link_ && link_markers_ == markers_) EndLink();
}

void TreeOutline::EndFormatting() {
  PopFormatting(open_.Find(tokenizer_.name_key(), kScope));
}

void TreeOutline::PopFormatting(std::size_t found) {
  if (found == kNone) return;
  for (std::size_t i = found + 1; i < open_.size(); ++i) {
    if (open_[i].Has(kSpecial)) return open_.Forget(found);
  }
  PopTo(found);
}

void TreeOutline::EndForm() {
  if (Told()) form_ = false;
  const std::size_t found = open_.Find(TagRole::kForm, kScope);
  if (found == kNone) return;
  const auto has_implied_end = [](TagRole role) {
    return role == TagRole::kDefinition || role == TagRole::kItem || role == TagRole::kOption ||
           role == TagRole::kOptgroup || role == TagRole::kParagraph || role == TagRole::kRubyText;
  };
  while (has_implied_end(open_.top().role)) PopTo(open_.size() - 1);
  if (open_.size() == found + 1) return PopTo(found);
  // Its end tag ends nobody else's content; the element is closed with what is around it.
  open_.Forget(found);
}

void TreeOutline::EndOption(const TagRow& row) {
  if (row.role == TagRole::kOptgroup && open_.top().role == TagRole::kOption) PopTo(open_.size() - 1);
  if (open_.top().role == row.role) return PopTo(open_.size() - 1);
  EndOther();
}

// "Any other end tag" (HTML 13.2.6.4.7).
void TreeOutline::EndOther() {
  const std::uint64_t key = tokenizer_.name_key();
  for (std::size_t i = open_.size(); i > 0; --i) {
    if (open_[i - 1].key == key && !open_[i - 1].Has(kForeign)) return PopTo(i - 1);
    if (open_[i - 1].Has(kSpecial)) return;
  }
}

// HTML 13.2.6.4.16 and 17, in select and in select in table. True when the tag is dealt with.
bool TreeOutline::EndInSelect(const TagRow& row) {
  switch (row.role) {
    case TagRole::kOptgroup:
    case TagRole::kOption:
      EndOption(row);
      return true;
    case TagRole::kSelect:
    case TagRole::kTemplate:
      return false;
    case TagRole::kTable:
    case TagRole::kCaption:
    case TagRole::kCell:
    case TagRole::kRow:
    case TagRole::kSection:
      return open_.Find(tokenizer_.name_key(), kTableScope) == kNone;
    case TagRole::kNoscript:
      return false;
    default:
      return true;
  }
}

// HTML 13.2.6.5, any other end tag. False: the tag is one of HTML.
bool TreeOutline::EndInForeign() {
  const std::uint64_t key = tokenizer_.name_key();
  if (key == NameKey("p") || key == NameKey("br")) {
    LeaveForeign();
    return false;
  }
  for (std::size_t i = open_.size(); i > 0 && open_[i - 1].Has(kForeign); --i) {
    if (open_[i - 1].key != key) continue;
    PopTo(i - 1);
    return true;
  }
  return false;
}

void TreeOutline::Push(Element element, TagRole role, std::uint16_t flags, std::uint64_t key) {
  const bool told = Told();
  if (told) builder_.Open(element, attributes_);
  if (!open_.Fits(role)) {
    // Too deep: the element ends at once, but a link's text does not.
    if (told) builder_.Close(element == Element::kA ? Element::kOther : element);
    return;
  }
  if (told) flags |= kTold;
  if (flags & kMarker) ++markers_;
  open_.Push({key, element, role, flags});
  Place();
}

void TreeOutline::Push(const TagRow& row) {
  attributes_.Clear();
  if (Told() && !tokenizer_.attributes().empty()) ReadAttributes();
  Push(row.element, row.role, row.flags, tokenizer_.name_key());
}

void TreeOutline::Void(Element element) {
  if (!Told()) return;
  builder_.Open(element, attributes_);
  builder_.Close(element);
}

void TreeOutline::PopTo(std::size_t index) {
  if (open_.size() <= index) return;
  do {
    const OpenElement element = open_.Pop();
    if (element.Has(kTold)) {
      const bool link = element.element == Element::kA && !element.Has(kForeign);
      builder_.Close(link ? Element::kOther : element.element);
      if (element.role == TagRole::kNoscript) builder_.SetNoscript(false);
    }
    if (!element.Has(kMarker)) continue;
    --markers_;
    if (link_ && markers_ < link_markers_) EndLink();
  } while (open_.size() > index);
  Place();
}

void TreeOutline::EndLink() {
  link_ = false;
  builder_.EndLink();
}

}  // namespace trawl::parser
