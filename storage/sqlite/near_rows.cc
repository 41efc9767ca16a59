#include "storage/sqlite/near_rows.h"

#include <bit>
#include <utility>
#include <vector>

namespace trawl::storage::sqlite {
namespace {

constexpr int kQuarters = 4;
static_assert(kQuarters > NearRows::kMostBits);  // one of them is whole

std::int64_t Quarter(std::int64_t simhash, int which) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(simhash) >> 16 * which & 0xffff);
}

int BitsBetween(std::int64_t a, std::int64_t b) {
  return std::popcount(static_cast<std::uint64_t>(a ^ b));
}

}  // namespace

NearRows::NearRows(Connection& db)
    : db_(db),
      slice_(db.Prepare("SELECT max(n) FROM (SELECT n FROM visit WHERE n > ? ORDER BY n LIMIT ?)")),
      pages_(db.Prepare("SELECT p.visit, p.url, p.host, p.simhash, p.content_hash, "
                        "p.simhash IS NOT NULL AND p.status = 200 FROM visit v CROSS JOIN page p "
                        "ON p.url = v.url AND p.visit = v.n WHERE v.n > ? AND v.n <= ? ORDER BY v.n")),
      cover_(db.Prepare("UPDATE near_cover SET visit = ?")),
      entry_(db.Prepare("SELECT visit, url, host, simhash, content_hash FROM near WHERE url = ?")),
      put_(db.Prepare("INSERT OR REPLACE INTO near(visit, url, host, simhash, content_hash, first, distance) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?)")),
      remove_(db.Prepare("DELETE FROM near WHERE url = ?")),
      add_quarter_(
          db.Prepare("INSERT OR IGNORE INTO near_quarter(host, quarter, bits, visit, url, simhash) VALUES "
                     "(?, ?, ?, ?, ?, ?)")),
      drop_quarter_(db.Prepare("DELETE FROM near_quarter WHERE host = ? AND quarter = ? AND bits = ? AND "
                               "visit = ?")),
      near_(db.Prepare("SELECT visit, url, simhash FROM near_quarter WHERE host = ? AND quarter = ? AND "
                       "bits = ? AND visit < ? ORDER BY visit LIMIT ?")),
      content_(db.Prepare("SELECT content_hash FROM near WHERE url = ?")),
      put_again_(db.Prepare(
          "INSERT OR IGNORE INTO near_again(visit, url) SELECT visit, url FROM near WHERE first = ?")),
      next_again_(db.Prepare("SELECT visit, url FROM near_again ORDER BY visit LIMIT ?")),
      drop_again_(db.Prepare("DELETE FROM near_again WHERE visit = ?")),
      covered_(db.Int("SELECT visit FROM near_cover").value_or(0)),
      again_(db.Int("SELECT 1 FROM near_again LIMIT 1").has_value()) {}

void NearRows::Step(std::int64_t last) {
  if (again_) return Again();
  if (slice_.With(covered_, kStep).Step() && !slice_.IsNull(0)) last = slice_.Int(0);
  slice_.Reset();
  std::vector<std::pair<Entry, bool>> entries;
  pages_.With(covered_, last);
  while (pages_.Step())
    entries.push_back(
        {{pages_.Int(0), pages_.Int(1), pages_.Int(2), pages_.Int(3), pages_.Int(4)}, pages_.Int(5) != 0});
  for (const auto& [entry, comparable] : entries) {
    if (Look(entry, comparable)) continue;
    last = entry.visit - 1;
    break;
  }
  cover_.With(last).Run();
  covered_ = last;
}

/// Pages whose first is not what it was, in their own order.
void NearRows::Again() {
  std::vector<std::pair<std::int64_t, std::int64_t>> next;  // visit, URL
  next_again_.With(kStep);
  while (next_again_.Step()) next.emplace_back(next_again_.Int(0), next_again_.Int(1));
  for (const auto& [visit, url] : next) {
    Entry entry;
    if (entry_.With(url).Step())
      entry = {entry_.Int(0), entry_.Int(1), entry_.Int(2), entry_.Int(3), entry_.Int(4)};
    entry_.Reset();
    if (entry.visit == visit) Put(entry);  // else it has changed itself since
    drop_again_.With(visit).Run();
  }
  again_ = static_cast<std::int64_t>(next.size()) == kStep;
}

/// False: many others lost the page that was their first, and it has to wait until they have another.
bool NearRows::Look(const Entry& entry, bool comparable) {
  if (entry_.With(entry.url).Step()) {
    const Entry old{entry_.Int(0), entry_.Int(1), entry_.Int(2), entry_.Int(3), entry_.Int(4)};
    entry_.Reset();
    if (comparable && old.simhash == entry.simhash && old.content_hash == entry.content_hash) return true;
    for (int i = 0; i < kQuarters; ++i)
      drop_quarter_.With(old.host, i, Quarter(old.simhash, i), old.visit).Run();
    put_again_.With(old.url).Run();
    again_ = again_ || db_.changes() > 0;
    remove_.With(old.url).Run();
    if (again_) Again();
    if (again_) return false;
  }
  entry_.Reset();
  if (comparable) Put(entry);
  return true;
}

/// Of the same simhash only the earliest page stands under its quarters: whatever is near one is near all.
void NearRows::Put(const Entry& entry) {
  const std::optional<First> first = FirstOf(entry);
  std::optional<std::int64_t> url, distance;
  if (first) {
    url = first->url;
    const bool there = content_.With(first->url).Step();
    if (!there || content_.Int(0) != entry.content_hash) distance = first->bits;
    content_.Reset();
  }
  put_.With(entry.visit, entry.url, entry.host, entry.simhash, entry.content_hash, url, distance).Run();
  if (first && first->bits == 0) return;
  for (int i = 0; i < kQuarters; ++i)
    add_quarter_.With(entry.host, i, Quarter(entry.simhash, i), entry.visit, entry.url, entry.simhash).Run();
}

std::optional<NearRows::First> NearRows::FirstOf(const Entry& entry) {
  std::optional<First> first;
  for (int i = 0; i < kQuarters; ++i) {
    near_.With(entry.host, i, Quarter(entry.simhash, i), first ? first->visit : entry.visit, kMostTried);
    while (near_.Step()) {
      const int bits = BitsBetween(near_.Int(2), entry.simhash);
      if (bits > kMostBits) continue;
      first = First{near_.Int(0), near_.Int(1), bits};
      break;
    }
    near_.Reset();
  }
  return first;
}

}  // namespace trawl::storage::sqlite
