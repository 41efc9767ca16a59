#pragma once

#include <optional>
#include <string>

#include "config/options.h"
#include "config/result.h"
#include "crawler/explanation.h"
#include "crawler/page_parser.h"
#include "crawler/targets.h"
#include "parser/wire.h"
#include "storage/query.h"

namespace trawl::crawler {

// What `trawl explain` and the control API's /explain tell of a URL, in the order in which they find it out:
// the command in one go, the daemon with its database on one thread and its parser processes asked by a
// coroutine.

/// The URL as a crawl with these options knows it, and its key. The error says why it cannot be crawled.
Result<Explanation> BeginExplanation(const std::string& text, const config::Options& options);

/// What the database at `path` knows of it. Blocks. Limits and errors as of storage::LookUp.
storage::QueryError LookUpStory(const std::string& path, Explanation& explanation,
                                const storage::QueryLimits& limits = {});

/// For people: why LookUpStory failed.
std::string LookUpFailure(const std::string& path, const storage::QueryError& error);

/// What the targets would do with the URL, were it met as a link. There is at least one target.
void JudgeScope(const Targets& targets, const config::CrawlOptions& crawl, Explanation& explanation);

/// What the stored robots.txt says. Where that takes reading: what a parser process is to read, for
/// TakeRobots.
std::optional<parser::PageJob> JudgeRobots(const config::Options& options, Explanation& explanation);
void TakeRobots(const ParseAnswer& answer, Explanation& explanation);

}  // namespace trawl::crawler
