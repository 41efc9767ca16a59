#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trawl::crawler {

/// Header fields in the order of the message, names as sent.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// Compares field names and tokens of HTTP: ASCII without case.
bool SameToken(std::string_view a, std::string_view b);

/// Without the spaces and tabs at both ends (OWS, RFC 9110 section 5.6.3).
std::string_view TrimSpace(std::string_view text);

/// The first field of that name; empty when there is none. The view lives as long as the field.
std::string_view FirstField(const Fields& fields, std::string_view name);

/// Takes the next element off a comma-separated list (RFC 9110 section 5.6.1), trimmed, empty ones too.
/// False when the list is used up.
bool NextElement(std::string_view& list, std::string_view& element);

}  // namespace trawl::crawler
