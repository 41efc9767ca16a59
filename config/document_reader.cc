#include "config/document_reader.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "config/checks.h"
#include "config/knobs.h"
#include "config/nearest.h"

namespace trawl::config {
namespace {

/// "a.b" for what can stand bare in TOML, else quoted: a hostile key never breaks a message into lines.
std::string ShowKey(const std::string& key) {
  bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
  return bare ? key : Quoted(key.size() > 64 ? key.substr(0, 61) + "..." : key);
}

/// Takes a document's tables apart, knob by knob, into `loaded`.
class DocumentReader {
 public:
  DocumentReader(Loaded& loaded, std::string source, Spelling spelling)
      : loaded_(loaded), source_(std::move(source)), spelling_(spelling) {}

  void ReadRoot(const TomlNode& root) {
    for (const TomlNode::Entry& entry : root.entries) {
      if (entry.key != "target") continue;
      spelling_ == Spelling::kFile ? ReadTargets(entry) : ReadIntoEveryTarget(entry);
    }
    ReadTable(loaded_.options, OptionKnobs(), root, "", "", "target");
  }

 private:
  void Error(int line, int column, std::string key, std::string message) {
    loaded_.errors.push_back({source_, line, column, std::move(key), std::move(message)});
  }

  void Remember(const std::string& path, const TomlNode& node) {
    loaded_.places[path] = {source_, node.line, node.column};
  }

  /// `path` is where the owner stands ("", "target[0]."), `prefix` the part of the key within it
  /// ("politeness."), `but` a key of the table that is read elsewhere.
  template <class Owner>
  void ReadTable(Owner& owner, std::span<const Knob<Owner>> knobs, const TomlNode& table,
                 const std::string& path, const std::string& prefix, std::string_view but = {}) {
    for (const TomlNode::Entry& entry : table.entries) {
      if (!but.empty() && entry.key == but) continue;
      std::string key = prefix + entry.key;
      std::string shown = KeyOf(path) + prefix + ShowKey(entry.key);
      auto knob = std::find_if(knobs.begin(), knobs.end(), [&](const auto& k) { return k.key == key; });
      if (knob != knobs.end()) {
        ReadKnob(owner, *knob, entry, path + key);
      } else if (!IsSection(knobs, key)) {
        Error(entry.line, entry.column, shown, "is not a known key" + Suggestion(shown));
      } else if (entry.value.kind != TomlNode::Kind::kTable) {
        Error(entry.value.line, entry.value.column, shown,
              "is " + std::string(KindName(entry.value.kind)) + "; allowed: a table, written as [" + shown +
                  "]");
      } else {
        ReadTable(owner, knobs, entry.value, path, key + ".");
      }
    }
  }

  template <class Owner>
  void ReadKnob(Owner& owner, const Knob<Owner>& knob, const TomlNode::Entry& entry,
                const std::string& path) {
    Remember(path, entry.value);
    for (std::size_t i = 0; i < entry.value.items.size(); ++i)
      Remember(path + "[" + std::to_string(i) + "]", entry.value.items[i]);
    Complain complain = [&](const TomlNode& at, int, std::string message) {
      Error(at.line, at.column, KeyOf(path), std::move(message));
    };
    Assign(knob.kind, knob.slot(owner), entry.value, spelling_, complain);
  }

  void ReadTargets(const TomlNode::Entry& entry) {
    const TomlNode& array = entry.value;
    if (!IsListOfTables(array))
      return Error(entry.line, entry.column, "target",
                   "is not a list of tables; allowed: each target as [[target]]");
    if (array.items.size() > kMaxTargets)
      return Error(entry.line, entry.column, "target", "more than 10000 targets; allowed: fewer");
    for (const TomlNode& table : array.items) {
      std::string path = "target[" + std::to_string(loaded_.options.targets.size()) + "]";
      Remember(path, table);
      Target& target = loaded_.options.targets.emplace_back();
      for (const TomlNode::Entry& key : table.entries) {
        if (key.key == "item") ReadItems(target, key, path + ".item");
      }
      ReadTable(target, TargetKnobs(), table, path + ".", "", "item");
    }
  }

  void ReadItems(Target& target, const TomlNode::Entry& entry, const std::string& path) {
    const TomlNode& array = entry.value;
    if (!IsListOfTables(array))
      return Error(entry.line, entry.column, KeyOf(path),
                   "is not a list of tables; allowed: each rule as [[target.item]]");
    if (array.items.size() > kMaxItemRules)
      return Error(entry.line, entry.column, KeyOf(path),
                   "more than " + std::to_string(kMaxItemRules) + " rules; allowed: fewer");
    for (const TomlNode& table : array.items) {
      const std::string rule_path = path + "[" + std::to_string(target.items.size()) + "]";
      Remember(rule_path, table);
      ItemRule& rule = target.items.emplace_back();
      for (const TomlNode::Entry& key : table.entries) {
        if (key.key == "fields") ReadFields(rule, key, rule_path + ".fields");
      }
      ReadTable(rule, ItemKnobs(), table, rule_path + ".", "", "fields");
    }
  }

