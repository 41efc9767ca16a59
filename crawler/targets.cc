#include "crawler/targets.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "crawler/fetch/credentials.h"
#include "crawler/frontier/recrawl.h"
#include "crawler/page_request.h"
#include "crawler/url_rules.h"
#include "parser/normalize.h"
#include "parser/url.h"
#include "parser/wire.h"

namespace trawl::crawler {

namespace {

/// Whom the target's credentials are for: the origins of its seeds, so that no link and no redirect takes
/// them elsewhere.
void SetCredentials(TargetPlan& plan, const std::string& path, config::Loaded& loaded) {
  const config::TargetHttp& http = plan.target.http;
  if (!http.bearer_token.empty() && !http.user.empty())
    loaded.AddError(path + ".http.bearer_token", "stands beside http.user; allowed: one of the two");
  if (http.user.empty() && !http.password.empty())
    loaded.AddError(path + ".http.password", "has no http.user; allowed: both");
  if (!http.bearer_token.empty()) {
    plan.authorization = "Bearer " + http.bearer_token;
  } else if (!http.user.empty()) {
    plan.authorization = BasicCredentials(http.user, http.password);
  }
  if (plan.authorization.empty()) return;
  std::set<std::string_view> origins;
  for (const std::string& seed : plan.seeds) origins.insert(OriginOf(seed));
  plan.auth_origins.assign(origins.begin(), origins.end());
}

/// Those that can be crawled, normalised; an error at `path` for each other.
std::vector<std::string> NormalizeUrls(const std::vector<std::string>& urls,
                                       const parser::NormalizeOptions& normalize, const std::string& path,
                                       config::Loaded& loaded) {
  std::vector<std::string> normalized;
  for (std::size_t n = 0; n < urls.size(); ++n) {
    const Result<parser::Url> parsed = parser::Url::Parse(urls[n]);
    Result<std::string> url =
        parsed ? parser::Normalize(*parsed, normalize) : Result<std::string>(parsed.error());
    if (url) {
      normalized.push_back(std::move(*url));
    } else {
      loaded.AddError(path + "[" + std::to_string(n) + "]",
                      "\"" + urls[n] + "\" cannot be crawled: " + url.error().message() +
                          "; allowed: an http:// or https:// URL of at most " +
                          std::to_string(normalize.max_length) + " bytes");
    }
  }
  return normalized;
}

/// The time zones of a configuration, each once.
class Zones {
 public:
  explicit Zones(config::Loaded& loaded) : loaded_(loaded) {}

  /// An error at `path`, once for each name, when there is none.
  std::shared_ptr<const TimeZone> Find(const std::string& name, const std::string& path) {
    if (name.empty()) return nullptr;
    const auto [found, fresh] = zones_.try_emplace(name);
    if (fresh) found->second = TimeZone::Find(name);
    if (found->second == nullptr && blamed_.insert(path).second) {
      loaded_.AddError(path, "\"" + name +
                                 "\" is no time zone of the IANA database; allowed: a name such as "
                                 "\"Europe/Berlin\" or \"UTC\"");
    }
    return found->second;
  }

