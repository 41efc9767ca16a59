#pragma once

#include <string>

#include "config/instant.h"

namespace trawl::crawler {

/// UTC, ISO 8601 with milliseconds: "2026-11-29T20:26:02.000Z".
std::string TimeText(Instant at);

}  // namespace trawl::crawler
