#pragma once

#include <string_view>

#include "crawler/fetch/fields.h"

namespace trawl::crawler {

/// What the X-Robots-Tag fields of an answer ask a crawler.
struct RobotsTag {
  bool noindex = false;
  bool nofollow = false;
};

/// Reads all X-Robots-Tag fields, as the large search engines define them: a comma-separated list of
/// directives, behind the name of an agent and a colon where it is for that agent alone. Those without a name
/// and those for `product_token` (lower case) count; "none" is noindex and nofollow. Case does not matter.
RobotsTag ReadRobotsTag(const Fields& fields, std::string_view product_token);

}  // namespace trawl::crawler
