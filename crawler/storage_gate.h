#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "config/instant.h"
#include "config/result.h"
#include "storage/store.h"

namespace trawl::crawler {

/// The bridge from the event loop to the storage threads: a coroutine waits here while a thread blocks.
/// Runs on: event loop. Borrows the store, which must outlive every call under way.
class StorageGate {
 public:
  StorageGate(boost::asio::any_io_executor loop, storage::Store& store)
      : loop_(std::move(loop)), store_(store) {}

  /// Hands the batch over before it suspends, so batches commit in the order of the calls; comes back when it
  /// is committed.
  boost::asio::awaitable<Result<void>> Write(storage::WriteBatch batch);
  boost::asio::awaitable<Result<void>> SetTargets(std::vector<std::string> names,
                                                  std::vector<config::ItemRule> rules);
  boost::asio::awaitable<Result<storage::FrontierTotals>> LoadFrontier(storage::FrontierSink& sink);
  boost::asio::awaitable<Result<std::vector<storage::QueuedUrl>>> LoadQueue(storage::QueueKey after,
                                                                            std::size_t limit);
  boost::asio::awaitable<Result<void>> SetRecrawl(std::vector<std::optional<Duration>> intervals);
  boost::asio::awaitable<Result<storage::DueUrls>> LoadDue(Instant now, std::size_t limit);

  boost::asio::awaitable<Result<std::vector<storage::ScheduledVisit>>> LoadRevisits(std::vector<UrlId> ids);
  boost::asio::awaitable<Result<std::optional<storage::StoredRobots>>> LoadRobots(std::string origin);
  boost::asio::awaitable<Result<std::vector<UrlId>>> LoadExcluded(std::vector<UrlId> ids);
  boost::asio::awaitable<Result<storage::ExcludedSlice>> LoadExcludedSlice(
      std::vector<storage::SkipReason> reasons, std::uint64_t from);

  std::size_t queued_bytes() const { return store_.queued_bytes(); }
  /// How long the oldest batch that is not yet committed has waited; zero when none waits.
  Duration lag() const;
  std::size_t writing() const { return handed_over_.size(); }  ///< batches that are not yet committed

 private:
  boost::asio::any_io_executor loop_;
  storage::Store& store_;
  std::list<std::chrono::steady_clock::time_point> handed_over_;  ///< when each of them was, oldest first
};

}  // namespace trawl::crawler
