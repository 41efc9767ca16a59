// First line: a request target. Second line: product tokens, separated by spaces. The rest: robots.txt.

#include <algorithm>
#include <string>
#include <vector>

#include "parser/percent_encode.h"
#include "parser/robots.h"
#include "parser/robots_pattern.h"
#include "tests/fuzz/fuzz.h"

namespace trawl::test {
namespace {

using parser::RobotsRules;

constexpr std::size_t kMostForReference = 1024;

/// RFC 9309 2.2.3 by the book: which lengths of the target each beginning of the pattern can match.
bool MatchesByTheBook(std::string_view pattern, std::string_view target) {
  const bool to_end = pattern.ends_with('$');
  if (to_end) pattern.remove_suffix(1);
  std::vector<bool> reached(target.size() + 1);
  reached[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(target.size() + 1);
    bool before = false;
    for (std::size_t length = 0; length <= target.size(); ++length) {
      before = before || reached[length];
      next[length] = c == '*' ? before : length > 0 && reached[length - 1] && target[length - 1] == c;
    }
    reached = next;
  }
  return to_end ? reached.back() : std::find(reached.begin(), reached.end(), true) != reached.end();
}

bool SameRules(const RobotsRules& a, const RobotsRules& b) {
  return a.crawl_delay == b.crawl_delay && a.sitemaps == b.sitemaps &&
         std::equal(a.rules.begin(), a.rules.end(), b.rules.begin(), b.rules.end(),
                    [](const auto& x, const auto& y) {
                      return x.allow == y.allow && x.line == y.line && x.pattern == y.pattern;
                    });
}

void CheckRules(const RobotsRules& rules) {
  Require(rules.rules.size() <= RobotsRules::kMaxRules, "there are at most kMaxRules");
  Require(rules.sitemaps.size() <= RobotsRules::kMaxSitemaps, "there are at most kMaxSitemaps");
  if (rules.crawl_delay) {
    Require(*rules.crawl_delay >= Duration::zero() && *rules.crawl_delay <= RobotsRules::kMaxCrawlDelay,
            "a delay is bounded");
  }
  for (const auto& rule : rules.rules) {
    Require(!rule.pattern.empty() && rule.line > 0, "a rule has a pattern and a line");
    Require(parser::ComparablePattern(rule.pattern) == rule.pattern, "a pattern is in its comparable form",
            rule.pattern);
  }
}

void CheckVerdict(const RobotsRules& rules, std::string_view target) {
  if (target.size() > kMostForReference || rules.rules.size() > kMostForReference / 8) return;
  const auto verdict = Decide(rules, target);
  if (target == "/robots.txt") {
    Require(verdict.allowed, "robots.txt is always allowed");
    return;
  }
  const std::string comparable = parser::ComparableTarget(target);
  Require(parser::IsComparableTarget(target) == (comparable == target) || target.find('%') != target.npos,
          "a target is comparable when its comparable form is itself", target);
  std::size_t best = 0;
  std::size_t work = 0;
  bool allowed = true;
  for (const auto& rule : rules.rules) {
    if (rule.pattern.size() > kMostForReference) return;
    const bool matches = MatchesByTheBook(rule.pattern, comparable);
    Require(matches == parser::MatchesPattern(rule.pattern, comparable, work), "matching is by the book",
            rule.pattern);
    if (!matches || rule.pattern.size() < best) continue;
    allowed = rule.pattern.size() > best ? rule.allow : allowed || rule.allow;
    best = rule.pattern.size();
  }
  Require(verdict.allowed == allowed, "the longest match decides, allow wins a tie", target);
  Require((verdict.line > 0) == (best > 0), "a verdict names its line when a rule matched", target);
}

}  // namespace
}  // namespace trawl::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace trawl::test;
  std::string_view body(reinterpret_cast<const char*>(bytes), size);
  const std::string_view target = TakeLine(body);
  std::string_view names = TakeLine(body);
  std::vector<std::string> tokens;
  std::vector<std::string> shouted;
  while (!names.empty()) {
    const std::size_t end = std::min(names.size(), names.find(' '));
    tokens.emplace_back(names.substr(0, end));
    shouted.push_back(tokens.back());
    for (char& c : shouted.back()) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
    names.remove_prefix(std::min(names.size(), end + 1));
  }
  const RobotsRules rules = trawl::parser::ParseRobots(body, tokens);
  CheckRules(rules);
  CheckVerdict(rules, target);
  Require(SameRules(rules, trawl::parser::ParseRobots(body, shouted)), "the case of tokens does not matter");
  if (body.find('\r') == body.npos && body.size() < RobotsRules::kMaxBody / 2) {
    std::string windows;
    for (const char c : body) windows.append(c == '\n' ? "\r\n" : std::string(1, c));
    Require(SameRules(rules, trawl::parser::ParseRobots(windows, tokens)), "line ends do not matter");
  }
  return 0;
}
