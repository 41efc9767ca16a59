#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "storage/thread_annotations.h"

namespace trawl::storage {

/// One thread and the queue of jobs before it, run one by one in the order they were posted.
/// Runs on: any thread posts, a storage thread of its own runs, which takes no signals but
/// for its own faults. Holds the only mutex of the project.
/// Its bound is the poster's business: the event loop may not wait, so it asks Store::queued_bytes() before
/// it makes work.
class Lane {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Called on the lane's thread when the queue is empty after a job. Gives when it wants to be called again
  /// if still nothing has come; nothing: not before the next job.
  using Rest = std::function<std::optional<Time>()>;

  /// `name`: what `ps -L` and `top -H` show of the thread, at most 15 bytes.
  explicit Lane(const char* name, Rest rest = nullptr);
  ~Lane() { Stop(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Any callable without argument, move-only ones too. Never blocks. False after Stop(): the job is dropped.
  template <class F>
  bool Post(F job) EXCLUDES(mutex_) {
    return Push(std::make_unique<Callable<F>>(std::move(job)), false);
  }

  /// As Post, before all jobs that Post has queued and that have not begun.
  template <class F>
  bool PostFirst(F job) EXCLUDES(mutex_) {
    return Push(std::make_unique<Callable<F>>(std::move(job)), true);
  }

  /// Runs what is queued, then ends the thread. Blocks; a second call does nothing.
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
  enum class Wake { kJob, kTime, kStopped };

  bool Push(std::unique_ptr<Job> job, bool first) EXCLUDES(mutex_);
  /// The next job, or why there is none: `until` has come, or the lane was stopped.
  Wake Take(std::unique_ptr<Job>& job, std::optional<Time> until) EXCLUDES(mutex_);
  std::thread Start();
  void Loop();

  const Rest rest_;
  Mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::unique_ptr<Job>> jobs_ GUARDED_BY(mutex_);
  std::deque<std::unique_ptr<Job>> first_jobs_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it starts when all else stands
};

}  // namespace trawl::storage
