#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trawl::parser {

/// The host parser of the URL Standard (section 3.5): appends the serialised host to `out`. `is_opaque` is
/// for URLs whose scheme is not special. `host` is UTF-8 and not empty. Returns false, with `out` in any
/// state, on failure.
bool AppendHost(std::string_view host, bool is_opaque, std::string& out);

/// "Ends in a number checker" (section 3.5): such a domain is an IPv4 address or nothing.
bool EndsInNumber(std::string_view ascii_domain);

/// The IPv4 parser: decimal, octal and hexadecimal numbers, one to four of them.
std::optional<std::uint32_t> ParseIpv4(std::string_view text);

/// The IPv6 parser, without brackets and without zone.
std::optional<std::array<std::uint16_t, 8>> ParseIpv6(std::string_view text);

void AppendIpv4(std::uint32_t address, std::string& out);

/// Without brackets; the first longest run of zeros is compressed (RFC 5952 4).
void AppendIpv6(const std::array<std::uint16_t, 8>& address, std::string& out);

}  // namespace trawl::parser
