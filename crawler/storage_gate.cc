#include "crawler/storage_gate.h"

#include <utility>

#include "crawler/async.h"
#include "crawler/cross.h"

namespace trawl::crawler {

Awaitable<Result<void>> StorageGate::Write(storage::WriteBatch batch) {
  const auto place = handed_over_.insert(handed_over_.end(), std::chrono::steady_clock::now());
  auto start = [this, &batch](storage::Store::Done<void> done) {
    store_.Write(std::move(batch), std::move(done));
  };
  Result<void> written = co_await Cross<Result<void>>(loop_, start);
  handed_over_.erase(place);
  co_return written;
}

Duration StorageGate::lag() const {
  if (handed_over_.empty()) return Duration(0);
  return std::chrono::ceil<Duration>(std::chrono::steady_clock::now() - handed_over_.front());
}

Awaitable<Result<void>> StorageGate::SetTargets(std::vector<std::string> names,
                                                std::vector<config::ItemRule> rules) {
  auto start = [this, &names, &rules](storage::Store::Done<void> done) {
    store_.SetTargets(std::move(names), std::move(rules), std::move(done));
  };
  co_return co_await Cross<Result<void>>(loop_, start);
}

Awaitable<Result<storage::FrontierTotals>> StorageGate::LoadFrontier(storage::FrontierSink& sink) {
  auto start = [this, &sink](storage::Store::Done<storage::FrontierTotals> done) {
    store_.LoadFrontier(sink, std::move(done));
  };
  co_return co_await Cross<Result<storage::FrontierTotals>>(loop_, start);
}

Awaitable<Result<std::vector<storage::QueuedUrl>>> StorageGate::LoadQueue(storage::QueueKey after,
                                                                          std::size_t limit) {
  auto start = [this, after, limit](storage::Store::Done<std::vector<storage::QueuedUrl>> done) {
    store_.LoadQueue(after.host, after, limit, std::move(done));
  };
  co_return co_await Cross<Result<std::vector<storage::QueuedUrl>>>(loop_, start);
}

Awaitable<Result<void>> StorageGate::SetRecrawl(std::vector<std::optional<Duration>> intervals) {
  auto start = [this, &intervals](storage::Store::Done<void> done) {
    store_.SetRecrawl(std::move(intervals), std::move(done));
  };
  co_return co_await Cross<Result<void>>(loop_, start);
}

Awaitable<Result<storage::DueUrls>> StorageGate::LoadDue(Instant now, std::size_t limit) {
  auto start = [this, now, limit](storage::Store::Done<storage::DueUrls> done) {
    store_.LoadDue(now, limit, std::move(done));
  };
  co_return co_await Cross<Result<storage::DueUrls>>(loop_, start);
}

Awaitable<Result<std::vector<storage::ScheduledVisit>>> StorageGate::LoadRevisits(std::vector<UrlId> ids) {
  auto start = [this, &ids](storage::Store::Done<std::vector<storage::ScheduledVisit>> done) {
    store_.LoadRevisits(std::move(ids), std::move(done));
  };
  co_return co_await Cross<Result<std::vector<storage::ScheduledVisit>>>(loop_, start);
}

Awaitable<Result<std::optional<storage::StoredRobots>>> StorageGate::LoadRobots(std::string origin) {
  auto start = [this, &origin](storage::Store::Done<std::optional<storage::StoredRobots>> done) {
    store_.LoadRobots(std::move(origin), std::move(done));
  };
  co_return co_await Cross<Result<std::optional<storage::StoredRobots>>>(loop_, start);
}

Awaitable<Result<std::vector<UrlId>>> StorageGate::LoadExcluded(std::vector<UrlId> ids) {
  auto start = [this, &ids](storage::Store::Done<std::vector<UrlId>> done) {
    store_.LoadExcluded(std::move(ids), std::move(done));
  };
  co_return co_await Cross<Result<std::vector<UrlId>>>(loop_, start);
}

Awaitable<Result<storage::ExcludedSlice>> StorageGate::LoadExcludedSlice(
    std::vector<storage::SkipReason> reasons, std::uint64_t from) {
  auto start = [this, &reasons, from](storage::Store::Done<storage::ExcludedSlice> done) {
    store_.LoadExcludedSlice(std::move(reasons), from, std::move(done));
  };
  co_return co_await Cross<Result<storage::ExcludedSlice>>(loop_, start);
}

}  // namespace trawl::crawler
