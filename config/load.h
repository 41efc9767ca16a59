#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"

namespace trawl::config {

/// One thing wrong with a configuration. `line` and `column` count from 1; 0 when the place is not in a file.
struct ConfigError {
  std::string source;  ///< file name, or "--set"
  int line = 0;
  int column = 0;
  std::string key;      ///< dotted, e.g. "politeness.delay"; empty for a syntax error
  std::string message;  ///< what is wrong, and what is allowed

  /// `file:line:column: key: what is wrong and what is allowed`
  std::string ToString() const;
};

struct Loaded {
  Options options;
  std::vector<ConfigError> errors;  ///< all of them; the options are only meant when this is empty
};

/// Reads TOML text. Unknown keys, wrong types and values out of range are errors, and all are reported.
/// `overrides` are "section.key=value" texts as --set gives them; they go through the same checks, after the text.
Loaded Load(std::string_view toml, const std::string& source, const std::vector<std::string>& overrides = {});

/// As Load, from a file. A file that cannot be read, or is larger than 1 MiB, is one error.
Loaded LoadFile(const std::string& path, const std::vector<std::string>& overrides = {});

}  // namespace trawl::config
