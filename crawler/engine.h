#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "config/options.h"
#include "crawler/clock.h"
#include "crawler/discovery.h"
#include "crawler/error_window.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/fetch_window.h"
#include "crawler/frontier/frontier.h"
#include "crawler/gate.h"
#include "crawler/log.h"
#include "crawler/page_budget.h"
#include "crawler/page_parser.h"
#include "crawler/revivals.h"
#include "crawler/robots_cache.h"
#include "crawler/storage_gate.h"
#include "crawler/tally.h"
#include "crawler/targets.h"
#include "crawler/turns.h"
#include "crawler/turnstile.h"
#include "storage/store.h"

// The walk of one page:
// 1. frontier.Next(now) hands out a task; its host is now acquired. The engine asks only while there is room
//    for fetches, for bytes in flight, and behind them for the parser and for storage.
// 2. One coroutine is one page, spawned through a gate. robots says yes, no, or not yet.
// 3. fetcher.Fetch: DNS, lease of a connection, exchange, decoding. The host is released here, with its next
//    time set: politeness does not wait for parsing. A redirect is an outcome; its target is a URL like any
//    other.
// 4. parser.Parse: a sandboxed worker gets the bytes and answers a ParsedPage, validated before use.
// 5. Scope, robots meta and the seen set filter the links; one batch holds visit, page, links, frontier rows.
// 6. storage_gate.Write(batch): the answer means committed.
// 7. Only then the frontier gets what was discovered, and the task is finished. A crash before step 6 costs
//    one repeated fetch, and nothing else.
// A URL that is to be fetched again leaves the frontier with step 7. Its time stands in storage alone; when
// it has come, the URL is promoted: it enters the queue of its host as a new one does, and begins at step 1.

namespace trawl::crawler {

enum class EndReason { kDone, kStopped, kMaxPages, kMaxDuration, kWaiting, kStorageFailed, kParserFailed };
std::string_view Name(EndReason reason);

/// What a crawl has done so far in this run, for progress lines and summaries.
struct Progress {
  Instant started{};
  std::uint64_t pages = 0;  ///< stored with status 200
  std::uint64_t visits = 0;
  std::uint64_t errors = 0;  ///< visits that ended badly, or with 400 and more
  std::uint64_t bytes_wire = 0;
  std::uint64_t in_flight = 0;  ///< fetches open
  std::uint64_t window = 0;     ///< as many may be under way; see FetchWindow
  std::uint64_t parsing = 0;    ///< fetched, not yet committed
  std::uint64_t queued = 0;
  std::uint64_t known = 0;
  std::uint64_t hosts = 0;
  FetchStages fetching{};       ///< where what the fetcher has is; robots.txt and look-ups included
  std::uint64_t in_parser = 0;  ///< documents that wait for a parser process, or are with one
  std::uint64_t writing = 0;    ///< batches that wait for their commit, those of no page included
  Duration storage_lag{0};      ///< how long the oldest of them has waited
};

/// The crawl: the only one that knows frontier, fetcher, parser and storage. Runs on: event loop. Owns
/// frontier, robots cache and the gate of every page; borrows the rest, which outlives Run().
class Engine {
 public:
  struct Parts {
    Clock& clock;
    Fetcher& fetcher;
    PageParser& parser;
    storage::Store& store;
    Log* log = nullptr;  ///< none: silent
  };
  /// `one_shot`: ends when the frontier is empty, or when the first wait is longer than crawl.patience. Then
  /// of what is to be fetched again it takes what was due when it began; else whatever falls due.
  Engine(boost::asio::any_io_executor loop, const config::Options& options, const Targets& targets,
         Parts parts, bool one_shot);

  /// Loads what an earlier run left, adds the seeds, crawls. Ends when nothing is in flight any more.
  boost::asio::awaitable<EndReason> Run();
  /// Hands out nothing new; Run ends when what is in flight is stored.
  void Stop() { End(EndReason::kStopped); }
  /// Stop, and ends what is in flight: its URLs go back to their places and are fetched by the next run.
  void StopAtOnce();

  /// What an earlier run left is loaded, the seeds are stored. Before that only progress(), Stop and what
  /// reads may be called.
  bool ready() const { return ready_; }
  Progress progress() const;
  const Tally& tally() const { return tally_; }
  /// Looks at every host: not to be asked often.
  Frontier::Blocked blocked() const { return frontier_.blocked(parts_.clock.Now()); }

