#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/instant.h"

namespace trawl::parser {

/// One allow or disallow line that applies to the asking product token.
struct RobotsRule {
  bool allow = false;
  std::uint32_t line = 0;  ///< in robots.txt, from 1
  /// Percent-encoding already normalised (RFC 9309 2.2.2); '*' and a final '$' are special.
  std::string pattern;
};

/// What one robots.txt says to one product token (RFC 9309). A plain value that crosses processes and is
/// stored.
struct RobotsRules {
  std::vector<RobotsRule> rules;
  std::optional<Duration> crawl_delay;
  std::vector<std::string> sitemaps;  ///< as written, at most kMaxSitemaps

  static constexpr std::size_t kMaxRules = 20000;
  static constexpr std::size_t kMaxSitemaps = 1000;
  /// Bytes looked at (RFC 9309 2.5 asks for 500 KiB).
  static constexpr std::size_t kMaxBody = std::size_t{512} << 10;
  static constexpr std::size_t kMaxLine = 16663;  ///< bytes of a line looked at, as by Google's parser
  static constexpr Duration kMaxCrawlDelay = std::chrono::hours(24);  ///< a longer one is taken for this
  static constexpr std::size_t kMaxWork = 1'000'000;  ///< steps of one Decide, under ten milliseconds
};

/// Reads robots.txt for the first of `product_tokens` that has a group, else for '*'. Never fails: what
/// cannot be read is skipped, as RFC 9309 2.3.1.5 asks. Runs in a parser process when the bytes come from
/// outside. At most 63 tokens count.
///
/// Beyond the RFC, as the large crawlers do: a line may end in CR, a colon may be missing between two words,
/// common misspellings of "disallow" count, "Allow: /dir/index.html" allows "/dir/" too. Of several
/// Crawl-delay lines of a group the longest counts; such a line never ends a group of rules (2.2.4), but a
/// User-agent line after it is not delayed by it.
RobotsRules ParseRobots(std::string_view body, const std::vector<std::string>& product_tokens);

struct RobotsVerdict {
  bool allowed = true;
  std::uint32_t line = 0;  ///< of the rule that decided; 0 when none matched
};

/// Longest match wins, allow wins a tie (RFC 9309 2.2.2); /robots.txt itself is always allowed.
/// `path_and_query` is the request target of the URL (UrlParts::target); its escapes may be written in any
/// way, bytes that are not ASCII are not escaped first. A target that takes more than kMaxWork to decide,
/// which needs thousands of hostile patterns, is disallowed by the rule at which that happened. No recursion.
RobotsVerdict Decide(const RobotsRules& rules, std::string_view path_and_query);

}  // namespace trawl::parser
