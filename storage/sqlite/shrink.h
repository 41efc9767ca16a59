#pragma once

#include <cstdint>

#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Gives the file system back what deleted rows leave, a few pages at a time, the last of the file first.
/// Only where the file was made for it (PRAGMA auto_vacuum), and not the last of the free pages: the next
/// rows take those. Runs on: storage thread. Borrows the connection.
class Shrink {
 public:
  static constexpr std::int64_t kStep = 256;  ///< pages: some milliseconds
  static constexpr std::int64_t kKeep = 512;  ///< free pages that stay: 2 MiB

  explicit Shrink(Connection& db);

  /// Rows were deleted for good.
  void Wake() { active_ = possible_; }
  /// Whether a step has something to do.
  bool Due();
  /// The next pages, in the caller's transaction.
  void Step() { step_.Run(); }

 private:
  Statement free_, step_;
  const bool possible_;
  bool active_;
};

}  // namespace trawl::storage::sqlite
