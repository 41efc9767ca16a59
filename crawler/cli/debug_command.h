#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kDebugManual = R"text(Examples:
  echo '{"input":"HTTP://Example.ORG/%7Ea/../b"}' | trawl debug url
  echo '{"robots_txt":"User-agent: *\nDisallow: /x","user_agents":["trawl"],"url":"http://a/x"}' | trawl debug robots
  trawl debug --kinds

Reads one JSON object a line from stdin and answers each with one on stdout, in order, through the code paths of the
crawl: documents are parsed by a sandboxed process. A line that is wrong is answered with {"error": "..."}.
)text";

/// `trawl debug`
std::function<int()> DefineDebug(CommandLine& line);

}  // namespace trawl::crawler
