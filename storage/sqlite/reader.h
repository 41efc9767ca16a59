#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace trawl::storage::sqlite {

/// Answers what a running crawl asks of the database. Every call is one short read transaction, so that the
/// write-ahead log can always be folded back soon. Runs on: storage thread (a reader lane). Borrows a
/// connection that only reads.
class Reader {
 public:
  explicit Reader(Connection& db);

  /// Numbers of this run's targets by index: rows carry the number, the crawl knows the index.
  void SetTargets(const std::vector<std::int64_t>& numbers);

  Result<FrontierTotals> LoadFrontier(FrontierSink& sink);
  Result<std::vector<QueuedUrl>> LoadQueue(HostId host, QueueKey after, std::size_t limit);
  Result<DueUrls> LoadDue(Instant now, std::size_t limit);
  Result<std::vector<ScheduledVisit>> LoadRevisits(const std::vector<UrlId>& ids);
  Result<std::optional<StoredRobots>> LoadRobots(const std::string& origin);
  Result<std::vector<UrlId>> LoadExcluded(const std::vector<UrlId>& ids);
  Result<ExcludedSlice> LoadExcludedSlice(const std::vector<SkipReason>& reasons, std::uint64_t from);

 private:
  void ReadUrl(const Statement& row, int column, QueuedUrl& url) const;
  std::uint16_t TargetAt(std::int64_t number) const;
  void LoadCookies(FrontierSink& sink);
  void LoadPauses(FrontierTotals& totals);
  boost::system::error_code TakeError();

  Connection& db_;
  Statement begin_, end_, queue_, due_, revisit_, robots_, excluded_;
  std::unordered_map<std::int64_t, std::uint16_t> target_index_;
};

}  // namespace trawl::storage::sqlite
