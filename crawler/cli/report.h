#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kReportManual = R"text(Examples:
  trawl report                           what reports there are
  trawl report broken-links
  trawl report --limit 0 --format csv missing-titles >untitled.csv
  trawl report robots example.org

Reads beside a running crawl and writes nothing. Exit code 64 when there is no such report, 74 when the database cannot
be read.
)text";

/// `trawl report`
std::function<int()> DefineReport(CommandLine& line);

}  // namespace trawl::crawler
