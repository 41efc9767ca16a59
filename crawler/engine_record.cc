// Steps 4 to 7 of the walk: what was fetched is parsed, its links are filtered, all of it is stored.

#include <algorithm>
#include <utility>

#include "crawler/async.h"
#include "crawler/engine.h"
#include "crawler/exchange_record.h"
#include "crawler/frontier/retry.h"
#include "crawler/page_request.h"
#include "crawler/retry_after.h"
#include "crawler/robots_tag.h"
#include "crawler/share.h"
#include "crawler/sitemap_sentence.h"
#include "crawler/stored_cookie.h"
#include "parser/fingerprint.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

/// Bytes of a sitemap or feed that is taken in at once, whatever else is.
constexpr std::size_t kShortListing = 64 * 1024;

std::uint32_t Milliseconds(Duration duration) {
  return static_cast<std::uint32_t>(std::max<Duration::rep>(duration.count(), 0));
}

}  // namespace

/// True when a page was stored.
Awaitable<bool> Engine::Record(FetchTask task, Instant began, FetchResult fetched) {
  Step step;
  if (options_.storage.bodies == config::BodyStorage::kWarc) KeepExchange(step.batch, task.url.url, fetched);
  const std::size_t size = fetched.body.size();
  const Share<std::size_t> held(body_bytes_, size + step.batch.text.bytes());
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
  const bool long_listing = listing && !html && size > kShortListing;
  const Share<std::uint64_t> in_listings(in_listings_, long_listing ? 1 : 0);
  Turnstile::Pass past;
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
    if (long_listing) {
      past = co_await listings_.Enter();
      if (at_once_) co_return false;
    }
    {
      const Share<std::uint64_t> in_parser(in_parser_, 1);
      answer = co_await parts_.parser.Parse(std::move(job));
    }
    co_await turns_.Next();
    if (answer.unavailable) {  // nothing is known of the page, so it stays queued
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
    if (!taken) co_return false;
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
  page.content_type = text.Keep(fetched.Header("Content-Type"));
  if (fetched.outcome != Outcome::kIncomplete) {  // with its validators, a part would pass for current
    page.etag = text.Keep(fetched.Header("ETag"));
    page.last_modified = text.Keep(fetched.Header("Last-Modified"));
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
  state.name = batch.text.Keep(state.name);
  if (!state.ip.empty()) state.ip = batch.text.Keep(state.ip);
  batch.hosts.push_back(state);
}

}  // namespace trawl::crawler
