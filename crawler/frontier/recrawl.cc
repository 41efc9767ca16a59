#include "crawler/frontier/recrawl.h"

#include <algorithm>
#include <cstdint>

namespace trawl::crawler {
namespace {

using Kind = config::Recrawl::Kind;

constexpr Duration kShortest = std::chrono::hours(1);
constexpr Duration kLongest = std::chrono::hours(90 * 24);
constexpr Duration kFirst = std::chrono::hours(24);

bool Missing(const VisitFound& visit) {
  return visit.outcome == Outcome::kHttpError && (visit.status == 404 || visit.status == 410);
}

bool Answered(Outcome outcome) {
  return outcome == Outcome::kOk || outcome == Outcome::kNotModified || outcome == Outcome::kRedirect;
}

/// Factors in tenths, so that the arithmetic is exact to the millisecond.
Duration Times(Duration interval, int tenths) {
  return Duration(interval.count() / 10 * tenths + interval.count() % 10 * tenths / 10);
}

}  // namespace

std::uint8_t CountMisses(const VisitFound& visit, const std::optional<storage::Earlier>& earlier) {
  const int before = earlier ? earlier->misses : 0;
  if (Missing(visit)) return static_cast<std::uint8_t>(std::min(before + 1, UINT8_MAX));
  return Answered(visit.outcome) ? std::uint8_t{0} : static_cast<std::uint8_t>(before);
}

Finding Judge(const VisitFound& visit, const std::optional<storage::Earlier>& earlier) {
  if (Missing(visit))
    return CountMisses(visit, earlier) >= kMissesUntilGone ? Finding::kGone : Finding::kMissing;
  if (!Answered(visit.outcome)) return Finding::kFailed;
  if (!earlier) return Finding::kFirst;
  if (earlier->misses >= kMissesUntilGone) return Finding::kBack;
  if (visit.outcome != Outcome::kOk) return Finding::kUnchanged;
  if (!earlier->has_page) return Finding::kChanged;
  return visit.content_hash == earlier->content_hash ? Finding::kUnchanged : Finding::kChanged;
}

std::optional<Duration> FirstInterval(const config::Recrawl& recrawl, storage::ChangeHint hint) {
  if (recrawl.kind == Kind::kNever) return std::nullopt;
  if (recrawl.kind == Kind::kFixed) return recrawl.interval;
  return hint.count() == 0 ? kFirst : std::clamp(Duration(hint), kShortest, kLongest);
}

Duration NextInterval(const config::Recrawl& recrawl, Finding finding, Duration last,
                      storage::ChangeHint hint) {
  const Duration first = *FirstInterval(recrawl, hint);
  const bool fixed = recrawl.kind == Kind::kFixed;
  if (last <= Duration(0)) last = first;
  // A fixed interval may be longer than the limit of those that grow.
  if (finding == Finding::kGone) {
    const Duration longest = fixed ? std::max(recrawl.interval, kLongest) : kLongest;
    return std::clamp(2 * last, fixed ? recrawl.interval : kShortest, longest);
  }
  if (fixed || finding == Finding::kFirst || finding == Finding::kBack) return first;
  int tenths = 10;
  if (finding == Finding::kUnchanged || finding == Finding::kFailed) tenths = 14;
  if (finding == Finding::kChanged) tenths = 8;
  return std::clamp(Times(last, tenths), kShortest, kLongest);
}

std::optional<Instant> BroughtForward(const storage::ScheduledVisit& visit, Instant changed, Instant now,
                                      Duration least) {
  if (changed <= visit.visited || changed > now + kDatedAhead) return std::nullopt;
  const Instant due = std::max(changed, visit.visited + least);
  return due < visit.due ? std::optional(due) : std::nullopt;
}

}  // namespace trawl::crawler
