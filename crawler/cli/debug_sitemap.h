#pragma once

#include "crawler/cli/debug.h"

namespace trawl::crawler {

/// One sitemap or feed, also as a gzip file: its kind, and the URLs that it names.
json::object DebugSitemap(const json::object& in, DebugContext& context);

}  // namespace trawl::crawler
