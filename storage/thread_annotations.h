#pragma once

#include <mutex>

// What clang's -Wthread-safety checks: which state belongs to which mutex. Nothing at all for other
// compilers.
#if defined(__clang__)
#define TRAWL_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define TRAWL_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(name) TRAWL_THREAD_ANNOTATION(capability(name))
#define SCOPED_CAPABILITY TRAWL_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(mutex) TRAWL_THREAD_ANNOTATION(guarded_by(mutex))
#define REQUIRES(mutex) TRAWL_THREAD_ANNOTATION(requires_capability(mutex))
#define EXCLUDES(mutex) TRAWL_THREAD_ANNOTATION(locks_excluded(mutex))
#define ACQUIRE(...) TRAWL_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) TRAWL_THREAD_ANNOTATION(release_capability(__VA_ARGS__))

namespace trawl::storage {

/// A std::mutex that the analysis knows; a BasicLockable, so that std::condition_variable_any takes it.
class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace trawl::storage
