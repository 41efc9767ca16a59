#include "storage/lane.h"

namespace trawl::storage {

Lane::Lane(std::chrono::milliseconds patience, std::function<void()> quiet)
    : patience_(patience), quiet_(std::move(quiet)), thread_([this] { Loop(); }) {}

Lane::Lane() : Lane(std::chrono::milliseconds(0), nullptr) {}

void Lane::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Lane::Push(std::unique_ptr<Job> job) {
  {
    MutexLock lock(mutex_);
    if (stopping_) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

Lane::Wake Lane::Take(std::unique_ptr<Job>& job, bool unsettled) {
  MutexLock lock(mutex_);
  const auto until = std::chrono::steady_clock::now() + patience_;
  while (jobs_.empty() && !stopping_) {
    if (!unsettled) {
      wake_.wait(mutex_);
    } else if (wake_.wait_until(mutex_, until) == std::cv_status::timeout) {
      break;
    }
  }
  if (!jobs_.empty()) {
    job = std::move(jobs_.front());
    jobs_.pop_front();
    return Wake::kJob;
  }
  return stopping_ ? Wake::kStopped : Wake::kQuiet;
}

void Lane::Loop() {
  bool unsettled = false;  // a job ran, and the quiet hook has not been called since
  for (;;) {
    std::unique_ptr<Job> job;
    const Wake wake = Take(job, unsettled);
    if (wake == Wake::kJob) {
      job->Run();
      unsettled = static_cast<bool>(quiet_);
      continue;
    }
    if (unsettled) quiet_();
    unsettled = false;
    if (wake == Wake::kStopped) return;
  }
}

}  // namespace trawl::storage
