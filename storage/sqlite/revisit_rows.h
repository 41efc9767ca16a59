#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/records.h"
#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Writes the table `revisit`: when a URL is visited again. Its row stays, without a time, while the URL is
/// in the queue. Runs on: storage thread. Borrows the connection.
class RevisitRows {
 public:
  explicit RevisitRows(Connection& db);

  void Put(std::int64_t url, const Revisit& revisit);
  void Advance(std::int64_t url, Instant due);
  /// It is in the queue now.
  void Enter(std::int64_t url);
  void Remove(std::int64_t url);

  /// As Store::SetRecrawl; `targets`: numbers of the targets by index.
  void SetRecrawl(const std::vector<std::optional<Duration>>& intervals,
                  const std::vector<std::int64_t>& targets);

 private:
  void Start(std::int64_t target, Duration interval);
  void Stop(std::int64_t target);

  Connection& db_;
  Statement put_, advance_, enter_, remove_;
};

}  // namespace trawl::storage::sqlite
