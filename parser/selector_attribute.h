#pragma once

#include <string_view>

#include "parser/selector.h"

// The comparisons of texts that selectors make.

namespace trawl::parser {

/// `ignore_case` is of ASCII letters only, here and below.
bool EqualText(std::string_view one, std::string_view other, bool ignore_case);
/// Whether the space-separated words of `text` hold `word`; an empty word or one with spaces never.
bool HasWord(std::string_view text, std::string_view word, bool ignore_case);
bool TestAttribute(AttributeTest test, std::string_view value, std::string_view wanted, bool ignore_case);
/// The attributes whose values HTML compares without case in selectors (HTML 4.16.2). `name` in lower case.
bool IsCaselessAttribute(std::string_view name);
/// Extended filtering of a language tag by a range (RFC 4647, 3.3.2). An empty range is for an empty tag.
bool MatchesLanguageRange(std::string_view tag, std::string_view range);

}  // namespace trawl::parser
