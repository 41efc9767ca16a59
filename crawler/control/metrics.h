#pragma once

#include <string>

#include "crawler/control/status.h"

namespace trawl::crawler {

/// The same figures for Prometheus, in its text format 0.0.4. No label per host: their number has no bound.
std::string MetricsText(const StatusInput& input);

}  // namespace trawl::crawler
