#pragma once

#include <string_view>

#include "config/url_id.h"

namespace trawl::parser {

/// XXH3-64, seed 0, of a normalised URL (parser/normalize.h). Stable on disk.
UrlId FingerprintUrl(std::string_view normalized_url);

/// XXH3-64, seed 0, of a lower-case host name without port.
HostId FingerprintHost(std::string_view host);

/// XXH3-64, seed 0, of a document's bytes: two pages with the same hash are exact duplicates.
std::uint64_t HashContent(std::string_view bytes);

}  // namespace trawl::parser
