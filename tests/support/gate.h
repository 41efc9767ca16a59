#pragma once

#include <condition_variable>
#include <mutex>

namespace trawl::test {

/// A door between threads that is shut until someone opens it: what a test uses instead of a sleep.
/// Runs on: any thread.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

}  // namespace trawl::test
