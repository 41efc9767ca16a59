#include "crawler/cli/check.h"

#include <cstdio>
#include <memory>

#include "config/knobs.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/contact.h"
#include "crawler/load_config.h"

namespace trawl::crawler {
namespace {

struct CheckCommand {
  config::Sources sources;
  bool keys = false;
};

int RunCheck(const CheckCommand& command) {
  if (command.keys) {
    std::fputs(config::KnobManual().c_str(), stdout);
    return kExitDone;
  }
  if (command.sources.file.empty())
    return CommandLine::Refuse("check", "-c FILE says which configuration to check");
  config::Loaded loaded = LoadConfig(command.sources);
  if (int code = ReportConfigErrors(loaded); code != kExitDone) return code;
  // No error here: the command line of the crawl may bring it.
  if (const auto missing = MissingContact(command.sources, loaded.options))
    std::fprintf(stderr, "warning: %s\n", missing->ToString().c_str());
  std::size_t targets = loaded.options.targets.size();
  std::printf("%s: good, %zu %s\n", command.sources.file.c_str(), targets,
              targets == 1 ? "target" : "targets");
  return kExitDone;
}

}  // namespace

std::function<int()> DefineCheck(CommandLine& line) {
  auto command = std::make_shared<CheckCommand>();
  line.AddText("-c,--config", "FILE", command->sources.file, "the configuration to check");
  line.AddList("--set", "KEY=VALUE", command->sources.overrides,
               "a setting on top of it; any number of times");
  line.AddFlag("--keys", command->keys, "print every key with its default and what it does");
  return [command] { return RunCheck(*command); };
}

}  // namespace trawl::crawler
