// Steps 2 and 3 of the walk: one coroutine is one page.

#include <utility>

#include "crawler/async.h"
#include "crawler/engine.h"
#include "crawler/page_request.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

/// Until a URL is asked again whose target's pages may all be under way.
constexpr Duration kBudgetWait = std::chrono::milliseconds(50);

/// Until a fetch for which there was no descriptor is made again: one may be closed by then.
constexpr Duration kStarvedWait = std::chrono::seconds(1);

/// Until a sitemap is asked for again when those that are there already are as many as may wait.
constexpr Duration kListingWait = std::chrono::seconds(1);

/// A link has led here for the first time: no seed, no sitemap, no operator vouches for it.
bool FromLinks(const FetchTask& task) {
  return !task.url.earlier && task.url.sitemap == 0 && task.url.place.key.priority >= kLinkPriority;
}

/// No page limit has a say: a sitemap is no page, and of a page they had it when it was fetched first.
bool Counted(const FetchTask& task) {
  return task.url.sitemap > 0 || task.url.earlier.has_value();
}

}  // namespace

Awaitable<void> Engine::Page(FetchTask task) {
  parser::UrlParts parts;
  const std::string url = task.url.url;
  if (!parser::SplitNormalized(url, parts)) {
    co_await Exclude(std::move(task), storage::SkipReason::kTooLong, "");
  } else if (!Counted(task) && budget_.Ask(task.url.target, task.host) == PageBudget::Answer::kNo) {
    std::string limit = budget_.Reached(task.url.target);
    co_await Exclude(std::move(task), storage::SkipReason::kPageLimit, std::move(limit));
  } else if (task.url.sitemap > 0 && body_bytes_ > options_.crawl.memory_max.count / 4) {
    const Instant now = parts_.clock.Now();
    frontier_.Return(std::move(task), now, now + kListingWait);
  } else if (std::string trap = FromLinks(task) ? discovery_.FindCopiedPattern(parts) : ""; !trap.empty()) {
    co_await Exclude(std::move(task), storage::SkipReason::kTrap, std::move(trap));
  } else {
    Instant not_before{};
    std::optional<LookedUp> looked_up;
    const bool admitted = co_await Admit(task, parts, looked_up, not_before);
    std::string rule;
    const Robots robots = !admitted ? Robots::kNotYet : AskRobots(task, parts, rule);
    if (!admitted) {
      frontier_.Return(std::move(task), parts_.clock.Now(), not_before);
    } else if (robots == Robots::kNotYet) {
      co_await FetchRobots(std::move(task), std::move(looked_up));
    } else if (robots == Robots::kNo) {
      co_await Exclude(std::move(task), storage::SkipReason::kRobots, std::move(rule));
    } else if (Counted(task) || budget_.Take(task.url.target, task.host) == PageBudget::Answer::kYes) {
      co_await FetchPage(std::move(task), std::move(looked_up));
    } else {
      const Instant now = parts_.clock.Now();
      frontier_.Return(std::move(task), now, now + kBudgetWait);
    }
  }
  --working_;
  Wake();
}

Awaitable<void> Engine::FetchPage(FetchTask task, std::optional<LookedUp> looked_up) {
  const std::uint16_t target = task.url.target;
  const HostId host = task.host;
  const bool sitemap = task.url.sitemap > 0;
  const bool counted = Counted(task);
  const Instant began = parts_.clock.Now();
  FetchRequest request = RequestFor(options_, targets_, target, task.url.url);
  if (sitemap) {
    request.max_body = MaxSitemapBody(options_);
    request.unpack_gzip = true;
  }
  request.looked_up = std::move(looked_up);
  request.etag = task.url.etag;
  request.last_modified = task.url.last_modified;
  request.keep_head = options_.storage.bodies == config::BodyStorage::kWarc;
  FetchResult fetched = co_await parts_.fetcher.Fetch(std::move(request));
  const Instant now = parts_.clock.Now();
  bool page = false;
  if (!GiveBackUnfetched(task, fetched)) {
    frontier_.Release(host, now, now - began);
    window_.Fetched(now - began);
    Wake();
    page = co_await Record(std::move(task), began, std::move(fetched));
    window_.Stored(working_ - frontier_.in_flight() - in_listings_, options_.crawl.max_fetches,
                   parts_.clock.Now());
  }
  if (!counted) budget_.Give(target, host, page);
}

/// Puts a task back whose fetch says nothing of the server, so that nothing of it is recorded: StopAtOnce has
/// ended it, or this process had no descriptor for it.
bool Engine::GiveBackUnfetched(FetchTask& task, const FetchResult& fetched) {
  if (!fetched.cancelled && !fetched.starved) return false;
  const Instant now = parts_.clock.Now();
  frontier_.Return(std::move(task), now, fetched.starved ? now + kStarvedWait : now);
  Wake();
  return true;
}

Awaitable<bool> Engine::Admit(const FetchTask& task, const parser::UrlParts& parts,
                              std::optional<LookedUp>& looked_up, Instant& not_before) {
  const TargetPlan& plan = targets_[task.url.target];
  if (plan.policy.ip_delay == Duration(0)) co_return true;
  if (parts_.fetcher.UsesProxy(task.url.target, task.url.url)) co_return true;
  const HostId host = task.host;
  std::string name(parts.host);
  looked_up = co_await parts_.fetcher.Resolve(std::move(name), plan.timeout);
  if (looked_up->failure) co_return true;  // the fetch fails, and says why
  const std::string address = looked_up->addresses.front().to_string();
  co_return frontier_.BindAddress(host, address, parts_.clock.Now(), not_before);
}

Awaitable<void> Engine::Exclude(FetchTask task, storage::SkipReason reason, std::string rule) {
  const Instant now = parts_.clock.Now();
  // Nothing was asked of the host, so nothing of it is due.
  frontier_.ReleaseUnused(task.host, now);
  Step step;
  step.batch.subject = task.url.id;
  step.batch.leaves = task.url.place.key;
  step.batch.state = storage::UrlState::kExcluded;
  step.batch.skip = reason;
  step.batch.rule = step.batch.text.Keep(rule);
  const storage::QueueKey key = task.url.place.key;
  const bool written = co_await Write(std::move(step));
  if (written) frontier_.Finish(key);
}

}  // namespace trawl::crawler
