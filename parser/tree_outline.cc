#include "parser/tree_outline.h"

#include <algorithm>
#include <cstring>

#include "parser/ascii.h"
#include "parser/character_reference.h"

namespace trawl::parser {
namespace {

using State = Tokenizer::State;
using Token = Tokenizer::Token;
using std::string_view_literals::operator""sv;

constexpr std::uint64_t kHiddenKey = NameKey("hidden");
constexpr std::uint64_t kStyleKey = NameKey("style");

bool IsSpace(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsHtmlSpace);
}

State StateOf(Element element, std::uint64_t key) {
  if (element == Element::kScript) return State::kScriptData;
  if (element == Element::kTitle || key == NameKey("textarea")) return State::kRcdata;
  return State::kRawText;
}

}  // namespace

void TreeOutline::Text() {
  if (tokenizer_.text_is_space() && builder_.FoldsSpace()) {
    if (Told() && !frameset_document_) builder_.Space();
  } else if (frameset_ok_ || tokenizer_.text_changes()) {
    RareText();
  } else if (Told() && !frameset_document_ && builder_.Reads()) {
    builder_.Characters(tokenizer_.text());
  }
}

// What is not just characters as they are.
void TreeOutline::RareText() {
  const std::string_view text = tokenizer_.text();
  if (text.empty() || frameset_document_) return;
  if (frameset_ok_ && open_.top().role != TagRole::kRaw && !IsSpace(text)) frameset_ok_ = false;
  if (!Told() || !builder_.Reads()) return;
  if (!tokenizer_.text_changes()) return builder_.Characters(text);
  ForEachPiece(text, tokenizer_.text_kind(), [this](std::string_view piece) {
    if (piece != "\0"sv) {
      builder_.Characters(piece);
    } else if (InForeign()) {
      builder_.Characters("\xEF\xBF\xBD");
    }
  });
}

void TreeOutline::StartTag() {
  const TagRow& row = tokenizer_.tag();
  if (frameset_document_) return StartInFrameset(row);
  if (InForeign() && !TakesAsHtml(row)) {
    if (!BreaksOutOfForeign(row)) {
      ReadAttributes();
      return StartForeign(open_.top().role);
    }
    LeaveForeign();
  }
  if (InSelect() && StartInSelect(row)) return;
  StartHtml(row);
}

// In body, and what the modes before and in tables do differently (HTML 13.2.6.4.4, 7, 9 to 15).
void TreeOutline::StartHtml(const TagRow& row) {
  if (row.flags & kNoFrameset) frameset_ok_ = false;
  switch (row.role) {
    case TagRole::kOther:
    case TagRole::kFormatting:
    case TagRole::kRuby:
      return StartInline(row);
    case TagRole::kA:
      return StartA(row);
    case TagRole::kParagraph:
    case TagRole::kBlock:
    case TagRole::kHeading:
    case TagRole::kPre:
    case TagRole::kForm:
      return StartBlock(row);
    case TagRole::kItem:
    case TagRole::kDefinition:
      return StartItem(row);
    case TagRole::kVoid:
    case TagRole::kBr:
      if (row.flags & kClosesP) CloseParagraph();
      if (!Told()) return;
      ReadAttributes();
      if (row.element == Element::kInput && !EqualsIgnoringCase(attributes_[Attribute::kType], "hidden"))
        frameset_ok_ = false;
      return Void(row.element);
    case TagRole::kRaw:
      return StartRaw(row);
    case TagRole::kTable:
      return StartTable(row);
    case TagRole::kCaption:
    case TagRole::kCell:
    case TagRole::kColumn:
    case TagRole::kRow:
    case TagRole::kSection:
      return StartInTable(row);
    case TagRole::kNoscript:
      return StartNoscript(row);
    case TagRole::kButton:
      Close(open_.Find(TagRole::kButton, kScope));
      return Push(row);
    case TagRole::kOptgroup:
    case TagRole::kOption:
      if (open_.top().role == TagRole::kOption) PopTo(open_.size() - 1);
      return Push(row);
    case TagRole::kRubyText:
      if (open_.top().role == TagRole::kRubyText) PopTo(open_.size() - 1);
      return Push(row);
    case TagRole::kObject:
    case TagRole::kSelect:
    case TagRole::kTemplate:
      return Push(row);
    case TagRole::kMath:
    case TagRole::kSvg:
      ReadAttributes();
      return StartForeign(row.role);
    case TagRole::kPlaintext:
      CloseParagraph();
      Push(row);
      return tokenizer_.SwitchTo(State::kPlaintext);
    case TagRole::kHtml:
      if (!Told()) return;
      ReadAttributes();
      return Void(Element::kHtml);
    case TagRole::kBody:
      frameset_ok_ = false;
      if (body_ || open_.size() > 0) return;
      body_ = true;
      return Push(row);
    case TagRole::kFrameset:
      if (!frameset_ok_ || !Told()) return;
      PopTo(0);
      frameset_document_ = true;
      framesets_ = 1;
      return;
    case TagRole::kHead:
    case TagRole::kFrame:
    case TagRole::kCount:
      return;
  }
}

