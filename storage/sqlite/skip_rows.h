#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/records.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/dictionary.h"
#include "storage/sqlite/host_rows.h"

namespace trawl::storage::sqlite {

/// Keeps the excluded URLs of a host within bounds: so many have a row in `url`, of further ones only the
/// fingerprint stands in `unlisted`, so that none is counted twice, and their number in `skip_count`, by
/// reason and rule. Counters are gathered in memory until their group commits, those of hosts in the
/// HostRows. Runs on: storage thread. Borrows the connection, the words and the hosts.
class SkipRows {
 public:
  /// Rules of one host that are told apart in `skip_count`; URLs of further ones are counted without a rule.
  static constexpr std::int64_t kMostRules = 1000;

  /// `most`: excluded URLs of a host that have a row; 0: no limit.
  SkipRows(Connection& db, Words& words, HostRows& hosts, std::uint64_t most);

  /// Whether a further excluded URL of the host gets no row.
  bool Full(std::int64_t host);
  /// An excluded URL without a row, unless it is counted already.
  void Count(UrlId id, std::int64_t host, SkipReason reason, std::string_view rule);
  /// So many more excluded URLs of the host have a row than before.
  void AddListed(std::int64_t host, int more);
  /// The URL has a row now. True when it was counted.
  bool Forget(UrlId id, std::int64_t host);

  /// Writes what was gathered since the last call.
  void Flush();

 private:
  struct Host {
    std::int64_t listed = 0, rules = 0;  ///< rules: rows of skip_count
  };
  Host& Of(std::int64_t host);
  std::int64_t CountOf(std::int64_t host, SkipReason reason, std::string_view rule);

  Words& words_;
  HostRows& host_rows_;
  const std::uint64_t most_;
  Statement host_, find_, add_, move_, remove_, find_count_, add_count_, put_count_;
  std::unordered_map<std::int64_t, Host> hosts_;
  std::unordered_map<std::string, std::int64_t> counts_;     // by host, reason and rule: numbers of rows
  std::unordered_map<std::int64_t, std::int64_t> gathered_;  // by number of a row of skip_count
};

}  // namespace trawl::storage::sqlite
