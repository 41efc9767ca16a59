#pragma once

#include <cstdint>

#include "crawler/fetch/cookie_jar.h"
#include "storage/records.h"

namespace trawl::crawler {

/// A change of a target's jar as the row that keeps it over a restart; its text goes into `text`.
storage::CookieRow RowOf(const CookieChange& change, std::uint16_t target, storage::BatchText& text);

/// What a row has kept.
Cookie CookieOf(storage::StoredCookie stored);

}  // namespace trawl::crawler
