#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/result.h"
#include "config/url_id.h"
#include "storage/records.h"

namespace trawl::storage {

/// What a load of a whole database hands out, piece by piece, on a storage thread. Each call may block that
/// thread.
class FrontierSink {
 public:
  virtual ~FrontierSink() = default;
  /// Ids that need not be met again. Those excluded for a reason that MayYetBeQueued are left out.
  virtual void OnKnown(std::span<const UrlId> ids) = 0;
  /// Its pages are what max_pages_per_host has used up.
  virtual void OnHost(StoredHost host) = 0;
  /// What max_pages of a target has used up: its URLs that have a stored page, those of earlier runs
  /// included. `target` is the index in this run's RunStart::target_names; targets without pages may be left
  /// out, those that the configuration no longer names are.
  virtual void OnTargetPages(std::uint16_t target, std::uint64_t pages) = 0;
  /// Of this run's targets, in the order of their creation; those that had expired when the run began are
  /// left out.
  virtual void OnCookie(StoredCookie cookie) = 0;
};

struct FrontierTotals {
  std::uint64_t known = 0;  ///< ids given to OnKnown
  std::uint64_t queued = 0, pages = 0;
  std::uint64_t next_seq = 1;         ///< larger than any QueueKey::seq stored
  std::vector<Judgement> judgements;  ///< the last of each reason
  std::vector<TargetPause> pauses;    ///< of this run's targets, that had not ended when the run began
};

/// What keeps a store from its work without having failed it; each passes by itself.
struct StoreCondition {
  bool locked = false;      ///< another program holds the database's lock for writing; commits wait for it
  bool log_pinned = false;  ///< a reader keeps the log from being folded into the database; it grows
  std::uint64_t log_bytes = 0;  ///< size of the log while one does
};

/// Where a crawl is kept. Runs on: the methods may be called from the event loop thread (one thread); they
/// never block but for Close. Callbacks come on storage threads, in no order between different calls unless
/// said.
class Store {
 public:
  template <class T>
  using Done = std::function<void(Result<T>)>;

  virtual ~Store() = default;

  /// Opens a run; before the first Write. Blocks: called at start-up, before the loop runs.
  virtual Result<void> BeginRun(const RunStart& run) = 0;

  /// Further targets of this run: `names` begins with those that it has. Later batches may name the new ones.
  /// `rules` takes the place of the run's. As urgent as a batch that is.
  virtual void SetTargets(std::vector<std::string> names, std::vector<config::ItemRule> rules,
                          Done<void> done) = 0;

  /// Queues a batch. Batches commit in the order of the calls, urgent ones before the others; `done(ok)`
  /// means durable as storage.durability says. It comes at once where the disk has nothing else to do, and
  /// within storage.commit_age where other batches gather with it (plus the time of the commits themselves).
  /// After a failed commit every later Write fails with the same error: nothing is acknowledged that is not
  /// stored.
  virtual void Write(WriteBatch batch, Done<void> done) = 0;

  /// Bytes of batches that wait or are being written: fetching slows when it passes storage.queue_max.
  virtual std::size_t queued_bytes() const = 0;

  /// How long the last commit took; zero before the first. Any thread may ask.
  virtual std::chrono::microseconds last_commit() const { return {}; }

  /// How it is just now. Never blocks.
  virtual StoreCondition condition() const { return {}; }

  /// From now on nothing is waited for but the disk: a database that another program has locked fails what is
  /// written.
  virtual void StopWaiting() {}

  /// Reads what a restart needs: every known id, every host, every cookie. The sink outlives the call of
  /// `done`.
  virtual void LoadFrontier(FrontierSink& sink, Done<FrontierTotals> done) = 0;

  /// The first `limit` rows of a host's queue behind `after`, by priority, then seq. Sees every Write
  /// acknowledged before the call.
  virtual void LoadQueue(HostId host, QueueKey after, std::size_t limit,
                         Done<std::vector<QueuedUrl>> done) = 0;

  /// By target: the first interval of its pages' revisits, none for no revisits; targets beyond the list have
  /// none. Where that differs from what the store was told last, stored pages are scheduled at their last
  /// visit and that interval (an earlier time that stands stays), or are scheduled no more; likewise sitemaps
  /// that were visited, at that interval or kSitemapAgain.
  virtual void SetRecrawl(std::vector<std::optional<Duration>> intervals, Done<void> done) = 0;

  /// The first `limit` URLs whose revisit is due at `now`. Sees every Write acknowledged before the call.
  virtual void LoadDue(Instant now, std::size_t limit, Done<DueUrls> done) = 0;

  /// Of `ids`, those that wait for their revisit. Sees every Write acknowledged before the call.
  virtual void LoadRevisits(std::vector<UrlId> ids, Done<std::vector<ScheduledVisit>> done) = 0;

  /// What is stored of the robots.txt of an origin ("https://example.org"), whether its time has come or not.
  /// Sees every Write acknowledged before the call.
  virtual void LoadRobots(std::string origin, Done<std::optional<StoredRobots>> done) = 0;

  /// Of `ids`, those that a NewUrl which insists would queue. Sees every Write acknowledged before the call.
  virtual void LoadExcluded(std::vector<UrlId> ids, Done<std::vector<UrlId>> done) = 0;

  /// URLs that are excluded for one of `reasons`, from the place `from` on (zero at first): as many as do not
  /// keep a thread long, which may be none though more follow. Sees every Write acknowledged before the call.
  virtual void LoadExcludedSlice(std::vector<SkipReason> reasons, std::uint64_t from,
                                 Done<ExcludedSlice> done) = 0;

  /// Writes what is queued, closes the run, ends the threads. Blocks. No call after it; callbacks of earlier
  /// ones have all come.
  virtual Result<void> Close(const RunEnd& end) = 0;
};

}  // namespace trawl::storage
