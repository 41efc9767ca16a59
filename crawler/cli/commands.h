#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

/// One subcommand. A new one is a file with a Define function and a row in commands.cc.
struct Command {
  std::string_view name;
  std::string_view line;    ///< what it does, in one line
  std::string_view manual;  ///< examples and what else its help says
  /// Declares the arguments on the command line, and gives what runs the command with them. Its result is an
  /// ExitCode.
  std::function<int()> (*define)(CommandLine& line);
};

std::span<const Command> Commands();

/// What the program's help says below its commands.
std::string_view ProgramManual();

/// Runs the program: `arguments` are those after the program's name. Called before any thread exists. Gives
/// the exit code.
int RunProgram(const std::vector<std::string>& arguments);

}  // namespace trawl::crawler
