#include "parser/byline.h"

#include <string>
#include <string_view>
#include <vector>

#include "parser/date_text.h"
#include "parser/html_text.h"
#include "parser/json_reader.h"

namespace trawl::parser {
namespace {

constexpr std::size_t kMaxNodes = 256;  // of one block, that are looked at

// The objects that may speak of the page: those of the block, and what @graph holds.
std::vector<std::string_view> NodesOf(std::string_view json) {
  std::vector<std::string_view> nodes;
  const auto add = [&nodes](std::string_view node) {
    if (node.starts_with('{') && nodes.size() < kMaxNodes) nodes.push_back(node);
  };
  for (const std::string_view node : JsonMembers(json)) {
    add(node);
    if (!node.starts_with('{')) continue;
    const std::string_view graph = JsonValueAt(node, "@graph");
    if (!graph.starts_with('[')) continue;
    for (const std::string_view member : JsonMembers(graph)) add(member);
  }
  return nodes;
}

std::string TextOf(std::string_view json) {
  return json.starts_with('"') ? JsonText(json) : std::string();
}

// The names of one person or organisation, or of several; a URL is no name.
std::string NamesOf(std::string_view json) {
  std::string names;
  for (const std::string_view member : JsonMembers(json)) {
    const std::string name = TextOf(member.starts_with('{') ? JsonValueAt(member, "name") : member);
    if (name.empty() || name.find("://") != name.npos) continue;
    if (!names.empty()) names += ", ";
    names += name;
    if (names.size() > kMaxAuthor) break;
  }
  return names;
}

void ReadBlock(std::string_view block, Arena& arena, ParsedPage& page) {
  const auto json = MendJson(block);
  if (!json) return;
  for (const std::string_view node : NodesOf(*json)) {
    if (page.author.empty()) {
      std::string names = NamesOf(JsonValueAt(node, "author"));
      if (names.empty()) names = NamesOf(JsonValueAt(node, "creator"));
      if (!names.empty()) page.author = Fold(arena.Copy(names), kMaxAuthor, arena);
    }
    if (page.date.empty()) {
      const std::string date = TextOf(JsonValueAt(node, "datePublished"));
      if (!date.empty()) page.date = Fold(arena.Copy(date), kMaxDate, arena);
    }
  }
}

}  // namespace

void ReadByline(Arena& arena, ParsedPage& page) {
  for (const std::string_view block : page.json_ld) {
    const auto names = [block](std::string_view key) { return block.find(key) != block.npos; };
    const bool author = page.author.empty() && (names("\"author\"") || names("\"creator\""));
    const bool date = page.date.empty() && names("\"datePublished\"");
    if (author || date) ReadBlock(block, arena, page);
  }
  if (page.date.empty()) return;
  if (const auto date = ReadPageDate(page.date)) page.published = arena.Copy(FormatPageDate(*date));
}

}  // namespace trawl::parser
