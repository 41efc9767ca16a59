#pragma once

#include <cstdint>
#include <optional>

#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Finds the pages that say nearly the same as an earlier one of their host, in idle moments, so that a page
/// costs its writer nothing: the table `near`, behind the view near_duplicates. Visits up to a number are
/// looked at, in their order. Simhashes at most three bits apart agree in one of their four quarters, so a
/// page is compared with those alone that stand under one of its quarters in `near_quarter`. Runs on: storage
/// thread. Borrows the connection.
class NearRows {
 public:
  static constexpr int kMostBits = 3;              ///< that differ between pages that are near
  static constexpr std::int64_t kStep = 500;       ///< visits looked at: some ten milliseconds
  static constexpr std::int64_t kMostTried = 500;  ///< pages compared for each quarter, the earliest

  explicit NearRows(Connection& db);

  /// Whether a step has something to do, when `last` is the last visit. `idle`: also for few visits.
  bool Due(std::int64_t last, bool idle) const {
    return last - covered_ >= (idle ? 1 : 2 * kStep) || (idle && again_);
  }
  /// The next visits up to `last`, the last one, in the caller's transaction.
  void Step(std::int64_t last);

 private:
  /// A page as it was when it was compared. `visit`, which gave it this content, is its place in the order.
  struct Entry {
    std::int64_t visit = 0, url = 0, host = 0, simhash = 0, content_hash = 0;
  };
  struct First {
    std::int64_t visit = 0, url = 0;
    int bits = 0;
  };

  void Again();
  bool Look(const Entry& entry, bool comparable);
  void Put(const Entry& entry);
  std::optional<First> FirstOf(const Entry& entry);

  Connection& db_;
  Statement slice_, pages_, cover_, entry_, put_, remove_, add_quarter_, drop_quarter_, near_, content_,
      put_again_, next_again_, drop_again_;
  std::int64_t covered_;
  bool again_;  // near_again has rows
};

}  // namespace trawl::storage::sqlite
