#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kCrawlManual = R"(Examples:
  trawl crawl --set http.contact=you@your.domain https://example.org/
                                                            this host, into trawl.db
  trawl crawl --set target.scope=domain https://example.org/   with all its subdomains
  trawl crawl -c trawl.toml                                 the targets of a file
  trawl crawl -c trawl.toml --db news.db --set crawl.max_pages=1000
  trawl crawl --summary json https://example.org/ >summary.json

URLs make a target "command-line" of their own, with scope "host", beside those of a file; --set target.KEY=VALUE
sets a key of every target. All keys: trawl check --keys, and config/trawl.toml.

Ctrl-C stops cleanly, a second one at once; the same command goes on where it was, also after a crash. The crawl
ends when nothing is left to fetch, or a limit is reached. Watch it with trawl query while it runs.
)";

/// `trawl crawl`
std::function<int()> DefineCrawl(CommandLine& line);

inline constexpr const char* kDaemonManual = R"(Examples:
  trawl daemon -c /etc/trawl/trawl.toml
  systemctl start trawl          with config/trawl.service

Stays in the foreground and tells systemd when it is ready. SIGTERM or Ctrl-C stops cleanly, a second one at once.
Exit code 78 and every error with its place when the configuration is wrong: nothing is started then.

The log goes to stderr, a line an event; into the journal with its priorities ("journalctl -u trawl -p warning").
What comes more than ten times in ten seconds is counted. What was crawled stands in the database, not in the log.
)";

/// `trawl daemon`
std::function<int()> DefineDaemon(CommandLine& line);

}  // namespace trawl::crawler
