#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/records.h"
#include "storage/sqlite/connection.h"

namespace trawl::storage::sqlite {

/// Writes the tables `host` and `robots_txt`. What changes with every page (counters, what a host waits for)
/// is gathered in memory until its group commits: a host has one row, and a group many pages of it. Runs on:
/// storage thread. Borrows the connection.
class HostRows {
 public:
  explicit HostRows(Connection& db);

  /// The number of a host, whose row is made when it is new.
  std::int64_t NumberOf(HostId id, std::string_view name);
  /// 0 when the host is not known.
  std::int64_t Find(HostId id);

  void Put(const HostState& state);
  void Put(const RobotsReceipt& receipt);
  /// What one visit adds to the counters of its host.
  struct Counts {
    int pages = 0;   ///< 1: the URL has a page for the first time
    int errors = 0;  ///< 1: it failed
    std::uint64_t bytes = 0;
    std::optional<std::uint32_t> first_byte_ms;
  };
  void Count(std::int64_t host, const Counts& counts);
  /// So many more excluded URLs of the host have a row.
  void AddSkipped(std::int64_t host, int more) { gathered_[host].skipped += more; }
  /// So many more URLs of the host wait in its queue.
  void AddQueued(std::int64_t host, int more) { gathered_[host].queued += more; }

  /// Writes what was gathered since the last call: a host is updated once.
  void Flush();

 private:
  struct State {
    std::string ip, waiting_for;
    std::int64_t delay_ms = 0;
    std::optional<std::int64_t> blocked_until;
    int backoffs = 0;
  };
  struct Gathered {
    std::int64_t pages = 0, errors = 0, bytes = 0, answers = 0, first_byte_ms = 0, first_byte_max_ms = 0;
    std::int64_t skipped = 0, queued = 0;
    std::optional<State> state;
  };

  Statement find_, add_, put_robots_, keep_robots_, count_, count_and_put_;
  std::unordered_map<HostId, std::int64_t> known_;
  std::unordered_map<std::int64_t, Gathered> gathered_;
};

}  // namespace trawl::storage::sqlite
