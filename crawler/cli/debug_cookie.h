#pragma once

#include "crawler/cli/debug.h"

namespace trawl::crawler {

/// {"set":[{"url","header"},...],"send_to","now"?} -> {"cookie"}, or {"date"} -> {"iso"}. "now" in seconds
/// since 1970.
json::object DebugCookie(const json::object& in, DebugContext& context);

}  // namespace trawl::crawler
