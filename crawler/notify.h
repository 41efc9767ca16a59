#pragma once

#include <optional>
#include <string_view>

#include "config/instant.h"

namespace trawl::crawler {

/// Tells the service manager, when there is one ($NOTIFY_SOCKET), e.g. "READY=1" (sd_notify(3)). Never
/// blocks.
void Notify(std::string_view state);

/// Within which time it wants to hear "WATCHDOG=1" from this process (sd_watchdog_enabled(3)); nothing when
/// it does not.
std::optional<Duration> WatchdogInterval();

}  // namespace trawl::crawler
