#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "config/result.h"

namespace trawl::parser {

/// One frame that brings a worker the item rules of a configuration; later jobs name them by their place. It
/// is answered by nothing, and stays in force until the next one. The names and `match` of rules do not
/// cross.
std::string EncodeRules(const std::vector<config::ItemRule>& rules);

/// Reads the payload of such a frame. A byte too many is kTrailingBytes.
Result<std::vector<config::ItemRule>> DecodeRules(std::string_view payload);

}  // namespace trawl::parser
