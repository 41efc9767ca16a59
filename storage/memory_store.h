#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/options.h"
#include "storage/lane.h"
#include "storage/overtaken.h"
#include "storage/store.h"

namespace trawl::storage {

/// What a MemoryStore keeps: the rows, with text of their own.
struct MemoryRows {
  struct Url {
    std::string url, host_name, rule;
    HostId host{};
    std::uint16_t target = 0, depth = 0;
    std::uint8_t redirects = 0, sitemap = 0;
    std::optional<UrlId> source;
    UrlState state = UrlState::kQueued;
    SkipReason skip = SkipReason::kNone;
    ChangeHint hint{};
    std::uint8_t hops = 0;
    std::uint32_t visits = 0;
    Instant visited{};  ///< with visits
  };
  struct Visit {
    UrlId url{};
    Instant at{};
    Outcome outcome = Outcome::kOk;
    std::uint16_t status = 0;
    std::string detail;
    std::optional<UrlId> redirect;
  };
  struct Page {
    std::uint16_t status = 0;
    std::string content_type, title, text, main_text, author, published_at, etag, last_modified;
    std::string language, language_source;
    std::uint64_t content_hash = 0, simhash = 0;
    Instant fetched_at{};
    std::optional<Instant> gone_at{};
    std::vector<std::tuple<UrlId, std::string, std::string>> links;          ///< target, kind, anchor
    std::vector<std::tuple<std::string, std::uint32_t, std::string>> items;  ///< rule, position, data
    std::vector<std::pair<std::string, std::string>> structured;             ///< kind, data
  };
  struct Waiting {
    UrlId url{};
    Instant due{};
    std::uint8_t attempts = 0;
  };
  struct Revisit {
    std::optional<Instant> due;  ///< none while it is in the queue
    Duration interval{};
    std::uint8_t misses = 0;
    std::string etag, last_modified;
  };
  /// `kind`: "changed", "gone" or "back".
  struct Change {
    UrlId url{};
    Instant at{};
    std::string kind;
    std::uint64_t old_hash = 0;
    std::optional<std::uint64_t> new_hash;
  };
  using CookieKey = std::tuple<std::uint16_t, std::string, std::string, std::string, bool>;
  using Place = std::tuple<HostId, std::uint8_t, std::uint64_t>;

  std::unordered_map<UrlId, Url> urls;
  std::map<Place, Waiting> queue;
  std::vector<Visit> visits;
  std::unordered_map<UrlId, Page> pages;
  std::map<std::string, StoredRobots> robots;
  std::map<std::uint16_t, std::uint64_t> target_pages;
  std::unordered_map<UrlId, Revisit> revisits;
  std::vector<Change> changes;
  std::map<CookieKey, StoredCookie> cookies;
  std::vector<std::optional<Duration>> recrawl;
  std::map<SkipReason, std::uint64_t> judgements;
  std::map<std::uint16_t, TargetPause> pauses;
  struct Unlisted {
    HostId host{};
    SkipReason skip = SkipReason::kNone;
    std::string rule;
  };
  std::unordered_map<UrlId, Unlisted> unlisted;      ///< excluded, without a row in `urls`
  std::unordered_map<HostId, std::uint64_t> listed;  ///< excluded, with one
  std::unordered_map<HostId, StoredHost> hosts;      ///< queued is counted when they are read
};

/// A Store without a file, held to the same contract: for tests, and for a crawl whose rows nobody keeps.
/// Runs on: the event loop calls; the work is done on its storage thread. Owns the rows and the thread.
class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const config::StorageOptions& options) : options_(options) {}

  Result<void> BeginRun(const RunStart& run) override;
  void SetTargets(std::vector<std::string> names, std::vector<config::ItemRule> rules,
                  Done<void> done) override;
  void Write(WriteBatch batch, Done<void> done) override;
  std::size_t queued_bytes() const override { return queued_.load(std::memory_order_relaxed); }
  void LoadFrontier(FrontierSink& sink, Done<FrontierTotals> done) override;
  void LoadQueue(HostId host, QueueKey after, std::size_t limit, Done<std::vector<QueuedUrl>> done) override;
  void SetRecrawl(std::vector<std::optional<Duration>> intervals, Done<void> done) override;
  void LoadDue(Instant now, std::size_t limit, Done<DueUrls> done) override;
  void LoadRevisits(std::vector<UrlId> ids, Done<std::vector<ScheduledVisit>> done) override;
  void LoadRobots(std::string origin, Done<std::optional<StoredRobots>> done) override;
  void LoadExcluded(std::vector<UrlId> ids, Done<std::vector<UrlId>> done) override;
  void LoadExcludedSlice(std::vector<SkipReason> reasons, std::uint64_t from,
                         Done<ExcludedSlice> done) override;
  Result<void> Close(const RunEnd& end) override;

  /// Shows the rows as they are after every earlier call. Blocks until `look` has returned; also after Close.
  void Look(const std::function<void(const MemoryRows&)>& look);

 private:
  Result<void> Apply(const WriteBatch& batch);
  void AddUrl(const NewUrl& url);
  bool Full(HostId host) const;
  void AddVisit(const WriteBatch& batch, UrlId subject);
  void PutPage(const WriteBatch& batch);
  void ChangeSubject(const WriteBatch& batch, UrlId subject);
  void Promote(const Promotion& promotion);
  void PutCookie(const CookieRow& cookie);
  void Schedule(const std::vector<std::optional<Duration>>& intervals);
  void ScheduleOne(UrlId id, Instant visited, Duration interval);
  QueuedUrl ReadUrl(UrlId id) const;
  DueUrls Due(Instant now, std::size_t limit) const;
  StoredHost& HostRow(HostId id, std::string_view name);
  FrontierTotals Load(FrontierSink& sink);
  std::vector<QueuedUrl> Queue(HostId host, QueueKey after, std::size_t limit) const;

  const config::StorageOptions options_;
  MemoryRows rows_;      // lane only
  Overtaken overtaken_;  // lane only
  std::uint64_t batches_ = 0;
  std::atomic<std::size_t> queued_{0};
  Lane lane_{"memory store"};  // last: its thread ends before the rows go
};

}  // namespace trawl::storage
