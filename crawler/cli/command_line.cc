#include "crawler/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <utility>

#include "crawler/cli/exit_codes.h"

namespace trawl::crawler {
struct CommandLine::Impl {
  Impl(const std::string& line, const std::string& name) : app(line, name), short_name(name) {}
  CLI::App app;
  std::string short_name;
};

CommandLine::CommandLine(const std::string& name, const std::string& line, const std::string& manual)
    : impl_(std::make_unique<Impl>(line + "\n", "trawl " + name)) {
  impl_->short_name = name;
  CLI::App& app = impl_->app;
  app.set_help_flag("-h,--help", "this text");
  app.footer("\n" + manual);
  app.get_formatter()->column_width(34);
  app.get_formatter()->label("REQUIRED", "");
}

CommandLine::~CommandLine() = default;

void CommandLine::AddFlag(const std::string& names, bool& into, const std::string& sentence) {
  impl_->app.add_flag(names, into, sentence);
}

void CommandLine::AddText(const std::string& names, const std::string& value, std::string& into,
                          const std::string& sentence) {
  impl_->app.add_option(names, into, sentence)->type_name(value);
}

void CommandLine::AddRequired(const std::string& names, const std::string& value, std::string& into,
                              const std::string& sentence) {
  impl_->app.add_option(names, into, sentence)->type_name(value)->required();
}

void CommandLine::AddList(const std::string& names, const std::string& value, std::vector<std::string>& into,
                          const std::string& sentence) {
  if (!names.starts_with('-')) {
    impl_->app.add_option(names, into, sentence)->type_name(value);
    return;
  }
  // Each value as it was written: into a vector the library would split "[a,b]" at its commas.
  CLI::callback_t take = [&into](const std::vector<std::string>& values) {
    into = values;
    return true;
  };
  impl_->app.add_option(names, take, sentence)
      ->type_name(value)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

void CommandLine::AddChoice(const std::string& names, const std::vector<std::string>& words,
                            std::string& into, const std::string& sentence) {
  std::string shown;
  for (const std::string& word : words) shown += (shown.empty() ? "" : "|") + word;
  auto check = [words, shown](const std::string& text) {
    bool known = std::find(words.begin(), words.end(), text) != words.end();
    return known ? std::string() : "\"" + text + "\" is not one of " + shown;
  };
  impl_->app.add_option(names, into, sentence)->type_name(shown)->check(CLI::Validator(check, ""));
}

std::string CommandLine::Help() const {
  return impl_->app.help();
}

std::vector<std::string> CommandLine::OptionNames() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : std::as_const(impl_->app).get_options()) {
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::optional<int> CommandLine::Parse(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
  try {
    impl_->app.parse(reversed);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    std::fputs(Help().c_str(), stdout);
    return kExitDone;
  } catch (const CLI::Error& error) {
    return Refuse(impl_->short_name, error.what());
  }
}

int CommandLine::Refuse(const std::string& name, const std::string& message) {
  std::fprintf(stderr, "trawl %s: %s\nSee \"trawl %s --help\".\n", name.c_str(), message.c_str(),
               name.c_str());
  return kExitUsage;
}

}  // namespace trawl::crawler
