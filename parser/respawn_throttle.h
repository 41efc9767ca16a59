#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "config/instant.h"

namespace trawl::parser {

/// Tells a crash loop, in which workers die and nothing gets parsed, from a run of poisonous pages among good
/// ones, and answers it with a pause that doubles. Runs on: any; pure, time is an argument.
class RespawnThrottle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t kDeaths = 5;
  static constexpr Duration kWindow = std::chrono::seconds(10);
  static constexpr Duration kFirstPause = std::chrono::seconds(1);
  static constexpr Duration kLongestPause = std::chrono::seconds(60);

  /// Notes that a worker died without being asked to, when `answered` documents had been answered in all.
  /// Gives the length of the pause that this begins, if it is the death of kDeaths within kWindow with fewer
  /// answers than deaths.
  std::optional<Duration> OnDeath(Time now, std::uint64_t answered);
  /// Notes that a fork failed: the next try waits.
  void OnForkFailure(Time now);
  /// How long until a worker may be forked; zero when now.
  Duration Wait(Time now) const;

 private:
  struct Death {
    Time at;
    std::uint64_t answered;
  };
  std::deque<Death> deaths_;
  Time closed_until_{};
  Duration next_pause_ = kFirstPause;
};

}  // namespace trawl::parser
