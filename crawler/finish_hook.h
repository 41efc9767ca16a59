#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/options.h"

namespace trawl::crawler {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// Runs schedule.on_finish, with `more` added to the environment: no shell, stdin empty, stdout led to
/// stderr, in a process group of its own that is killed when on_finish_timeout is over. Blocks until it has
/// ended. Gives what went wrong; empty when nothing did, or when there is nothing to run.
std::string RunFinishHook(const config::ScheduleOptions& options, const Environment& more);

}  // namespace trawl::crawler
