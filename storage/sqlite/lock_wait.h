#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <utility>

#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Begins the transactions that write. Another program may hold the lock for that, say a shell with an open
/// transaction: it is waited for as long as kPatience, while what is to be written gathers before the lane.
/// Then, or when nothing is to be waited for, the connection's error is kLocked. Runs on: storage thread,
/// unless said. Borrows the connection.
class LockWait {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Clock = std::function<Time()>;
  /// Long enough to come back to a forgotten shell; within it nothing that was fetched is lost.
  static constexpr std::chrono::minutes kPatience{10};

  LockWait(Connection& db, Clock clock)
      : db_(db), clock_(std::move(clock)), begin_(db.Prepare("BEGIN IMMEDIATE")) {}

  void Begin();

  /// Until it is called, one busy timeout of the connection is all: a start does not hang.
  void SetPatient() { patient_ = true; }
  /// From any thread: no more patience.
  void StopWaiting() { hurried_ = true; }
  /// From any thread: Begin is waiting.
  bool waiting() const { return waiting_; }

 private:
  bool MayWait(Time since) const;

  Connection& db_;
  const Clock clock_;
  Statement begin_;
  bool patient_ = false;
  std::atomic<bool> hurried_{false}, waiting_{false};
};

}  // namespace trawl::storage::sqlite
