#pragma once

#include <string>
#include <string_view>

#include "config/result.h"

namespace trawl::parser {

/// "Domain to ASCII" of the URL Standard (section 3.3, beStrict false): UTS #46, nontransitional, CheckBidi,
/// CheckJoiners, no STD3 rules, no DNS lengths; a domain of ASCII only is lower-cased and not looked into.
/// `domain` must be UTF-8. Errors: ParserErrc::kInvalidUrl, also for an empty result or one with a forbidden
/// domain code point.
Result<std::string> DomainToAscii(std::string_view domain);

/// Loads ICU's tables, which DomainToAscii otherwise does at its first domain that is not ASCII. To be called
/// before a process loses its file system or forks workers that share its memory. Returns false when ICU has
/// no tables.
bool LoadIdnaTables();

/// Whether `c` may not stand in a domain (URL Standard 3.1, "forbidden domain code point").
bool IsForbiddenDomainByte(char c);

/// Whether `c` may not stand in a host at all (URL Standard 3.1, "forbidden host code point").
bool IsForbiddenHostByte(char c);

}  // namespace trawl::parser
