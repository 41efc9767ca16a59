// Steps 2 to 7 of the walk: one coroutine is one page.

#include <algorithm>
#include <utility>

#include "crawler/async.h"
#include "crawler/engine.h"
#include "crawler/exchange_record.h"
#include "crawler/frontier/retry.h"
#include "crawler/page_request.h"
#include "crawler/retry_after.h"
#include "crawler/robots_tag.h"
#include "crawler/sitemap_sentence.h"
#include "crawler/stored_cookie.h"
#include "parser/fingerprint.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

/// Until a URL is asked again whose target's pages may all be under way.
constexpr Duration kBudgetWait = std::chrono::milliseconds(50);

/// Until a fetch for which there was no descriptor is made again: one may be closed by then.
constexpr Duration kStarvedWait = std::chrono::seconds(1);

std::uint32_t Milliseconds(Duration duration) {
  return static_cast<std::uint32_t>(std::max<Duration::rep>(duration.count(), 0));
}

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
    window_.Stored(working_ - frontier_.in_flight(), options_.crawl.max_fetches, parts_.clock.Now());
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
  step.batch.rule = step.batch.text.Keep(std::move(rule));
  const storage::QueueKey key = task.url.place.key;
  const bool written = co_await Write(std::move(step));
  if (written) frontier_.Finish(key);
}

/// True when a page was stored.
Awaitable<bool> Engine::Record(FetchTask task, Instant began, FetchResult fetched) {
  Step step;
  if (options_.storage.bodies == config::BodyStorage::kWarc) KeepExchange(step.batch, task.url.url, fetched);
  const std::size_t size = fetched.body.size();
  const std::size_t held = size + step.batch.text.bytes();
  body_bytes_ += held;
  ParseAnswer answer;
  Outcome outcome = fetched.outcome;
  std::string leads_to;
  if (IsRedirect(fetched.status)) {
    Result<std::string> url = RedirectTarget(task.url.url, fetched.Header("Location"), options_.url);
    if (url) {
      leads_to = std::move(*url);
    } else {
      outcome = Outcome::kMalformed;
      fetched.detail = "the redirect leads to no crawlable URL: " + url.error().message();
    }
  }
  // A page that was read whole once is worth more than a part of it, or one that cannot be parsed.
  const bool has_page = task.url.earlier && task.url.earlier->has_page;
  bool document = outcome == Outcome::kOk || (outcome == Outcome::kIncomplete && !has_page);
  const bool sitemap = task.url.sitemap > 0;
  const std::string_view type = fetched.Header("Content-Type");
  const bool html = document && !sitemap && IsHtml(type);
  const bool listing = document && (sitemap || MayBeFeed(type));
  bool parsed = false;
  // A reload may bring others while the page is parsed.
  const std::shared_ptr<const ItemRules> rules = targets_.items();
  std::vector<std::uint16_t> asked;
  if (html || listing) {
    parser::PageJob job =
        html ? HtmlJob(options_, task.url.url, type) : SitemapJob(options_, task.url.url, type);
    if (html) asked = rules->Matching(task.url.target, task.url.url);
    AskForItems(*rules, asked, job);
    job.body = std::move(fetched.body);
    ++in_parser_;
    answer = co_await parts_.parser.Parse(std::move(job));
    --in_parser_;
    co_await turns_.Next();
    if (answer.unavailable) {  // nothing is known of the page, so it stays queued
      body_bytes_ -= held;
      End(EndReason::kParserFailed);
      co_return false;
    }
    parsed = answer.outcome == Outcome::kOk;
    if (!parsed) {
      outcome = answer.outcome;
      fetched.detail = answer.detail;
      document = !has_page;
    }
  }
  parser::UrlParts parts;
  parser::SplitNormalized(task.url.url, parts);
  Listing found;
  if (listing && parsed) {
    const FoundOn from{task.url.id, task.url.target, task.url.depth, 0, task.url.sitemap, task.url.hops};
    SitemapCounts counts;
    std::string host(parts.host);
    const bool taken = co_await TakeEntries(from, std::move(host), answer.page.sitemap, counts);
    if (!taken) {
      body_bytes_ -= held;
      co_return false;
    }
    found.read = answer.page.sitemap.kind != parser::SitemapKind::kNone;
    found.news = counts.queued + counts.forward > 0;
    if (sitemap) fetched.detail = Sentence(answer.page.sitemap, counts);
  }

  FillVisit(step, task, began, outcome, fetched);
  step.batch.visit->bytes_body = size;
  for (const CookieChange& change : fetched.cookies)
    step.batch.cookies.push_back(RowOf(change, task.url.target, step.batch.text));
  if (parsed) tally_.parse.Add(answer.page.parse_us / 1000.0);
  if (document && parsed) step.batch.visit->parse_ms = (answer.page.parse_us + 500) / 1000;
  if (document && !sitemap) {
    FillPage(step, task, fetched, answer);
    step.batch.page->bytes = size;
    if (parsed) {
      FollowLinks(step, task, fetched, answer);
      FillItems(step, answer.page, *rules, asked);
      step.batch.text.Adopt(std::move(answer.page.storage));
    } else if (!html && !listing) {
      step.batch.page->content_hash = parser::HashContent(fetched.body);
    }
  } else if (!leads_to.empty()) {
    const FoundOn from{task.url.id,        task.url.target,  task.url.depth,
                       task.url.redirects, task.url.sitemap, task.url.hops};
    step.batch.redirect =
        storage::Redirect{discovery_.Redirect(step, from, parts.host, leads_to), fetched.status};
  }
  Decide(step, task, outcome, fetched, found);

  const bool page = document && !sitemap;
  const bool full = fetched.status == 200;
  const storage::QueueKey key = task.url.place.key;
  const bool written = co_await Write(std::move(step));
  body_bytes_ -= held;
  if (!written) co_return false;
  frontier_.Finish(key);
  counts_.pages += page && full;
  co_return page;
}

