#pragma once

#include <functional>
#include <string>

#include "crawler/cli/command_line.h"

namespace trawl::crawler {

inline constexpr const char* kManualManual = R"text(Examples:
  trawl manual trawl | man -l -             the program and its commands: trawl(1)
  trawl manual trawl.toml | man -l -        every key of the configuration: trawl.toml(5)
)text";

inline constexpr const char* kCompletionManual = R"text(Examples:
  source <(trawl completion bash)                                     for this shell
  trawl completion fish >~/.config/fish/completions/trawl.fish        for every shell to come
  trawl completion zsh >~/.zfunc/_trawl
)text";

/// trawl(1), in the man macros (man(7)): what the help of the program and of each command says.
std::string ProgramPage();
/// trawl.toml(5): what `trawl check --keys` says.
std::string ConfigPage();
/// A script that completes commands, their options and keys of --set. `shell`: "bash", "zsh" or "fish".
std::string CompletionScript(const std::string& shell);

/// `trawl manual`
std::function<int()> DefineManual(CommandLine& line);
/// `trawl completion`
std::function<int()> DefineCompletion(CommandLine& line);

}  // namespace trawl::crawler
