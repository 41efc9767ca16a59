#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/load.h"
#include "crawler/targets.h"

namespace trawl::crawler {

/// What a service was started with.
struct Configured {
  config::Sources sources;
  /// crawl.max_fetches as they said; the running options may have fewer, as many as the process may open.
  std::uint32_t max_fetches = 0;
};

/// What a changed configuration means for a crawl that runs. Targets that are there keep their numbers, new
/// ones follow, removed ones stay as retired.
struct ReloadPlan {
  bool good = false;
  config::Options options;         ///< as the file says; its targets in the order of the numbers
  std::optional<Targets> targets;  ///< when good
  bool renames = false;            ///< names or item rules are not those of the running targets
  /// When good, what changes, a line each, and what needs a restart; else every error, as `trawl check` tells
  /// it.
  std::vector<std::string> lines;
};

/// Gives the running options the values of those keys that a running crawl may change, and the targets.
void ApplyReload(config::Options next, config::Options& running);

/// Loads and checks the whole configuration, and holds it against the running one. Changes nothing.
ReloadPlan PlanReload(const config::Options& running, const Targets& targets, const Configured& configured);

}  // namespace trawl::crawler
