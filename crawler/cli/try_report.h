#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/cli/json.h"
#include "crawler/cli/terminal.h"
#include "crawler/cli/try_items.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/page_parser.h"

namespace trawl::crawler {

/// A link of the page, and what a crawl would do with it.
struct TriedLink {
  std::string follow;  ///< "yes", or the reason as the view `skipped` has it
  std::string rule;    ///< likewise
  std::string kind, url, rel, anchor;
};

/// What `trawl try` found out.
struct TryReport {
  std::string url;                   ///< what was fetched, or the base of a file
  std::string file;                  ///< when a file was read
  std::string target;                ///< name of the target whose settings were used
  std::optional<FetchResult> fetch;  ///< when a URL was fetched; without its body
  std::size_t body_bytes = 0;
  std::string location;              ///< of a redirect, resolved
  std::optional<ParseAnswer> parse;  ///< when there was a document to parse
  std::vector<TriedLink> links;
  std::vector<TriedRule> rules;  ///< the item rules for the page, and what they read
};

/// For people: aligned, coloured where the terminal shows colours, safe to print.
void WriteTry(const TryReport& report, std::ostream& out, const Terminal& terminal);

/// For programs: all of it, the text whole.
json::object TryToJson(const TryReport& report);

}  // namespace trawl::crawler
