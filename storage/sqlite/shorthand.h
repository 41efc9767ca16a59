#pragma once

#include <string>
#include <string_view>

namespace trawl::storage::sqlite {

/// SQL of views and reports with its two abbreviations written out: @time(x) is a column of milliseconds as
/// ISO-8601 text in UTC, @word(x) a word of the dictionary. `x` may hold balanced parentheses.
std::string Expanded(std::string_view sql);

}  // namespace trawl::storage::sqlite
