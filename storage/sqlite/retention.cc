#include "storage/sqlite/retention.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {

using namespace std::chrono_literals;

Retention::Retention(Connection& db, Duration keep)
    : keep_(keep),
      slice_(db.Prepare(
          "SELECT max(n), count(*), min(at) FROM (SELECT n, at FROM visit WHERE n > ? ORDER BY n LIMIT ?)")),
      delete_(
          db.Prepare("DELETE FROM visit WHERE n > ? AND n <= ? AND at < ? "
                     "AND NOT EXISTS (SELECT 1 FROM url u WHERE u.n = visit.url AND u.visit = visit.n) "
                     "AND NOT EXISTS (SELECT 1 FROM page p WHERE p.url = visit.url AND p.visit = visit.n) "
                     "RETURNING n, url")),
      count_(db.Prepare("UPDATE url SET visits = visits - 1 WHERE n = ?")),
      drop_redirect_(db.Prepare("DELETE FROM redirect WHERE visit = ?")) {}

bool Retention::Due(Instant now) const {
  return keep_ > Duration(0) && now >= rest_until_;
}

void Retention::Step(Instant now) {
  const std::int64_t cutoff = ToMs(now - keep_);
  std::int64_t last = 0;
  bool end = true;
  if (slice_.With(after_, kStep).Step()) {
    last = slice_.Int(0);
    // Numbers grow with time, but for visits that were under way together.
    end = slice_.Int(1) < kStep || slice_.Int(2) >= cutoff;
    slice_.Reset();
  }
  if (last > after_) Delete(last, cutoff);
  after_ = last;
  if (!end) return;
  after_ = 0;
  rest_until_ = now + std::clamp<Duration>(keep_ / 20, 1min, 1h);
}

void Retention::Delete(std::int64_t last, std::int64_t cutoff_ms) {
  std::vector<std::pair<std::int64_t, std::int64_t>> gone;  // visit, URL
  delete_.With(after_, last, cutoff_ms);
  while (delete_.Step()) gone.emplace_back(delete_.Int(0), delete_.Int(1));
  for (const auto& [visit, url] : gone) {
    count_.With(url).Run();
    drop_redirect_.With(visit).Run();
  }
}

}  // namespace trawl::storage::sqlite
