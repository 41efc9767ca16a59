#pragma once

#include <cstdint>
#include <string_view>

#include "config/bytes.h"
#include "config/instant.h"
#include "crawler/fetch/event.h"
#include "crawler/fetch/failure.h"
#include "crawler/fetch/timers.h"

namespace trawl::crawler {

/// The clock of one fetch: a limit for the step it is in, one for the whole, and a minimum rate while an
/// answer comes. The earliest of them interrupts what the fetch waits for. Runs on: event loop. Borrows the
/// timers and the wake.
class Deadline final : public TimingWheel::Entry {
 public:
  using Clock = Timers::Clock;

  /// `spent`: how much of the whole had passed before this was made.
  Deadline(Timers& timers, Duration whole, Duration spent = Duration(0));

  /// A step begins: it may last `limit`, and never longer than the whole. `name` must be a literal.
  void BeginStep(std::string_view name, Duration limit);
  /// The last step: what arrives is counted, and fewer than `rate` bytes a second over `window` end it; with
  /// a rate of 0 the whole alone ends it.
  void BeginRate(std::string_view name, Bytes rate, Duration window);
  void Arrived(std::size_t bytes) { arrived_ += bytes; }
  void Stop();
  /// A wait that is not the peer's fault begins and ends: nothing of it counts, for the whole fetch either.
  void Pause();
  void Resume();

  /// What to interrupt, until Unwatch. False: it has expired already, between two waits, and nothing would
  /// end this one.
  [[nodiscard]] bool Watch(Wake& wake);
  void Unwatch() { wake_ = nullptr; }
  /// Ends the fetch now.
  void Cancel();

  bool cancelled() const { return cancelled_; }  ///< expired, by Cancel
  bool expired() const { return static_cast<bool>(failure_); }
  const FetchFailure& failure() const { return failure_; }
  Clock::time_point start() const { return start_; }

 private:
  void Expire() override;
  void End(Outcome outcome, std::string detail);
  void ArmStep(Duration limit);

  Timers& timers_;
  const Clock::time_point start_;
  Clock::time_point whole_end_, paused_at_{};
  const Duration whole_;
  Wake* wake_ = nullptr;
  std::string_view step_ = "start";
  Duration step_limit_{};
  std::uint64_t arrived_ = 0, window_start_ = 0, window_bytes_ = 0;  ///< window_bytes_ 0: no minimum rate
  FetchFailure failure_;
  bool cancelled_ = false;
};

/// Whole milliseconds since a moment.
std::uint32_t MillisSince(Deadline::Clock::time_point from);

}  // namespace trawl::crawler
