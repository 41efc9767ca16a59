#pragma once

#include <string>

#include "config/options.h"

namespace trawl::test {

/// Two workers of the misbehaving parser, with limits that a test can wait for.
inline config::ParserOptions RogueOptions() {
  config::ParserOptions options;
  options.workers = 2;
  options.cpu_max = std::chrono::milliseconds(300);
  options.wall_max = std::chrono::seconds(20);
  options.program = TRAWL_BINARY_DIR "/trawl_rogue_parser";
  return options;
}

}  // namespace trawl::test
