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

/// The options of the log, and what they were given.
struct LogArguments {
  std::string level, format = "text";

  void AddTo(CommandLine& line, const std::string& usual) {
    level = usual;
    line.AddChoice("--log-level", {"error", "warning", "notice", "info", "debug"}, level,
                   "what the log leaves out: all that is less urgent (" + usual + "); debug has every visit");
    line.AddChoice("--log-format", {"text", "json"}, format, "a line an event as text, or as a JSON object");
  }

  LogOptions Options() const {
    LogOptions options;
    options.format = format == "json" ? LogFormat::kJson : LogFormat::kText;
    options.level = level == "error"     ? LogLevel::kError
                    : level == "warning" ? LogLevel::kWarning
                    : level == "notice"  ? LogLevel::kNotice
                    : level == "info"    ? LogLevel::kInfo
                                         : LogLevel::kDebug;
    return options;
  }
};

Summary SummaryOf(const std::string& word) {
  if (word == "json") return Summary::kJson;
  return word == "none" ? Summary::kNone : Summary::kText;
}

}  // namespace

std::function<int()> DefineCrawl(CommandLine& line) {
  struct Arguments {
    CrawlCommand command;
    std::string summary = "text";
    LogArguments log;
  };
  auto arguments = std::make_shared<Arguments>();
  AddSources(line, arguments->command.sources);
  line.AddChoice("--summary", {"text", "json", "none"}, arguments->summary, "what is printed at the end");
  arguments->log.AddTo(line, "notice");
  line.AddList("URL", "", arguments->command.sources.urls, "where to start");
  return [arguments] {
    CrawlCommand& command = arguments->command;
    if (command.sources.file.empty() && command.sources.urls.empty())
      return CommandLine::Refuse(
          "crawl", "there is nothing to crawl: give a URL, or -c FILE with a target and its seeds");
    command.log = arguments->log.Options();
    command.summary = SummaryOf(arguments->summary);
    return RunCrawl(command);
  };
}

std::function<int()> DefineDaemon(CommandLine& line) {
  struct Arguments {
    DaemonCommand command;
    LogArguments log;
  };
  auto arguments = std::make_shared<Arguments>();
  AddSources(line, arguments->command.sources);
  arguments->log.AddTo(line, "info");
  return [arguments] {
    DaemonCommand& command = arguments->command;
    if (command.sources.file.empty()) return CommandLine::Refuse("daemon", "-c FILE says what to crawl");
    command.log = arguments->log.Options();
    return RunDaemon(command);
  };
}

}  // namespace trawl::crawler
