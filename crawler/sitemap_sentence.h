#pragma once

#include <string>

#include "crawler/discovery.h"
#include "parser/sitemap.h"

namespace trawl::crawler {

/// What a sitemap held, for its visit: "xml: 523 URLs, 500 new within scope".
std::string Sentence(const parser::Sitemap& sitemap, const SitemapCounts& counts);

}  // namespace trawl::crawler
