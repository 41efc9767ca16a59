#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trawl::parser {

/// The comparable form of RFC 9309 2.2.2 and 2.2.3, for rules and for request targets: escapes of unreserved
/// characters undone, others upper-case, what RFC 3986 does not allow escaped.

/// In a rule's pattern '*' and a final '$' stay what they are; any other '$' is a character and becomes
/// "%24".
std::string ComparablePattern(std::string_view pattern);

/// In a target '*' and '$' are characters: "%2A" and "%24". Bytes that are not ASCII stay, a request target
/// has none.
std::string ComparableTarget(std::string_view target);

/// Whether ComparableTarget would change nothing.
bool IsComparableTarget(std::string_view target);

/// Whether a comparable pattern matches the beginning of a comparable target, or all of it when it ends with
/// '$'. Adds to `work` what the search for the pieces between stars took, in steps of a few nanoseconds.
bool MatchesPattern(std::string_view pattern, std::string_view target, std::size_t& work);

}  // namespace trawl::parser
