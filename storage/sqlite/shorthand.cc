#include "storage/sqlite/shorthand.h"

namespace trawl::storage::sqlite {
namespace {

/// Replaces every `@name(x)` of the text by `meaning`, with x in place of each $.
void Expand(std::string& text, std::string_view name, std::string_view meaning) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    const std::size_t open = at + name.size();
    std::size_t close = open;
    for (int depth = 1; depth > 0;) {
      ++close;
      if (text[close] == '(') ++depth;
      if (text[close] == ')') --depth;
    }
    const std::string inner = text.substr(open + 1, close - open - 1);
    std::string expanded;
    for (const char c : meaning) c == '$' ? expanded += inner : expanded += c;
    text.replace(at, close + 1 - at, expanded);
  }
}

}  // namespace

std::string Expanded(std::string_view sql) {
  std::string text(sql);
  Expand(text, "@time", "strftime('%Y-%m-%dT%H:%M:%fZ', $ / 1000.0, 'unixepoch')");
  Expand(text, "@word", "(SELECT text FROM word WHERE n = $)");
  Expand(text, "@url",
         "coalesce((SELECT n FROM url_number WHERE id = $), (SELECT n FROM url_number_new WHERE id = $))");
  return text;
}

}  // namespace trawl::storage::sqlite