  // What an operator asks of it (engine_control.cc).
  /// While paused nothing is handed out; what is in flight ends.
  void Pause() { paused_ = true; }
  void Resume();
  bool paused() const { return paused_; }
  /// While low nothing is handed out, as while paused; apart from that an operator may pause and resume.
  void SetDiskLow(bool low);
  /// Whether what was asked, which is done by then, holds over a restart.
  enum class Kept {
    kStored,
    kUnderway,  ///< the disk takes long; what is asked next is stored behind it
    kFailed,    ///< storage has failed, and with it the crawl: see storage_error()
  };
  /// Nothing where no URL of such a host is known.
  boost::asio::awaitable<std::optional<Kept>> PauseHost(std::string name, bool pause);
  /// Until resumed. A host that several targets share waits once a URL of this one is its next.
  boost::asio::awaitable<Kept> PauseTarget(std::uint16_t target, bool pause);
  bool target_paused(std::uint16_t target) const { return target_pauses_[target].paused; }
  /// Why it has paused by itself; empty: it has not, or an operator has.
  const std::string& target_pause_reason(std::uint16_t target) const { return target_pauses_[target].reason; }
  /// When its pause ends by itself.
  std::optional<Instant> target_paused_until(std::uint16_t target) const {
    return target_pauses_[target].until;
  }
  /// What keeps a target from being fetched, as "is ..." goes on: "paused: 50 of its last 100 fetches
  /// failed". Empty when nothing does.
  std::string TargetState(std::uint16_t target) const;
  /// Pages of earlier runs included, but for what a sitemap or a revisit brought.
  std::uint64_t target_pages(std::uint16_t target) const { return budget_.pages(target); }
  /// Visits of this run that failed or had a status of 400 and more.
  std::uint64_t target_errors(std::uint16_t target) const {
    return target < target_errors_.size() ? target_errors_[target] : 0;
  }
  /// Targets outside of their window of the day wait, as if paused.
  bool in_window(std::uint16_t target) const { return !target_pauses_[target].closed; }
  enum class Added { kQueued, kKnown, kNotCrawlable, kOutside };
  /// Queues URLs as seeds of a target, by default of the first whose scope takes them, also such as were
  /// excluded before, but by robots.txt; the answers in their order.
  boost::asio::awaitable<std::vector<Added>> Add(std::vector<std::string> urls,
                                                 std::optional<std::uint16_t> target, std::uint8_t priority);
  // A reload: first the names and item rules are stored where they have changed, then the options and targets
  // that the engine borrows are replaced (those that were there keep their numbers), and in the same turn of
  // the loop it takes them.
  boost::asio::awaitable<bool> NameTargets(std::vector<std::string> names,
                                           std::vector<config::ItemRule> rules);
  boost::asio::awaitable<bool> TakeNewTargets();
  std::map<WaitReason, Frontier::Waiting> waiting() const { return frontier_.waiting(parts_.clock.Now()); }
  /// Where a host stands now; nothing when no URL of it is known.
  std::optional<storage::HostState> host(std::string_view name) const;
  const Targets& targets() const { return targets_; }
  /// After kStorageFailed: what storage said.
  const std::string& storage_error() const { return storage_error_; }

 private:
  class Loading;
  struct TargetPause {
    bool paused = false;
    bool closed = false;           ///< outside its window of the day
    std::string reason;            ///< why it has paused by itself; empty: an operator has
    std::optional<Instant> until;  ///< then it goes on by itself
    ErrorWindow errors;
    std::vector<HostId> hosts;  ///< paused for it
  };

  // Start.
  boost::asio::awaitable<bool> Load();
  boost::asio::awaitable<bool> AddSeeds();
  std::vector<std::string> NotYetSeeded(std::uint16_t target, const std::vector<std::string>& urls) const;
  void RestoreCookies(std::vector<storage::StoredCookie> cookies);
  boost::asio::awaitable<bool> RestorePauses(std::vector<storage::TargetPause> pauses);
  // What is fetched again (engine_recrawl.cc).
  boost::asio::awaitable<bool> SetRecrawl();
  Instant DueUntil() const;
  void StartPromotion();
  boost::asio::awaitable<void> Promote();
  void PromoteUrl(Step& step, storage::QueuedUrl url);
  /// What was read of a sitemap or feed.
  struct Listing {
    bool read = false;
    bool news = false;  ///< a URL that is new, or changed
  };
  void ScheduleRevisit(Step& step, const FetchTask& task, Outcome outcome, const FetchResult& fetched,
                       Listing listing);
  boost::asio::awaitable<bool> BringForward(std::span<const parser::SitemapEntry> entries,
                                            SitemapCounts& counts);
  void NoteDue(std::optional<Instant> due);
  // What was excluded and is queued after all (engine_revive.cc).
  struct Insisted {
    std::string url;  ///< normalised
    std::uint16_t target = 0;
    std::uint8_t priority = kSeedPriority;
    bool sitemap = false;
  };
  boost::asio::awaitable<std::vector<UrlId>> Insist(std::vector<Insisted> known);
  std::vector<storage::SkipReason> Outdated(const std::vector<storage::Judgement>& today) const;
  void StartRejudging();
  boost::asio::awaitable<void> Rejudge();
  boost::asio::awaitable<std::optional<std::uint64_t>> RejudgeSlice(std::vector<storage::SkipReason> reasons,
                                                                    std::uint64_t from,
                                                                    std::vector<storage::Judgement> today);
  void RejudgeUrl(Step& step, const storage::ExcludedUrl& url);
  // The loop of step 1.
  bool HasRoom() const;
  void Dispatch();
  // What an operator asks of it (engine_control.cc).
  struct Keeping;
  boost::asio::awaitable<Kept> Keep(Step step);
  boost::asio::awaitable<void> WriteFor(std::shared_ptr<Keeping> keeping, Step step);