 private:
  config::Loaded& loaded_;
  std::map<std::string, std::shared_ptr<const TimeZone>> zones_;
  std::set<std::string> blamed_;
};

/// Schemes and ports hold for seeds and sitemaps too, so that one which they refuse is a slip. `what` they
/// are, for people.
void CheckOrigins(const Scope& scope, const std::vector<std::string>& urls, std::string_view what,
                  const std::string& path, config::Loaded& loaded) {
  for (const std::string& url : urls) {
    parser::UrlParts parts;
    if (!parser::SplitNormalized(url, parts)) continue;
    const ScopeVerdict verdict = scope.JudgeOrigin(parts);
    if (verdict.skip == storage::SkipReason::kNone) continue;
    const bool scheme = verdict.rule.starts_with("schemes");
    loaded.AddError(path + (scheme ? ".schemes" : ".ports"),
                    "leaves out the " + std::string(what) + " \"" + url +
                        "\"; allowed: a list that has its " +
                        (scheme ? std::string("scheme") : "port, " + std::to_string(parts.port)));
  }
}

}  // namespace

Targets::Targets(config::Loaded& loaded) {
  const config::Options& options = loaded.options;
  parser::NormalizeOptions normalize = UrlRules(options.url);
  normalize.max_length = options.crawl.max_url.count;
  if (options.url.tracking_parameters.size() > parser::kMaxDropParameters) {
    loaded.AddError("url.tracking_parameters", "has more than " + std::to_string(parser::kMaxDropParameters) +
                                                   " names; allowed: at most so many");
  }
  Zones zones(loaded);
  zones.Find(options.schedule.time_zone, "schedule.time_zone");  // also when no target uses it
  for (std::size_t i = 0; i < options.targets.size(); ++i) {
    const config::Target& target = options.targets[i];
    const std::string path = "target[" + std::to_string(i) + "]";
    std::vector<std::string> seeds = NormalizeUrls(target.seeds, normalize, path + ".seeds", loaded);
    std::vector<WrongExpression> wrong;
    Scope scope(target, seeds, wrong);
    for (WrongExpression& one : wrong)
      loaded.AddError(path + "." + one.key + "[" + std::to_string(one.index) + "]", std::move(one.message));
    std::vector<std::string> sitemaps =
        NormalizeUrls(target.sitemaps.urls, normalize, path + ".sitemaps", loaded);
    CheckOrigins(scope, seeds, "seed", path, loaded);
    CheckOrigins(scope, sitemaps, "sitemap", path, loaded);
    TargetPlan plan{.target = target, .scope = std::move(scope), .seeds = std::move(seeds)};
    plan.sitemaps = std::move(sitemaps);
    plan.policy.delay = target.politeness.delay.value_or(options.politeness.delay);
    plan.policy.connections =
        target.politeness.connections_per_host.value_or(options.politeness.connections_per_host);
    plan.policy.ip_delay = target.politeness.ip_delay.value_or(options.politeness.ip_delay);
    plan.policy.domain_delay = target.politeness.domain_delay.value_or(options.politeness.domain_delay);
    plan.policy.max_latency_delay = options.politeness.max_latency_delay;
    plan.max_depth = target.max_depth.value_or(options.crawl.max_depth);
    plan.timeout = target.http.timeout.value_or(options.http.timeout);
    plan.max_body = target.http.max_body.value_or(options.http.max_body);
    plan.window = config::ParseTimeWindow(target.window);
    plan.pause_on = config::ParsePauseRule(target.pause_on);
    plan.zone_name = target.time_zone.empty() ? options.schedule.time_zone : target.time_zone;
    plan.zone =
        zones.Find(plan.zone_name, target.time_zone.empty() ? "schedule.time_zone" : path + ".time_zone");
    plan.recrawl = config::ParseRecrawl(target.recrawl).value_or(config::Recrawl{});
    plan.obey_robots =
        target.politeness.robots.value_or(options.politeness.robots) == config::RobotsPolicy::kObey;
    plan.follow_nofollow = target.follow_nofollow.value_or(options.crawl.follow_nofollow);
    SetCredentials(plan, path, loaded);
    plans_.push_back(std::move(plan));
  }
  items_ = std::make_shared<const ItemRules>(loaded);
}

std::vector<config::ItemRule> Targets::CurrentRules() const {
  std::vector<config::ItemRule> rules;
  for (const TargetPlan& plan : plans_) {
    if (!plan.retired) rules.insert(rules.end(), plan.target.items.begin(), plan.target.items.end());
  }
  return rules;
}

Targets::Place Targets::Find(std::uint16_t from, std::string_view url, const parser::UrlParts& parts,
                             std::uint8_t hops) const {
  const Place own{from, plans_[from].scope.Judge(url, parts, hops)};
  const bool takes = own.verdict.skip == storage::SkipReason::kNone && !own.verdict.off_site;
  if (takes && !plans_[from].retired) return own;
  const std::optional<std::uint16_t> other = OwnerOf(url, parts);
  return other ? Place{*other, {}} : own;
}

std::optional<std::uint16_t> Targets::OwnerOf(std::string_view url, const parser::UrlParts& parts) const {
  for (std::uint16_t target = 0; target < size(); ++target) {
    if (plans_[target].retired) continue;
    const ScopeVerdict verdict = plans_[target].scope.Judge(url, parts, Scope::kOnSiteOnly);
    if (verdict.skip == storage::SkipReason::kNone) return target;
  }
  return {};
}

std::vector<PageBudget::Limits> Targets::PageLimits() const {
  std::vector<PageBudget::Limits> limits;
  for (const TargetPlan& plan : plans_)
    limits.push_back({plan.target.max_pages, plan.target.max_pages_per_host});
  return limits;
}

std::vector<HostPolicy> Targets::Policies() const {
  std::vector<HostPolicy> policies;
  for (const TargetPlan& plan : plans_) policies.push_back(plan.policy);
  return policies;
}

std::vector<std::optional<Duration>> Targets::RecrawlIntervals() const {
  std::vector<std::optional<Duration>> intervals;
  for (const TargetPlan& plan : plans_)
    intervals.push_back(plan.retired ? std::nullopt : FirstInterval(plan.recrawl));
  return intervals;
}

HostPolicy Targets::Gentlest() const {
  HostPolicy gentlest = plans_.empty() ? HostPolicy{} : plans_.front().policy;
  for (const TargetPlan& plan : plans_) gentlest.Soften(plan.policy);
  return gentlest;
}

std::vector<std::string> Targets::Names() const {
  std::vector<std::string> names;
  for (const TargetPlan& plan : plans_) names.push_back(plan.target.name);
  return names;
}

}  // namespace trawl::crawler
