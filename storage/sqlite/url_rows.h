#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/records.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/host_rows.h"
#include "storage/sqlite/row_inserts.h"
#include "storage/sqlite/url_numbers.h"

namespace trawl::storage::sqlite {

/// Writes the tables `url` and `pending`: what is known, and what of it waits.
/// Runs on: storage thread. Borrows the connection, and the hosts, which count what waits.
class UrlRows {
 public:
  /// What the row of a new URL needs beyond the NewUrl: numbers of other rows.
  struct Refs {
    std::int64_t host = 0;
    std::optional<std::int64_t> target, source, rule;
    std::int64_t seen_ms = 0;
  };

  /// What a visit changes in the row of its URL. `visit` none: there was none, only a decision.
  struct Change {
    std::optional<UrlState> state;
    SkipReason skip = SkipReason::kNone;
    std::optional<std::int64_t> rule, visit;
  };

  UrlRows(Connection& db, HostRows& hosts);

  /// The number of a known URL, or 0.
  std::int64_t Find(UrlId id) { return numbers_.Find(id); }
  struct Added {
    std::int64_t fresh = 0;  ///< the number of its row, unless it had one
    int excluded = 0;        ///< so many more rows are of excluded URLs than before
  };
  /// Adds the URL and its place in the queue, unless it is known: see NewUrl. Its row is there after
  /// PutFresh; until then the URL must live.
  Added Add(const NewUrl& url, const Refs& refs);
  void PutFresh();
  void Update(std::int64_t url, const Change& change);
  void Put(const Judgement& judgement);
  /// Takes a URL's row away, unless it was visited; true when it is gone.
  bool RemoveUnvisited(std::int64_t url, UrlId id);
  /// Where a known URL stands, as its row has it.
  struct Standing {
    std::int64_t host = 0;
    bool excluded = false;
  };
  Standing StandingOf(std::int64_t url);
  /// The target of a known URL.
  std::optional<std::int64_t> TargetOf(std::int64_t url);

  void Enqueue(std::int64_t host, std::int64_t url, const QueuePlace& place);
  /// Takes a place out of the queue: the number of the URL that stood there, or 0.
  std::int64_t Dequeue(std::int64_t host, const QueueKey& key);

  /// Before a transaction ends.
  void Flush() { numbers_.Merge(next_); }

 private:
  struct Fresh {
    const NewUrl* url = nullptr;
    Refs refs;
  };

  bool Revive(std::int64_t number, const NewUrl& url, const Refs& refs);
  bool Replace(std::int64_t number, const NewUrl& url, const Refs& refs);

  Connection& db_;
  HostRows& hosts_;
  RowInserts rows_;
  Statement revive_, replace_, judge_, target_, standing_, remove_, visited_, update_, decide_, enqueue_,
      requeue_, place_, dequeue_;
  std::vector<Fresh> fresh_;
  std::int64_t next_;
  UrlNumbers numbers_;
};

}  // namespace trawl::storage::sqlite
