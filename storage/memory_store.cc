#include "storage/memory_store.h"

#include <algorithm>
#include <future>
#include <utility>

#include "storage/error.h"

namespace trawl::storage {
namespace {

MemoryRows::Place PlaceOf(const QueueKey& key) {
  return {key.host, key.priority, key.seq};
}

bool HasSubject(const WriteBatch& batch) {
  return batch.visit || batch.page || batch.leaves || batch.state || batch.requeued;
}

UrlId SubjectOf(const WriteBatch& batch) {
  if (batch.visit) return batch.visit->url;
  return batch.page ? batch.page->url : batch.subject;
}

}  // namespace

Result<void> MemoryStore::BeginRun(const RunStart& run) {
  lane_.Post([this, now = run.at] {
    std::erase_if(rows_.cookies,
                  [now](const auto& row) { return row.second.expires && *row.second.expires <= now; });
    std::erase_if(rows_.pauses,
                  [now](const auto& row) { return row.second.until && *row.second.until <= now; });
  });
  return {};
}

void MemoryStore::SetTargets(std::vector<std::string>, std::vector<config::ItemRule>, Done<void> done) {
  lane_.PostFirst([done = std::move(done)] { done({}); });
}

void MemoryStore::Write(WriteBatch batch, Done<void> done) {
  const std::size_t bytes = batch.bytes();
  queued_.fetch_add(bytes, std::memory_order_relaxed);
  batch.order = ++batches_;
  const bool urgent = batch.urgent;
  auto apply = [this, bytes, batch = std::move(batch), done = std::move(done)] {
    const Result<void> applied = Apply(batch);
    queued_.fetch_sub(bytes, std::memory_order_relaxed);
    done(applied);
  };
  if (urgent) {
    lane_.PostFirst(std::move(apply));
  } else {
    lane_.Post(std::move(apply));
  }
}

Result<void> MemoryStore::Apply(const WriteBatch& batch) {
  const UrlId subject = SubjectOf(batch);
  const bool adds = std::any_of(batch.urls.begin(), batch.urls.end(),
                                [subject](const NewUrl& url) { return url.id == subject; });
  if (HasSubject(batch) && !adds && !rows_.urls.contains(subject)) return StoreErrc::kUnknownUrl;
  for (const NewUrl& url : batch.urls) AddUrl(url);
  if (batch.leaves) rows_.queue.erase(PlaceOf(*batch.leaves));
  if (batch.visit) AddVisit(batch, subject);
  if (batch.page) PutPage(batch);
  if (HasSubject(batch)) ChangeSubject(batch, subject);
  for (const Promotion& promotion : batch.promotions) Promote(promotion);
  for (const Advance& advance : batch.advances) {
    const auto row = rows_.revisits.find(advance.url);
    if (row != rows_.revisits.end() && row->second.due)
      row->second.due = std::min(*row->second.due, advance.due);
  }
  for (const Judgement& judgement : batch.judgements) rows_.judgements[judgement.reason] = judgement.rules;
  for (const CookieRow& cookie : batch.cookies) PutCookie(cookie);
  for (const TargetPause& pause : batch.pauses) {
    if (pause.target == kNoTarget) continue;
    if (pause.paused) {
      rows_.pauses[pause.target] = pause;
    } else {
      rows_.pauses.erase(pause.target);
    }
  }
  if (batch.robots && !batch.robots->renewal_error.empty()) {
    const auto kept = rows_.robots.find(std::string(batch.robots->origin));
    if (kept != rows_.robots.end()) kept->second.expires_at = batch.robots->expires_at;
  } else if (batch.robots) {
    const RobotsReceipt& robots = *batch.robots;
    HostRow(robots.host, robots.host_name);
    rows_.robots[std::string(robots.origin)] = {
        std::string(robots.origin), robots.outcome,    robots.status,
        robots.fetched_at,          robots.expires_at, std::string(robots.body)};
  }
  for (const HostState& state : batch.hosts) {
    if (!overtaken_.IsNewest(state.host, batch.order, batch.urgent)) continue;
    StoredHost& host = HostRow(state.host, state.name);
    if (!state.ip.empty()) host.ip = state.ip;
    host.delay = state.delay;
    host.blocked_until = state.blocked_until;
    host.waiting_for = state.waiting_for;
    host.backoffs = state.backoffs;
  }
  return {};
}

void MemoryStore::AddVisit(const WriteBatch& batch, UrlId subject) {
  const Visit& visit = *batch.visit;
  rows_.visits.push_back({visit.url, visit.at, visit.outcome, visit.status, std::string(visit.detail),
                          batch.redirect ? std::optional(batch.redirect->target) : std::nullopt});
  MemoryRows::Url& url = rows_.urls.at(subject);
  ++url.visits;
  url.visited = visit.at;
  const auto found = rows_.pages.find(subject);
  if (found == rows_.pages.end()) return;
  MemoryRows::Page& page = found->second;
  if (visit.outcome == Outcome::kNotModified) {
    page.fetched_at = visit.at;
    if (page.gone_at)
      rows_.changes.push_back({subject, visit.at, "back", page.content_hash, page.content_hash});
    page.gone_at.reset();
  }
  if (batch.gone && !page.gone_at) {
    page.gone_at = visit.at;
    rows_.changes.push_back({subject, visit.at, "gone", page.content_hash, std::nullopt});
  }
}

void MemoryStore::ChangeSubject(const WriteBatch& batch, UrlId subject) {
  if (batch.state) {
    MemoryRows::Url& url = rows_.urls.at(subject);
    const bool drops = *batch.state == UrlState::kExcluded && url.state != UrlState::kExcluded;
    if (drops && url.visits == 0 && Full(url.host)) {
      rows_.unlisted[subject] = {url.host, batch.skip, std::string(batch.rule)};
      rows_.urls.erase(subject);
      rows_.revisits.erase(subject);
      return;
    }
    if (drops) ++rows_.listed[url.host];
    url.state = *batch.state;
    url.skip = batch.skip;
    url.rule = batch.rule;
    if (url.state == UrlState::kExcluded) rows_.revisits.erase(subject);
  }
  if (batch.requeued) {
    rows_.queue[PlaceOf(batch.requeued->key)] = {subject, batch.requeued->due, batch.requeued->attempts};
  }
  if (batch.revisit)
    rows_.revisits[subject] = {batch.revisit->due, batch.revisit->interval, batch.revisit->misses,
                               std::string(batch.revisit->etag), std::string(batch.revisit->last_modified)};
}

void MemoryStore::Promote(const Promotion& promotion) {
  const auto url = rows_.urls.find(promotion.url);
  if (url == rows_.urls.end()) return;
  if (!promotion.place) {
    rows_.revisits.erase(promotion.url);
    return;
  }
  if (const auto revisit = rows_.revisits.find(promotion.url); revisit != rows_.revisits.end())
    revisit->second.due.reset();
  url->second.state = UrlState::kQueued;
  rows_.queue[PlaceOf(promotion.place->key)] = {promotion.url, promotion.place->due,
                                                promotion.place->attempts};
}

void MemoryStore::PutCookie(const CookieRow& cookie) {
  if (cookie.target == kNoTarget) return;
  const MemoryRows::CookieKey key{cookie.target, std::string(cookie.domain), std::string(cookie.path),
                                  std::string(cookie.name), cookie.host_only};
  if (cookie.removed) {
    rows_.cookies.erase(key);
    return;
  }
  rows_.cookies[key] = {cookie.target,
                        std::string(cookie.domain),
                        std::string(cookie.path),
                        std::string(cookie.name),
                        std::string(cookie.value),
                        cookie.host_only,
                        cookie.secure,
                        cookie.http_only,
                        cookie.same_site,
                        cookie.created,
                        cookie.expires};
}

void MemoryStore::SetRecrawl(std::vector<std::optional<Duration>> intervals, Done<void> done) {
  lane_.Post([this, intervals = std::move(intervals), done = std::move(done)] {
    Schedule(intervals);
    done({});
  });
}

void MemoryStore::Schedule(const std::vector<std::optional<Duration>>& intervals) {
  const auto of = [](const std::vector<std::optional<Duration>>& all, std::uint16_t target) {
    return target < all.size() ? all[target] : std::nullopt;
  };
  const std::vector<std::optional<Duration>> before = std::exchange(rows_.recrawl, intervals);
  for (const auto& [id, url] : rows_.urls) {
    const std::optional<Duration> interval = of(intervals, url.target);
    if (!interval || of(before, url.target) == interval) continue;
    if (url.state != UrlState::kDone && url.state != UrlState::kFailed) continue;
    if (const auto page = rows_.pages.find(id); page != rows_.pages.end())
      ScheduleOne(id, page->second.fetched_at, *interval);
    if (url.sitemap > 0) ScheduleOne(id, url.visited, std::min(*interval, kSitemapAgain));
  }
  std::erase_if(rows_.revisits, [&](const auto& row) {
    return row.second.due && !of(intervals, rows_.urls.at(row.first).target);
  });
}

void MemoryStore::ScheduleOne(UrlId id, Instant visited, Duration interval) {
  const Instant due = visited + interval;
  const auto [row, added] = rows_.revisits.try_emplace(id, MemoryRows::Revisit{due, interval, 0, {}, {}});
  if (added || !row->second.due) return;
  row->second.due = std::min(*row->second.due, due);
  row->second.interval = interval;
}

StoredHost& MemoryStore::HostRow(HostId id, std::string_view name) {
  StoredHost& host = rows_.hosts[id];
  host.host = id;
  if (host.name.empty()) host.name = name;
  return host;
}

/// Whether a further excluded URL of the host gets no row.
bool MemoryStore::Full(HostId host) const {
  const auto listed = rows_.listed.find(host);
  return options_.skipped_per_host > 0 && listed != rows_.listed.end() &&
         listed->second >= options_.skipped_per_host;
}

void MemoryStore::AddUrl(const NewUrl& url) {
  HostRow(url.host, url.host_name);
  if (url.state == UrlState::kExcluded && !rows_.urls.contains(url.id) && Full(url.host)) {
    rows_.unlisted[url.id] = {url.host, url.skip, std::string(url.rule)};
    return;
  }
  rows_.unlisted.erase(url.id);
  MemoryRows::Url row{std::string(url.url),
                      std::string(url.host_name),
                      std::string(url.rule),
                      url.host,
                      url.target,
                      url.depth,
                      url.redirects,
                      url.sitemap,
                      url.source,
                      url.state,
                      url.skip,
                      url.hint,
                      url.hops};
  auto [at, added] = rows_.urls.try_emplace(url.id, row);
  if (added && url.state == UrlState::kExcluded) ++rows_.listed[url.host];
  const bool gives_way = url.insists ? at->second.skip != SkipReason::kRobots
                                     : url.state == UrlState::kQueued && MayYetBeQueued(at->second.skip);
  if (!added && at->second.state == UrlState::kExcluded && gives_way) {
    row.visits = at->second.visits;
    row.visited = at->second.visited;
    if (url.state != UrlState::kExcluded) --rows_.listed[url.host];
    at->second = std::move(row);
    added = true;
  }
  if (added && url.queue)
    rows_.queue[PlaceOf(url.queue->key)] = {url.id, url.queue->due, url.queue->attempts};
}

void MemoryStore::PutPage(const WriteBatch& batch) {
  const Page& page = *batch.page;
  MemoryRows::Page row{page.status,
                       std::string(page.content_type),
                       std::string(page.title),
                       options_.text ? std::string(page.text) : std::string(),
                       options_.main_content ? std::string(page.main_text) : std::string(),
                       std::string(page.author),
                       std::string(page.published_at),
                       std::string(page.etag),
                       std::string(page.last_modified),
                       std::string(page.language),
                       std::string(page.language_source),
                       page.content_hash,
                       page.simhash,
                       page.fetched_at,
                       {},
                       {},
                       {},
                       {}};
  for (const Item& item : batch.items)
    row.items.emplace_back(std::string(item.rule), item.position, std::string(item.data));
  for (const StructuredData& one : batch.structured)
    row.structured.emplace_back(std::string(one.kind), std::string(one.data));
  for (const Link& link : batch.links) {
    const bool kept = options_.links == config::LinkStorage::kAll ||
                      (options_.links == config::LinkStorage::kExternal && link.external);
    if (kept) row.links.emplace_back(link.target, std::string(link.kind), std::string(link.anchor));
  }
  if (const auto old = rows_.pages.find(page.url); old != rows_.pages.end()) {
    const bool was_gone = old->second.gone_at.has_value();
    if (was_gone || old->second.content_hash != page.content_hash) {
      rows_.changes.push_back({page.url, page.fetched_at, was_gone ? "back" : "changed",
                               old->second.content_hash, page.content_hash});
    }
  }
  const bool first = rows_.pages.insert_or_assign(page.url, std::move(row)).second;
  if (!first) return;
  const MemoryRows::Url& url = rows_.urls.at(page.url);
  ++rows_.hosts.at(url.host).pages;
  ++rows_.target_pages[url.target];
}

Result<void> MemoryStore::Close(const RunEnd&) {
  lane_.Stop();
  return {};
}

void MemoryStore::Look(const std::function<void(const MemoryRows&)>& look) {
  std::promise<void> looked;
  const bool posted = lane_.Post([this, &look, &looked] {
    look(rows_);
    looked.set_value();
  });
  if (posted) {
    looked.get_future().wait();
  } else {
    look(rows_);  // the thread has ended
  }
}

}  // namespace trawl::storage
