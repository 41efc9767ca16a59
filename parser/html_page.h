#pragma once

#include <string_view>

#include "parser/arena.h"
#include "parser/html_links.h"
#include "parser/html_meta.h"
#include "parser/html_names.h"
#include "parser/html_statements.h"
#include "parser/html_text.h"
#include "parser/wire.h"

namespace trawl::parser {

/// Whether an inline style hides its element.
bool StyleHides(std::string_view style);

/// Makes a ParsedPage of the elements and texts of a document, told in tree order. Each Open has its Close.
/// Runs on: parser process. Borrows job, arena and the document's bytes, all of which the page's views need
/// too.
class PageBuilder {
 public:
  /// `charset`: of the body, before it was decoded to `html`.
  PageBuilder(const PageJob& job, Charset charset, std::string_view html, Arena& arena);

  /// Whether what is told from here on lies in a <noscript>: not shown, and nothing the page says of itself,
  /// but its links are links.
  void SetNoscript(bool inside) { noscript_ = inside; }
  void Open(Element element, const Attributes& attributes);
  void Close(Element element);
  /// The text of a link ends, of which an `a` that was closed as kOther did not tell.
  void EndLink() { links_.Close(Element::kA); }
  void Characters(std::string_view text);
  /// Characters that are all white space, where FoldsSpace.
  void Space() {
    links_.Space();
    if (hidden_ > 0 || noscript_) return;
    headings_.Space();
    text_.Space();
  }
  /// Whether Characters folds white space and asks nothing more of it.
  bool FoldsSpace() const { return (title_ | silent_ | preformatted_) == 0; }

  /// Whether an element of itself hides its content.
  static bool Hides(Element element, const Attributes& attributes);
  /// Whether what is told from here on is not shown.
  bool hidden() const { return hidden_ > 0; }
  /// Whether Characters does anything from here on.
  bool Reads() const { return silent_ == 0 || title_ > 0 || json_ld_; }

  /// The page; its strings live in the arena or the document.
  ParsedPage Finish();

 private:
  void OpenTelling(Element element, const Attributes& attributes);
  void OpenDisplay(Element element);
  void CloseDisplay(Element element);
  // Whether what is told now is shown, and neither title nor script.
  bool Plain() const { return (hidden_ | silent_ | title_) == 0; }
  void CharactersAround(std::string_view text);
  const char* ReadableEnd(std::string_view text) const;

  const PageJob& job_;
  Charset charset_;
  std::string_view html_;
  MetaCollector meta_;
  LinkCollector links_;
  TextBuilder text_;
  StatementCollector statements_;
  HeadingCollector headings_;
  // Depths inside an element of the named kind, itself included; 0 outside.
  int hidden_ = 0;  // not shown; its links and their texts count nevertheless
  int silent_ = 0;  // no text for a reader at all, such as a script
  int title_ = 0;
  int preformatted_ = 0;
  bool noscript_ = false;
  bool json_ld_ = false;
};

}  // namespace trawl::parser
