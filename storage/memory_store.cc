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

Result<void> MemoryStore::BeginRun(const RunStart&) {
  return {};
}

void MemoryStore::SetTargets(std::vector<std::string>, Done<void> done) {
  lane_.Post([done = std::move(done)] { done({}); });
}

void MemoryStore::Write(WriteBatch batch, Done<void> done) {
  const std::size_t bytes = batch.bytes();
  queued_.fetch_add(bytes, std::memory_order_relaxed);
  lane_.Post([this, bytes, batch = std::move(batch), done = std::move(done)] {
    const Result<void> applied = Apply(batch);
    queued_.fetch_sub(bytes, std::memory_order_relaxed);
    done(applied);
  });
}

Result<void> MemoryStore::Apply(const WriteBatch& batch) {
  const UrlId subject = SubjectOf(batch);
  const bool adds = std::any_of(batch.urls.begin(), batch.urls.end(),
                                [subject](const NewUrl& url) { return url.id == subject; });
  if (HasSubject(batch) && !adds && !rows_.urls.contains(subject)) return StoreErrc::kUnknownUrl;
  for (const NewUrl& url : batch.urls) AddUrl(url);
  if (batch.leaves) rows_.queue.erase(PlaceOf(*batch.leaves));
  if (batch.visit) {
    const Visit& visit = *batch.visit;
    rows_.visits.push_back({visit.url, visit.at, visit.outcome, visit.status, std::string(visit.detail),
                            batch.redirect ? std::optional(batch.redirect->target) : std::nullopt});
    ++rows_.urls.at(subject).visits;
    if (const auto page = rows_.pages.find(subject);
        page != rows_.pages.end() && visit.outcome == Outcome::kNotModified) {
      page->second.fetched_at = visit.at;
    }
  }
  if (batch.page) PutPage(batch);
  if (batch.state) {
    MemoryRows::Url& url = rows_.urls.at(subject);
    url.state = *batch.state;
    url.skip = batch.skip;
    url.rule = batch.rule;
  }
  if (batch.requeued) {
    rows_.queue[PlaceOf(batch.requeued->key)] = {subject, batch.requeued->due, batch.requeued->attempts};
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
    StoredHost& host = HostRow(state.host, state.name);
    if (!state.ip.empty()) host.ip = state.ip;
    host.delay = state.delay;
    host.blocked_until = state.blocked_until;
    host.waiting_for = state.waiting_for;
    host.backoffs = state.backoffs;
  }
  return {};
}

StoredHost& MemoryStore::HostRow(HostId id, std::string_view name) {
  StoredHost& host = rows_.hosts[id];
  host.host = id;
  if (host.name.empty()) host.name = name;
  return host;
}

void MemoryStore::AddUrl(const NewUrl& url) {
  HostRow(url.host, url.host_name);
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
                      url.skip};
  auto [at, added] = rows_.urls.try_emplace(url.id, row);
  if (!added && url.state == UrlState::kQueued && MayYetBeQueued(at->second.skip)) {
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
                       std::string(page.etag),
                       std::string(page.last_modified),
                       page.content_hash,
                       page.fetched_at,
                       {}};
  for (const Link& link : batch.links) {
    const bool kept = options_.links == config::LinkStorage::kAll ||
                      (options_.links == config::LinkStorage::kExternal && link.external);
    if (kept) row.links.emplace_back(link.target, std::string(link.kind), std::string(link.anchor));
  }
  const bool first = rows_.pages.insert_or_assign(page.url, std::move(row)).second;
  if (!first) return;
  const MemoryRows::Url& url = rows_.urls.at(page.url);
  ++rows_.hosts.at(url.host).pages;
  ++rows_.target_pages[url.target];
}

void MemoryStore::LoadFrontier(FrontierSink& sink, Done<FrontierTotals> done) {
  lane_.Post([this, &sink, done = std::move(done)] { done(Load(sink)); });
}

FrontierTotals MemoryStore::Load(FrontierSink& sink) {
  FrontierTotals totals;
  std::vector<UrlId> ids;
  ids.reserve(rows_.urls.size());
  for (const auto& [id, url] : rows_.urls) {
    if (!MayYetBeQueued(url.skip)) ids.push_back(id);
  }
  if (!ids.empty()) sink.OnKnown(ids);
  std::unordered_map<HostId, std::uint64_t> queued;
  for (const auto& [place, waiting] : rows_.queue) {
    ++queued[std::get<HostId>(place)];
    totals.next_seq = std::max(totals.next_seq, std::get<2>(place) + 1);
  }
  for (const auto& [id, host] : rows_.hosts) {
    StoredHost copy = host;
    copy.queued = queued[id];
    totals.pages += copy.pages;
    sink.OnHost(std::move(copy));
  }
  for (const auto& [target, pages] : rows_.target_pages) {
    if (target != kNoTarget) sink.OnTargetPages(target, pages);
  }
  for (const auto& [origin, robots] : rows_.robots) sink.OnRobots(robots);
  totals.known = ids.size();
  totals.queued = rows_.queue.size();
  return totals;
}

void MemoryStore::LoadQueue(HostId host, QueueKey after, std::size_t limit,
                            Done<std::vector<QueuedUrl>> done) {
  lane_.Post([this, host, after, limit, done = std::move(done)] { done(Queue(host, after, limit)); });
}

std::vector<QueuedUrl> MemoryStore::Queue(HostId host, QueueKey after, std::size_t limit) const {
  std::vector<QueuedUrl> found;
  auto it = rows_.queue.upper_bound({host, after.priority, after.seq});
  for (; it != rows_.queue.end() && std::get<HostId>(it->first) == host && found.size() < limit; ++it) {
    const auto& [place, waiting] = *it;
    const MemoryRows::Url& url = rows_.urls.at(waiting.url);
    QueuedUrl row{
        waiting.url, {{host, std::get<1>(place), std::get<2>(place)}, waiting.due, waiting.attempts},
        url.url,     url.target,
        url.depth,   url.redirects,
        url.sitemap, {},
        {}};
    if (const auto page = rows_.pages.find(waiting.url); page != rows_.pages.end()) {
      row.etag = page->second.etag;
      row.last_modified = page->second.last_modified;
    }
    found.push_back(std::move(row));
  }
  return found;
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
