#pragma once

#include <string>

#include "config/options.h"

namespace trawl::crawler {

/// Path of the trawl-parser to start: parser.program, else the installed one, else the one beside the running
/// program.
std::string ParserProgram(const config::ParserOptions& options);

}  // namespace trawl::crawler
