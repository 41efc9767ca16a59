#include "crawler/cli/explain.h"

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "config/load.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/cli/explanation.h"
#include "crawler/cli/page_session.h"
#include "crawler/load_config.h"
#include "crawler/page_request.h"
#include "crawler/robots_cache.h"
#include "crawler/targets.h"
#include "crawler/traps.h"
#include "crawler/url_rules.h"
#include "parser/fingerprint.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

struct ExplainCommand {
  std::string url;
  std::string database;
  std::string config;
  std::vector<std::string> overrides;
  bool json = false;
};

std::string KeyOf(UrlId id) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(id));
  return text;
}

Result<std::string> NormalizeText(const std::string& text, const config::Options& options) {
  const Result<parser::Url> url = parser::Url::Parse(text);
  if (!url) return url.error();
  parser::NormalizeOptions rules = UrlRules(options.url);
  rules.max_length = parser::kMaxUrl;
  return parser::Normalize(*url, rules);
}

/// One run of the command: loads, looks up, judges.
class Explaining {
 public:
  explicit Explaining(const ExplainCommand& command) : command_(command) {}

  int Run() {
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
    if (!loaded.options.targets.empty()) JudgeScope(loaded);
    JudgeRobots(loaded.options);
    if (command_.json) {
      std::cout << ToJson(ExplanationToJson(explanation_)) << '\n';
    } else {
      WriteExplanation(explanation_, std::cout);
    }
    std::cout.flush();
    return std::cout.good() ? kExitDone : kExitIo;
  }

 private:
  std::optional<int> LookUp(const std::string& database, const config::Options& options) {
    const Result<std::string> url = NormalizeText(command_.url, options);
    if (!url) {
      return CommandLine::Refuse("explain",
                                 "\"" + command_.url + "\" is no URL to crawl: " + url.error().message());
    }
    explanation_ = {};
    explanation_.url = *url;
    parser::SplitNormalized(explanation_.url, parts_);
    const UrlId id = parser::FingerprintUrl(explanation_.url);
    explanation_.key = KeyOf(id);
    const storage::QueryError error = storage::LookUp(database, id, parser::FingerprintHost(parts_.host),
                                                      parts_.origin, explanation_.story);
    if (error.ok) return std::nullopt;
    const std::string message =
        error.usage ? database + " was written by another version of trawl; a crawl with this one updates it"
                    : error.message;
    std::fprintf(stderr, "trawl explain: %s\n", message.c_str());
    return kExitIo;
  }

  /// What the targets would do with the URL, were it met as a link.
  void JudgeScope(config::Loaded& loaded) {
    const Targets targets(loaded);
    const config::CrawlOptions& crawl = loaded.options.crawl;
    const Targets::Place place = targets.Find(0, explanation_.url, parts_);
    std::string trap = FindRepetition(parts_.target, crawl.max_repeats);
    if (trap.empty()) trap = FindDeepPath(parts_.target, crawl.max_path_depth);
    const bool inside = place.verdict.skip == storage::SkipReason::kNone;
    explanation_.scope = "taken";
    explanation_.scope_target = targets[place.target].target.name;
    if (explanation_.url.size() > crawl.max_url.count) {
      explanation_.scope = Name(storage::SkipReason::kTooLong);
    } else if (!inside) {
      explanation_.scope = Name(place.verdict.skip);
      explanation_.scope_rule = place.verdict.rule;
    } else if (!trap.empty()) {
      explanation_.scope = Name(storage::SkipReason::kTrap);
      explanation_.scope_rule = trap;
    }
  }

  /// What the stored robots.txt says, read by a parser process as the crawl does it.
  void JudgeRobots(const config::Options& options) {
    const storage::Facts& robots = explanation_.story.robots;
    if (robots.empty()) {
      explanation_.robots = "not fetched yet";
      return;
    }
    const auto status = static_cast<std::uint16_t>(robots.Number("status"));
    const RobotsEntry entry = RobotsCache::Judge(Outcome::kOk, status, "", Instant{});
    if (entry.meaning != RobotsEntry::Meaning::kRules) {
      const bool all = entry.meaning == RobotsEntry::Meaning::kAllowAll;
      explanation_.robots = all ? "allowed, there are no rules" : "disallowed until it can be read";
      return;
    }
    explanation_.robots = "not known: it could not be parsed";
    const std::unique_ptr<PageSession> session = PageSession::Start(options);
    if (!session) return;
    parser::PageJob job;
    job.kind = parser::DocumentKind::kRobots;
    job.url = std::string(parts_.origin) + "/robots.txt";
    job.product_tokens = {ProductToken(options.http.user_agent)};
    job.body = robots.Text("body");
    const ParseAnswer answer = session->Parse(std::move(job));
    if (answer.outcome != Outcome::kOk) return;
    const parser::RobotsVerdict verdict = parser::Decide(answer.page.robots, parts_.target);
    explanation_.robots = verdict.allowed ? "allowed" : "disallowed";
    if (verdict.line > 0) explanation_.robots_line = RobotsCache::Receipt(answer.page.robots, verdict);
  }

  const ExplainCommand& command_;
  Explanation explanation_;
  parser::UrlParts parts_;  ///< of explanation_.url
};

}  // namespace

std::function<int()> DefineExplain(CommandLine& line) {
  auto command = std::make_shared<ExplainCommand>();
  line.AddRequired("URL", "", command->url, "the URL to explain");
  line.AddText("--db", "FILE", command->database, "the database (that of the configuration, else trawl.db)");
  line.AddText("-c,--config", "FILE", command->config, "settings and targets to judge by");
  line.AddList("--set", "KEY=VALUE", command->overrides, "a setting on top of it; any number of times");
  line.AddFlag("--json", command->json, "all of it as one JSON object");
  return [command] { return Explaining(*command).Run(); };
}

}  // namespace trawl::crawler
