#pragma once

#include <string>
#include <string_view>

namespace trawl::config {

// What a text must look like, as far as plain values can tell. Each gives what is wrong and what is allowed,
// or an empty string when the text is good. Whatever needs more than syntax (a URL's host, an expression's
// meaning, a file that must exist) is checked where it is used.

std::string CheckAnything(std::string_view text);
std::string CheckNotEmpty(std::string_view text);
/// http:// or https:// and something that can be a host; no white space, no control characters.
std::string CheckSeed(std::string_view text);
std::string CheckExpression(std::string_view text);
/// "http" or "https".
std::string CheckScheme(std::string_view text);
/// A port or a range of ports: see config/port_range.h.
std::string CheckPorts(std::string_view text);
/// An address and a prefix length, with no bit set past the prefix.
std::string CheckCidr(std::string_view text);
/// "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353".
std::string CheckServer(std::string_view text);
/// A duration, "adaptive", "never" or nothing: see config/recrawl.h.
std::string CheckRecrawl(std::string_view text);
std::string CheckWindow(std::string_view text);
/// What a name of the IANA time zone database may look like; that there is one, is checked where it is used.
std::string CheckTimeZone(std::string_view text);
/// Nothing, or a rule: see config/pause_rule.h.
std::string CheckPauseRule(std::string_view text);
/// Empty, or an address and a port: "127.0.0.1:8642", "[::1]:8642", "localhost:8642".
std::string CheckListener(std::string_view text);
/// A list of [user:password@]host:port with a scheme each, or "none".
std::string CheckProxy(std::string_view text);
/// One IPv4 and one IPv6 address at most.
std::string CheckSourceAddress(std::string_view text);
/// What user and password of RFC 7617 may hold: no control character, and no colon in the user.
std::string CheckUser(std::string_view text);
std::string CheckCredential(std::string_view text);
/// b64token of RFC 6750 section 2.1
std::string CheckBearerToken(std::string_view text);
/// What may stand in a header field: visible ASCII and inner blanks (RFC 9110 section 5.5).
std::string CheckFieldValue(std::string_view text);
/// A field value that begins with a product token, as User-Agent asks (RFC 9110 section 10.1.5).
std::string CheckUserAgent(std::string_view text);
/// The name of a query parameter, or the beginning of one and a '*'.
std::string CheckParameterName(std::string_view text);
std::string CheckTargetName(std::string_view text);
/// Names that become a view or a column: letters, digits and '_', a letter first. The views and columns that
/// are there already are refused.
std::string CheckItemName(std::string_view text);
std::string CheckFieldName(std::string_view text);

/// A field of a request that is the operator's to set, not one that Trawl itself must control.
std::string CheckHeader(std::string_view name, std::string_view value);
/// A host name and the address it stands for.
std::string CheckHostEntry(std::string_view name, std::string_view value);

}  // namespace trawl::config
