#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trawl::parser {

/// Path and query in the one way Trawl writes them, a subset of RFC 3986: escapes upper-case and only where
/// needed, every byte that RFC 3986 does not allow escaped ('[' and ']' are left as browsers send them), no
/// dot segments, no empty query.

/// Appends `path` and, when it is not empty, "?" and `query`. Both come from a parsed http(s) URL. An escape
/// is kept when its character would complete a stray '%' before it: writing a target twice changes nothing.
void AppendTarget(std::string_view path, std::string_view query, std::string& out);

/// Whether `target` begins with '/' and AppendTarget would write it as it is. May say no to one with a stray
/// '%'.
bool IsCleanTarget(std::string_view target);

/// The same for what follows the '?'; empty is not clean.
bool IsCleanQuery(std::string_view query);

/// Length of the longest prefix of lower-case letters, digits, '-', '_' and '.': the hosts that need no
/// parser.
std::size_t PlainHostLength(std::string_view text);

/// Whether a host of PlainHostLength bytes is surely what the host parser would write: not empty, no final
/// dot, and no number at the end (which makes it an IPv4 address) but in an address of four plain numbers.
bool IsPlainHost(std::string_view host);

}  // namespace trawl::parser
