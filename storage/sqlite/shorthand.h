#pragma once

#include <string>
#include <string_view>

namespace trawl::storage::sqlite {

/// SQL with its abbreviations written out: @time(x) is a column of milliseconds as ISO-8601 text in UTC,
/// @word(x) a word of the dictionary, @url(x) the number of the URL with this fingerprint, or NULL. `x` may
/// hold balanced parentheses.
std::string Expanded(std::string_view sql);

}  // namespace trawl::storage::sqlite
