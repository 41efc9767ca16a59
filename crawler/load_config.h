#pragma once

#include "config/load.h"

namespace trawl::crawler {

/// Loads a configuration and checks also what plain values cannot: every seed is a URL that can be crawled,
/// every expression compiles, and there is a target. All errors are in the result, each at its place.
config::Loaded LoadConfig(const config::Sources& sources);

/// Prints the errors to stderr, a line each. Gives kExitDone when there is none, else kExitConfig.
int ReportConfigErrors(const config::Loaded& loaded);

}  // namespace trawl::crawler
