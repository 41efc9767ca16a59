#pragma once

#include "config/instant.h"
#include "config/outcome.h"
#include "config/recrawl.h"
#include "storage/records.h"

namespace trawl::crawler {

/// What a visit found, set against what was known.
enum class Finding {
  kFirst,      ///< nothing was known of the URL
  kUnchanged,  ///< 304, or the same content, or a redirect as before
  kChanged,    ///< other content
  kMissing,    ///< 404 or 410, for the first time
  kGone,       ///< 404 or 410 again
  kBack,       ///< an answer after it was gone
  kFailed,     ///< any other failure: nothing is known anew
};

/// A visit that no retry follows.
struct VisitFound {
  Outcome outcome = Outcome::kOk;
  std::uint16_t status = 0;
  std::uint64_t content_hash = 0;  ///< with a document
};

/// A page counts as gone after so many visits in a row that found 404 or 410.
inline constexpr std::uint8_t kMissesUntilGone = 2;

/// Misses in a row after this visit. A failure of another kind neither counts nor ends them.
std::uint8_t CountMisses(const VisitFound& visit, const std::optional<storage::Earlier>& earlier);

Finding Judge(const VisitFound& visit, const std::optional<storage::Earlier>& earlier);

/// The interval of the first revisit; none: there is none. `hint`, within an hour and 90 days, takes the
/// place of the adaptive one's day.
std::optional<Duration> FirstInterval(const config::Recrawl& recrawl, storage::ChangeHint hint = {});

/// The interval from a visit to the next; `last`: the one that led to this visit, zero for none. `recrawl` is
/// not kNever. Pure.
Duration NextInterval(const config::Recrawl& recrawl, Finding finding, Duration last,
                      storage::ChangeHint hint = {});

/// A change that a sitemap or feed dates further ahead than clocks and time zones differ is not believed.
inline constexpr Duration kDatedAhead = std::chrono::hours(24);

/// When a visited URL is due of which a sitemap or feed, read at `now`, says that it changed at `changed`:
/// from then on, but not within `least` of its last visit. None: as it is scheduled. Pure.
std::optional<Instant> BroughtForward(const storage::ScheduledVisit& visit, Instant changed, Instant now,
                                      Duration least);

}  // namespace trawl::crawler
