#include "parser/respawn_throttle.h"

#include <algorithm>

namespace trawl::parser {

std::optional<Duration> RespawnThrottle::OnDeath(Time now, std::uint64_t answered) {
  // A quiet window after the last pause: what comes now is a new story.
  if (deaths_.empty() ? now - closed_until_ > kWindow : now - deaths_.back().at > kWindow) {
    next_pause_ = kFirstPause;
  }
  deaths_.push_back({now, answered});
  if (deaths_.size() < kDeaths) return std::nullopt;
  const Death first = deaths_.front();
  deaths_.pop_front();
  if (now - first.at > kWindow) return std::nullopt;
  if (answered - first.answered >= kDeaths) {
    next_pause_ = kFirstPause;
    return std::nullopt;
  }
  const Duration pause = next_pause_;
  next_pause_ = std::min(next_pause_ * 2, kLongestPause);
  closed_until_ = now + pause;
  deaths_.clear();
  return pause;
}

void RespawnThrottle::OnForkFailure(Time now) {
  closed_until_ = std::max(closed_until_, now + kFirstPause);
}

Duration RespawnThrottle::Wait(Time now) const {
  if (now >= closed_until_) return Duration(0);
  // Rounded up: a wait that ends a little early would spin.
  return std::chrono::ceil<Duration>(closed_until_ - now);
}

}  // namespace trawl::parser
