#include "parser/scan.h"

#include "parser/html_page.h"
#include "parser/tokenizer.h"
#include "parser/tree_outline.h"

namespace trawl::parser {

ParsedPage ScanHtml(const PageJob& job, std::string_view html, Charset charset, Arena& arena) {
  // A character reference is at least four bytes for at most six, a NUL may become a three-byte U+FFFD, and a
  // line end takes a tag.
  PageBuilder builder(job, charset, 3 * html.size() + 16, arena);
  Tokenizer tokenizer(html);
  TreeOutline outline(tokenizer, builder, arena);
  for (auto token = tokenizer.Next(); token != Tokenizer::Token::kEnd; token = tokenizer.Next())
    outline.Take(token);
  outline.Finish();
  return builder.Finish();
}

}  // namespace trawl::parser