/// What a stored page names, of HTML or of a feed, as rows of the batch.
void Engine::FollowLinks(Step& step, const FetchTask& task, const FetchResult& fetched, ParseAnswer& answer) {
  parser::UrlParts parts;
  parser::SplitNormalized(task.url.url, parts);
  const RobotsTag tag = ReadRobotsTag(fetched.headers, product_tokens_.front());
  FollowRules rules = FollowRulesOf(answer.page, tag, task.url.url, targets_[task.url.target].follow_nofollow,
                                    options_.crawl.respect_canonical);
  // A page that is visited again is no copy of itself.
  if (!task.url.earlier) {
    rules.content = ContentKey(task.host, answer.page);
    rules.kind = KindKey(task.host, answer.page);
  }
  const FoundOn from{task.url.id, task.url.target, task.url.depth, 0, 0, task.url.hops};
  discovery_.Links(step, from, parts, answer.page, rules);
  discovery_.FeedLinks(step, parts.host, answer.page.sitemap);
}

void Engine::FillVisit(Step& step, const FetchTask& task, Instant began, Outcome outcome,
                       const FetchResult& fetched) {
  storage::BatchText& text = step.batch.text;
  storage::Visit visit;
  visit.url = task.url.id;
  visit.host = task.host;
  visit.at = began;
  visit.outcome = outcome;
  visit.detail = text.Keep(fetched.detail);
  visit.status = fetched.status;
  visit.attempt = static_cast<std::uint8_t>(task.url.place.attempts + 1);
  visit.ip = text.Keep(fetched.ip);
  visit.protocol = text.Keep(fetched.protocol);
  visit.bytes_wire = fetched.bytes_wire;
  visit.bytes_body = fetched.body.size();
  visit.dns_ms = fetched.timings.dns_ms;
  visit.connect_ms = fetched.timings.connect_ms;
  visit.tls_ms = fetched.timings.tls_ms;
  visit.first_byte_ms = fetched.timings.first_byte_ms;
  visit.total_ms = fetched.timings.total_ms.value_or(Milliseconds(parts_.clock.Now() - began));
  step.batch.visit = visit;
  tally_.Count(visit);
  if (parts_.log != nullptr) TellVisit(visit, task.url.url);
  ++counts_.visits;
  counts_.bytes_wire += fetched.bytes_wire;
  const bool failed = fetched.status >= 400 || (outcome != Outcome::kOk && outcome != Outcome::kRedirect &&
                                                outcome != Outcome::kNotModified);
  counts_.errors += failed;
  NoteFetch(task.url.target, failed);
}

void Engine::TellVisit(const storage::Visit& visit, const std::string& url) const {
  const bool parser_failed = visit.outcome == Outcome::kParseCrashed ||
                             visit.outcome == Outcome::kParseTimeout || visit.outcome == Outcome::kParseLimit;
  const LogLevel level = parser_failed ? LogLevel::kWarning : LogLevel::kDebug;
  if (!parts_.log->Wants(level)) return;
  parts_.log->Say(level, parser_failed ? "page_not_parsed" : "visit",
                  parser_failed ? "a page could not be parsed" : "visited",
                  {{"url", url},
                   {"outcome", Name(visit.outcome)},
                   {"status", std::to_string(visit.status)},
                   {"ms", std::to_string(visit.total_ms.value_or(0))},
                   {"detail", visit.detail}});
}

