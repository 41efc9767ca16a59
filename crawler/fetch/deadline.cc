#include "crawler/fetch/deadline.h"

#include <algorithm>
#include <string>

namespace trawl::crawler {
namespace {

std::string Seconds(Duration duration) {
  const auto count = duration.count();
  if (count % 1000 == 0) return std::to_string(count / 1000) + " s";
  return std::to_string(count) + " ms";
}

}  // namespace

std::uint32_t MillisSince(Deadline::Clock::time_point from) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Deadline::Clock::now() - from).count());
}

Deadline::Deadline(Timers& timers, Duration whole, Duration spent)
    : timers_(timers), start_(Clock::now() - spent), whole_end_(start_ + whole), whole_(whole) {}

void Deadline::ArmStep(Duration limit) {
  step_limit_ = limit;
  timers_.ArmAt(*this, std::min(Clock::now() + limit, whole_end_));
}

void Deadline::BeginStep(std::string_view name, Duration limit) {
  if (expired()) return;
  step_ = name;
  window_bytes_ = 0;
  ArmStep(limit);
}

void Deadline::BeginRate(std::string_view name, Bytes rate, Duration window) {
  if (expired()) return;
  if (rate.count == 0) return BeginStep(name, whole_);
  step_ = name;
  window_start_ = arrived_;
  window_bytes_ = std::max<std::uint64_t>(1, rate.count * static_cast<std::uint64_t>(window.count()) / 1000);
  ArmStep(window);
}

void Deadline::Pause() {
  paused_at_ = Clock::now();
  Stop();
}

void Deadline::Resume() {
  if (expired()) return;
  whole_end_ += Clock::now() - paused_at_;
  window_start_ = arrived_;
  ArmStep(step_limit_);
}

void Deadline::Stop() {
  timers_.Disarm(*this);
}

bool Deadline::Watch(Wake& wake) {
  if (expired()) return false;
  wake_ = &wake;
  return true;
}

void Deadline::Cancel() {
  if (expired()) return;
  Stop();
  cancelled_ = true;
  End(Outcome::kTimeout, "cancelled while in step " + std::string(step_));
}

void Deadline::Expire() {
  const std::string step(step_);
  if (Clock::now() >= whole_end_) {
    End(Outcome::kTimeout, "the whole fetch took longer than " + Seconds(whole_) + ", last step: " + step);
  } else if (window_bytes_ == 0) {
    End(Outcome::kTimeout, step + " took longer than " + Seconds(step_limit_));
  } else if (arrived_ - window_start_ < window_bytes_) {
    End(Outcome::kTooSlow, std::to_string(arrived_ - window_start_) + " bytes in " + Seconds(step_limit_));
  } else {
    window_start_ = arrived_;
    ArmStep(step_limit_);
  }
}

void Deadline::End(Outcome outcome, std::string detail) {
  failure_ = FetchFailure(outcome, std::move(detail));
  if (wake_ != nullptr) wake_->Interrupt();
}

}  // namespace trawl::crawler
