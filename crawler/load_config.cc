#include "crawler/load_config.h"

#include <cstdio>

#include "crawler/cli/exit_codes.h"
#include "crawler/scope.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

std::string QuotedText(const std::string& text) {
  return "\"" + text + "\"";
}

void CheckSeed(config::Loaded& loaded, const std::string& path, const std::string& seed) {
  auto url = parser::Url::Parse(seed);
  if (!url) return loaded.AddError(path, QuotedText(seed) + " is not a URL: " + url.error().message());
  parser::NormalizeOptions options;
  options.max_length = loaded.options.crawl.max_url.count;
  auto normalized = parser::Normalize(*url, options);
  if (!normalized)
    loaded.AddError(path, QuotedText(seed) + " cannot be crawled: " + normalized.error().message());
}

void CheckExpressions(config::Loaded& loaded, const std::string& path,
                      const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string wrong = WrongExpression(texts[i]);
    if (wrong.empty()) continue;
    loaded.AddError(
        path + "[" + std::to_string(i) + "]",
        QuotedText(texts[i]) + " is not a regular expression: " + wrong + "; allowed: RE2 syntax");
  }
}

}  // namespace

config::Loaded LoadConfig(const config::Sources& sources) {
  config::Loaded loaded = config::LoadSources(sources);
  // Also after other errors, so that all are told at once; what failed to load is empty here.
  for (std::size_t i = 0; i < loaded.options.targets.size(); ++i) {
    const config::Target target = loaded.options.targets[i];
    std::string path = "target[" + std::to_string(i) + "]";
    for (std::size_t seed = 0; seed < target.seeds.size(); ++seed)
      CheckSeed(loaded, path + ".seeds[" + std::to_string(seed) + "]", target.seeds[seed]);
    CheckExpressions(loaded, path + ".allow", target.allow);
    CheckExpressions(loaded, path + ".deny", target.deny);
  }
  if (loaded.errors.empty() && loaded.options.targets.empty())
    loaded.errors.push_back({sources.file.empty() ? "command line" : sources.file, 0, 0, "",
                             "there is nothing to crawl; allowed: a [[target]] with seeds, or a URL"});
  loaded.SortErrors();
  return loaded;
}

int ReportConfigErrors(const config::Loaded& loaded) {
  for (const config::ConfigError& error : loaded.errors)
    std::fprintf(stderr, "%s\n", error.ToString().c_str());
  return loaded.errors.empty() ? kExitDone : kExitConfig;
}

}  // namespace trawl::crawler
