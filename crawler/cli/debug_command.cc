#include "crawler/cli/debug_command.h"

#include <cstdio>
#include <iostream>
#include <memory>

#include "config/load.h"
#include "crawler/cli/debug.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/cli/page_session.h"
#include "crawler/load_config.h"
#include "crawler/page_request.h"
#include "crawler/targets.h"
#include "crawler/url_rules.h"

namespace trawl::crawler {
namespace {

struct DebugCommand {
  std::string kind;
  bool kinds = false;
  config::Sources sources;
};

void PrintKinds() {
  for (const DebugKind& kind : DebugKinds())
    std::printf("%-10s %s\n", std::string(kind.name).c_str(), std::string(kind.help).c_str());
}

int Run(const DebugCommand& command) {
  if (command.kinds) {
    PrintKinds();
    return kExitDone;
  }
  const DebugKind* kind = FindDebugKind(command.kind);
  if (kind == nullptr)
    return CommandLine::Refuse("debug",
                               "\"" + command.kind + "\" is no kind; \"trawl debug --kinds\" lists them");
  config::Sources sources = command.sources;
  if (sources.file.empty())
    sources.urls = {"http://localhost/"};  // no target is needed here, but a crawl has one
  config::Loaded loaded = LoadConfig(sources);
  if (!loaded.errors.empty()) return ReportConfigErrors(loaded);
  std::unique_ptr<PageSession> session = PageSession::Start(loaded.options);
  if (!session) return kExitFailed;
  DebugContext context;
  context.normalize = UrlRules(loaded.options.url);
  context.normalize.max_length = loaded.options.crawl.max_url.count;
  context.parse = [&](const parser::PageJob& job) -> Result<parser::ParsedPage> {
    ParseAnswer answer = session->Parse(job);
    if (answer.outcome != Outcome::kOk) return ErrorOf(answer.outcome);
    return std::move(answer.page);
  };
  const Targets targets(loaded);
  context.fetch = [&](const std::string& url, const std::string& method) {
    FetchRequest request = RequestFor(loaded.options, targets, 0, url);
    request.method = method;
    return session->Fetch(std::move(request));
  };
  RunDebug(*kind, std::cin, std::cout, context);
  return std::cout.good() ? kExitDone : kExitIo;
}

}  // namespace

std::function<int()> DefineDebug(CommandLine& line) {
  auto command = std::make_shared<DebugCommand>();
  line.AddText("KIND", "", command->kind, "what is debugged");
  line.AddFlag("--kinds", command->kinds, "list the kinds with the shapes of their lines");
  line.AddText("-c,--config", "FILE", command->sources.file,
               "a configuration, for its [url] rules and limits");
  line.AddList("--set", "KEY=VALUE", command->sources.overrides,
               "a setting on top of it; any number of times");
  return [command] {
    std::ios::sync_with_stdio(false);
    return Run(*command);
  };
}

}  // namespace trawl::crawler
