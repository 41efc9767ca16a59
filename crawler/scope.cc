#include "crawler/scope.h"

#include <re2/re2.h>

#include <algorithm>
#include <optional>

namespace trawl::crawler {
namespace {

using storage::SkipReason;

std::string_view RuleOf(config::ScopeKind kind) {
  switch (kind) {
    case config::ScopeKind::kPrefix:
      return "scope = \"prefix\"";
    case config::ScopeKind::kHost:
      return "scope = \"host\"";
    case config::ScopeKind::kDomain:
      return "scope = \"domain\"";
    case config::ScopeKind::kAny:
      break;
  }
  return {};
}

/// A page's prefix is its folder: everything up to the last '/' of the path.
std::string FolderOf(std::string_view url, const parser::UrlParts& parts) {
  const std::string_view path = parts.target.substr(0, parts.target.find('?'));
  return std::string(url.substr(0, parts.origin.size() + path.rfind('/') + 1));
}

/// A list as the configuration has it.
std::string ListRule(const char* key, const std::vector<std::string>& values) {
  std::string rule = std::string(key) + " = [";
  for (const std::string& value : values) rule.append(&value == values.data() ? "" : ", ").append(value);
  return rule + "]";
}

re2::RE2::Options ExpressionOptions() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  return options;
}

}  // namespace

struct Scope::Expressions {
  std::vector<std::unique_ptr<re2::RE2>> allow, deny;
};

Scope::Scope(const config::Target& target, const std::vector<std::string>& seeds,
             std::vector<WrongExpression>& wrong)
    : kind_(target.scope),
      schemes_(target.schemes),
      external_hops_(target.external_hops),
      schemes_rule_(ListRule("schemes", target.schemes)),
      ports_rule_(ListRule("ports", target.ports)),
      hops_rule_("external_hops = " + std::to_string(target.external_hops)),
      expressions_(std::make_unique<Expressions>()) {
  for (const std::string& ports : target.ports) {
    if (const std::optional<config::PortRange> range = config::ParsePortRange(ports))
      ports_.push_back(*range);
  }
  for (const std::string& seed : seeds) {
    parser::UrlParts parts;
    if (!parser::SplitNormalized(seed, parts)) continue;
    if (kind_ == config::ScopeKind::kPrefix) reach_.push_back(FolderOf(seed, parts));
    if (kind_ == config::ScopeKind::kHost) reach_.emplace_back(parts.host);
    if (kind_ == config::ScopeKind::kDomain) reach_.emplace_back(RegistrableDomain(parts.host));
  }
  std::sort(reach_.begin(), reach_.end());
  reach_.erase(std::unique(reach_.begin(), reach_.end()), reach_.end());
  auto compile = [&](const std::vector<std::string>& texts, auto& out, const char* key) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      auto expression = std::make_unique<re2::RE2>(texts[i], ExpressionOptions());
      if (expression->ok()) {
        out.push_back(std::move(expression));
      } else {
        wrong.push_back({key, i,
                         "\"" + texts[i] + "\" is not a regular expression: " + expression->error() +
                             "; allowed: RE2 syntax"});
      }
    }
  };
  compile(target.allow, expressions_->allow, "allow");
  compile(target.deny, expressions_->deny, "deny");
}

Scope::~Scope() = default;
Scope::Scope(Scope&&) noexcept = default;
Scope& Scope::operator=(Scope&&) noexcept = default;

/// Of prefixes, which all end with a slash: whether one of the URL's own folders is among them.
bool Scope::BeginsInReach(std::string_view url, const parser::UrlParts& parts) const {
  for (std::size_t at = url.find('/', parts.origin.size()); at != std::string_view::npos;
       at = url.find('/', at + 1)) {
    if (std::binary_search(reach_.begin(), reach_.end(), url.substr(0, at + 1))) return true;
  }
  return false;
}

bool Scope::InReach(std::string_view url, const parser::UrlParts& parts) const {
  switch (kind_) {
    case config::ScopeKind::kPrefix:
      return BeginsInReach(url, parts);
    case config::ScopeKind::kHost:
      return std::binary_search(reach_.begin(), reach_.end(), parts.host);
    case config::ScopeKind::kDomain:
      return std::binary_search(reach_.begin(), reach_.end(), RegistrableDomain(parts.host));
    case config::ScopeKind::kAny:
      return true;
  }
  return false;
}

ScopeVerdict Scope::JudgeOrigin(const parser::UrlParts& parts) const {
  if (std::find(schemes_.begin(), schemes_.end(), parts.scheme) == schemes_.end())
    return {SkipReason::kScope, schemes_rule_};
  const auto holds = [&](const config::PortRange& range) { return range.Holds(parts.port); };
  if (!ports_.empty() && std::none_of(ports_.begin(), ports_.end(), holds))
    return {SkipReason::kScope, ports_rule_};
  return {};
}

ScopeVerdict Scope::JudgeDenied(std::string_view url, const parser::UrlParts& parts) const {
  const ScopeVerdict origin = JudgeOrigin(parts);
  if (origin.skip != SkipReason::kNone) return origin;
  for (const auto& expression : expressions_->deny) {
    if (re2::RE2::PartialMatch(re2::StringPiece(url.data(), url.size()), *expression)) {
      return {SkipReason::kDenied, expression->pattern()};
    }
  }
  return {};
}

ScopeVerdict Scope::Judge(std::string_view url, const parser::UrlParts& parts, std::uint8_t hops) const {
  ScopeVerdict verdict;
  verdict.off_site = !InReach(url, parts);
  const auto refuse = [&verdict](SkipReason reason, std::string_view rule) {
    verdict.skip = reason;
    verdict.rule = rule;
    return verdict;
  };
  if (verdict.off_site && external_hops_ == 0) return refuse(SkipReason::kScope, RuleOf(kind_));
  const ScopeVerdict denied = JudgeDenied(url, parts);
  if (denied.skip != SkipReason::kNone) return refuse(denied.skip, denied.rule);
  const auto matches = [url](const std::unique_ptr<re2::RE2>& expression) {
    return re2::RE2::PartialMatch(re2::StringPiece(url.data(), url.size()), *expression);
  };
  const auto& allow = expressions_->allow;
  if (!allow.empty() && std::none_of(allow.begin(), allow.end(), matches))
    return refuse(SkipReason::kNotAllowed, "no expression of allow");
  // Last, for another way may be shorter: this is no word about the URL itself.
  if (verdict.off_site && hops > external_hops_) return refuse(SkipReason::kHops, hops_rule_);
  return verdict;
}

}  // namespace trawl::crawler