void TreeOutline::StartBlock(const TagRow& row) {
  if (row.role == TagRole::kForm) {
    if (form_ && Told()) return;
    form_ = form_ || Told();
    // Right in a table a form is an element without content (HTML 13.2.6.4.9).
    const TagRole around = open_.top().role;
    if (around == TagRole::kTable || around == TagRole::kSection || around == TagRole::kRow) {
      ReadAttributes();
      return Void(row.element);
    }
  }
  CloseParagraph();
  if (row.role == TagRole::kHeading && open_.top().role == TagRole::kHeading) PopTo(open_.size() - 1);
  Push(row);
  if (row.role == TagRole::kPre) tokenizer_.SkipLineEnd();
}

void TreeOutline::StartItem(const TagRow& row) {
  if (open_.Holds(row.role)) {
    for (std::size_t i = open_.size(); i > 0; --i) {
      const OpenElement& element = open_[i - 1];
      if (element.role == row.role && !element.Has(kForeign)) {
        PopTo(i - 1);
        break;
      }
      if (element.Has(kSpecial) && !element.Has(kItemPasses)) break;
    }
  }
  CloseParagraph();
  Push(row);
}

void TreeOutline::StartTable(const TagRow& row) {
  const std::size_t table = open_.Find(TagRole::kTable, kTableScope);
  bool in_cell = table == kNone;
  // A cell or a caption stands no higher than this above its table.
  for (std::size_t i = table + 1; !in_cell && i < std::min(open_.size(), table + 4); ++i)
    in_cell = open_[i].role == TagRole::kCell || open_[i].role == TagRole::kCaption;
  if (in_cell) {
    CloseParagraph();
  } else {
    PopTo(table);
  }
  Push(row);
}

void TreeOutline::StartInTable(const TagRow& row) {
  const std::size_t table = open_.Find(TagRole::kTable, kTableScope);
  if (table == kNone) return;
  const auto is_open = [this](std::size_t at, TagRole role) {
    return at < open_.size() && open_[at].role == role;
  };
  std::size_t at = table + 1;
  if (row.role == TagRole::kRow || row.role == TagRole::kCell) {
    if (is_open(at, TagRole::kSection)) ++at;
    if (row.role == TagRole::kCell && is_open(at, TagRole::kRow)) ++at;
  }
  PopTo(at);
  if (row.role == TagRole::kColumn) return;
  if (row.role == TagRole::kCell && open_.top().role != TagRole::kRow) {
    attributes_.Clear();
    Push(Element::kBlock, TagRole::kRow, kSpecial, NameKey("tr"));
  }
  Push(row);
}

void TreeOutline::StartRaw(const TagRow& row) {
  if (row.flags & kClosesP) CloseParagraph();
  const std::uint64_t key = tokenizer_.name_key();
  Push(row);
  tokenizer_.SwitchTo(StateOf(row.element, key), tokenizer_.name());
  if (key == NameKey("textarea")) tokenizer_.SkipLineEnd();
}

void TreeOutline::StartNoscript(const TagRow& row) {
  if (open_.Holds(TagRole::kNoscript)) return;
  Push(row);
  if (open_.top().role == TagRole::kNoscript && Told()) builder_.SetNoscript(true);
}

void TreeOutline::StartA(const TagRow& row) {
  if (open_.Holds(TagRole::kA)) PopFormatting(open_.Find(TagRole::kA, kMarker));
  Push(row);
  link_ = Told();
  link_markers_ = markers_;
}

// Elements that neither mean nor hide anything are left out, so most of them cost a look at their attributes.
void TreeOutline::StartInline(const TagRow& row) {
  if (row.element != Element::kOther || builder_.hidden()) return Push(row);
  if (!Told()) return;
  const auto attributes = tokenizer_.attributes();
  bool may_hide = false;
  for (const RawAttribute& a : attributes) may_hide |= a.key == kHiddenKey || a.key == kStyleKey;
  if (!may_hide) return;
  ReadAttributes();
  if (PageBuilder::Hides(row.element, attributes_))
    Push(row.element, row.role, row.flags, tokenizer_.name_key());
}

