#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/instant.h"

namespace trawl::parser {

/// A moment as sitemaps and Atom write it (W3C date and time formats: "2005", "2005-01", "2005-01-31",
/// "2005-01-31T23:59[:59[.9]]Z" or with an offset). A date alone is its midnight, UTC.
std::optional<Instant> ReadW3cDate(std::string_view text);

/// A moment as RSS writes it (RFC 822, with the weekday, the seconds and the century left out at will); the
/// zone has to be there.
std::optional<Instant> ReadRfc822Date(std::string_view text);

/// A date, or a moment where a time of day is given with it.
struct PageDate {
  Instant at{};  ///< of a date alone its midnight, UTC
  bool has_time = false;
};

/// A date as pages write it: one of the two forms above, also without a zone, which then is UTC;
/// "31 January 2005", "Jan 31st, 2005", "Mon, 31 Jan 2005", "31.01.2005", "31-Jan-2005", "2005/01/31" and,
/// where only one reading is possible, "1/31/2005" or "31/1/2005", each also with a time of day behind it;
/// seconds or milliseconds since 1970 as 10 or 13 digits. "01/02/2005" is two dates, so it is none.
std::optional<PageDate> ReadPageDate(std::string_view text);

/// "2005-01-31", or "2005-01-31T23:59:00.000Z" for a moment.
std::string FormatPageDate(const PageDate& date);

}  // namespace trawl::parser
