#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kTryManual = R"text(Examples:
  trawl try https://example.org/
  trawl try -c trawl.toml https://example.org/news/1     with the headers, limits and scope of a target
  trawl try page.html --base https://example.org/a/      a file, or - for stdin
  trawl try -c trawl.toml --rule product page.html       what an item rule reads off it, field by field
  trawl try --json https://example.org/ | jq .links
  trawl try --head https://example.org/                  the answer's header only, by a HEAD request

Fetches or reads one page as a crawl would and shows what it finds; nothing is stored. The column "follow" says
whether a crawl from this page would go there, or why not. A redirect is shown, not followed; robots.txt is not asked,
since it is for crawlers and this is you. With --rule nothing else is shown, also where the rule's match does not
take the URL.
Exit code 0 when there is a page, 1 when there is none; with --rule 1 also when there is no item, or one that lacks a
required field.
)text";

/// `trawl try`
std::function<int()> DefineTry(CommandLine& line);

}  // namespace trawl::crawler
