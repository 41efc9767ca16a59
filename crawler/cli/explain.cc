#include "crawler/cli/explain.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "config/load.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/cli/page_session.h"
#include "crawler/cli/terminal.h"
#include "crawler/control/client.h"
#include "crawler/control/place.h"
#include "crawler/explain_url.h"
#include "crawler/load_config.h"

namespace trawl::crawler {
namespace {

struct ExplainCommand {
  std::string url;
  std::string database;
  std::string config;
  std::string socket;
  std::vector<std::string> overrides;
  bool json = false;
};

/// One run of the command: asks the daemon, or loads, looks up and judges.
class Explaining {
 public:
  explicit Explaining(const ExplainCommand& command) : command_(command) {}

  int Run() {
    // With a configuration the question is what that one would do.
    if (command_.config.empty() && command_.overrides.empty()) {
      if (const std::optional<int> answered = AskRunning(Socket())) return *answered;
    }
    config::Loaded loaded;
    if (!command_.config.empty()) {
      config::Sources sources;
      sources.file = command_.config;
      sources.overrides = command_.overrides;
      loaded = LoadConfig(sources);
      if (!loaded.errors.empty()) return ReportConfigErrors(loaded);
    }
    const std::string database = command_.database.empty() ? loaded.options.storage.path : command_.database;
    std::optional<int> failed = LookUp(database, loaded.options);
    if (!failed && command_.config.empty()) {
      // As in the last run, where its configuration can be read without the secrets that were taken out.
      loaded = config::Load(explanation_.story.config, "the last run");
      loaded = config::Load(loaded.errors.empty() ? explanation_.story.config : "", "the last run",
                            command_.overrides);
      if (!loaded.errors.empty()) return ReportConfigErrors(loaded);
      failed = LookUp(database, loaded.options);
    }
    if (failed) return *failed;
    if (!loaded.options.targets.empty()) JudgeScope(Targets(loaded), loaded.options.crawl, explanation_);
    if (std::optional<parser::PageJob> job = JudgeRobots(loaded.options, explanation_)) {
      const std::unique_ptr<PageSession> session = PageSession::Start(loaded.options);
      if (session) TakeRobots(session->Parse(std::move(*job)), explanation_);
    }
    if (command_.json) {
      std::cout << ToJson(ExplanationToJson(explanation_)) << '\n';
    } else {
      WriteExplanation(explanation_, std::cout);
    }
    std::cout.flush();
    return std::cout.good() ? kExitDone : kExitIo;
  }

 private:
  /// Of the daemon that writes the database that is meant; a database in this folder comes before the
  /// service's.
  std::string Socket() const {
    if (!command_.socket.empty()) return command_.socket;
    config::Options options;
    if (!command_.database.empty()) options.storage.path = command_.database;
    const bool here = !command_.database.empty() || ::access(options.storage.path.c_str(), F_OK) == 0;
    return here ? ControlSocket(options) : UsualControlSocket();
  }

  /// The exit code after its answer; nothing when there is no daemon to ask, or one of another version.
  std::optional<int> AskRunning(const std::string& socket) const {
    const std::string path =
        "/explain?" + std::string(command_.json ? "" : "format=text&") + "url=" + QueryValue(command_.url);
    const ControlAnswer answer = AskDaemon(socket, "GET", path);
    if (answer.status == 400) {
      const Result<json::value> value = ParseJson(answer.body);
      const auto why = value && value->is_object() ? StringAt(value->as_object(), "error") : std::nullopt;
      return CommandLine::Refuse("explain", Printable(why.value_or("the daemon refused the URL")));
    }
    if (answer.status != 200) {
      if (command_.socket.empty()) return std::nullopt;
      const std::string why = answer.status == 0
                                  ? answer.error
                                  : "the daemon answered with status " + std::to_string(answer.status);
      std::fprintf(stderr, "trawl explain: %s\n", why.c_str());
      return kExitIo;
    }
    std::cout << answer.body;
    std::cout.flush();
    return std::cout.good() ? kExitDone : kExitIo;
  }

  std::optional<int> LookUp(const std::string& database, const config::Options& options) {
    Result<Explanation> begun = BeginExplanation(command_.url, options);
    if (!begun) {
      return CommandLine::Refuse("explain",
                                 "\"" + command_.url + "\" is no URL to crawl: " + begun.error().message());
    }
    explanation_ = std::move(*begun);
    const storage::QueryError error = LookUpStory(database, explanation_);
    if (error.ok) return std::nullopt;
    std::fprintf(stderr, "trawl explain: %s\n", LookUpFailure(database, error).c_str());
    return kExitIo;
  }

  const ExplainCommand& command_;
  Explanation explanation_;
};

}  // namespace

std::function<int()> DefineExplain(CommandLine& line) {
  auto command = std::make_shared<ExplainCommand>();
  line.AddRequired("URL", "", command->url, "the URL to explain");
  line.AddText("--db", "FILE", command->database, "the database (that of the configuration, else trawl.db)");
  line.AddText("--socket", "PATH", command->socket, "the control socket of the daemon to ask");
  line.AddText("-c,--config", "FILE", command->config, "settings and targets to judge by");
  line.AddList("--set", "KEY=VALUE", command->overrides, "a setting on top of it; any number of times");
  line.AddFlag("--json", command->json, "all of it as one JSON object");
  return [command] {
    if (!command->socket.empty() && !(command->config.empty() && command->overrides.empty())) {
      return CommandLine::Refuse(
          "explain",
          "--socket asks a daemon, which judges by its own configuration; -c and --set "
          "judge by another: give either");
    }
    return Explaining(*command).Run();
  };
}

}  // namespace trawl::crawler
