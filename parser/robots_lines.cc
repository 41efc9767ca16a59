#include "parser/robots_lines.h"

#include <algorithm>

#include "parser/ascii.h"
#include "parser/percent_encode.h"
#include "parser/robots.h"

namespace trawl::parser {
namespace {

struct KeySpelling {
  std::string_view beginning;  ///< a key that begins so, in any case, has this meaning
  RobotsKey key;
};

// The misspellings are those that Google's parser takes for the real key.
constexpr KeySpelling kSpellings[] = {
    {"user-agent", RobotsKey::kUserAgent},   {"useragent", RobotsKey::kUserAgent},
    {"user agent", RobotsKey::kUserAgent},   {"allow", RobotsKey::kAllow},
    {"disallow", RobotsKey::kDisallow},      {"dissallow", RobotsKey::kDisallow},
    {"dissalow", RobotsKey::kDisallow},      {"disalow", RobotsKey::kDisallow},
    {"diasllow", RobotsKey::kDisallow},      {"disallaw", RobotsKey::kDisallow},
    {"sitemap", RobotsKey::kSitemap},        {"site-map", RobotsKey::kSitemap},
    {"crawl-delay", RobotsKey::kCrawlDelay}, {"crawldelay", RobotsKey::kCrawlDelay},
    {"crawl delay", RobotsKey::kCrawlDelay},
};

constexpr std::string_view kWhiteSpace = " \t\v\f";

std::string_view TrimRobotsSpace(std::string_view text) {
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(kWhiteSpace)));
  return text.substr(0, text.find_last_not_of(kWhiteSpace) + 1);
}

RobotsKey KeyOf(std::string_view text) {
  for (const KeySpelling& spelling : kSpellings) {
    if (text.size() < spelling.beginning.size()) continue;
    if (std::equal(spelling.beginning.begin(), spelling.beginning.end(), text.begin(),
                   [](char a, char b) { return a == ToAsciiLower(b); })) {
      return spelling.key;
    }
  }
  return RobotsKey::kOther;
}

// Splits at the colon, or without one between exactly two words.
RobotsLine ReadLine(std::string_view text) {
  text = TrimRobotsSpace(text.substr(0, text.find('#')));
  std::size_t separator = text.find(':');
  if (separator == text.npos) {
    separator = text.find_first_of(kWhiteSpace);
    if (separator == text.npos) return {};
    if (TrimRobotsSpace(text.substr(separator)).find_first_of(kWhiteSpace) != text.npos) return {};
  }
  return {KeyOf(TrimRobotsSpace(text.substr(0, separator))), TrimRobotsSpace(text.substr(separator + 1)), 0};
}

}  // namespace

RobotsLines::RobotsLines(std::string_view body) : rest_(body.substr(0, RobotsRules::kMaxBody)) {
  if (rest_.size() < body.size()) rest_ = rest_.substr(0, rest_.find_last_of("\r\n") + 1);
  for (const char c : std::string_view("\xef\xbb\xbf")) {
    if (rest_.starts_with(c)) rest_.remove_prefix(1);
  }
}

std::string_view RobotsLines::NextText() {
  const std::size_t end = std::min(rest_.size(), rest_.find_first_of("\r\n"));
  const std::string_view text = rest_.substr(0, std::min(end, RobotsRules::kMaxLine));
  rest_.remove_prefix(end);
  rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : std::min<std::size_t>(rest_.size(), 1));
  ++number_;
  return text;
}

std::optional<RobotsLine> RobotsLines::Next() {
  while (!rest_.empty()) {
    RobotsLine line = ReadLine(NextText());
    line.number = number_;
    if (line.key != RobotsKey::kOther) return line;
  }
  return std::nullopt;
}

}  // namespace trawl::parser
