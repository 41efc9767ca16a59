#pragma once

#include <chrono>

#include "config/instant.h"

namespace trawl::crawler {

/// What time it is, for everything on the loop. Tests give one that stands still.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;
};

/// Reads the wall clock once, then follows the monotonic clock: a jump of the wall clock changes no delay.
class LoopClock final : public Clock {
 public:
  LoopClock()
      : wall_(std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now())),
        steady_(std::chrono::steady_clock::now()) {}
  Instant Now() const override {
    return wall_ + std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - steady_);
  }

 private:
  const Instant wall_;
  const std::chrono::steady_clock::time_point steady_;
};

}  // namespace trawl::crawler
