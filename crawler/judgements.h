#pragma once

#include <vector>

#include "config/options.h"
#include "crawler/targets.h"
#include "storage/records.h"

namespace trawl::crawler {

/// By which rules a configuration excludes URLs, for each reason that another configuration may take back:
/// fingerprints, equal while nothing has changed that could judge a URL otherwise.
std::vector<storage::Judgement> JudgementsOf(const config::Options& options, const Targets& targets);

}  // namespace trawl::crawler
