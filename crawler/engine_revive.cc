// Excluded URLs that are queued after all: because they are seeds or an operator asks for them, or because
// the configuration that left them out has changed.

#include <algorithm>
#include <utility>

#include "crawler/async.h"
#include "crawler/engine.h"
#include "crawler/judgements.h"
#include "parser/fingerprint.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

using storage::Judgement;

bool Holds(const std::vector<Judgement>& judgements, const Judgement& one) {
  return std::find(judgements.begin(), judgements.end(), one) != judgements.end();
}

}  // namespace

/// Gives those that are queued now.
Awaitable<std::vector<UrlId>> Engine::Insist(std::vector<Insisted> known) {
  std::vector<UrlId> queued, ids;
  if (known.empty()) co_return queued;
  for (const Insisted& one : known) ids.push_back(parser::FingerprintUrl(one.url));
  revivals_.Begin();
  Result<std::vector<UrlId>> excluded = co_await storage_.LoadExcluded(std::move(ids));
  if (excluded) {
    Step step;
    std::sort(excluded->begin(), excluded->end());
    for (const Insisted& one : known) {
      const UrlId id = parser::FingerprintUrl(one.url);
      if (std::binary_search(excluded->begin(), excluded->end(), id) && revivals_.Take(id))
        discovery_.SeedAnew(step, one.target, one.url, one.priority, one.sitemap);
    }
    for (const PendingUrl& pending : step.pending) queued.push_back(pending.url.id);
    if (!step.batch.urls.empty()) {
      const bool written = co_await Write(std::move(step));
      if (!written) queued.clear();
    }
  } else {
    storage_error_ = excluded.error().message();
    End(EndReason::kStorageFailed);
  }
  revivals_.End();
  co_return queued;
}

/// Reasons whose URLs were judged by other rules than those of today.
std::vector<storage::SkipReason> Engine::Outdated(const std::vector<Judgement>& today) const {
  std::vector<storage::SkipReason> reasons;
  for (const Judgement& one : today) {
    if (!Holds(judged_, one)) reasons.push_back(one.reason);
  }
  return reasons;
}

void Engine::StartRejudging() {
  if (ending_ || rejudging_) return;
  rejudging_ = true;
  gate_.Spawn(Rejudge());
}

Awaitable<void> Engine::Rejudge() {
  while (!ending_) {
    const std::vector<Judgement> today = JudgementsOf(options_, targets_);
    const std::vector<storage::SkipReason> reasons = Outdated(today);
    if (reasons.empty()) break;
    std::optional<std::uint64_t> from = 0;
    while (from && !ending_) {
      std::vector<storage::SkipReason> asked = reasons;
      std::vector<Judgement> by = today;
      from = co_await RejudgeSlice(std::move(asked), *from, std::move(by));
    }
  }
  rejudging_ = false;
  Wake();
}

/// Gives where to go on. With the last slice it is stored that all is judged by the rules of `today`, unless
/// a reload has brought others meanwhile.
Awaitable<std::optional<std::uint64_t>> Engine::RejudgeSlice(std::vector<storage::SkipReason> reasons,
                                                             std::uint64_t from,
                                                             std::vector<Judgement> today) {
  revivals_.Begin();
  Result<storage::ExcludedSlice> slice = co_await storage_.LoadExcludedSlice(std::move(reasons), from);
  std::optional<std::uint64_t> next;
  if (slice) {
    next = slice->next;
    Step step;
    for (const storage::ExcludedUrl& url : slice->urls) RejudgeUrl(step, url);
    const bool last = !next && JudgementsOf(options_, targets_) == today;
    if (last) step.batch.judgements = today;
    if (last || !step.batch.urls.empty()) co_await Write(std::move(step));
    if (last) judged_ = std::move(today);
  } else {
    storage_error_ = slice.error().message();
    End(EndReason::kStorageFailed);
  }
  revivals_.End();
  co_return next;
}

void Engine::RejudgeUrl(Step& step, const storage::ExcludedUrl& url) {
  parser::UrlParts parts;
  if (!parser::SplitNormalized(url.url, parts)) return;
  // One that is unsettled and known by now has been met again since the store was read.
  if (storage::MayYetBeQueued(url.skip) ? frontier_.Knows(url.id) : !revivals_.Take(url.id)) return;
  const bool gone = url.target >= targets_.size() || targets_[url.target].retired;
  const std::optional<std::uint16_t> target =
      gone ? targets_.OwnerOf(url.url, parts) : std::optional(url.target);
  if (!target) return;
  const HostId host = parser::FingerprintHost(parts.host);
  const bool full =
      url.skip == storage::SkipReason::kPageLimit && budget_.Ask(*target, host) == PageBudget::Answer::kNo;
  if (!full) discovery_.Rejudge(step, *target, url);
}

}  // namespace trawl::crawler
