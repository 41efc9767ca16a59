#pragma once

#include "crawler/cli/debug.h"

namespace trawl::crawler {

/// {"url","method"?} ->
/// {"status","headers":[[name,value],...],"body_sha256","body_length","truncated","outcome", "detail"}. Makes
/// the exchange, with the configuration's limits and rules about private addresses; "method" is GET or HEAD.
/// The body is counted and hashed (FIPS 180-4) as decoded of its content codings; "status" is 0 where no
/// answer was read.
json::object DebugFetch(const json::object& in, DebugContext& context);

}  // namespace trawl::crawler
