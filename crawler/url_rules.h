#pragma once

#include "config/options.h"
#include "parser/normalize.h"

namespace trawl::crawler {

/// The section [url] as the normaliser takes it; max_length is the caller's to set.
parser::NormalizeOptions UrlRules(const config::UrlOptions& options);

}  // namespace trawl::crawler
