#include "config/load.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <set>
#include <tuple>

#include "config/checks.h"
#include "config/document_reader.h"
#include "config/knobs.h"
#include "config/override.h"
#include "config/toml_reader.h"
#include "config/units.h"

namespace trawl::config {
namespace {

constexpr const char* kCommandLineTarget = "command-line";

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string HostOfSeed(const std::string& seed) {
  std::size_t start = seed.find("://");
  if (start == std::string::npos) return {};
  std::string host = seed.substr(start + 3);
  host = host.substr(0, host.find_first_of("/?#\\"));
  return host.substr(host.rfind('@') + 1);
}

void ReadText(Loaded& loaded, std::string_view toml, const std::string& source) {
  TomlResult document = ReadToml(toml);
  if (document.error.empty()) {
    ReadDocument(loaded, document.root, source, Spelling::kFile);
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
    ReadText(loaded, text, path);
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

void CheckField(Loaded& loaded, const ItemField& field, const std::string& path) {
  const int sources = !field.css.empty() + !field.xpath.empty() + !field.meta.empty() + !field.jsonld.empty();
  const bool blamed = IsBlamed(loaded, path + ".css") || IsBlamed(loaded, path + ".xpath") ||
                      IsBlamed(loaded, path + ".meta") || IsBlamed(loaded, path + ".jsonld") ||
                      IsBlamed(loaded, path);
  if (sources != 1 && !blamed)
    loaded.AddError(
        path, std::string(sources == 0 ? "does not say where it comes from" : "comes from several places") +
                  "; allowed: one of css, xpath, meta and jsonld");
  if (!field.attr.empty() && field.css.empty() && field.xpath.empty())
    loaded.AddError(path + ".attr",
                    "has no selector whose element could have the attribute; allowed: beside css or xpath");
}

/// Names of rules are those of views, which know no case.
void CheckItems(Loaded& loaded) {
  std::map<std::string, std::string> rules;  // lower-case name, path
  for (std::size_t t = 0; t < loaded.options.targets.size(); ++t) {
    const std::vector<ItemRule>& items = loaded.options.targets[t].items;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string path = "target[" + std::to_string(t) + "].item[" + std::to_string(i) + "]";
      if (items[i].name.empty() && !IsBlamed(loaded, path + ".name"))
        loaded.AddError(path + ".name", "a rule needs a name; allowed: letters, digits and _");
      if (items[i].fields.empty() && !IsBlamed(loaded, path + ".fields"))
        loaded.AddError(path + ".fields",
                        "a rule needs fields; allowed: fields.NAME = \"selector\", at least one");
      std::set<std::string> fields;
      for (const ItemField& field : items[i].fields) {
        CheckField(loaded, field, path + ".fields." + field.name);
        if (!fields.insert(Lower(field.name)).second)
          loaded.AddError(
              path + ".fields." + field.name,
              "is there twice: columns of a view know no case; allowed: names that differ by more");
      }
      const auto [other, fresh] = rules.emplace(Lower(items[i].name), path);
      if (fresh || items[i].name.empty()) continue;
      const Place& first = loaded.places[other->second + ".name"];
      loaded.AddError(path + ".name", Quoted(items[i].name) + " is also the name of the rule at " +
                                          first.source + ":" + std::to_string(first.line) +
                                          "; allowed: a name of its own for each rule");
    }
  }
  if (rules.size() > kMaxAllItemRules)
    loaded.AddError("target",
                    "more than " + std::to_string(kMaxAllItemRules) + " item rules; allowed: fewer");
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
  CheckItems(loaded);
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

void Loaded::AddError(const std::string& path, std::string message, std::size_t offset) {
  ConfigError error{"default", 0, 0, KeyOf(path), std::move(message), offset};
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
  ReadText(loaded, toml, source);
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
