#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kExplainManual = R"text(Examples:
  trawl explain https://example.org/page
  trawl explain --db news.db https://example.org/page
  trawl explain -c trawl.toml https://example.org/never-seen     would this configuration take it?
  trawl explain --json https://example.org/page | jq .state

Tells the URL as Trawl knows it, where it stands (stored, queued, skipped, failed or never seen) and why, what named
it, what its host waits for, what robots.txt says and by which line, and its last visits. A daemon that runs is asked:
it tells too what the crawl, the target and the host wait for at this moment. Without one, and with -c, the database
tells alone, also while a crawl writes it. How URLs are told apart and what a scope takes is as in the daemon, as in
the last run, or as in the file of -c.
Exit code 0 also for a URL that was never seen; 64 when it is no URL, 74 when the database cannot be read, 78 when the
configuration is wrong.
)text";

/// `trawl explain`
std::function<int()> DefineExplain(CommandLine& line);

}  // namespace trawl::crawler
