#include "crawler/heartbeat.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "crawler/notify.h"

namespace trawl::crawler {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLongestBeat = 500ms;
constexpr Duration kShortestBeat = 10ms;
constexpr Duration kStatusEvery = 5s;

}  // namespace

// A third of the watchdog's interval: one beat may come late, and another be lost.
Heartbeat::Heartbeat()
    : watchdog_(WatchdogInterval()),
      interval_(watchdog_ ? std::clamp<Duration>(*watchdog_ / 3, kShortestBeat, kLongestBeat)
                          : kLongestBeat) {}

void Heartbeat::Beat(const Progress& progress, const std::vector<Trouble>& troubles, bool ready,
                     Instant now) {
  if (watchdog_) Notify("WATCHDOG=1");
  if (ready && !told_ready_) {
    told_ready_ = true;
    Notify("READY=1");
  }
  if (!ready || (last_status_ && now - *last_status_ < kStatusEvery)) return;
  const double seconds =
      static_cast<double>(last_status_ ? (now - *last_status_).count() : kStatusEvery.count()) / 1000.0;
  char figures[200];
  std::snprintf(figures, sizeof figures,
                "%.1f pages/s, %" PRIu64 " in flight, %" PRIu64 " queued, %" PRIu64 " pages, %" PRIu64
                " errors",
                static_cast<double>(progress.pages - last_pages_) / seconds, progress.in_flight,
                progress.queued, progress.pages, progress.errors);
  std::string status = "STATUS=";
  for (const Trouble& trouble : troubles) status += trouble.sentence + "; ";
  Notify(status + figures);
  last_status_ = now;
  last_pages_ = progress.pages;
}

}  // namespace trawl::crawler
