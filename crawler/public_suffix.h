#pragma once

#include <string_view>

namespace trawl::crawler {

/// Whether names below `host` belong to different owners ("com", "co.uk", "github.io"), by the public suffix
/// list compiled into libpsl. `host` in lower case, no address. Runs on: any.
bool IsPublicSuffix(std::string_view host);

}  // namespace trawl::crawler
