#include "crawler/engine.h"

#include <algorithm>
#include <utility>

#include "crawler/async.h"
#include "crawler/page_request.h"
#include "crawler/stored_cookie.h"
#include "parser/fingerprint.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kSeedsPerBatch = 1000;
/// Reads of host queues at once; after a restart every host wants one.
constexpr std::size_t kMaxRefills = 32;
/// How often the loop looks up although nothing woke it: limits of time are seen within this.
constexpr Duration kLongestSleep = std::chrono::seconds(1);
/// Tasks begun in one round of the loop, which has others to serve when thousands of hosts are ready at once.
constexpr int kMostBegun = 32;
/// Long sitemaps and feeds that are parsed and stored at a time.
constexpr std::size_t kListingsAtOnce = 2;

/// When the first of the URLs that a batch schedules is due.
std::optional<Instant> FirstDue(const storage::WriteBatch& batch) {
  std::optional<Instant> first;
  if (batch.revisit) first = batch.revisit->due;
  for (const storage::Advance& advance : batch.advances)
    first = first ? std::min(*first, advance.due) : advance.due;
  return first;
}

}  // namespace

std::string_view Name(EndReason reason) {
  switch (reason) {
    case EndReason::kDone:
      return "done";
    case EndReason::kStopped:
      return "stopped";
    case EndReason::kMaxPages:
      return "max_pages";
    case EndReason::kMaxDuration:
      return "max_duration";
    case EndReason::kWaiting:
      return "waiting";
    case EndReason::kStorageFailed:
      return "storage_failed";
    case EndReason::kParserFailed:
      return "parser_failed";
  }
  return "";
}

Engine::Engine(asio::any_io_executor loop, const config::Options& options, const Targets& targets,
               Parts parts, bool one_shot)
    : loop_(loop),
      options_(options),
      targets_(targets),
      parts_(parts),
      one_shot_(one_shot),
      storage_(loop, parts.store),
      discovery_(frontier_, targets, Discovery::LimitsOf(options.crawl)),
      turns_(loop),
      listings_(loop, kListingsAtOnce),
      gate_(loop),
      change_(loop),
      product_tokens_{ProductToken(options.http.user_agent)},
      budget_(options.crawl.max_pages, targets.PageLimits()),
      target_pauses_(targets.size()) {
  counts_.started = parts_.clock.Now();
}

/// Takes the frontier of an earlier run off the storage thread: ids as they come, the rest when all is read.
class Engine::Loading final : public storage::FrontierSink {
 public:
  explicit Loading(Frontier& frontier) : frontier_(frontier) {}
  // The loop waits for the load and touches nothing meanwhile, so the storage thread may fill the seen set.
  void OnKnown(std::span<const UrlId> ids) override {
    for (UrlId id : ids) frontier_.Discover(id);
  }
  void OnHost(storage::StoredHost host) override { hosts.push_back(std::move(host)); }
  void OnTargetPages(std::uint16_t target, std::uint64_t pages) override {
    target_pages.push_back({target, pages});
  }
  void OnCookie(storage::StoredCookie cookie) override { cookies.push_back(std::move(cookie)); }

  std::vector<storage::StoredHost> hosts;
  std::vector<storage::StoredCookie> cookies;
  std::vector<std::pair<std::uint16_t, std::uint64_t>> target_pages;

 private:
  Frontier& frontier_;
};

Awaitable<bool> Engine::Load() {
  Loading loading(frontier_);
  const Result<storage::FrontierTotals> totals = co_await storage_.LoadFrontier(loading);
  if (!totals) {
    storage_error_ = totals.error().message();
    End(EndReason::kStorageFailed);
    co_return false;
  }
  loaded_ = true;
  const Instant now = parts_.clock.Now();
  frontier_.SetNextSeq(totals->next_seq);
  judged_ = totals->judgements;
  budget_.RestoreCrawl(totals->pages);
  for (const auto& [target, pages] : loading.target_pages) budget_.RestoreTarget(target, pages);
  // The queue rows name their targets; until one is read, the gentlest of all targets holds.
  const HostPolicy policy = targets_.Gentlest();
  frontier_.SetPolicies(targets_.Policies());
  for (const storage::StoredHost& host : loading.hosts) {
    budget_.RestoreHost(host.host, host.pages);
    frontier_.AddStoredHost(host, policy, now);
  }
  RestoreCookies(std::move(loading.cookies));
  co_return co_await RestorePauses(totals->pauses);
}

