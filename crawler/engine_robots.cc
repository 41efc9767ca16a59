// robots.txt as the engine asks for it: RFC 9309.

#include <utility>

#include "crawler/async.h"
#include "crawler/engine.h"
#include "crawler/page_request.h"
#include "parser/fingerprint.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

constexpr int kMaxRobotsRedirects = 5;  // RFC 9309 2.3.1.2

std::string FailureOf(const FetchResult& fetched) {
  return fetched.detail.empty() ? "status " + std::to_string(fetched.status) : fetched.detail;
}

}  // namespace

Engine::Robots Engine::AskRobots(const FetchTask& task, const parser::UrlParts& parts, std::string& rule) {
  if (!targets_[task.url.target].obey_robots) return Robots::kYes;
  const RobotsEntry* entry = robots_.Find(parts.origin, parts_.clock.Now());
  if (entry == nullptr || entry->meaning == RobotsEntry::Meaning::kDisallowAll) return Robots::kNotYet;
  if (entry->meaning == RobotsEntry::Meaning::kAllowAll) return Robots::kYes;
  const parser::RobotsVerdict verdict = parser::Decide(entry->rules, parts.target);
  if (verdict.allowed) return Robots::kYes;
  rule = RobotsCache::Receipt(entry->rules, verdict);
  return Robots::kNo;
}

/// robots.txt cannot be had, and everything is disallowed until then.
void Engine::WaitOutRobots(FetchTask task, Instant until) {
  const Instant now = parts_.clock.Now();
  frontier_.Block(task.host, now, until, WaitReason::kRobots);
  frontier_.Return(std::move(task), now, until);
}

