#include "crawler/cli/crawl.h"

#include <memory>

#include "crawler/cli/exit_codes.h"
#include "crawler/run.h"

namespace trawl::crawler {
namespace {

void AddSources(CommandLine& line, config::Sources& sources) {
  line.AddText("-c,--config", "FILE", sources.file,
               "what to crawl and how; config/trawl.toml explains every key");
  line.AddText("--db", "FILE", sources.database, "the database, instead of storage.path (trawl.db)");
  line.AddList("--set", "KEY=VALUE", sources.overrides, "a setting on top of it; any number of times");
}

Summary SummaryOf(const std::string& word) {
  if (word == "json") return Summary::kJson;
  return word == "none" ? Summary::kNone : Summary::kText;
}

}  // namespace

std::function<int()> DefineCrawl(CommandLine& line) {
  struct Arguments {
    CrawlCommand command;
    std::string summary = "text";
  };
  auto arguments = std::make_shared<Arguments>();
  AddSources(line, arguments->command.sources);
  line.AddChoice("--summary", {"text", "json", "none"}, arguments->summary, "what is printed at the end");
  line.AddList("URL", "", arguments->command.sources.urls, "where to start");
  return [arguments] {
    CrawlCommand& command = arguments->command;
    if (command.sources.file.empty() && command.sources.urls.empty())
      return CommandLine::Refuse(
          "crawl", "there is nothing to crawl: give a URL, or -c FILE with a target and its seeds");
    command.summary = SummaryOf(arguments->summary);
    return RunCrawl(command);
  };
}

std::function<int()> DefineDaemon(CommandLine& line) {
  auto command = std::make_shared<DaemonCommand>();
  AddSources(line, command->sources);
  return [command] {
    if (command->sources.file.empty()) return CommandLine::Refuse("daemon", "-c FILE says what to crawl");
    return RunDaemon(*command);
  };
}

}  // namespace trawl::crawler