void Engine::RestoreCookies(std::vector<storage::StoredCookie> cookies) {
  for (storage::StoredCookie& cookie : cookies) {
    const std::uint16_t target = cookie.target;
    parts_.fetcher.RestoreCookie(target, CookieOf(std::move(cookie)));
  }
}

std::vector<std::string> Engine::NotYetSeeded(std::uint16_t target,
                                              const std::vector<std::string>& urls) const {
  std::vector<std::string> fresh;
  for (const std::string& url : urls) {
    if (!seeded_[target].contains(parser::FingerprintUrl(url))) fresh.push_back(url);
  }
  return fresh;
}

/// Those that were not there before: a reload with ten thousand seeds asks storage for none of them.
Awaitable<bool> Engine::AddSeeds() {
  seeded_.resize(targets_.size());
  for (std::uint16_t target = 0; target < targets_.size(); ++target) {
    if (targets_[target].retired) {
      seeded_[target].clear();
      continue;
    }
    // Copies: a reload may replace the targets while a batch is written.
    const std::vector<std::string> seeds = NotYetSeeded(target, targets_[target].seeds);
    const std::vector<std::string> sitemaps = NotYetSeeded(target, targets_[target].sitemaps);
    for (std::size_t at = 0; at < seeds.size(); at += kSeedsPerBatch) {
      Step step;
      std::vector<Insisted> known;
      for (std::size_t i = at; i < std::min(at + kSeedsPerBatch, seeds.size()); ++i) {
        if (!discovery_.Seed(step, target, seeds[i])) known.push_back({seeds[i], target});
      }
      if (!step.batch.urls.empty()) {
        step.batch.urgent = true;
        const bool written = co_await Write(std::move(step));
        if (!written) co_return false;
      }
      co_await Insist(std::move(known));
    }
    Step step;
    std::vector<Insisted> known;
    for (const std::string& sitemap : sitemaps) {
      if (!discovery_.SitemapSeed(step, target, sitemap))
        known.push_back({sitemap, target, kSitemapPriority, true});
    }
    if (!step.pending.empty()) {
      step.batch.urgent = true;
      const bool written = co_await Write(std::move(step));
      if (!written) co_return false;
    }
    co_await Insist(std::move(known));
    if (ending_) continue;
    for (const std::string& url : seeds) seeded_[target].insert(parser::FingerprintUrl(url));
    for (const std::string& url : sitemaps) seeded_[target].insert(parser::FingerprintUrl(url));
  }
  co_return true;
}

Awaitable<EndReason> Engine::Run() {
  counts_.started = parts_.clock.Now();
  FollowSchedules();
  bool ready = co_await Load();
  if (ready) ready = co_await SetRecrawl();
  if (ready) ready = co_await AddSeeds();
  ready_ = ready;
  if (ready) StartRejudging();
  while (ready && !ending_) {
    LookAtClock();
    Dispatch();
    StartRefills();
    StartPromotion();
    if (Finished()) break;
    co_await WaitForChange();
  }
  while (gate_.running() > 0) co_await WaitForChange();
  co_return ending_.value_or(EndReason::kDone);
}

bool Engine::HasRoom() const {
  if (disk_low_) return false;
  if (frontier_.in_flight() >= options_.crawl.max_fetches) return false;
  if (!window_.HasRoom(working_ - in_listings_)) return false;
  if (storage_.queued_bytes() >= options_.storage.queue_max.count) return false;
  // What the open fetches will bring is not known: the mean of what came stands for it.
  const std::uint64_t mean = counts_.visits == 0 ? 0 : counts_.bytes_wire / counts_.visits;
  const std::uint64_t coming = std::max(frontier_.in_flight() * mean, parts_.fetcher.counts().body_bytes);
  return body_bytes_ + coming < options_.crawl.memory_max.count;
}

