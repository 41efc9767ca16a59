#include "crawler/fetch/timers.h"

namespace trawl::crawler {

struct Timers::Turn {
  std::shared_ptr<Timers*> self;
  void operator()(const boost::system::error_code& error) const {
    Timers* const timers = *self;
    if (error || timers == nullptr) return;
    timers->turning_ = false;
    timers->wheel_.Advance(Clock::now());
    // An expired entry may have ended the last fetch, but not this object: its owner drains the loop first.
    if (!timers->wheel_.empty() && !timers->turning_) timers->Sleep();
  }
};

Timers::Timers(boost::asio::any_io_executor loop)
    : wheel_(Clock::now()), timer_(std::move(loop)), self_(std::make_shared<Timers*>(this)) {}

Timers::~Timers() {
  *self_ = nullptr;
}

void Timers::ArmAt(TimingWheel::Entry& entry, Clock::time_point due) {
  // After a sleep the wheel stands in the past: bring it to now, or a short wait would expire too early.
  if (wheel_.empty()) wheel_.Advance(Clock::now());
  wheel_.Arm(entry, due);
  if (!turning_) Sleep();
}

void Timers::Sleep() {
  turning_ = true;
  timer_.expires_after(TimingWheel::kTick);
  timer_.async_wait(Turn{self_});
}

}  // namespace trawl::crawler
