#include "parser/doctype.h"

#include "parser/html_names.h"

namespace trawl::parser {
namespace {

void SkipDoctypeSpace(std::string_view& text) {
  while (!text.empty() && IsHtmlSpace(text.front())) text.remove_prefix(1);
}

bool BeginsQuoted(std::string_view text) {
  return !text.empty() && (text[0] == '"' || text[0] == '\'');
}

// Takes a quoted identifier off `text`; false when its closing quote is missing.
bool TakeQuoted(std::string_view& text, std::optional<std::string_view>& id) {
  const std::size_t close = text.find(text[0], 1);
  id = text.substr(1, close == text.npos ? text.npos : close - 1);
  text.remove_prefix(close == text.npos ? text.size() : close + 1);
  return close != text.npos;
}

}  // namespace

Doctype ReadDoctype(std::string_view text, bool closed) {
  Doctype doctype;
  SkipDoctypeSpace(text);
  if (text.empty()) {
    doctype.force_quirks = true;
    return doctype;
  }
  std::string_view rest = text;
  doctype.name = NextToken(rest);
  SkipDoctypeSpace(rest);
  // Whatever the document cuts off forces quirks.
  doctype.force_quirks = !closed;
  if (rest.empty()) return doctype;
  const bool is_public = StartsWithIgnoreCase(rest, "public");
  if (!is_public && !StartsWithIgnoreCase(rest, "system")) {
    doctype.force_quirks = true;
    return doctype;
  }
  rest.remove_prefix(6);
  SkipDoctypeSpace(rest);
  if (is_public) {
    if (!BeginsQuoted(rest) || !TakeQuoted(rest, doctype.public_id)) {
      doctype.force_quirks = true;
      return doctype;
    }
    SkipDoctypeSpace(rest);
    if (rest.empty()) return doctype;
  }
  if (!BeginsQuoted(rest) || !TakeQuoted(rest, doctype.system_id)) {
    doctype.force_quirks = true;
    return doctype;
  }
  // Anything behind a system identifier is passed over, and then not even the end of the document forces
  // quirks.
  SkipDoctypeSpace(rest);
  if (!rest.empty()) doctype.force_quirks = false;
  return doctype;
}

}  // namespace trawl::parser