  void ReadFields(ItemRule& rule, const TomlNode::Entry& entry, const std::string& path) {
    if (entry.value.kind != TomlNode::Kind::kTable)
      return Error(
          entry.value.line, entry.value.column, KeyOf(path),
          "is " + std::string(KindName(entry.value.kind)) +
              "; allowed: fields.NAME = \"selector\" or fields.NAME = { css = \"selector\" } for each field");
    Remember(path, entry.value);
    for (const TomlNode::Entry& field : entry.value.entries) {
      const std::string key = KeyOf(path) + "." + ShowKey(field.key);
      if (rule.fields.size() == kMaxItemFields)
        return Error(field.line, field.column, key,
                     "is one more than " + std::to_string(kMaxItemFields) + " fields; allowed: fewer");
      if (const std::string wrong = CheckFieldName(field.key); !wrong.empty())
        Error(field.line, field.column, key, Quoted(field.key) + " " + wrong);
      ReadField(rule.fields.emplace_back(), field, path + "." + field.key);
    }
  }

  void ReadField(ItemField& field, const TomlNode::Entry& entry, const std::string& path) {
    field.name = entry.key;
    Remember(path, entry.value);
    TomlNode table = entry.value;
    if (table.kind == TomlNode::Kind::kString) {  // short for its selector
      TomlNode::Entry css{"css", table.line, table.column, table};
      table = {};
      table.line = css.line;
      table.column = css.column;
      table.entries.push_back(std::move(css));
    }
    if (table.kind != TomlNode::Kind::kTable)
      return Error(table.line, table.column, KeyOf(path),
                   "is " + std::string(KindName(table.kind)) +
                       "; allowed: a selector, or a table such as { css = \".price\", type = \"number\" }");
    for (TomlNode::Entry& key : table.entries) {
      if (key.key == "default") MakeText(key.value);
    }
    ReadTable(field, FieldKnobs(), table, path + ".", "");
  }

  /// A default may be written as the number or truth that it is.
  static void MakeText(TomlNode& node) {
    if (node.kind == TomlNode::Kind::kInteger) node.text = std::to_string(node.integer);
    if (node.kind == TomlNode::Kind::kBool) node.text = node.boolean ? "true" : "false";
    if (node.kind == TomlNode::Kind::kInteger || node.kind == TomlNode::Kind::kBool ||
        node.kind == TomlNode::Kind::kFloat)
      node.kind = TomlNode::Kind::kString;
  }

  static bool IsListOfTables(const TomlNode& array) {
    return array.kind == TomlNode::Kind::kArray &&
           std::all_of(array.items.begin(), array.items.end(),
                       [](const TomlNode& item) { return item.kind == TomlNode::Kind::kTable; });
  }

  void ReadIntoEveryTarget(const TomlNode::Entry& entry) {
    if (entry.value.kind != TomlNode::Kind::kTable)
      return Error(0, 0, "target",
                   "cannot be set whole; allowed: a key of every target, such as target.max_depth=3");
    if (std::any_of(entry.value.entries.begin(), entry.value.entries.end(),
                    [](const TomlNode::Entry& key) { return key.key == "item"; }))
      return Error(0, 0, "target.item", "cannot be set here; allowed: [[target.item]] in a file");
    std::size_t errors = loaded_.errors.size();
    if (loaded_.options.targets.empty() && errors == 0)
      Error(0, 0, "target", "there is no target whose keys could be set");
    for (std::size_t i = 0; i < loaded_.options.targets.size(); ++i) {
      ReadTable(loaded_.options.targets[i], TargetKnobs(), entry.value, "target[" + std::to_string(i) + "].",
                "");
      if (loaded_.errors.size() > errors) return;  // the same for each
    }
  }

  template <class Owner>
  static bool IsSection(std::span<const Knob<Owner>> knobs, const std::string& key) {
    return std::any_of(knobs.begin(), knobs.end(),
                       [&](const auto& knob) { return knob.key.starts_with(key + "."); });
  }

  static std::string Suggestion(const std::string& key) {
    std::set<std::string> keys;
    auto add = [&](const std::string& full) {
      keys.insert(full);
      for (std::size_t dot = full.find('.'); dot != std::string::npos; dot = full.find('.', dot + 1))
        keys.insert(full.substr(0, dot));
    };
    for (const auto& knob : OptionKnobs()) add(std::string(knob.key));
    for (const auto& knob : TargetKnobs()) add("target." + std::string(knob.key));
    for (const auto& knob : ItemKnobs()) add("target.item." + std::string(knob.key));
    add("target.item.fields");
    // Of a field only the last part can be known.
    constexpr std::string_view kFields = "target.item.fields.";
    if (const std::size_t last = key.rfind('.'); key.starts_with(kFields) && last >= kFields.size()) {
      for (const auto& knob : FieldKnobs()) add(key.substr(0, last + 1) + std::string(knob.key));
    }
    std::vector<std::string> candidates(keys.begin(), keys.end());
    std::string nearest = NearestKey(key, candidates);
    if (nearest.empty()) return "; allowed: the keys that \"trawl check --keys\" lists";
    return "; did you mean " + (nearest == "target" ? "[[target]]" : nearest) + "?";
  }

  Loaded& loaded_;
  const std::string source_;
  const Spelling spelling_;
};

}  // namespace

std::string KeyOf(const std::string& path) {
  std::string key;
  bool inside = false;
  for (char c : path) {
    if (c == '[') inside = true;
    if (!inside) key += c;
    if (c == ']') inside = false;
  }
  return key;
}

void ReadDocument(Loaded& loaded, const TomlNode& root, const std::string& source, Spelling spelling) {
  DocumentReader(loaded, source, spelling).ReadRoot(root);
}

}  // namespace trawl::config
