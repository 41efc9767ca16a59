#pragma once

#include <string_view>

#include "parser/arena.h"
#include "parser/html_page.h"
#include "parser/html_tags.h"
#include "parser/open_elements.h"
#include "parser/tokenizer.h"

namespace trawl::parser {

/// Tree construction (HTML 13.2.6) without a tree: of a document's tokens it tells a PageBuilder the elements
/// that open and close and the texts between them, in the order of the source. It knows which tags are
/// ignored where, which end tags are implied, what is raw text, inert or foreign; it neither moves what
/// stands wrong in a table nor copies formatting elements, and leaves elements out that nobody asks about.
/// Runs on: parser process. Borrows all it is given.
class TreeOutline {
 public:
  TreeOutline(Tokenizer& tokenizer, PageBuilder& builder, Arena& arena)
      : tokenizer_(tokenizer), builder_(builder), arena_(arena) {
    Place();
  }

  /// Takes the token that the tokenizer has just read.
  void Take(Tokenizer::Token token) {
    if (token == Tokenizer::Token::kText) return Text();
    if (token == Tokenizer::Token::kStartTag) StartTag();
    if (token == Tokenizer::Token::kEndTag) EndTag();
  }
  /// The document has ended.
  void Finish() { PopTo(0); }

 private:
  void Text();
  void RareText();
  void StartTag();
  void EndTag();

  void StartHtml(const TagRow& row);
  void StartBlock(const TagRow& row);
  void StartItem(const TagRow& row);
  void StartTable(const TagRow& row);
  void StartInTable(const TagRow& row);
  void StartRaw(const TagRow& row);
  void StartNoscript(const TagRow& row);
  void StartA(const TagRow& row);
  void StartInline(const TagRow& row);
  bool StartInSelect(const TagRow& row);
  void StartInFrameset(const TagRow& row);
  void StartForeign(TagRole space);
  bool TakesAsHtml(const TagRow& row) const;
  bool BreaksOutOfForeign(const TagRow& row) const;
  void LeaveForeign();

  void EndHtml(const TagRow& row);
  bool EndInSelect(const TagRow& row);
  bool EndInForeign();
  void EndParagraph();
  void EndA();
  void EndFormatting();
  void EndForm();
  void EndOption(const TagRow& row);
  void EndOther();

  bool InSelect() const {
    return open_.Holds(TagRole::kSelect) && open_.Find(TagRole::kSelect, kScope) != kNone;
  }
  bool InForeign() const { return open_.top().Has(kForeign); }
  /// Tells the tokenizer where it is.
  void Place() {
    const bool foreign = InForeign();
    tokenizer_.AllowCdata(foreign);
    tokenizer_.LeaveOut(foreign ? 0 : builder_.hidden() ? kIdleAttributes : kIdleAttributes | kIdleTags);
  }
  /// Whether what comes now is told; the content of a template is inert.
  bool Told() const { return !open_.Holds(TagRole::kTemplate); }

  void ReadAttributes();
  /// What a value with references, NUL or CR means.
  std::string_view Changed(std::string_view raw);
  void Push(Element element, TagRole role, std::uint16_t flags, std::uint64_t key);
  /// With the attributes of the tag.
  void Push(const TagRow& row);
  /// An element without content.
  void Void(Element element);
  void PopTo(std::size_t index);
  /// Pops as far as the element found, if any.
  void Close(std::size_t found) {
    if (found != kNone) PopTo(found);
  }
  void CloseParagraph() {
    if (open_.Holds(TagRole::kParagraph)) Close(open_.Find(TagRole::kParagraph, kScope | kButtonScope));
  }
  /// Ends a formatting element: what blocks were opened inside it stay open.
  void PopFormatting(std::size_t found);
  void EndLink();

  static constexpr std::size_t kNone = OpenElements::kNone;

  Tokenizer& tokenizer_;
  PageBuilder& builder_;
  Arena& arena_;
  OpenElements open_;
  Attributes attributes_;
  // A link's text goes on, as a browser opens the `a` anew, when a block around it ends before </a>; it does
  // not leave the cell, caption or object it began in.
  int markers_ = 0;       // such elements on the stack
  int link_markers_ = 0;  // the same when the link began
  bool link_ = false;
  bool body_ = false;  // its start tag was seen
  bool frameset_ok_ = true;
  bool form_ = false;
  bool frameset_document_ = false;
  int framesets_ = 0;
};

}  // namespace trawl::parser
