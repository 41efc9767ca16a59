// What a MemoryStore gives back: a restart's reads, and those of a crawl under way.

#include <algorithm>
#include <utility>

#include "storage/memory_store.h"

namespace trawl::storage {

void MemoryStore::LoadDue(Instant now, std::size_t limit, Done<DueUrls> done) {
  lane_.Post([this, now, limit, done = std::move(done)] { done(Due(now, limit)); });
}

DueUrls MemoryStore::Due(Instant now, std::size_t limit) const {
  std::vector<std::pair<Instant, UrlId>> order;
  for (const auto& [id, revisit] : rows_.revisits) {
    if (revisit.due) order.emplace_back(*revisit.due, id);
  }
  std::sort(order.begin(), order.end());
  DueUrls due;
  for (const auto& [at, id] : order) {
    if (at > now || due.urls.size() == limit) {
      due.next = at;
      break;
    }
    QueuedUrl url = ReadUrl(id);
    url.place.key.host = rows_.urls.at(id).host;
    url.place.due = at;
    due.urls.push_back(std::move(url));
  }
  return due;
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
  std::vector<StoredCookie> cookies;
  for (const auto& [key, cookie] : rows_.cookies) cookies.push_back(cookie);
  std::stable_sort(cookies.begin(), cookies.end(),
                   [](const StoredCookie& a, const StoredCookie& b) { return a.created < b.created; });
  for (StoredCookie& cookie : cookies) sink.OnCookie(std::move(cookie));
  for (const auto& [reason, rules] : rows_.judgements) totals.judgements.push_back({reason, rules});
  for (const auto& [target, pause] : rows_.pauses) totals.pauses.push_back(pause);
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
    QueuedUrl row = ReadUrl(waiting.url);
    row.place = {{host, std::get<1>(place), std::get<2>(place)}, waiting.due, waiting.attempts};
    found.push_back(std::move(row));
  }
  return found;
}

QueuedUrl MemoryStore::ReadUrl(UrlId id) const {
  const MemoryRows::Url& url = rows_.urls.at(id);
  QueuedUrl row;
  row.id = id;
  row.url = url.url;
  row.target = url.target;
  row.depth = url.depth;
  row.redirects = url.redirects;
  row.sitemap = url.sitemap;
  row.hint = url.hint;
  row.hops = url.hops;
  const auto page = rows_.pages.find(id);
  const auto revisit = rows_.revisits.find(id);
  if (page == rows_.pages.end() && revisit == rows_.revisits.end()) return row;
  Earlier& earlier = row.earlier.emplace();
  if (page != rows_.pages.end()) {
    row.etag = page->second.etag;
    row.last_modified = page->second.last_modified;
    earlier.has_page = true;
    earlier.content_hash = page->second.content_hash;
  }
  if (revisit != rows_.revisits.end()) {
    earlier.interval = revisit->second.interval;
    earlier.misses = revisit->second.misses;
    if (!earlier.has_page) {
      row.etag = revisit->second.etag;
      row.last_modified = revisit->second.last_modified;
    }
  }
  return row;
}

void MemoryStore::LoadRevisits(std::vector<UrlId> ids, Done<std::vector<ScheduledVisit>> done) {
  lane_.Post([this, ids = std::move(ids), done = std::move(done)] {
    std::vector<ScheduledVisit> found;
    for (const UrlId id : ids) {
      const auto row = rows_.revisits.find(id);
      if (row != rows_.revisits.end() && row->second.due)
        found.push_back({id, rows_.urls.at(id).visited, *row->second.due});
    }
    done(std::move(found));
  });
}

void MemoryStore::LoadRobots(std::string origin, Done<std::optional<StoredRobots>> done) {
  lane_.Post([this, origin = std::move(origin), done = std::move(done)] {
    const auto found = rows_.robots.find(origin);
    done(found == rows_.robots.end() ? std::nullopt : std::optional(found->second));
  });
}

void MemoryStore::LoadExcluded(std::vector<UrlId> ids, Done<std::vector<UrlId>> done) {
  lane_.Post([this, ids = std::move(ids), done = std::move(done)]() mutable {
    std::erase_if(ids, [this](UrlId id) {
      const auto unlisted = rows_.unlisted.find(id);
      if (unlisted != rows_.unlisted.end()) return unlisted->second.skip == SkipReason::kRobots;
      const auto url = rows_.urls.find(id);
      return url == rows_.urls.end() || url->second.state != UrlState::kExcluded ||
             url->second.skip == SkipReason::kRobots;
    });
    done(std::move(ids));
  });
}

void MemoryStore::LoadExcludedSlice(std::vector<SkipReason> reasons, std::uint64_t,
                                    Done<ExcludedSlice> done) {
  lane_.Post([this, reasons = std::move(reasons), done = std::move(done)] {
    ExcludedSlice all;
    for (const auto& [id, url] : rows_.urls) {
      const bool asked = std::find(reasons.begin(), reasons.end(), url.skip) != reasons.end();
      if (url.state != UrlState::kExcluded || !asked) continue;
      all.urls.push_back({id, url.url, url.skip, url.rule, url.target, url.depth, url.redirects, url.sitemap,
                          url.hops, url.source});
    }
    done(std::move(all));
  });
}

}  // namespace trawl::storage
