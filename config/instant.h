#pragma once

#include <chrono>

namespace trawl {

using Duration = std::chrono::milliseconds;

/// A moment: milliseconds since the Unix epoch, UTC. The crawler's clock reads the wall once at start and
/// then advances with the monotonic clock, so that a jump of the wall clock never breaks politeness.
using Instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

}  // namespace trawl
