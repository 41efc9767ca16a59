#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace trawl::crawler {

/// The arguments of one subcommand: declares them, parses them into the caller's variables, prints the help.
/// Runs on: start-up. Borrows the variables until Parse returns. The one door to CLI11.
class CommandLine {
 public:
  /// `manual` stands below the options in the help: examples and what else a reader needs.
  CommandLine(const std::string& name, const std::string& line, const std::string& manual);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // `names` are written "-c,--config"; a name without hyphens is an argument by position. `value` is what the
  // help calls the value. Each option may be given once, those of AddList any number of times.
  void AddFlag(const std::string& names, bool& into, const std::string& sentence);
  void AddText(const std::string& names, const std::string& value, std::string& into,
               const std::string& sentence);
  void AddRequired(const std::string& names, const std::string& value, std::string& into,
                   const std::string& sentence);
  void AddList(const std::string& names, const std::string& value, std::vector<std::string>& into,
               const std::string& sentence);
  void AddChoice(const std::string& names, const std::vector<std::string>& words, std::string& into,
                 const std::string& sentence);

  /// What --help prints.
  std::string Help() const;
  /// "-c", "--config" and so on, arguments by position left out.
  std::vector<std::string> OptionNames() const;

  /// Nothing: the command may run. Else the exit code of the help, or of the complaint, that was printed.
  std::optional<int> Parse(const std::vector<std::string>& arguments);

  /// Complains about arguments that do not go together, as Parse does. Gives kExitUsage.
  static int Refuse(const std::string& name, const std::string& message);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trawl::crawler
