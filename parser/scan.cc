#include "parser/scan.h"

#include "parser/charset_decode.h"
#include "parser/html_page.h"
#include "parser/tokenizer.h"
#include "parser/tree_outline.h"
#include "parser/utf8.h"

namespace trawl::parser {

ParsedPage ScanHtml(const PageJob& job, std::string_view html, Charset charset, Arena& arena) {
  PageBuilder builder(job, charset, html, arena);
  Tokenizer tokenizer(html);
  TreeOutline outline(tokenizer, builder, arena);
  for (auto token = tokenizer.Next(); token != Tokenizer::Token::kEnd; token = tokenizer.Next())
    outline.Take(token);
  outline.Finish();
  return builder.Finish();
}

ParsedPage ScanUnchecked(const PageJob& job, std::string_view html, Charset charset, Arena& arena) {
  ParsedPage page = ScanHtml(job, html, charset, arena);
  if (IsUtf8(html)) return page;
  return ScanHtml(job, DecodeToUtf8(Charset::kUtf8, html, arena), charset, arena);
}

}  // namespace trawl::parser
