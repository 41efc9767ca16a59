#pragma once

#include "crawler/cli/debug.h"

namespace trawl::crawler {

/// `trawl debug robots`: parsed in a worker, decided as the crawl does. "url" is taken as written: what is
/// not ASCII in it is not escaped, and one without a path asks for "/".
json::object DebugRobots(const json::object& in, DebugContext& context);

}  // namespace trawl::crawler
