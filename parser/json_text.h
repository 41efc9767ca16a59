#pragma once

#include <string>
#include <string_view>

namespace trawl::parser {

/// Appends `text` as a JSON string, quotes and all. What is not UTF-8 stays as it is.
void AppendJsonString(std::string_view text, std::string& out);

/// Appends a finite number in the fewest digits that read back as the same double, as a decimal ("12.5",
/// "100000") between 1e-6 and 1e21 and with an exponent beyond, as ECMAScript's JSON does. What is not finite
/// is null.
void AppendJsonNumber(double number, std::string& out);

}  // namespace trawl::parser
