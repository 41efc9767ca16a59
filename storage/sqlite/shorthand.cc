#include "storage/sqlite/shorthand.h"

namespace trawl::storage::sqlite {
namespace {

/// Replaces every `@name(x)` of the text by before + x + after.
void Expand(std::string& text, std::string_view name, std::string_view before, std::string_view after) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    const std::size_t open = at + name.size();
    std::size_t close = open;
    for (int depth = 1; depth > 0;) {
      ++close;
      if (text[close] == '(') ++depth;
      if (text[close] == ')') --depth;
    }
    const std::string inner = text.substr(open + 1, close - open - 1);
    text.replace(at, close + 1 - at, std::string(before) + inner + std::string(after));
  }
}

}  // namespace

std::string Expanded(std::string_view sql) {
  std::string text(sql);
  Expand(text, "@time", "strftime('%Y-%m-%dT%H:%M:%fZ', ", " / 1000.0, 'unixepoch')");
  Expand(text, "@word", "(SELECT text FROM word WHERE n = ", ")");
  return text;
}

}  // namespace trawl::storage::sqlite
