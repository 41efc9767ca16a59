#pragma once

#include <optional>
#include <string_view>

namespace trawl::parser {

/// The first number in a text as people write it: "1.234,50 EUR", "$1,299.00", "1 299", "-5 %", "12 (3
/// left)".
///
/// Of '.' and ',' the last is the decimal sign where both stand; one that stands several times parts
/// thousands, and so does a single comma before exactly three digits. A single point before exactly three
/// digits is a decimal sign, but for a price (a currency sign, a code such as EUR, or ",-" beside it), which
/// has no third decimal. Spaces, apostrophes and '_' part thousands. Nothing where there is no digit.
std::optional<double> ReadNumber(std::string_view text);

}  // namespace trawl::parser
