#pragma once

#include <optional>
#include <string_view>

#include "config/instant.h"

namespace trawl::parser {

/// A moment as sitemaps and Atom write it (W3C date and time formats: "2005", "2005-01", "2005-01-31",
/// "2005-01-31T23:59[:59[.9]]Z" or with an offset). A date alone is its midnight, UTC.
std::optional<Instant> ReadW3cDate(std::string_view text);

/// A moment as RSS writes it (RFC 822, with the weekday, the seconds and the century left out at will); the
/// zone has to be there.
std::optional<Instant> ReadRfc822Date(std::string_view text);

}  // namespace trawl::parser
