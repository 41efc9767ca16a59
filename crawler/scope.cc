#include "crawler/scope.h"

#include <re2/re2.h>

#include <algorithm>

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
    : kind_(target.scope), expressions_(std::make_unique<Expressions>()) {
  for (const std::string& seed : seeds) {
    parser::UrlParts parts;
    if (!parser::SplitNormalized(seed, parts)) continue;
    prefixes_.push_back(FolderOf(seed, parts));
    hosts_.emplace_back(parts.host);
    domains_.emplace_back(RegistrableDomain(parts.host));
  }
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

bool Scope::InReach(std::string_view url, const parser::UrlParts& parts) const {
  switch (kind_) {
    case config::ScopeKind::kPrefix:
      return std::any_of(prefixes_.begin(), prefixes_.end(),
                         [&](const std::string& prefix) { return url.starts_with(prefix); });
    case config::ScopeKind::kHost:
      return std::find(hosts_.begin(), hosts_.end(), parts.host) != hosts_.end();
    case config::ScopeKind::kDomain:
      return std::find(domains_.begin(), domains_.end(), RegistrableDomain(parts.host)) != domains_.end();
    case config::ScopeKind::kAny:
      return true;
  }
  return false;
}

ScopeVerdict Scope::JudgeDenied(std::string_view url) const {
  for (const auto& expression : expressions_->deny) {
    if (re2::RE2::PartialMatch(re2::StringPiece(url.data(), url.size()), *expression)) {
      return {SkipReason::kDenied, expression->pattern()};
    }
  }
  return {};
}

ScopeVerdict Scope::Judge(std::string_view url, const parser::UrlParts& parts) const {
  if (!InReach(url, parts)) return {SkipReason::kScope, RuleOf(kind_)};
  const ScopeVerdict denied = JudgeDenied(url);
  if (denied.skip != SkipReason::kNone) return denied;
  if (expressions_->allow.empty()) return {};
  for (const auto& expression : expressions_->allow) {
    if (re2::RE2::PartialMatch(re2::StringPiece(url.data(), url.size()), *expression)) return {};
  }
  return {SkipReason::kNotAllowed, "no expression of allow"};
}

}  // namespace trawl::crawler
