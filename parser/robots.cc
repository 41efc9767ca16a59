#include "parser/robots.h"

#include <algorithm>

#include "parser/ascii.h"
#include "parser/percent_encode.h"
#include "parser/robots_lines.h"
#include "parser/robots_pattern.h"

namespace trawl::parser {
namespace {

// A set of agents: bit 0 is '*', bit i + 1 is product_tokens[i].
using Agents = std::uint64_t;
constexpr Agents kEveryAgent = 1;
constexpr std::size_t kMaxTokens = 63;

// Whether a User-agent value names this token: its letters, '-' and '_' up to anything else (RFC 9309 2.2.1),
// or, for tokens that the RFC would not allow, its first word.
bool Names(std::string_view value, std::string_view token) {
  if (token.empty()) return false;
  const auto product_end = std::find_if(value.begin(), value.end(),
                                        [](char c) { return !IsAsciiAlpha(c) && c != '-' && c != '_'; });
  const auto product = value.substr(0, static_cast<std::size_t>(product_end - value.begin()));
  return EqualsIgnoringCase(product, token) ||
         EqualsIgnoringCase(value.substr(0, value.find_first_of(" \t/")), token);
}

Agents NamedAgents(std::string_view value, const std::vector<std::string>& tokens) {
  if (value == "*" || value.starts_with("* ") || value.starts_with("*\t")) return kEveryAgent;
  Agents agents = 0;
  for (std::size_t i = 0; i < std::min(tokens.size(), kMaxTokens); ++i) {
    if (Names(value, tokens[i])) agents |= Agents{1} << (i + 1);
  }
  return agents;
}

// Seconds with an optional fraction and an optional unit that begins with 's'.
std::optional<Duration> ReadDelay(std::string_view value) {
  constexpr std::int64_t kMax = RobotsRules::kMaxCrawlDelay.count();
  std::int64_t milliseconds = 0;
  std::size_t at = 0;
  bool digits = false;
  for (; at < value.size() && IsAsciiDigit(value[at]); ++at, digits = true) {
    milliseconds = std::min(kMax, milliseconds * 10 + std::int64_t{1000} * (value[at] - '0'));
  }
  if (at < value.size() && value[at] == '.') {
    ++at;
    for (std::int64_t unit = 100; at < value.size() && IsAsciiDigit(value[at]);
         ++at, unit /= 10, digits = true) {
      milliseconds += (value[at] - '0') * unit;
    }
  }
  value.remove_prefix(at);
  value.remove_prefix(std::min(value.size(), value.find_first_not_of(" \t")));
  if (!digits || !(value.empty() || ToAsciiLower(value[0]) == 's')) return std::nullopt;
  return Duration(std::min(kMax, milliseconds));
}

// Follows the groups of a file for all asking tokens at once, then keeps what the first of them with a group
// may know.
class Groups {
 public:
  explicit Groups(const std::vector<std::string>& tokens) : tokens_(tokens), delays_(kMaxTokens + 1) {}

  void Read(const RobotsLine& line) {
    switch (line.key) {
      case RobotsKey::kUserAgent:
        UserAgent(line.value);
        break;
      case RobotsKey::kAllow:
        Rule(true, line);
        break;
      case RobotsKey::kDisallow:
        Rule(false, line);
        break;
      case RobotsKey::kCrawlDelay:
        CrawlDelay(line.value);
        break;
      case RobotsKey::kSitemap:
        if (!line.value.empty() && sitemaps_.size() < RobotsRules::kMaxSitemaps)
          sitemaps_.emplace_back(line.value);
        break;
      case RobotsKey::kOther:
        break;
    }
  }

  RobotsRules Finish() && {
    RobotsRules result;
    result.sitemaps = std::move(sitemaps_);
    Agents chosen = kEveryAgent;
    std::size_t index = 0;
    for (std::size_t i = 1; i <= kMaxTokens && index == 0; ++i) {
      if (seen_ >> i & 1) index = i;
    }
    chosen <<= index;
    result.crawl_delay = delays_[index];
    for (auto& [rule, agents] : rules_) {
      if ((agents & chosen) && result.rules.size() < RobotsRules::kMaxRules)
        result.rules.push_back(std::move(rule));
    }
    return result;
  }

 private:
  void UserAgent(std::string_view value) {
    if (rule_seen_) ruled_ = 0;
    if (rule_seen_ || delay_seen_) delayed_ = 0;
    rule_seen_ = delay_seen_ = false;
    const Agents agents = NamedAgents(value, tokens_);
    ruled_ |= agents;
    delayed_ |= agents;
    seen_ |= agents;
  }

  void Rule(bool allow, const RobotsLine& line) {
    rule_seen_ = true;
    if (!ruled_ || line.value.empty()) return;
    std::string pattern = ComparablePattern(line.value);
    const std::size_t slash = pattern.rfind('/');
    if (allow && slash != pattern.npos && std::string_view(pattern).substr(slash).starts_with("/index.htm")) {
      rules_.push_back({{true, line.number, pattern.substr(0, slash + 1) + '$'}, ruled_});
    }
    rules_.push_back({{allow, line.number, std::move(pattern)}, ruled_});
  }

  void CrawlDelay(std::string_view value) {
    const auto delay = ReadDelay(value);
    delay_seen_ = true;
    if (!delay) return;
    for (std::size_t i = 0; i <= kMaxTokens; ++i) {
      if (delayed_ >> i & 1) delays_[i] = std::max(delays_[i].value_or(Duration::zero()), *delay);
    }
  }

  struct AgentsRule {
    RobotsRule rule;
    Agents agents;
  };

  const std::vector<std::string>& tokens_;
  Agents ruled_ = 0;    ///< whom the next rule is for
  Agents delayed_ = 0;  ///< whom the next Crawl-delay is for
  Agents seen_ = 0;     ///< who has a group
  bool rule_seen_ = false;
  bool delay_seen_ = false;
  std::vector<AgentsRule> rules_;
  std::vector<std::optional<Duration>> delays_;
  std::vector<std::string> sitemaps_;
};

}  // namespace

RobotsRules ParseRobots(std::string_view body, const std::vector<std::string>& product_tokens) {
  RobotsLines lines(body);
  Groups groups(product_tokens);
  while (const auto line = lines.Next()) groups.Read(*line);
  return std::move(groups).Finish();
}

RobotsVerdict Decide(const RobotsRules& rules, std::string_view path_and_query) {
  if (path_and_query == "/robots.txt") return {};
  std::string comparable;
  if (!IsComparableTarget(path_and_query)) {
    comparable = ComparableTarget(path_and_query);
    path_and_query = comparable;
  }
  const RobotsRule* best = nullptr;
  std::size_t work = 0;
  for (const RobotsRule& rule : rules.rules) {
    const bool could_win = !best || rule.pattern.size() > best->pattern.size() ||
                           (rule.pattern.size() == best->pattern.size() && rule.allow && !best->allow);
    if (could_win && MatchesPattern(rule.pattern, path_and_query, work)) best = &rule;
    if (work > RobotsRules::kMaxWork) return {false, rule.line};
  }
  return best ? RobotsVerdict{best->allow, best->line} : RobotsVerdict{};
}

}  // namespace trawl::parser
