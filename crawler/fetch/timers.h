#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

#include "config/instant.h"
#include "crawler/fetch/timing_wheel.h"

namespace trawl::crawler {

/// The timing wheel of a loop, turned by one timer that sleeps while nothing is armed.
/// Runs on: event loop. Owns the wheel; borrows the entries.
class Timers {
 public:
  using Clock = TimingWheel::Clock;

  explicit Timers(boost::asio::any_io_executor loop);
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  void ArmAt(TimingWheel::Entry& entry, Clock::time_point due);
  void ArmIn(TimingWheel::Entry& entry, Duration wait) { ArmAt(entry, Clock::now() + wait); }
  void Disarm(TimingWheel::Entry& entry) { wheel_.Disarm(entry); }

 private:
  struct Turn;
  void Sleep();

  TimingWheel wheel_;
  boost::asio::steady_timer timer_;
  bool turning_ = false;
  std::shared_ptr<Timers*> self_;  ///< empty for a handler that comes after the end of this object
};

}  // namespace trawl::crawler
