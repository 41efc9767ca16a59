#include "storage/search.h"

#include <algorithm>

namespace trawl::storage {
namespace {

constexpr std::string_view kSearch =
    "SELECT u.url AS url, p.title AS title, snippet(page_search, -1, '[', ']', '...', 20) AS snippet, "
    "round(-s.rank, 3) AS score "
    "FROM page_search s JOIN visit v ON v.n = s.rowid JOIN url u ON u.n = v.url JOIN page p ON p.url = v.url "
    "WHERE page_search MATCH ?2 AND s.rank MATCH 'bm25(8.0, 4.0, 1.0)' ORDER BY s.rank LIMIT ?1";

// Exact only while the index grows; a scan of the keys of pages.
constexpr std::string_view kCover =
    "SELECT count(*), count(*) FILTER (WHERE p.url <= c.url) FROM page_search_cover c, page p "
    "WHERE c.url < 9223372036854775807";

/// Takes the next word or "phrase" off the front of `rest`; empty at the end.
std::string_view TakeTerm(std::string_view& rest) {
  constexpr std::string_view kSpace = " \t\r\n";
  rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
  const std::size_t quote = rest.starts_with("-\"") ? 1 : rest.starts_with('"') ? 0 : std::string_view::npos;
  std::size_t end = quote == std::string_view::npos ? rest.find_first_of(kSpace) : rest.find('"', quote + 1);
  if (quote != std::string_view::npos && end != std::string_view::npos) end = rest.find_first_of(kSpace, end);
  const std::string_view term = rest.substr(0, end);
  rest.remove_prefix(term.size());
  return term;
}

}  // namespace

std::string SearchExpression(std::string_view words) {
  std::string wanted, unwanted;
  while (true) {
    std::string_view term = TakeTerm(words);
    if (term.empty()) break;
    const bool without = term.size() > 1 && term[0] == '-';
    if (without) term.remove_prefix(1);
    const bool beginning = term.size() > 1 && term.ends_with('*');
    std::string text;
    for (const char c : term) {
      // Quotes and stars are ours; a NUL would end the text for SQLite.
      if (c != '"' && c != '*' && c != '\0') text += c;
    }
    if (text.empty()) continue;
    std::string& all = without ? unwanted : wanted;
    if (!all.empty()) all += without ? " OR " : " AND ";
    all += "\"" + text + "\"" + (beginning ? "*" : "");
  }
  if (wanted.empty() || unwanted.empty()) return wanted;
  return "(" + wanted + ") NOT (" + unwanted + ")";
}

QueryError Search(const std::string& path, std::string_view words, std::int64_t rows,
                  const std::function<void(const std::vector<std::string>& columns)>& header,
                  const std::function<bool(const std::vector<Value>& row)>& row, SearchCover& cover) {
  const std::string expression = SearchExpression(words);
  if (expression.empty()) return {false, "no word to look for", true};
  QueryError error = Query(path, kSearch, header, row, {}, {rows, expression});
  if (error.usage && error.message.starts_with("no such table")) {
    error.usage = false;
    error.message = path + " has no index of words; a crawl into it with storage.full_text = true makes one";
  }
  if (!error.ok) return error;
  return Query(
      path, kCover, [](const std::vector<std::string>&) {},
      [&cover](const std::vector<Value>& counts) {
        cover.pages = std::get<std::int64_t>(counts[0]);
        cover.indexed = std::get<std::int64_t>(counts[1]);
        return true;
      });
}

}  // namespace trawl::storage
