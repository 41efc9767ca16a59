#pragma once

#include "config/instant.h"

namespace trawl::test {

/// A clock that moves only when told. Runs on: one thread. Starts at a fixed moment, so that tests read the
/// same each day.
class ManualClock {
 public:
  explicit ManualClock(Instant start = Instant(std::chrono::hours(24) * 365 * 55)) : now_(start) {}

  Instant Now() const { return now_; }
  Instant Advance(Duration by) { return now_ += by; }
  void Set(Instant to) { now_ = to; }

 private:
  Instant now_;
};

}  // namespace trawl::test
