#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trawl::crawler {

/// What is known of an output that may be a terminal.
struct Terminal {
  bool is_terminal = false;
  bool colour = false;      ///< a terminal that shows colours, and NO_COLOR (no-color.org) is unset or empty
  std::size_t columns = 0;  ///< 0: not a terminal

  /// Of a file descriptor, STDOUT_FILENO or STDERR_FILENO.
  static Terminal Of(int fd);
};

/// What switches an output that shows colours (ECMA-48, SGR).
inline constexpr std::string_view kPlainText = "\x1b[0m", kBoldText = "\x1b[1m", kFaintText = "\x1b[2m",
                                  kBadText = "\x1b[31m", kGoodText = "\x1b[32m", kNoteText = "\x1b[33m";

/// Columns that UTF-8 text takes: none for combining marks, two for wide characters. Invalid bytes take one
/// each.
std::size_t DisplayWidth(std::string_view text);

/// The longest front of `text` that takes at most `columns`, on a character boundary.
std::string_view CutToWidth(std::string_view text, std::size_t columns);

/// Text from outside made safe to print: control characters, which could steer the terminal, become one
/// visible character each ("\n" a space), invalid UTF-8 becomes U+FFFD.
std::string Printable(std::string_view text);

}  // namespace trawl::crawler
