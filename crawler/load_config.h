#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/load.h"
#include "crawler/targets.h"

namespace trawl::crawler {

/// Loads a configuration and checks also what plain values cannot: every seed is a URL that can be crawled,
/// every expression compiles, and there is a target. All errors are in the result, each at its place.
config::Loaded LoadConfig(const config::Sources& sources);

/// The same, with what was compiled for the check: the targets in the order of the file, when nothing is
/// wrong.
struct LoadedTargets {
  config::Loaded loaded;
  std::optional<Targets> targets;
};
LoadedTargets LoadConfigAndTargets(const config::Sources& sources);

/// The line of a file that an error stands in, cut to what a terminal shows, and below it a caret at the
/// place.
std::string Excerpt(const config::ConfigError& error, std::string_view line);

/// Prints the errors to stderr, a line each, and below each the place in its file. Gives kExitDone when there
/// is none, else kExitConfig.
int ReportConfigErrors(const config::Loaded& loaded);

}  // namespace trawl::crawler
