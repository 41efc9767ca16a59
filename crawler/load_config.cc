#include "crawler/load_config.h"

#include <cstdio>

#include "crawler/cli/exit_codes.h"
#include "crawler/targets.h"

namespace trawl::crawler {
config::Loaded LoadConfig(const config::Sources& sources) {
  config::Loaded loaded = config::LoadSources(sources);
  Targets targets(loaded);  // for its errors; also after others, so that all are told at once
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
