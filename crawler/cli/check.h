#pragma once

#include <functional>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kCheckManual = R"(Examples:
  trawl check -c trawl.toml
  trawl check -c trawl.toml --set politeness.delay=5s
  trawl check --keys | less

Each error stands on a line of its own on stderr, as FILE:LINE:COLUMN: KEY: what is wrong; what is allowed.
Exit code 0 when there is none, 78 when there is any.
)";

/// `trawl check`
std::function<int()> DefineCheck(CommandLine& line);

}  // namespace trawl::crawler
