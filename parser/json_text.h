#pragma once

#include <string>
#include <string_view>

namespace trawl::parser {

/// Appends `text` as a JSON string, quotes and all. What is not UTF-8 stays as it is.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace trawl::parser