  // Pauses and windows of targets (engine_target.cc).
  void LookAtClock();
  void FollowSchedules();
  std::optional<Instant> NextTargetResumed() const;
  void NoteFetch(std::uint16_t target, bool failed);
  void SetTargetPaused(std::uint16_t target, bool pause);
  Step PauseStep(std::uint16_t target) const;
  boost::asio::awaitable<void> StorePause(std::uint16_t target);
  void LetTargetGo(TargetPause& pause);
  bool HeldByTarget(FetchTask& task, Instant now);
  void StartRefills();
  boost::asio::awaitable<void> Refill(Frontier::RefillRequest request);
  boost::asio::awaitable<void> WaitForChange();
  bool Finished();
  void End(EndReason reason);
  void Wake();
  // Steps 2 to 7.
  boost::asio::awaitable<void> Page(FetchTask task);
  enum class Robots { kYes, kNo, kNotYet };
  Robots AskRobots(const FetchTask& task, const parser::UrlParts& parts, std::string& rule);
  boost::asio::awaitable<void> FetchRobots(FetchTask task, std::optional<LookedUp> looked_up);
  void WaitOutRobots(FetchTask task, Instant until);
  boost::asio::awaitable<bool> Admit(const FetchTask& task, const parser::UrlParts& parts,
                                     std::optional<LookedUp>& looked_up, Instant& not_before);
  boost::asio::awaitable<void> FetchPage(FetchTask task, std::optional<LookedUp> looked_up);
  bool GiveBackUnfetched(FetchTask& task, const FetchResult& fetched);
  boost::asio::awaitable<bool> Record(FetchTask task, Instant began, FetchResult fetched);
  // Sitemaps and feeds (engine_sitemap.cc).
  void TakeSitemapLines(Step& step, const FoundOn& from, const std::string& page,
                        const std::vector<std::string>& lines);
  boost::asio::awaitable<bool> TakeEntries(FoundOn from, std::string host, parser::Sitemap& sitemap,
                                           SitemapCounts& counts);
  boost::asio::awaitable<void> Exclude(FetchTask task, storage::SkipReason reason, std::string rule);
  boost::asio::awaitable<bool> Write(Step step);
  void TellVisit(const storage::Visit& visit, const std::string& url) const;
  void FillVisit(Step& step, const FetchTask& task, Instant began, Outcome outcome,
                 const FetchResult& fetched);
  void Decide(Step& step, const FetchTask& task, Outcome outcome, const FetchResult& fetched,
              Listing listing);
  void FillPage(Step& step, const FetchTask& task, const FetchResult& fetched, ParseAnswer& answer);
  void FollowLinks(Step& step, const FetchTask& task, const FetchResult& fetched, ParseAnswer& answer);
  /// What the rules `asked` and the page itself say for programs.
  static void FillItems(Step& step, const parser::ParsedPage& page, const ItemRules& rules,
                        const std::vector<std::uint16_t>& asked);

  boost::asio::any_io_executor loop_;
  const config::Options& options_;
  const Targets& targets_;
  Parts parts_;
  const bool one_shot_;
  StorageGate storage_;
  Frontier frontier_;
  Discovery discovery_;
  RobotsCache robots_;
  Turns turns_;
  Turnstile listings_;  ///< long sitemaps and feeds pass it
  Gate gate_;
  boost::asio::steady_timer change_;
  std::mt19937_64 random_{std::random_device{}()};
  std::optional<EndReason> ending_;
  bool at_once_ = false;  ///< StopAtOnce was called
  std::string storage_error_;
  std::vector<std::string> product_tokens_;
  PageBudget budget_;
  FetchWindow window_;
  std::vector<TargetPause> target_pauses_;
  Instant next_look_{};          ///< at the clock, for what hangs on the time of day
  std::vector<HostId> orphans_;  ///< paused because a URL of a target that is gone is their next
  bool paused_ = false;
  bool disk_low_ = false;
  bool loaded_ = false;  ///< no storage thread fills the frontier any more
  bool ready_ = false;
  bool promoting_ = false;
  bool rejudging_ = false;
  std::vector<storage::Judgement> judged_;  ///< by which rules excluded URLs were judged, as stored
  Revivals revivals_;
  std::optional<Instant> next_due_ = Instant::min();  ///< no committed revisit is due before
  std::vector<std::optional<Duration>> recrawl_;      ///< of each target, as stored
  std::vector<std::unordered_set<UrlId>> seeded_;     ///< by target: seeds and sitemaps that were added
  std::size_t refills_ = 0;                           ///< under way
  std::size_t body_bytes_ = 0;                        ///< of fetched documents that are not yet stored
  std::uint64_t working_ = 0;                         ///< page coroutines
  std::uint64_t in_parser_ = 0;                       ///< of them
  std::uint64_t in_listings_ = 0;                     ///< of them, waiting at listings_ or past it
  std::vector<std::uint64_t> target_errors_;          ///< by target, of this run
  Progress counts_;
  Tally tally_;
};

}  // namespace trawl::crawler