// HTML 13.2.6.4.16, in select. True when the tag is dealt with.
bool TreeOutline::StartInSelect(const TagRow& row) {
  switch (row.role) {
    case TagRole::kHtml:
    case TagRole::kTemplate:
    case TagRole::kOption:
      return false;
    case TagRole::kOptgroup:
      if (open_.top().role == TagRole::kOption) PopTo(open_.size() - 1);
      if (open_.top().role == TagRole::kOptgroup) PopTo(open_.size() - 1);
      return false;
    case TagRole::kRaw:
      if (row.element == Element::kScript) return false;
      if (row.element != Element::kPreformatted || row.flags & kClosesP) return true;  // but textarea
      break;
    case TagRole::kVoid:
      if (row.flags & kClosesP) return false;  // hr
      if (row.element != Element::kInput && tokenizer_.name_key() != NameKey("keygen")) return true;
      break;
    case TagRole::kTable:
    case TagRole::kCaption:
    case TagRole::kCell:
    case TagRole::kRow:
    case TagRole::kSection:
      if (!open_.Holds(TagRole::kTable)) return true;
      break;
    case TagRole::kSelect:
      PopTo(open_.Find(TagRole::kSelect, kScope));
      return true;
    default:
      return true;
  }
  PopTo(open_.Find(TagRole::kSelect, kScope));
  return false;
}

// HTML 13.2.6.4.20 and 21, in and after frameset.
void TreeOutline::StartInFrameset(const TagRow& row) {
  switch (row.role) {
    case TagRole::kFrameset:
      if (framesets_ > 0) ++framesets_;
      return;
    case TagRole::kFrame:
      ReadAttributes();
      if (framesets_ > 0) Void(Element::kFrame);
      return;
    case TagRole::kHtml:
      ReadAttributes();
      return Void(Element::kHtml);
    case TagRole::kRaw:
      if (tokenizer_.name_key() == NameKey("noframes")) StartRaw(row);
      return;
    default:
      return;
  }
}

// The adjusted current node is foreign: whether the tag is taken as HTML all the same (HTML 13.2.6, tree
// construction dispatcher).
bool TreeOutline::TakesAsHtml(const TagRow& row) const {
  const OpenElement& top = open_.top();
  const std::uint64_t key = tokenizer_.name_key();
  if (top.Has(kHtmlInside)) return true;
  if (top.Has(kMathText)) return key != NameKey("mglyph") && key != NameKey("malignmark");
  return top.key == NameKey("annotation-xml") && row.role == TagRole::kSvg;
}

bool TreeOutline::BreaksOutOfForeign(const TagRow& row) const {
  if (row.flags & kBreaksOut) return true;
  if (row.key != NameKey("font")) return false;
  const auto attributes = tokenizer_.attributes();
  return std::any_of(attributes.begin(), attributes.end(), [](const RawAttribute& attribute) {
    return attribute.key == NameKey("color") || attribute.key == NameKey("face") ||
           attribute.key == NameKey("size");
  });
}

void TreeOutline::LeaveForeign() {
  while (InForeign() && !open_.top().Has(kMathText | kHtmlInside)) PopTo(open_.size() - 1);
}

// HTML 13.2.6.5. `space`: kSvg or kMath.
void TreeOutline::StartForeign(TagRole space) {
  const std::uint64_t key = tokenizer_.name_key();
  Element element = Element::kOther;
  std::uint16_t flags = kForeign;
  if (key == NameKey("a")) element = Element::kA;
  if (key == NameKey("style") || key == NameKey("script") || key == NameKey("title") ||
      key == NameKey("desc"))
    element = Element::kHidden;
  if (space == TagRole::kSvg) {
    if (key == NameKey("foreignobject") || key == NameKey("desc") || key == NameKey("title"))
      flags |= kHtmlInside | kSpecial | kScope;
  } else if (key == NameKey("annotation-xml")) {
    flags |= kSpecial | kScope;
    for (const RawAttribute& attribute : tokenizer_.attributes()) {
      if (attribute.key == NameKey("encoding") &&
          (EqualsIgnoringCase(attribute.value, "text/html") ||
           EqualsIgnoringCase(attribute.value, "application/xhtml+xml")))
        flags |= kHtmlInside;
    }
  } else if (key == NameKey("mi") || key == NameKey("mo") || key == NameKey("mn") || key == NameKey("ms") ||
             key == NameKey("mtext")) {
    flags |= kMathText | kSpecial | kScope;
  }
  if (tokenizer_.self_closing()) return Void(element);
  Push(element, space, flags, key);
}

void TreeOutline::ReadAttributes() {
  attributes_.Clear();
  const bool foreign = InForeign();
  for (const RawAttribute& raw : tokenizer_.attributes()) {
    const Attribute attribute = FindAttribute(raw.key, raw.name.size(), foreign);
    if (attribute != Attribute::kCount && !attributes_.Has(attribute))
      attributes_.Set(attribute, raw.value_changes ? Changed(raw.value) : raw.value);
  }
}

std::string_view TreeOutline::Changed(std::string_view raw) {
  // A reference is at least four bytes for at most six, a NUL becomes a U+FFFD of three.
  char* const begin = static_cast<char*>(arena_.Allocate(3 * raw.size()));
  char* at = begin;
  ForEachPiece(raw, RawText::kAttribute, [&at](std::string_view piece) {
    std::memcpy(at, piece.data(), piece.size());
    at += piece.size();
  });
  const auto size = static_cast<std::size_t>(at - begin);
  arena_.Shrink(begin, size);
  return {begin, size};
}

}  // namespace trawl::parser