void Engine::Dispatch() {
  const Instant now = parts_.clock.Now();
  for (int begun = 0; !ending_ && !paused_ && HasRoom(); ++begun) {
    if (begun == kMostBegun) return;  // NextReady brings the loop here again at once
    if (budget_.AskCrawl() != PageBudget::Answer::kYes) return;
    std::optional<FetchTask> task = frontier_.Next(now);
    if (!task) return;
    if (HeldByTarget(*task, now)) continue;
    ++working_;
    gate_.Spawn(Page(std::move(*task)));
  }
}

void Engine::StartRefills() {
  while (refills_ < kMaxRefills) {
    const std::optional<Frontier::RefillRequest> request = frontier_.NextRefill();
    if (!request) return;
    ++refills_;
    gate_.Spawn(Refill(*request));
  }
}

Awaitable<void> Engine::Refill(Frontier::RefillRequest request) {
  Result<std::vector<storage::QueuedUrl>> rows = co_await storage_.LoadQueue(request.after, request.limit);
  --refills_;
  if (rows) {
    const bool complete = rows->size() < request.limit;
    frontier_.EndRefill(request.host, std::move(*rows), complete, parts_.clock.Now());
  } else {
    frontier_.AbandonRefill(request.host, parts_.clock.Now());
    storage_error_ = rows.error().message();
    End(EndReason::kStorageFailed);
  }
  Wake();
}

Awaitable<void> Engine::WaitForChange() {
  const Instant now = parts_.clock.Now();
  Duration sleep = kLongestSleep;
  if (!ending_ && !paused_ && HasRoom()) {
    if (const std::optional<Instant> ready = frontier_.NextReady())
      sleep = std::clamp(*ready, now, now + sleep) - now;
  }
  change_.expires_after(sleep);
  co_await change_.async_wait(kAwait);
}

void Engine::Wake() {
  change_.expires_at(std::chrono::steady_clock::time_point::min());
}

bool Engine::Finished() {
  const Instant now = parts_.clock.Now();
  if (options_.crawl.max_duration > Duration(0) && now - counts_.started >= options_.crawl.max_duration) {
    End(EndReason::kMaxDuration);
    return true;
  }
  if (budget_.AskCrawl() == PageBudget::Answer::kNo) {
    End(EndReason::kMaxPages);
    return true;
  }
  if (!one_shot_ || gate_.running() > 0) return false;
  if (frontier_.queued() == 0) {
    End(EndReason::kDone);
    return true;
  }
  if (disk_low_) return false;  // hosts are not what it waits for
  std::optional<Instant> ready = frontier_.NextReady();
  if (const std::optional<Instant> resumed = NextTargetResumed())
    ready = ready ? std::min(*ready, *resumed) : *resumed;
  if (!ready || *ready > now + options_.crawl.patience) {
    End(EndReason::kWaiting);
    return true;
  }
  return false;
}

void Engine::StopAtOnce() {
  at_once_ = true;
  Stop();
  parts_.fetcher.Cancel();
  parts_.store.StopWaiting();
}

void Engine::End(EndReason reason) {
  if (!ending_) ending_ = reason;
  Wake();
}

Progress Engine::progress() const {
  Progress progress = counts_;
  progress.in_flight = frontier_.in_flight();
  progress.window = window_.size();
  progress.parsing = working_ - std::min(working_, frontier_.in_flight());
  progress.queued = frontier_.queued();
  if (loaded_) progress.known = frontier_.known();
  progress.hosts = frontier_.hosts();
  progress.fetching = parts_.fetcher.counts().stages;
  progress.in_parser = in_parser_;
  progress.writing = storage_.writing();
  progress.storage_lag = storage_.lag();
  return progress;
}

Awaitable<bool> Engine::Write(Step step) {
  const std::optional<Instant> due = FirstDue(step.batch);
  const Instant handed_over = parts_.clock.Now();
  const Result<void> written = co_await storage_.Write(std::move(step.batch));
  tally_.commit.Add(static_cast<double>((parts_.clock.Now() - handed_over).count()));
  if (!written) {
    storage_error_ = written.error().message();
    End(EndReason::kStorageFailed);
    co_return false;
  }
  if (!step.batch.urgent) co_await turns_.Next();
  discovery_.Commit(std::move(step.pending));
  NoteDue(due);
  Wake();
  co_return true;
}

}  // namespace trawl::crawler
