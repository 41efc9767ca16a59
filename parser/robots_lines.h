#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trawl::parser {

enum class RobotsKey { kUserAgent, kAllow, kDisallow, kSitemap, kCrawlDelay, kOther };

/// One line of robots.txt that has a key and a value. The value is trimmed and without comment.
struct RobotsLine {
  RobotsKey key = RobotsKey::kOther;
  std::string_view value;
  std::uint32_t number = 0;  ///< from 1
};

/// Reads robots.txt line by line (RFC 9309 2.2); lines end with LF, CR or both. Runs on: any. Borrows the
/// body.
class RobotsLines {
 public:
  /// Looks at no more than RobotsRules::kMaxBody bytes, and not at a line that this cuts.
  explicit RobotsLines(std::string_view body);

  /// The next line with a key that means something; nothing at the end.
  std::optional<RobotsLine> Next();

 private:
  std::string_view NextText();

  std::string_view rest_;
  std::uint32_t number_ = 0;
};

}  // namespace trawl::parser
