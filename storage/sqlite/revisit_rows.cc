#include "storage/sqlite/revisit_rows.h"

#include <algorithm>
#include <utility>

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {

RevisitRows::RevisitRows(Connection& db)
    : db_(db),
      put_(db.Prepare("INSERT OR REPLACE INTO revisit(url, due, interval_ms, misses, etag, last_modified) "
                      "VALUES (?, ?, ?, ?, ?, ?)")),
      advance_(db.Prepare("UPDATE revisit SET due = ?1 WHERE url = ?2 AND due > ?1")),
      enter_(db.Prepare("UPDATE revisit SET due = NULL WHERE url = ?")),
      remove_(db.Prepare("DELETE FROM revisit WHERE url = ?")) {}

void RevisitRows::Put(std::int64_t url, const Revisit& revisit) {
  put_.With(url, ToMs(revisit.due), revisit.interval.count(), revisit.misses, TextOrNull{revisit.etag},
            TextOrNull{revisit.last_modified})
      .Run();
}

void RevisitRows::Advance(std::int64_t url, Instant due) {
  advance_.With(ToMs(due), url).Run();
}

void RevisitRows::Enter(std::int64_t url) {
  enter_.With(url).Run();
}

void RevisitRows::Remove(std::int64_t url) {
  remove_.With(url).Run();
}

void RevisitRows::SetRecrawl(const std::vector<std::optional<Duration>>& intervals,
                             const std::vector<std::int64_t>& targets) {
  std::vector<std::pair<std::int64_t, std::optional<std::int64_t>>> known;  // number, recrawl_ms
  Statement row = db_.Prepare("SELECT n, recrawl_ms FROM target");
  while (row.Step()) known.emplace_back(row.Int(0), row.IsNull(1) ? std::nullopt : std::optional(row.Int(1)));
  for (const auto& [number, before] : known) {
    const auto index =
        static_cast<std::size_t>(std::find(targets.begin(), targets.end(), number) - targets.begin());
    const std::optional<Duration> interval =
        index < std::min(targets.size(), intervals.size()) ? intervals[index] : std::nullopt;
    if (interval && before != interval->count()) {
      Start(number, *interval);
    } else if (!interval && before) {
      Stop(number);
    }
  }
}

void RevisitRows::Start(std::int64_t target, Duration interval) {
  // The WHERE keeps the grammar apart from a join's ON.
  db_.Prepare(
         "INSERT INTO revisit(url, due, interval_ms, misses) SELECT p.url, p.fetched_at + ?1, ?1, 0 "
         "FROM page p JOIN url u ON u.n = p.url WHERE u.target = ?2 AND u.state IN (1, 2) "
         "ON CONFLICT(url) DO UPDATE SET due = min(due, excluded.due), interval_ms = excluded.interval_ms "
         "WHERE due IS NOT NULL")
      .With(interval.count(), target)
      .Run();
  db_.Prepare(
         "INSERT INTO revisit(url, due, interval_ms, misses) SELECT u.n, v.at + ?1, ?1, 0 "
         "FROM url u INDEXED BY url_sitemap JOIN visit v ON v.n = u.visit "
         "WHERE u.sitemap > 0 AND u.target = ?2 AND u.state IN (1, 2) "
         "ON CONFLICT(url) DO UPDATE SET due = min(due, excluded.due), interval_ms = excluded.interval_ms "
         "WHERE due IS NOT NULL")
      .With(std::min(interval, kSitemapAgain).count(), target)
      .Run();
  db_.Prepare("UPDATE target SET recrawl_ms = ? WHERE n = ?").With(interval.count(), target).Run();
}

void RevisitRows::Stop(std::int64_t target) {
  db_.Prepare(
         "DELETE FROM revisit WHERE due IS NOT NULL AND (SELECT target FROM url WHERE n = revisit.url) = ?")
      .With(target)
      .Run();
  db_.Prepare("UPDATE target SET recrawl_ms = NULL WHERE n = ?").With(target).Run();
}

}  // namespace trawl::storage::sqlite