Awaitable<void> Engine::FetchRobots(FetchTask task, std::optional<LookedUp> looked_up) {
  const std::string url = task.url.url;
  parser::UrlParts parts;
  parser::SplitNormalized(url, parts);
  const std::string origin(parts.origin);
  const HostId host = task.host;
  const Instant began = parts_.clock.Now();

  const RobotsEntry* known = robots_.Find(origin, began);
  if (known != nullptr) {  // disallowed as a whole for a while: the host waits it out
    WaitOutRobots(std::move(task), known->expires_at);
    co_return;
  }

  frontier_.Hold(host, WaitReason::kRobots);
  std::optional<storage::StoredRobots> kept;
  if (!robots_.Holds(origin)) {
    std::string asked = origin;
    Result<std::optional<storage::StoredRobots>> read = co_await storage_.LoadRobots(std::move(asked));
    if (!read) {
      storage_error_ = read.error().message();
      End(EndReason::kStorageFailed);
      co_return;
    }
    kept = std::move(*read);
  }
  RobotsEntry entry;
  FetchResult fetched;
  const bool stored = kept && kept->expires_at > began;
  if (stored) {
    entry = RobotsCache::EntryOf(*kept);
    fetched.body = std::move(kept->body);
    if (entry.meaning == RobotsEntry::Meaning::kDisallowAll) {
      const Instant until = entry.expires_at;
      robots_.Put(origin, std::move(entry));
      frontier_.Unhold(host, parts_.clock.Now(), false);
      WaitOutRobots(std::move(task), until);
      co_return;
    }
  } else {
    std::string at = origin + "/robots.txt";
    for (int hop = 0; hop <= kMaxRobotsRedirects; ++hop) {
      FetchRequest request = RequestFor(options_, targets_, task.url.target, at);
      request.cookies = false;
      request.looked_up = std::exchange(looked_up, std::nullopt);  // not of the host of a redirect
      request.max_body = {parser::RobotsRules::kMaxBody};
      fetched = co_await parts_.fetcher.Fetch(std::move(request));
      if (fetched.outcome != Outcome::kRedirect) break;
      Result<std::string> next = RedirectTarget(at, fetched.Header("Location"));
      if (!next) break;
      at = std::move(*next);
    }
    if (fetched.cancelled || fetched.starved) {
      frontier_.Unhold(host, parts_.clock.Now(), fetched.cancelled);
      GiveBackUnfetched(task, fetched);
      co_return;
    }
    entry = RobotsCache::Judge(fetched.outcome, fetched.status, fetched.detail, parts_.clock.Now());
  }

  // What cannot be renewed serves on for a while.
  std::string renewal_error;
  bool unread = entry.meaning == RobotsEntry::Meaning::kRules;
  if (entry.meaning == RobotsEntry::Meaning::kDisallowAll) {
    const Instant now = parts_.clock.Now();
    std::optional<RobotsEntry> copy = robots_.TakeStale(origin, now);
    unread = !copy && kept && RobotsCache::EntryOf(*kept).meaning == RobotsEntry::Meaning::kRules;
    if (unread) {
      copy = RobotsCache::EntryOf(*kept);
      copy->expires_at = now + RobotsCache::kFailureLifetime;
    }
    if (copy) {
      renewal_error = FailureOf(fetched);
      entry = std::move(*copy);
      fetched.body = unread ? std::move(kept->body) : std::string();
    }
  }
  std::string body = fetched.body;
  if (unread) {
    parser::PageJob job;
    job.kind = parser::DocumentKind::kRobots;
    job.url = origin + "/robots.txt";
    job.product_tokens = product_tokens_;
    job.body = std::move(fetched.body);
    ParseAnswer answer = co_await parts_.parser.Parse(std::move(job));
    if (answer.unavailable) {
      End(EndReason::kParserFailed);
      co_return;
    }
    if (answer.outcome == Outcome::kOk) {
      entry.rules = std::move(answer.page.robots);
    } else {
      // What it says is not known: nothing may be fetched until it is read.
      entry = RobotsCache::Judge(answer.outcome, 0, answer.detail, parts_.clock.Now());
    }
  }

  const Instant now = parts_.clock.Now();
  const bool answered = fetched.status != 0 || stored || !renewal_error.empty();
  const bool refused = entry.meaning == RobotsEntry::Meaning::kDisallowAll;
  frontier_.SetCrawlDelay(host, entry.rules.crawl_delay.value_or(Duration(0)));
  Step step;
  storage::RobotsReceipt receipt;
  receipt.origin = step.batch.text.Keep(origin);
  receipt.host = host;
  receipt.host_name = step.batch.text.Keep(parts.host);
  receipt.outcome = entry.outcome;
  receipt.status = entry.status;
  receipt.fetched_at = began;
  receipt.expires_at = entry.expires_at;
  receipt.crawl_delay = entry.rules.crawl_delay;
  receipt.body = step.batch.text.Keep(body);
  receipt.renewal_error = step.batch.text.Keep(renewal_error);
  if (!stored) step.batch.robots = receipt;
  const Instant until = entry.expires_at;
  const std::vector<std::string> sitemaps = std::move(entry.rules.sitemaps);
  // Without an answer nothing is remembered: the next attempt asks again, after the retry's wait.
  if (answered) robots_.Put(origin, std::move(entry));
  frontier_.Unhold(host, now, !stored);

  if (!refused) {
    const FoundOn from{UrlId{}, task.url.target, task.url.depth, 0, 0, task.url.hops};
    frontier_.Return(std::move(task), now, now);
    TakeSitemapLines(step, from, url, sitemaps);
    co_await Write(std::move(step));
    co_return;
  }
  // The page would have failed the same way, so this is its visit.
  const Outcome outcome = answered ? Outcome::kRobotsUnreachable : fetched.outcome;
  fetched.detail = "robots.txt: " + FailureOf(fetched);
  fetched.body.clear();
  if (answered) frontier_.Block(host, now, until, WaitReason::kRobots);
  frontier_.Release(host, now, now - began);
  FillVisit(step, task, began, outcome, fetched);
  Decide(step, task, outcome, fetched, {});
  const storage::QueueKey key = task.url.place.key;
  const bool written = co_await Write(std::move(step));
  if (written) frontier_.Finish(key);
}

}  // namespace trawl::crawler
