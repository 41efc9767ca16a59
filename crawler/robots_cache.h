#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/instant.h"
#include "config/outcome.h"
#include "parser/robots.h"
#include "storage/records.h"

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
/// loop. Owns the rules, at most so many bytes of them: the longest unused go first, and are read from the
/// store again. Does no I/O (the engine fetches).
class RobotsCache {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

  explicit RobotsCache(std::size_t max_bytes = kMaxBytes) : max_bytes_(max_bytes) {}

  /// The entry that holds now; nothing when robots.txt has to be read (anew). Valid until the next call.
  const RobotsEntry* Find(std::string_view origin, Instant now);
  /// Whether anything is held, though its time be over: then the store knows nothing better.
  bool Holds(std::string_view origin) const { return places_.contains(origin); }
  void Put(const std::string& origin, RobotsEntry entry);
  /// Rules that have run out, to serve on while they cannot be renewed (RFC 9309 2.4): for kFailureLifetime
  /// from `now`. Removed by this call.
  std::optional<RobotsEntry> TakeStale(std::string_view origin, Instant now);

  /// What is stored of an origin, before its body is parsed.
  static RobotsEntry EntryOf(const storage::StoredRobots& stored);
  /// What an answer means before its body is parsed: RFC 9309 2.3.1. 2xx: rules; 3xx beyond five hops and 4xx
  /// but 429: all is allowed; 5xx, 429 and no answer: all is disallowed, and tried again soon.
  static RobotsEntry Judge(Outcome outcome, std::uint16_t status, std::string detail, Instant now);

  /// The line that decided, for people: "robots.txt line 5: Disallow: /private/", its pattern as compared.
  static std::string Receipt(const parser::RobotsRules& rules, const parser::RobotsVerdict& verdict);

  static constexpr Duration kLifetime = std::chrono::hours(24);  ///< RFC 9309 2.4
  static constexpr Duration kFailureLifetime =
      std::chrono::minutes(5);  ///< until an unreachable one is tried again

 private:
  struct Held {
    std::string origin;
    RobotsEntry entry;
    std::size_t bytes = 0;
  };
  void Drop(std::list<Held>::iterator held);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::list<Held> held_;  ///< the last used first
  std::unordered_map<std::string_view, std::list<Held>::iterator> places_;
};

}  // namespace trawl::crawler
