#include "storage/sqlite/orphan_rows.h"

#include <algorithm>
#include <bit>

#include "storage/sqlite/cells.h"
#include "storage/sqlite/shorthand.h"

namespace trawl::storage::sqlite {

OrphanRows::OrphanRows(Connection& db)
    : db_(db),
      all_(db.Prepare("SELECT id FROM orphan")),
      add_(db.Prepare("INSERT OR IGNORE INTO orphan(url, id) VALUES (?, ?)")),
      remove_(db.Prepare("DELETE FROM orphan WHERE url = ?")),
      link_(db.Prepare(Expanded("DELETE FROM orphan WHERE url = @url(?1)"))) {
  ReadAll(kLeast);
}

/// Anew, with more places where they are needed: of an id that is not there one in sixteen is looked up then.
void OrphanRows::ReadAll(std::size_t counts) {
  counts_.assign(counts, 0);
  ids_ = 0;
  while (all_.Step()) {
    if (counts_.size() < kMost && ids_ * 8 >= counts_.size()) {
      all_.Reset();
      return ReadAll(counts_.size() * 4);
    }
    Count(static_cast<UrlId>(all_.Int(0)));
  }
}

void OrphanRows::Count(UrlId id) {
  for (const std::size_t place : {First(id), Second(id)})
    counts_[place] += counts_[place] < UINT8_MAX ? 1 : 0;
  ++ids_;
}

void OrphanRows::Discount(UrlId id) {
  for (const std::size_t place : {First(id), Second(id)})
    counts_[place] -= counts_[place] < UINT8_MAX ? 1 : 0;
  --ids_;
}

void OrphanRows::Add(std::int64_t url, UrlId id) {
  add_.With(url, ToKey(id)).Run();
  if (db_.failed() || db_.changes() == 0) return;
  Count(id);
  if (counts_.size() < kMost && ids_ * 8 > counts_.size()) ReadAll(counts_.size() * 4);
}

void OrphanRows::OnLink(UrlId id) {
  if (!MayHave(id)) return;
  link_.With(ToKey(id)).Run();
  if (!db_.failed() && db_.changes() != 0) Discount(id);
}

void OrphanRows::Remove(std::int64_t url, UrlId id) {
  if (!MayHave(id)) return;
  remove_.With(url).Run();
  if (!db_.failed() && db_.changes() != 0) Discount(id);
}

}  // namespace trawl::storage::sqlite
