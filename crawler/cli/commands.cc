#include "crawler/cli/commands.h"

#include <algorithm>
#include <cstdio>

#include "config/nearest.h"
#include "crawler/cli/body.h"
#include "crawler/cli/check.h"
#include "crawler/cli/control.h"
#include "crawler/cli/crawl.h"
#include "crawler/cli/debug_command.h"
#include "crawler/cli/doctor.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/cli/explain.h"
#include "crawler/cli/export.h"
#include "crawler/cli/manual.h"
#include "crawler/cli/query.h"
#include "crawler/cli/report.h"
#include "crawler/cli/search.h"
#include "crawler/cli/try.h"
#include "crawler/version.h"

namespace trawl::crawler {
namespace {

constexpr Command kCommands[] = {
    {"crawl", "crawls until nothing is left to fetch, with live progress", kCrawlManual, DefineCrawl},
    {"daemon", "crawls as a service, in the foreground", kDaemonManual, DefineDaemon},
    {"check", "checks a configuration and says all that is wrong with it", kCheckManual, DefineCheck},
    {"query", "answers SQL from the database, also while the crawl runs", kQueryManual, DefineQuery},
    {"explain", "tells why a URL was or was not fetched, and what it waits for", kExplainManual,
     DefineExplain},
    {"report", "answers frequent questions: broken links, errors, slow hosts ...", kReportManual,
     DefineReport},
    {"search", "finds pages by their words, the best first", kSearchManual, DefineSearch},
    {"export", "streams the rows of a view into a file, also while the crawl runs", kExportManual,
     DefineExport},
    {"body", "prints the body of a page that a crawl has kept", kBodyManual, DefineBody},
    {"try", "fetches or reads one page and shows what a crawl would find", kTryManual, DefineTry},
    {"status", "tells how a running daemon is, once or live", kStatusManual, DefineStatus},
    {"pause", "pauses a running daemon, one of its hosts or targets", kPauseManual, DefinePause},
    {"resume", "undoes a pause", kPauseManual, DefineResume},
    {"add", "queues URLs in a running daemon", kAddManual, DefineAdd},
    {"reload", "has a running daemon read its configuration again", kReloadManual, DefineReload},
    {"stop", "stops a running daemon", kStopManual, DefineStop},
    {"doctor", "examines a database, and repairs what is safe to repair", kDoctorManual, DefineDoctor},
    {"manual", "prints a manual page, made of what the help says", kManualManual, DefineManual},
    {"completion", "prints a script that completes commands and options", kCompletionManual,
     DefineCompletion},
    {"debug", "answers JSON lines by single code paths of the crawl", kDebugManual, DefineDebug},
};

constexpr const char* kProgramManual = R"(
A crawl is a database: pages, links, every visit and every URL that was skipped are SQL views in one SQLite file.

  trawl crawl --set http.contact=you@your.domain https://example.org/
                                                         crawl one site into trawl.db; you can be written to
  trawl query "SELECT url, title FROM pages LIMIT 10"    look at it, at any time
  trawl crawl -c trawl.toml                              what to crawl, and how, from a file

Exit codes: 0 done, 1 failed, 64 wrong usage, 74 a file or database cannot be used, 78 wrong configuration.
Results go to stdout, progress and messages to stderr. NO_COLOR is respected.
)";

void PrintProgramHelp() {
  std::printf(
      "Trawl %s: a web crawler for one machine or a fleet.\n\nUsage: trawl COMMAND "
      "[ARGUMENTS]\n\nCommands:\n",
      std::string(Version()).c_str());
  for (const Command& command : Commands())
    std::printf("  %-10s %s\n", std::string(command.name).c_str(), std::string(command.line).c_str());
  std::printf("\n\"trawl COMMAND --help\" is the manual of a command.\n%s", kProgramManual);
}

int RefuseCommand(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : Commands()) names.emplace_back(command.name);
  std::string nearest = config::NearestKey(name, names);
  std::string hint = nearest.empty() ? "" : " Did you mean \"" + nearest + "\"?";
  if (name.find("://") != std::string::npos) hint = " To crawl it: trawl crawl " + name;
  std::fprintf(stderr, "trawl: there is no command \"%s\".%s\nSee \"trawl --help\".\n", name.c_str(),
               hint.c_str());
  return kExitUsage;
}

}  // namespace

std::span<const Command> Commands() {
  return kCommands;
}

std::string_view ProgramManual() {
  return kProgramManual;
}

int RunProgram(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::fprintf(stderr, "trawl: which command? See \"trawl --help\".\n");
    return kExitUsage;
  }
  const std::string& name = arguments[0];
  if (name == "--help" || name == "-h" || name == "help") {
    PrintProgramHelp();
    return kExitDone;
  }
  if (name == "--version" || name == "-V") {
    std::printf("trawl %s\n", std::string(Version()).c_str());
    return kExitDone;
  }
  auto command = std::find_if(std::begin(kCommands), std::end(kCommands),
                              [&](const Command& candidate) { return candidate.name == name; });
  if (command == std::end(kCommands)) return RefuseCommand(name);
  CommandLine line(name, "trawl " + name + ": " + std::string(command->line), std::string(command->manual));
  std::function<int()> run = command->define(line);
  if (std::optional<int> ended = line.Parse({arguments.begin() + 1, arguments.end()})) return *ended;
  return run();
}

}  // namespace trawl::crawler
