#include "crawler/explain_url.h"

#include <cstdio>
#include <utility>

#include "crawler/page_request.h"
#include "crawler/robots_cache.h"
#include "crawler/traps.h"
#include "crawler/url_rules.h"
#include "parser/fingerprint.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

parser::UrlParts PartsOf(const Explanation& explanation) {
  parser::UrlParts parts;
  parser::SplitNormalized(explanation.url, parts);
  return parts;
}

}  // namespace

Result<Explanation> BeginExplanation(const std::string& text, const config::Options& options) {
  const Result<parser::Url> parsed = parser::Url::Parse(text);
  if (!parsed) return parsed.error();
  parser::NormalizeOptions rules = UrlRules(options.url);
  rules.max_length = parser::kMaxUrl;
  Result<std::string> url = parser::Normalize(*parsed, rules);
  if (!url) return url.error();
  Explanation explanation;
  explanation.url = std::move(*url);
  char key[17];
  std::snprintf(key, sizeof key, "%016llx",
                static_cast<unsigned long long>(parser::FingerprintUrl(explanation.url)));
  explanation.key = key;
  return explanation;
}

storage::QueryError LookUpStory(const std::string& path, Explanation& explanation,
                                const storage::QueryLimits& limits) {
  const parser::UrlParts parts = PartsOf(explanation);
  return storage::LookUp(path, parser::FingerprintUrl(explanation.url), parser::FingerprintHost(parts.host),
                         parts.origin, explanation.story, limits);
}

std::string LookUpFailure(const std::string& path, const storage::QueryError& error) {
  return error.usage ? path + " was written by another version of trawl; a crawl with this one updates it"
                     : error.message;
}

void JudgeScope(const Targets& targets, const config::CrawlOptions& crawl, Explanation& explanation) {
  const parser::UrlParts parts = PartsOf(explanation);
  const Targets::Place place = targets.Find(0, explanation.url, parts);
  std::string trap = FindRepetition(parts.target, crawl.max_repeats);
  if (trap.empty()) trap = FindDeepPath(parts.target, crawl.max_path_depth);
  const bool inside = place.verdict.skip == storage::SkipReason::kNone;
  explanation.scope = "taken";
  const TargetPlan& plan = targets[place.target];
  explanation.scope_target = plan.target.name;
  explanation.scope_window = plan.target.window;
  if (plan.window && !plan.zone_name.empty()) explanation.scope_window += " " + plan.zone_name;
  if (explanation.url.size() > crawl.max_url.count) {
    explanation.scope = Name(storage::SkipReason::kTooLong);
  } else if (!inside) {
    explanation.scope = Name(place.verdict.skip);
    explanation.scope_rule = place.verdict.rule;
  } else if (!trap.empty()) {
    explanation.scope = Name(storage::SkipReason::kTrap);
    explanation.scope_rule = trap;
  }
}

std::optional<parser::PageJob> JudgeRobots(const config::Options& options, Explanation& explanation) {
  const storage::Facts& robots = explanation.story.robots;
  if (robots.empty()) {
    explanation.robots = "not fetched yet";
    return std::nullopt;
  }
  const auto status = static_cast<std::uint16_t>(robots.Number("status"));
  const RobotsEntry entry = RobotsCache::Judge(Outcome::kOk, status, "", Instant{});
  if (entry.meaning != RobotsEntry::Meaning::kRules) {
    const bool all = entry.meaning == RobotsEntry::Meaning::kAllowAll;
    explanation.robots = all ? "allowed, there are no rules" : "disallowed until it can be read";
    return std::nullopt;
  }
  explanation.robots = "not known: it could not be parsed";
  parser::PageJob job;
  job.kind = parser::DocumentKind::kRobots;
  job.url = std::string(PartsOf(explanation).origin) + "/robots.txt";
  job.product_tokens = {ProductToken(options.http.user_agent)};
  job.body = robots.Text("body");
  return job;
}

void TakeRobots(const ParseAnswer& answer, Explanation& explanation) {
  if (answer.unavailable || answer.outcome != Outcome::kOk) return;
  const parser::RobotsVerdict verdict = parser::Decide(answer.page.robots, PartsOf(explanation).target);
  explanation.robots = verdict.allowed ? "allowed" : "disallowed";
  if (verdict.line > 0) explanation.robots_line = RobotsCache::Receipt(answer.page.robots, verdict);
}

}  // namespace trawl::crawler
