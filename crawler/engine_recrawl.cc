// What was fetched is fetched again.

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "crawler/async.h"
#include "crawler/engine.h"
#include "crawler/frontier/recrawl.h"
#include "parser/fingerprint.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

/// URLs that enter the queue with one transaction; the next ones follow when it is committed.
constexpr std::size_t kPromotedAtOnce = 1000;

}  // namespace

Awaitable<bool> Engine::SetRecrawl() {
  std::vector<std::optional<Duration>> intervals = targets_.RecrawlIntervals();
  if (ready_ && intervals == recrawl_) co_return true;
  recrawl_ = intervals;
  const Result<void> set = co_await storage_.SetRecrawl(std::move(intervals));
  if (!set) {
    storage_error_ = set.error().message();
    End(EndReason::kStorageFailed);
  }
  next_due_ = Instant::min();
  co_return set.has_value();
}

/// A one-shot crawl would not end where pages fall due faster than they are fetched.
Instant Engine::DueUntil() const {
  return one_shot_ ? counts_.started : parts_.clock.Now();
}

void Engine::StartPromotion() {
  if (ending_ || promoting_ || !next_due_ || *next_due_ > DueUntil()) return;
  if (disk_low_ || storage_.queued_bytes() >= options_.storage.queue_max.count) return;
  promoting_ = true;
  gate_.Spawn(Promote());
}

Awaitable<void> Engine::Promote() {
  next_due_.reset();  // whatever is committed while the store is read comes by NoteDue
  Result<storage::DueUrls> due = co_await storage_.LoadDue(DueUntil(), kPromotedAtOnce);
  if (due) {
    NoteDue(due->next);
    Step step;
    for (storage::QueuedUrl& url : due->urls) PromoteUrl(step, std::move(url));
    if (!due->urls.empty()) co_await Write(std::move(step));
  } else {
    storage_error_ = due.error().message();
    End(EndReason::kStorageFailed);
  }
  promoting_ = false;
  Wake();
}

void Engine::PromoteUrl(Step& step, storage::QueuedUrl url) {
  parser::UrlParts parts;
  // A reload may have ended the revisits of its target since the store was asked.
  const bool wanted = url.target < targets_.size() && !targets_[url.target].retired &&
                      FirstInterval(targets_[url.target].recrawl) && parser::SplitNormalized(url.url, parts);
  if (!wanted) {
    step.batch.promotions.push_back({url.id, std::nullopt});
    return;
  }
  const std::uint8_t priority = url.sitemap > 0 ? kSitemapPriority : kRecrawlPriority;
  url.place.key = frontier_.NewPlace(url.place.key.host, priority);
  step.batch.promotions.push_back({url.id, url.place});
  step.pending.push_back({std::string(parts.host), std::move(url)});
}

/// Of a visit that no retry follows.
void Engine::ScheduleRevisit(Step& step, const FetchTask& task, Outcome outcome, const FetchResult& fetched,
                             Listing listing) {
  const std::optional<storage::Earlier>& earlier = task.url.earlier;
  const VisitFound found{outcome, fetched.status, step.batch.page ? step.batch.page->content_hash : 0};
  Finding finding = Judge(found, earlier);
  // Of a sitemap no content is kept to compare with.
  if (task.url.sitemap > 0 && finding == Finding::kChanged && !listing.news) finding = Finding::kUnchanged;
  step.batch.gone = finding == Finding::kGone;
  const Duration last = earlier ? earlier->interval : Duration(0);
  const config::Recrawl& recrawl = targets_[task.url.target].recrawl;
  if (FirstInterval(recrawl)) {
    Duration interval = NextInterval(recrawl, finding, last, task.url.hint);
    // A feed is looked for news as a sitemap is.
    if (listing.read || task.url.sitemap > 0) interval = std::min(interval, storage::kSitemapAgain);
    step.batch.revisit =
        storage::Revisit{parts_.clock.Now() + interval, interval, CountMisses(found, earlier)};
    if (task.url.sitemap > 0) {
      // What could not be read this time is still what was read before.
      const bool anew = outcome == Outcome::kOk && listing.read;
      step.batch.revisit->etag =
          step.batch.text.Keep(anew ? std::string(fetched.Header("ETag")) : task.url.etag);
      step.batch.revisit->last_modified =
          step.batch.text.Keep(anew ? std::string(fetched.Header("Last-Modified")) : task.url.last_modified);
    }
  } else if (last > Duration(0)) {
    step.batch.promotions.push_back({task.url.id, std::nullopt});
  }
}

/// Visited URLs of which the entries say that they have changed since fall due. False: storage has failed.
Awaitable<bool> Engine::BringForward(std::span<const parser::SitemapEntry> entries, SitemapCounts& counts) {
  const auto none = [](const std::optional<Duration>& interval) { return !interval; };
  if (std::all_of(recrawl_.begin(), recrawl_.end(), none)) co_return true;
  std::unordered_map<UrlId, Instant> changed;
  std::vector<UrlId> ids;
  for (const parser::SitemapEntry& entry : entries) {
    const UrlId id = parser::FingerprintUrl(entry.url);
    if (!entry.lastmod || !frontier_.Knows(id)) continue;
    const auto [known, fresh] = changed.try_emplace(id, *entry.lastmod);
    known->second = std::max(known->second, *entry.lastmod);
    if (fresh) ids.push_back(id);
  }
  if (ids.empty()) co_return true;
  const Result<std::vector<storage::ScheduledVisit>> visits = co_await storage_.LoadRevisits(std::move(ids));
  if (!visits) {
    storage_error_ = visits.error().message();
    End(EndReason::kStorageFailed);
    co_return false;
  }
  Step step;
  const Instant now = parts_.clock.Now();
  for (const storage::ScheduledVisit& visit : *visits) {
    const auto due = BroughtForward(visit, changed.at(visit.url), now, options_.crawl.min_revisit);
    if (due) step.batch.advances.push_back({visit.url, *due});
  }
  counts.forward += step.batch.advances.size();
  if (step.batch.advances.empty()) co_return true;
  co_return co_await Write(std::move(step));
}

void Engine::NoteDue(std::optional<Instant> due) {
  if (due && (!next_due_ || *due < *next_due_)) next_due_ = due;
}

}  // namespace trawl::crawler
