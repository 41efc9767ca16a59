#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "storage/thread_annotations.h"

namespace trawl::storage {

/// One thread and the queue of jobs before it, run one by one in the order they were posted.
/// Runs on: any thread posts, a storage thread of its own runs. Holds the only mutex of the project.
/// Its bound is the poster's business: the event loop may not wait, so it asks Store::queued_bytes() before
/// it makes work.
class Lane {
 public:
  /// `quiet` is called on the lane's thread each time that the queue, after a job, has stayed empty for
  /// `patience`.
  Lane(std::chrono::milliseconds patience, std::function<void()> quiet);
  Lane();
  ~Lane() { Stop(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Any callable without argument, move-only ones too. Never blocks. False after Stop(): the job is dropped.
  template <class F>
  bool Post(F job) EXCLUDES(mutex_) {
    return Push(std::make_unique<Callable<F>>(std::move(job)));
  }

  /// Runs what is queued, then the quiet hook, then ends the thread. Blocks; a second call does nothing.
  void Stop() EXCLUDES(mutex_);

 private:
  struct Job {
    virtual ~Job() = default;
    virtual void Run() = 0;
  };
  template <class F>
  struct Callable final : Job {
    explicit Callable(F f) : call(std::move(f)) {}
    void Run() override { call(); }
    F call;
  };
  enum class Wake { kJob, kQuiet, kStopped };

  bool Push(std::unique_ptr<Job> job) EXCLUDES(mutex_);
  Wake Take(std::unique_ptr<Job>& job, bool unsettled) EXCLUDES(mutex_);
  void Loop();

  const std::chrono::milliseconds patience_;
  const std::function<void()> quiet_;
  Mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::unique_ptr<Job>> jobs_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it starts when all else stands
};

}  // namespace trawl::storage
