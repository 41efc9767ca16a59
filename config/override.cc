#include "config/override.h"

#include <algorithm>

#include "config/document_reader.h"
#include "config/knobs.h"
#include "config/toml_reader.h"

namespace trawl::config {
namespace {

constexpr std::size_t kMaxOverrideKey = 512;

bool IsPairs(const std::string& key) {
  auto knobs = OptionKnobs();
  return std::any_of(knobs.begin(), knobs.end(), [&](const Knob<Options>& knob) {
    return knob.key == key && std::holds_alternative<PairsKind>(knob.kind);
  });
}

/// The value of --set: TOML where it is exactly one TOML value, else the text itself, which scalars keep too.
TomlNode ReadOverrideValue(std::string_view text) {
  TomlResult result = ReadToml("v = " + std::string(text));
  TomlNode node;
  node.kind = TomlNode::Kind::kString;
  if (result.error.empty() && result.root.entries.size() == 1 && result.root.entries[0].key == "v")
    node = std::move(result.root.entries[0].value);
  else
    node.text = text;
  if (node.kind != TomlNode::Kind::kString) node.text = text;
  return node;
}

/// The override as the table it would be in a file: "a.b=1" is {a = {b = 1}}.
TomlNode NestOverride(const std::string& key, TomlNode value) {
  std::size_t dot = key.rfind('.');
  // "dns.hosts.www.example.org=192.0.2.1": what follows a table of strings is one name, dots and all.
  for (std::size_t at = key.find('.'); at != std::string::npos; at = key.find('.', at + 1)) {
    if (IsPairs(key.substr(0, at))) {
      dot = at;
      break;
    }
  }
  TomlNode table;
  table.entries.push_back({dot == std::string::npos ? key : key.substr(dot + 1), 0, 0, std::move(value)});
  return dot == std::string::npos ? table : NestOverride(key.substr(0, dot), std::move(table));
}

/// Drops the places within a value's own one-line document: they would mislead.
void ForgetPlaces(TomlNode& node) {
  node.line = node.column = 0;
  for (TomlNode& item : node.items) ForgetPlaces(item);
  for (TomlNode::Entry& entry : node.entries) {
    entry.line = entry.column = 0;
    ForgetPlaces(entry.value);
  }
}

}  // namespace

void ApplyOverride(Loaded& loaded, const std::string& text) {
  std::size_t equals = text.find('=');
  std::string key = text.substr(0, equals);
  while (key.ends_with(' ')) key.pop_back();
  if (equals == std::string::npos || key.empty() || key.size() > kMaxOverrideKey) {
    loaded.errors.push_back(
        {"--set", 0, 0, "", Quoted(text.substr(0, 200)) + " is not a setting; allowed: section.key=value"});
    return;
  }
  std::string_view written = std::string_view(text).substr(equals + 1);
  while (written.starts_with(' ')) written.remove_prefix(1);
  TomlNode value = ReadOverrideValue(written);
  ForgetPlaces(value);
  ReadDocument(loaded, NestOverride(key, std::move(value)), "--set", Spelling::kCommandLine);
}

}  // namespace trawl::config
