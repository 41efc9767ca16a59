#pragma once

#include "crawler/fetch/cookie.h"
#include "crawler/fetch/origin.h"

namespace trawl::crawler {

/// Where a URL sets cookies and has them sent. Views into the URL.
CookiePlace PlaceOf(const Origin& origin);

}  // namespace trawl::crawler