void Engine::FillPage(Step& step, const FetchTask& task, const FetchResult& fetched, ParseAnswer& answer) {
  storage::BatchText& text = step.batch.text;
  storage::Page page;
  page.url = task.url.id;
  page.status = fetched.status;
  page.content_type = text.Keep(std::string(fetched.Header("Content-Type")));
  if (fetched.outcome != Outcome::kIncomplete) {  // with its validators, a part would pass for current
    page.etag = text.Keep(std::string(fetched.Header("ETag")));
    page.last_modified = text.Keep(std::string(fetched.Header("Last-Modified")));
  }
  page.charset = text.Keep(answer.page.charset);
  page.language = answer.page.language;
  if (answer.page.language_source != parser::LanguageSource::kNone)
    page.language_source = Name(answer.page.language_source);
  page.title = answer.page.title;
  page.description = answer.page.description;
  page.canonical = answer.page.canonical;
  page.text = answer.page.text;
  page.main_text = answer.page.main;
  page.author = answer.page.author;
  page.published_at = answer.page.published;
  page.words = answer.page.words;
  page.depth = task.url.depth;
  page.content_hash = answer.page.content_hash;
  page.simhash = answer.page.simhash;
  page.fetched_at = step.batch.visit->at;
  page.truncated = fetched.truncated || fetched.outcome == Outcome::kIncomplete ||
                   answer.page.links_truncated || answer.page.text_truncated || answer.page.items_truncated ||
                   answer.page.statements_truncated;
  page.links = answer.page.links_found;
  page.noindex = answer.page.noindex || ReadRobotsTag(fetched.headers, product_tokens_.front()).noindex;
  step.batch.page = page;
}

void Engine::FillItems(Step& step, const parser::ParsedPage& page, const ItemRules& rules,
                       const std::vector<std::uint16_t>& asked) {
  storage::WriteBatch& batch = step.batch;
  for (std::uint16_t place = 0; place < asked.size(); ++place) {
    const std::string_view name = batch.text.Keep(rules[asked[place]].name);
    std::uint32_t position = 0;
    for (const parser::ParsedItem& item : page.items) {
      if (item.rule == place) batch.items.push_back({name, ++position, item.data, item.defaulted});
    }
    // That a rule finds nothing any more is worth knowing.
    if (position == 0) batch.items.push_back({name, 0, "{}", {}});
  }
  for (const parser::ParsedStatement& statement : page.statements)
    batch.structured.push_back({Name(statement.kind), statement.data});
}

void Engine::Decide(Step& step, const FetchTask& task, Outcome outcome, const FetchResult& fetched,
                    Listing listing) {
  const Instant now = parts_.clock.Now();
  RetryInput input;
  input.outcome = outcome;
  input.status = fetched.status;
  input.attempt = static_cast<std::uint8_t>(task.url.place.attempts + 1);
  input.absent = fetched.absent;
  input.host_backoffs = frontier_.troubles(task.host);
  input.retry_after = ParseRetryAfter(fetched.Header("Retry-After"), now);
  const RetryDecision decision = DecideRetry(input, options_.http, options_.politeness, random_);

  storage::WriteBatch& batch = step.batch;
  batch.subject = task.url.id;
  batch.leaves = task.url.place.key;
  if (decision.retry) {
    storage::QueuedUrl again = task.url;
    again.place.key = frontier_.NewPlace(task.host, kRetryPriority);
    again.place.due = now + decision.url_wait;
    again.place.attempts = input.attempt;
    batch.state = storage::UrlState::kQueued;
    batch.requeued = again.place;
    parser::UrlParts parts;
    parser::SplitNormalized(task.url.url, parts);
    step.pending.push_back({std::string(parts.host), std::move(again)});
  } else {
    batch.state = decision.failed ? storage::UrlState::kFailed : storage::UrlState::kDone;
    ScheduleRevisit(step, task, outcome, fetched, listing);
  }

  const std::uint8_t before = input.host_backoffs;
  if (decision.host_wait) {
    frontier_.SetTroubles(task.host, static_cast<std::uint8_t>(std::min(before + 1, 255)));
    frontier_.Block(task.host, now, now + *decision.host_wait,
                    input.retry_after ? WaitReason::kRetryAfter : WaitReason::kBackoff);
  } else if (decision.host_in_trouble) {
    frontier_.SetTroubles(task.host, static_cast<std::uint8_t>(std::min(before + 1, 255)));
    if (before + 1u >= options_.politeness.park_after) {
      frontier_.Block(task.host, now, now + options_.politeness.park, WaitReason::kParked);
    }
  } else if (before != 0 && fetched.status != 0) {
    frontier_.SetTroubles(task.host, 0);
  }
  storage::HostState state = frontier_.State(task.host, now);
  if (state.ip.empty()) state.ip = batch.visit->ip;
  state.name = batch.text.Keep(std::string(state.name));
  if (!state.ip.empty()) state.ip = batch.text.Keep(std::string(state.ip));
  batch.hosts.push_back(state);
}

}  // namespace trawl::crawler
