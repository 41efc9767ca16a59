#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/targets.h"
#include "parser/wire.h"

// What is asked of the fetcher and of a parser process for one page: the same in a crawl and in `trawl try`.

namespace trawl::crawler {

/// The product token of RFC 9309 2.2.1: what stands before the version in the user agent, in lower case.
std::string ProductToken(const std::string& user_agent);

/// Scheme, host and port of a normalised URL: everything before its path. A view into it.
std::string_view OriginOf(std::string_view url);

/// Whether a body of this type is read for links. Servers that name no type mean HTML more often than not.
bool IsHtml(std::string_view content_type);

/// Whether a body of this type may be a feed or a sitemap, which its content decides.
bool MayBeFeed(std::string_view content_type);

/// The exchange for a normalised URL of a target; validators are the caller's to add.
FetchRequest RequestFor(const config::Options& options, const Targets& targets, std::uint16_t target,
                        const std::string& url);

/// The document to parse, without its body.
parser::PageJob HtmlJob(const config::Options& options, const std::string& url,
                        std::string_view content_type);

parser::PageJob SitemapJob(const config::Options& options, const std::string& url,
                           std::string_view content_type);
/// Adds to a job that the rules with these numbers are wanted; without any the page need not have a tree.
void AskForItems(const ItemRules& rules, const std::vector<std::uint16_t>& wanted, parser::PageJob& job);

/// Whether a status asks for another URL (RFC 9110 15.4), whatever Location says.
bool IsRedirect(std::uint16_t status);

/// The normalised URL that a redirect of `from` leads to. Errors: ParserErrc::kInvalidUrl (also for an empty
/// `location`), kNotCrawlable, kTooLong past parser::kMaxUrl. Where `rules` fold the target into
/// `from`, it is the target without them.
Result<std::string> RedirectTarget(const std::string& from, std::string_view location,
                                   const config::UrlOptions& rules = {});

}  // namespace trawl::crawler
