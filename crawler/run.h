#pragma once

#include <string>

#include "config/load.h"

namespace trawl::crawler {

enum class Summary { kText, kJson, kNone };

/// What `trawl crawl` was asked for.
struct CrawlCommand {
  config::Sources sources;
  Summary summary = Summary::kText;
};

/// What `trawl daemon` was asked for; read again on SIGHUP.
struct DaemonCommand {
  config::Sources sources;
};

/// Crawls until the frontier is empty, a limit is reached or a signal asks to stop. Called before any thread
/// exists, since the zygote starts first of all. Progress and messages go to stderr, the summary to stdout.
/// Gives an ExitCode.
int RunCrawl(const CrawlCommand& command);

/// Crawls until SIGTERM or SIGINT, as a service in the foreground. Otherwise as RunCrawl.
int RunDaemon(const DaemonCommand& command);

}  // namespace trawl::crawler
