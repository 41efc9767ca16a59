#include "config/load.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <set>
#include <tuple>

#include "config/assign.h"
#include "config/checks.h"
#include "config/knobs.h"
#include "config/nearest.h"
#include "config/toml_reader.h"
#include "config/units.h"

namespace trawl::config {
namespace {

constexpr const char* kCommandLineTarget = "command-line";
constexpr std::size_t kMaxOverrideKey = 512;

/// "a.b" for what can stand bare in TOML, else quoted: a hostile key never breaks a message into lines.
std::string ShowKey(const std::string& key) {
  bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
  return bare ? key : Quoted(key.size() > 64 ? key.substr(0, 61) + "..." : key);
}

/// The path without its indexes: what a key is called in a message.
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

std::string HostOfSeed(const std::string& seed) {
  std::size_t start = seed.find("://");
  if (start == std::string::npos) return {};
  std::string host = seed.substr(start + 3);
  host = host.substr(0, host.find_first_of("/?#\\"));
  return host.substr(host.rfind('@') + 1);
}

/// Takes a document's tables apart, knob by knob, into `loaded`.
class Reader {
 public:
  Reader(Loaded& loaded, std::string source, Spelling spelling)
      : loaded_(loaded), source_(std::move(source)), spelling_(spelling) {}

  void ReadRoot(const TomlNode& root) {
    TomlNode sections = root;
    std::erase_if(sections.entries, [&](const TomlNode::Entry& entry) {
      if (entry.key != "target") return false;
      spelling_ == Spelling::kFile ? ReadTargets(entry) : ReadIntoEveryTarget(entry);
      return true;
    });
    ReadTable(loaded_.options, OptionKnobs(), sections, "", "");
  }

 private:
  void Error(int line, int column, std::string key, std::string message) {
    loaded_.errors.push_back({source_, line, column, std::move(key), std::move(message)});
  }

  void Remember(const std::string& path, const TomlNode& node) {
    loaded_.places[path] = {source_, node.line, node.column};
  }

