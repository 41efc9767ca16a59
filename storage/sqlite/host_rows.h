#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "storage/records.h"
#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Writes the tables `host` and `robots`, and keeps the counters of hosts until their group commits.
/// Runs on: storage thread. Borrows the connection.
class HostRows {
 public:
  explicit HostRows(Connection& db);

  /// The number of a host, whose row is made when it is new.
  std::int64_t NumberOf(HostId id, std::string_view name);
  /// 0 when the host is not known.
  std::int64_t Find(HostId id);

  void Put(const HostState& state);
  void Put(const RobotsReceipt& receipt);

  void Count(std::int64_t host, int pages, int errors, std::uint64_t bytes);
  /// Adds what was counted since the last call to the rows.
  void WriteCounters();

 private:
  struct Counters {
    std::int64_t pages = 0, errors = 0, bytes = 0;
  };

  Statement find_, add_, put_, put_robots_, count_;
  std::unordered_map<HostId, std::int64_t> known_;
  std::unordered_map<std::int64_t, Counters> counters_;
};

}  // namespace trawl::storage::sqlite
