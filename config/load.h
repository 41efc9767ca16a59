#pragma once

#include <map>
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
  std::string key;         ///< dotted, e.g. "politeness.delay"; empty for a syntax error
  std::string message;     ///< what is wrong, and what is allowed
  std::size_t offset = 0;  ///< bytes into the text at that place, of what does not compile

  /// `file:line:column: key: what is wrong and what is allowed`
  std::string ToString() const;
};

/// Where a value was written.
struct Place {
  std::string source;
  int line = 0, column = 0;
};

struct Loaded {
  Options options;
  std::vector<ConfigError> errors;  ///< all of them; the options are only meant when this is empty
  /// Places of the values that were given, by path: "http.proxy", "target[0].allow", "target[0].allow[2]".
  std::map<std::string, Place> places;

  /// Adds an error about the value at `path`, for checks that need more than plain values (an expression that
  /// does not compile, a seed that is no URL). Takes the nearest place above when that value was not given
  /// itself. `offset`: as in ConfigError.
  void AddError(const std::string& path, std::string message, std::size_t offset = 0);

  /// Brings the errors into the order of their places, those without one last.
  void SortErrors();
};

/// More errors than this are counted, not listed.
inline constexpr std::size_t kMaxErrors = 100;
inline constexpr std::size_t kMaxTargets = 10000;
/// Item rules of one target, fields of one rule, and rules of all targets together.
inline constexpr std::size_t kMaxItemRules = 64;
inline constexpr std::size_t kMaxItemFields = 100;
inline constexpr std::size_t kMaxAllItemRules = 1000;

/// Reads TOML text. Unknown keys, wrong types and values out of range are errors, and all are reported.
/// `overrides` are "section.key=value" texts as --set gives them; they go through the same checks, after the
/// text. The value is TOML, or a bare string when it is not; "target.key=value" is for every target.
Loaded Load(std::string_view toml, const std::string& source, const std::vector<std::string>& overrides = {});

/// As Load, from a file. A file that cannot be read, or is larger than 1 MiB, is one error.
Loaded LoadFile(const std::string& path, const std::vector<std::string>& overrides = {});

/// Everything a command line can say about the configuration.
struct Sources {
  std::string file;                    ///< empty: none
  std::vector<std::string> overrides;  ///< as for Load
  std::string database;                ///< stands for storage.path; empty: not given
  std::vector<std::string> urls;       ///< seeds of a further target "command-line" with scope host
};

Loaded LoadSources(const Sources& sources);

}  // namespace trawl::config
