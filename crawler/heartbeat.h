#pragma once

#include <optional>

#include "crawler/engine.h"
#include "crawler/storage_watch.h"

namespace trawl::crawler {

/// Tells the service manager that the loop turns, when the crawl is ready, and in one line how it goes.
/// Runs on: event loop; calling Beat is the proof that it turns.
class Heartbeat {
 public:
  Heartbeat();

  /// How often Beat wants to be called.
  Duration interval() const { return interval_; }
  /// Sends what is due: READY=1 once `ready`, WATCHDOG=1, a STATUS line now and then, which names the trouble
  /// that storage is in.
  void Beat(const Progress& progress, const std::vector<Trouble>& troubles, bool ready, Instant now);

 private:
  std::optional<Duration> watchdog_;
  Duration interval_;
  bool told_ready_ = false;
  std::optional<Instant> last_status_;
  std::uint64_t last_pages_ = 0;
};

}  // namespace trawl::crawler
