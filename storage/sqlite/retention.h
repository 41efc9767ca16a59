#pragma once

#include <cstdint>

#include "config/instant.h"
#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Deletes visits older than storage.keep_visits, a slice at a time, but for the last visit of each URL and
/// the one that gave its page: the state of the crawl needs those. Goes through all visits, then rests until
/// more can have grown old. Runs on: storage thread. Borrows the connection.
class Retention {
 public:
  static constexpr std::int64_t kStep = 500;  ///< visits looked at: some milliseconds

  /// `keep` 0: nothing is ever deleted.
  Retention(Connection& db, Duration keep);

  /// Whether a step has something to look at; `now` by the clock that dates visits.
  bool Due(Instant now) const;
  /// The next slice, in the caller's transaction.
  void Step(Instant now);

 private:
  void Delete(std::int64_t last, std::int64_t cutoff_ms);

  const Duration keep_;
  Statement slice_, delete_, count_, drop_redirect_;
  std::int64_t after_ = 0;  // visits up to this number were looked at
  Instant rest_until_{};
};

}  // namespace trawl::storage::sqlite