  /// `path` is where the owner stands ("", "target[0]."), `prefix` the part of the key within it
  /// ("politeness.").
  template <class Owner>
  void ReadTable(Owner& owner, std::span<const Knob<Owner>> knobs, const TomlNode& table,
                 const std::string& path, const std::string& prefix) {
    for (const TomlNode::Entry& entry : table.entries) {
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
    bool tables = array.kind == TomlNode::Kind::kArray &&
                  std::all_of(array.items.begin(), array.items.end(),
                              [](const TomlNode& item) { return item.kind == TomlNode::Kind::kTable; });
    if (!tables)
      return Error(entry.line, entry.column, "target",
                   "is not a list of tables; allowed: each target as [[target]]");
    if (array.items.size() > kMaxTargets)
      return Error(entry.line, entry.column, "target", "more than 10000 targets; allowed: fewer");
    for (const TomlNode& table : array.items) {
      std::string path = "target[" + std::to_string(loaded_.options.targets.size()) + "]";
      Remember(path, table);
      ReadTable(loaded_.options.targets.emplace_back(), TargetKnobs(), table, path + ".", "");
    }
  }

  void ReadIntoEveryTarget(const TomlNode::Entry& entry) {
    if (entry.value.kind != TomlNode::Kind::kTable)
      return Error(0, 0, "target",
                   "cannot be set whole; allowed: a key of every target, such as target.max_depth=3");
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
    std::vector<std::string> candidates(keys.begin(), keys.end());
    std::string nearest = NearestKey(key, candidates);
    if (nearest.empty()) return "; allowed: the keys that \"trawl check --keys\" lists";
    return "; did you mean " + (nearest == "target" ? "[[target]]" : nearest) + "?";
  }

  Loaded& loaded_;
  const std::string source_;
  const Spelling spelling_;
};

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
  Reader(loaded, "--set", Spelling::kCommandLine).ReadRoot(NestOverride(key, std::move(value)));
}

void ReadDocument(Loaded& loaded, std::string_view toml, const std::string& source) {
  TomlResult document = ReadToml(toml);
  if (document.error.empty()) {
    Reader(loaded, source, Spelling::kFile).ReadRoot(document.root);
  } else {
    loaded.errors.push_back({source, document.line, document.column, "", document.error});
  }
}

void ReadFile(Loaded& loaded, const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  std::string text(kMaxTomlBytes + 1, '\0');
  std::size_t length = 0;
  bool failed = file == nullptr;
  if (!failed) {
    length =
        std::fread(text.data(), 1, text.size(), file);  // a byte more than allowed, so that ReadToml refuses
    failed = std::ferror(file) != 0;
  }
  int error = errno;
  if (file != nullptr) std::fclose(file);
  text.resize(length);
  if (failed) {
    loaded.errors.push_back({path, 0, 0, "", std::string("cannot be read: ") + std::strerror(error)});
  } else {
    ReadDocument(loaded, text, path);
  }
}

void AddCommandLineTarget(Loaded& loaded, const std::vector<std::string>& urls) {
  Target target;
  target.name = kCommandLineTarget;
  target.seeds = urls;
  for (const std::string& url : urls) {
    if (std::string wrong = CheckSeed(url); !wrong.empty())
      loaded.errors.push_back({"command line", 0, 0, "", Quoted(url) + " " + wrong});
  }
  std::string path = "target[" + std::to_string(loaded.options.targets.size()) + "]";
  loaded.places[path] = {"command line", 0, 0};
  loaded.options.targets.push_back(std::move(target));
}

/// Whether an error about this value, or an item of it, is listed already.
bool IsBlamed(const Loaded& loaded, const std::string& path) {
  auto place = loaded.places.find(path);
  if (place == loaded.places.end()) return false;
  std::string key = KeyOf(path);
  return loaded.places.contains(path + "[0]") ||
         std::any_of(loaded.errors.begin(), loaded.errors.end(), [&](const ConfigError& error) {
           return error.key == key && error.line == place->second.line &&
                  error.source == place->second.source;
         });
}

void CheckTargets(Loaded& loaded) {
  std::map<std::string, std::size_t> names;
  for (std::size_t i = 0; i < loaded.options.targets.size(); ++i) {
    Target& target = loaded.options.targets[i];
    std::string path = "target[" + std::to_string(i) + "]";
    if (target.seeds.empty() && !IsBlamed(loaded, path + ".seeds"))
      loaded.AddError(path + ".seeds", "a target needs seeds; allowed: an array of at least one URL");
    if (target.name.empty() && !target.seeds.empty()) target.name = HostOfSeed(target.seeds[0]);
    if (target.name.empty()) continue;
    auto [other, fresh] = names.emplace(target.name, i);
    if (fresh) continue;
    std::string where = "target[" + std::to_string(other->second) + "]";
    const Place& first = loaded.places[loaded.places.contains(where + ".name") ? where + ".name" : where];
    loaded.AddError(path + ".name", Quoted(target.name) + " is also the name of the target at " +
                                        first.source + ":" + std::to_string(first.line) +
                                        "; allowed: a name of its own for each target");
  }
}

/// What two values can only get wrong together.
void CheckTogether(Loaded& loaded) {
  const Options& options = loaded.options;
  auto fits = [&](Bytes body, const std::string& path) {
    if (body <= options.crawl.memory_max) return;
    loaded.AddError(path,
                    FormatSize(body) +
                        " is more than crawl.memory_max, so that no body could be admitted; allowed: up to " +
                        FormatSize(options.crawl.memory_max));
  };
  fits(options.http.max_body, "http.max_body");
  for (std::size_t i = 0; i < options.targets.size(); ++i) {
    if (auto body = options.targets[i].http.max_body)
      fits(*body, "target[" + std::to_string(i) + "].http.max_body");
  }
  if (options.politeness.backoff > options.politeness.max_retry_after) {
    loaded.AddError("politeness.backoff", FormatDuration(options.politeness.backoff) +
                                              " is more than politeness.max_retry_after; allowed: up to " +
                                              FormatDuration(options.politeness.max_retry_after));
  }
}

Loaded Finish(Loaded loaded, const std::vector<std::string>& overrides) {
  for (const std::string& text : overrides) ApplyOverride(loaded, text);
  CheckTargets(loaded);
  if (loaded.errors.empty()) CheckTogether(loaded);
  loaded.SortErrors();
  if (std::size_t count = loaded.errors.size(); count > kMaxErrors) {
    std::string source = loaded.errors.back().source;
    loaded.errors.resize(kMaxErrors);
    loaded.errors.push_back(
        {source, 0, 0, "", std::to_string(count - kMaxErrors) + " more errors are not listed"});
  }
  return loaded;
}

}  // namespace

std::string ConfigError::ToString() const {
  std::string text = source;
  if (line > 0) text += ":" + std::to_string(line) + ":" + std::to_string(column);
  if (!key.empty()) text += ": " + key;
  return text + ": " + message;
}

void Loaded::AddError(const std::string& path, std::string message) {
  ConfigError error{"default", 0, 0, KeyOf(path), std::move(message)};
  std::string_view at = path;
  auto place = places.find(path);
  while (place == places.end() && !at.empty()) {
    std::size_t cut = at.find_last_of(".[");
    at = at.substr(0, cut == std::string_view::npos ? 0 : cut);
    place = places.find(std::string(at));
  }
  if (place != places.end()) {
    error.source = place->second.source;
    error.line = place->second.line;
    error.column = place->second.column;
  }
  errors.push_back(std::move(error));
}

void Loaded::SortErrors() {
  std::stable_sort(errors.begin(), errors.end(), [](const ConfigError& a, const ConfigError& b) {
    return std::tuple(a.line == 0, a.line, a.column) < std::tuple(b.line == 0, b.line, b.column);
  });
}

Loaded Load(std::string_view toml, const std::string& source, const std::vector<std::string>& overrides) {
  Loaded loaded;
  ReadDocument(loaded, toml, source);
  return Finish(std::move(loaded), overrides);
}

Loaded LoadFile(const std::string& path, const std::vector<std::string>& overrides) {
  return LoadSources({.file = path, .overrides = overrides, .database = {}, .urls = {}});
}

Loaded LoadSources(const Sources& sources) {
  Loaded loaded;
  if (!sources.file.empty()) ReadFile(loaded, sources.file);
  if (!sources.database.empty()) loaded.options.storage.path = sources.database;
  if (!sources.urls.empty()) AddCommandLineTarget(loaded, sources.urls);
  return Finish(std::move(loaded), sources.overrides);
}

}  // namespace trawl::config
