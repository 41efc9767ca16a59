#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Notices when checkpoints no longer get through the write-ahead log, for a reader still needs the database
/// as it was: then the log cannot begin anew and grows with every commit. Runs on: storage thread, unless
/// said; time is an argument.
class LogWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// A reader within its bounds is done long before.
  static constexpr std::chrono::seconds kPatience{60};
  /// Of a log: four times what is usual.
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20;
  /// Without commits, which try each time.
  static constexpr std::chrono::seconds kRetry{5};

  /// What a checkpoint at `now` has done.
  void Checkpointed(Time now, const Connection::Folded& folded);

  /// When to try again even if nothing is committed; none when nothing is left to do.
  std::optional<Time> retry_at() const;

  /// From any thread: a reader is in the way for long, or the log is too large.
  bool pinned() const { return pinned_; }
  /// From any thread: size of the log after a checkpoint that left something.
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::optional<Time> behind_since_;
  Time last_{};
  std::atomic<bool> pinned_{false};
  std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace trawl::storage::sqlite
