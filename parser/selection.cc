#include "parser/selection.h"

#include "parser/html_text.h"
#include "parser/html_tree.h"
#include "parser/json_text.h"
#include "parser/selector_match.h"
#include "parser/wire.h"

namespace trawl::parser {

std::string NoteSelection(std::string_view html, std::string_view selector, bool want_texts, Arena& arena) {
  SelectorError error;
  const auto compiled = Selector::Compile(selector, error);
  std::string json;
  if (!compiled) {
    json = "{\"error\":\"syntax\",\"message\":";
    AppendJsonString(error.message, json);
    return json + ",\"offset\":" + std::to_string(error.offset) + "}";
  }
  const Tree tree = BuildTree(html, arena);
  SelectorMatcher matcher(tree);
  const bool values = compiled->TakesValues();
  json = values ? "{\"values\":[" : want_texts ? "{\"texts\":[" : "{\"ids\":[";
  const std::size_t empty = json.size();
  if (values) {
    for (const std::string_view value : matcher.SelectValues(*compiled)) {
      if (json.size() > empty) json += ',';
      AppendJsonString(value, json);
    }
  } else {
    for (const std::uint32_t element : matcher.Select(*compiled)) {
      if (json.size() > empty) json += ',';
      if (want_texts) {
        AppendJsonString(Fold(tree.TextContent(element), kMaxText, arena), json);
        if (json.size() > kMaxText) break;  // too much in any case
        continue;
      }
      const TreeAttribute* const id = tree.Find(tree[element], "id");
      if (id == nullptr)
        json += "null";
      else
        AppendJsonString(id->value, json);
    }
  }
  return matcher.exhausted() ? "{\"error\":\"work\"}" : json + "]}";
}

}  // namespace trawl::parser
