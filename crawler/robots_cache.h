#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/instant.h"
#include "config/outcome.h"
#include "parser/robots.h"

namespace trawl::crawler {

/// What is known of one origin's robots.txt.
struct RobotsEntry {
  enum class Meaning : std::uint8_t { kRules, kAllowAll, kDisallowAll };
  Meaning meaning = Meaning::kAllowAll;
  parser::RobotsRules rules;  ///< with kRules
  Outcome outcome = Outcome::kOk;
  std::uint16_t status = 0;
  std::string detail;  ///< with kDisallowAll: why
  Instant expires_at{};
};

/// robots.txt per origin (RFC 9309): what it says, until when, and what its failures mean. Runs on: event
/// loop. Owns the rules; does no I/O (the engine fetches).
class RobotsCache {
 public:
  /// The entry that holds now; nothing when robots.txt has to be fetched (anew).
  const RobotsEntry* Find(std::string_view origin, Instant now) const;
  void Put(const std::string& origin, RobotsEntry entry);
  /// A body from an earlier run that still counts, to be parsed instead of fetched; removed by this call.
  std::optional<std::string> TakeStored(std::string_view origin, Instant now, RobotsEntry& entry);
  /// Rules that have run out, to serve on while they cannot be renewed (RFC 9309 2.4): for kFailureLifetime
  /// from `now`. With a body they are of an earlier run and have yet to be parsed. Removed by this call.
  struct Copy {
    RobotsEntry entry;
    std::optional<std::string> body;
  };
  std::optional<Copy> TakeStale(std::string_view origin, Instant now);
  void PutStored(std::string origin, RobotsEntry entry, std::string body);

  /// What an answer means before its body is parsed: RFC 9309 2.3.1. 2xx: rules; 3xx beyond five hops and 4xx
  /// but 429: all is allowed; 5xx, 429 and no answer: all is disallowed, and tried again soon.
  static RobotsEntry Judge(Outcome outcome, std::uint16_t status, std::string detail, Instant now);

  /// The line that decided, for people: "robots.txt line 5: Disallow: /private/", its pattern as compared.
  static std::string Receipt(const parser::RobotsRules& rules, const parser::RobotsVerdict& verdict);

  static constexpr Duration kLifetime = std::chrono::hours(24);  ///< RFC 9309 2.4
  static constexpr Duration kFailureLifetime =
      std::chrono::minutes(5);  ///< until an unreachable one is tried again

 private:
  struct Stored {
    RobotsEntry entry;
    std::string body;
  };
  std::unordered_map<std::string, RobotsEntry> entries_;
  std::unordered_map<std::string, Stored> stored_;
};

}  // namespace trawl::crawler
