#pragma once

#include <string_view>

namespace trawl::crawler {

/// "0.1.0"
std::string_view Version();

}  // namespace trawl::crawler
