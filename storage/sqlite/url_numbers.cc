#include "storage/sqlite/url_numbers.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {
namespace {

// A round of so many times the root of the number of known URLs. The longer it is, the more of them find
// their place on a page of the large table that is written anyway, and the more pages the small table has,
// all of which are written with every commit. With 200 entries to a page and a thousand pages' worth of new
// URLs to a commit both cost the same at 110 times the root; it is rounded to a power of two, so that it
// changes rarely.
constexpr double kRoundPerRoot = 128;
constexpr std::uint64_t kLeastRound = 1 << 15;

}  // namespace

UrlNumbers::UrlNumbers(Connection& db, std::int64_t next)
    : db_(db),
      find_(db.Prepare(
          "SELECT n FROM url_number WHERE id = ?1 UNION ALL SELECT n FROM url_number_new WHERE id = ?1")),
      add_(db.Prepare("INSERT OR FAIL INTO url_number_new(id, n) VALUES (?, ?)")),
      remove_old_(db.Prepare("DELETE FROM url_number WHERE id = ?")),
      remove_new_(db.Prepare("DELETE FROM url_number_new WHERE id = ?")),
      merge_(db.Prepare(
          "INSERT OR IGNORE INTO url_number(id, n) SELECT id, n FROM url_number_new WHERE id BETWEEN ? "
          "AND ? ORDER BY id")),
      clear_(db.Prepare("DELETE FROM url_number_new WHERE id BETWEEN ? AND ?")),
      all_(db.Prepare("SELECT id FROM url_number WHERE id BETWEEN ?1 AND ?2 UNION ALL SELECT id FROM "
                      "url_number_new WHERE id BETWEEN ?1 AND ?2")),
      turn_(PartsOf(next)) {}

/// How many parts have had their turn when so many URLs are known. It follows from their number alone, so
/// that a next run goes on where this one has stopped.
std::int64_t UrlNumbers::PartsOf(std::int64_t next) {
  const auto wanted = static_cast<std::uint64_t>(kRoundPerRoot * std::sqrt(static_cast<double>(next)));
  const std::uint64_t round = std::max(kLeastRound, std::bit_floor(wanted));
  return next / static_cast<std::int64_t>(round >> IdFilter::kPartBits);
}

std::int64_t UrlNumbers::Find(UrlId id) {
  if (!filter_.MayHave(id)) return 0;
  if (!find_.With(ToKey(id)).Step()) return 0;
  const std::int64_t number = find_.Int(0);
  find_.Reset();
  return number;
}

std::int64_t UrlNumbers::Add(UrlId id, std::int64_t number) {
  if (const std::int64_t known = Find(id); known != 0) return known;
  add_.With(ToKey(id), number).Run();
  filter_.Add(id);
  return 0;
}

void UrlNumbers::Remove(UrlId id) {
  remove_new_.With(ToKey(id)).Run();
  if (db_.changes() == 0) remove_old_.With(ToKey(id)).Run();
}

void UrlNumbers::Merge(std::int64_t next) {
  const std::int64_t due = PartsOf(next);
  // The turn leaps, either way, when the length of a round changes.
  const std::int64_t first = std::clamp(turn_, due - IdFilter::kParts, due);
  turn_ = due;
  for (std::int64_t part = first; part < due && !db_.failed(); ++part) MergePart(part % IdFilter::kParts);
}

void UrlNumbers::MergePart(std::int64_t part) {
  const std::int64_t first = IdFilter::FirstOf(part), last = IdFilter::LastOf(part);
  if (filter_.Wants(part)) FillFilter(part);
  merge_.With(first, last).Run();
  clear_.With(first, last).Run();
}

void UrlNumbers::FillFilter(std::int64_t part) {
  std::vector<UrlId> ids;
  all_.With(IdFilter::FirstOf(part), IdFilter::LastOf(part));
  while (all_.Step()) ids.push_back(static_cast<UrlId>(all_.Int(0)));
  if (!db_.failed()) filter_.Fill(part, ids);
}

}  // namespace trawl::storage::sqlite
