#include "storage/lane.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

namespace trawl::storage {

Lane::Lane(const char* name, Rest rest) : rest_(std::move(rest)), thread_(Start()) {
  pthread_setname_np(thread_.native_handle(), name);
}

std::thread Lane::Start() {
  // A new thread begins with the mask of the one that makes it.
  sigset_t others, before;
  sigfillset(&others);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) sigdelset(&others, fault);
  pthread_sigmask(SIG_SETMASK, &others, &before);
  std::thread thread([this] { Loop(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

void Lane::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Lane::Push(std::unique_ptr<Job> job, bool first) {
  {
    MutexLock lock(mutex_);
    if (stopping_) return false;
    (first ? first_jobs_ : jobs_).push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

Lane::Wake Lane::Take(std::unique_ptr<Job>& job, std::optional<Time> until) {
  MutexLock lock(mutex_);
  while (jobs_.empty() && first_jobs_.empty() && !stopping_) {
    if (!until) {
      wake_.wait(mutex_);
    } else if (wake_.wait_until(mutex_, *until) == std::cv_status::timeout) {
      break;
    }
  }
  for (std::deque<std::unique_ptr<Job>>* jobs : {&first_jobs_, &jobs_}) {
    if (jobs->empty()) continue;
    job = std::move(jobs->front());
    jobs->pop_front();
    return Wake::kJob;
  }
  return stopping_ ? Wake::kStopped : Wake::kTime;
}

void Lane::Loop() {
  // A job that arrives does not take the processor from the event loop that posts it. Of this thread alone.
  const sched_param none_of_real_time{};
  ::sched_setscheduler(0, SCHED_BATCH, &none_of_real_time);
  std::optional<Time> until;  // when rest_ is due
  for (;;) {
    std::unique_ptr<Job> job;
    switch (Take(job, until)) {
      case Wake::kJob:
        job->Run();
        if (rest_) until = Time::min();
        break;
      case Wake::kTime:
        until = rest_();
        break;
      case Wake::kStopped:
        return;
    }
  }
}

}  // namespace trawl::storage
