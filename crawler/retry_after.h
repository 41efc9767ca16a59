#pragma once

#include <optional>
#include <string_view>

#include "config/instant.h"

namespace trawl::crawler {

/// The value of a Retry-After field (RFC 9110 10.2.3): seconds, or a date in any of the three forms of 5.6.7,
/// which may lie in the past (then 0). Nothing when it is neither. Absurdly many seconds are cut to a year;
/// the caller has its own limit.
std::optional<Duration> ParseRetryAfter(std::string_view value, Instant now);

}  // namespace trawl::crawler
