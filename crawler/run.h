#pragma once

#include <string>

#include "config/load.h"
#include "crawler/log.h"

namespace trawl::crawler {

enum class Summary { kText, kJson, kNone };

/// What `trawl crawl` was asked for.
struct CrawlCommand {
  config::Sources sources;
  Summary summary = Summary::kText;
  LogOptions log{};
};

/// What `trawl daemon` was asked for; read again on SIGHUP.
struct DaemonCommand {
  config::Sources sources;
  LogOptions log{.level = LogLevel::kInfo};
};

/// Crawls until the frontier is empty, a limit is reached or a signal asks to stop. Called before any thread
/// exists, since the zygote starts first of all. Progress and the log go to stderr, the summary to stdout.
/// Gives an ExitCode.
int RunCrawl(const CrawlCommand& command);

/// Crawls until SIGTERM or SIGINT, as a service in the foreground. Otherwise as RunCrawl.
int RunDaemon(const DaemonCommand& command);

}  // namespace trawl::crawler
