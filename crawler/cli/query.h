#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kQueryManual = R"text(Examples:
  trawl query "SELECT url, status, title FROM pages ORDER BY fetched_ms DESC LIMIT 20"
  trawl query "SELECT outcome, count(*) FROM visits GROUP BY outcome"
  trawl query "SELECT url, detail FROM errors WHERE outcome = 'dns_failed'"
  trawl query --format csv "SELECT source, target FROM links WHERE external" >links.csv
  trawl query "SELECT name FROM sqlite_schema WHERE type = 'view'"     what there is to ask
  trawl query --db news.db <report.sql

One statement that only reads; nothing is ever written. Without SQL it is read from stdin.
Frequent questions have names: trawl report. Exit code 64 when the SQL is wrong, 74 when the database cannot be read.
)text";

/// `trawl query`
std::function<int()> DefineQuery(CommandLine& line);

}  // namespace trawl::crawler
