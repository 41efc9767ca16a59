#pragma once

#include <string_view>

namespace trawl::crawler {

/// Tells the service manager, when there is one ($NOTIFY_SOCKET), e.g. "READY=1" (sd_notify(3)). Never
/// blocks.
void Notify(std::string_view state);

}  // namespace trawl::crawler
