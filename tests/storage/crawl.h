#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/options.h"
#include "storage/open_store.h"

namespace trawl::test {

/// A small language for tests of stores: URLs are known by a number, hosts by a name.
inline HostId Host(const std::string& name) {
  return static_cast<HostId>(std::hash<std::string>()(name) | 1);
}
inline UrlId Id(std::uint64_t number) {
  return static_cast<UrlId>(number * 0x9e3779b97f4a7c15ULL);
}
inline Instant At(std::int64_t ms) {
  return Instant(Duration(1'700'000'000'000 + ms));
}
inline storage::QueueKey Key(const std::string& host, std::uint64_t seq, std::uint8_t priority = 1) {
  return {Host(host), priority, seq};
}

/// A batch in the making; every text is the batch's own.
struct Batch {
  storage::WriteBatch batch;

  std::string_view Text(std::string text) { return batch.text.Keep(text); }
  std::string_view UrlOf(std::uint64_t number, const std::string& host) {
    return Text("https://" + host + "/" + std::to_string(number));
  }

  /// A URL met for the first time that waits in its host's queue at `seq`.
  Batch& Queued(std::uint64_t number, std::uint64_t seq, const std::string& host = "a.test",
                std::uint8_t priority = 1) {
    storage::NewUrl& url = New(number, host);
    url.queue = storage::QueuePlace{Key(host, seq, priority), At(0), 0};
    return *this;
  }
  Batch& Excluded(std::uint64_t number, storage::SkipReason reason, std::string rule = "",
                  const std::string& host = "a.test") {
    storage::NewUrl& url = New(number, host);
    url.state = storage::UrlState::kExcluded;
    url.skip = reason;
    url.rule = Text(std::move(rule));
    return *this;
  }
  /// A visit of a queued URL that took it out of the queue at `seq`.
  Batch& Visited(std::uint64_t number, std::uint64_t seq, Outcome outcome = Outcome::kOk,
                 std::uint16_t status = 200, const std::string& host = "a.test", std::int64_t ms = 1000) {
    storage::Visit visit;
    visit.url = Id(number);
    visit.host = Host(host);
    visit.at = At(ms);
    visit.outcome = outcome;
    visit.status = status;
    visit.ip = "127.0.0.1";
    visit.protocol = "http/1.1";
    visit.bytes_wire = 500;
    visit.bytes_body = 400;
    visit.total_ms = 12;
    if (outcome != Outcome::kOk) visit.detail = Text("what failed");
    batch.visit = visit;
    batch.subject = visit.url;
    batch.leaves = Key(host, seq);
    const bool good =
        outcome == Outcome::kOk || outcome == Outcome::kRedirect || outcome == Outcome::kNotModified;
    batch.state = good ? storage::UrlState::kDone : storage::UrlState::kFailed;
    return *this;
  }
  Batch& WithPage(std::string title, std::string text, std::uint64_t hash = 7) {
    storage::Page page;
    page.url = batch.subject;
    page.content_type = "text/html";
    page.charset = "utf-8";
    page.title = Text(std::move(title));
    page.text = Text(std::move(text));
    page.etag = "\"e1\"";
    page.last_modified = "Wed, 21 Oct 2015 07:28:00 GMT";
    page.bytes = 400;
    page.content_hash = hash;
    page.fetched_at = batch.visit->at;
    batch.page = page;
    return *this;
  }
  Batch& WithByline(std::string author, std::string published_at, std::string main_text) {
    batch.page->author = Text(std::move(author));
    batch.page->published_at = Text(std::move(published_at));
    batch.page->main_text = Text(std::move(main_text));
    return *this;
  }
  Batch& WithSimhash(std::uint64_t simhash) {
    batch.page->simhash = simhash;
    return *this;
  }
  Batch& WithLanguage(std::string language, const char* source) {
    batch.page->language = Text(std::move(language));
    batch.page->language_source = source;
    return *this;
  }
  /// The visited URL is to be visited again.
  Batch& Again(std::int64_t due_ms, Duration interval, std::uint8_t misses = 0) {
    batch.revisit = storage::Revisit{At(due_ms), interval, misses};
    return *this;
  }
  Batch& Gone() {
    batch.gone = true;
    return *this;
  }
  /// A URL whose revisit is due goes into its host's queue.
  Batch& Promoted(std::uint64_t number, std::uint64_t seq, const std::string& host = "a.test") {
    batch.promotions.push_back({Id(number), storage::QueuePlace{Key(host, seq), At(0), 0}});
    return *this;
  }
  Batch& WithCookie(std::string name, std::string value, std::optional<std::int64_t> expires_ms = {},
                    std::int64_t created_ms = 1000, bool removed = false) {
    storage::CookieRow& cookie = batch.cookies.emplace_back();
    cookie.domain = "a.test";
    cookie.path = "/";
    cookie.name = Text(std::move(name));
    cookie.value = Text(std::move(value));
    cookie.created = At(created_ms);
    if (expires_ms) cookie.expires = At(*expires_ms);
    cookie.removed = removed;
    return *this;
  }
  Batch& WithLink(std::uint64_t target, std::string anchor, bool external = false) {
    batch.links.push_back({Id(target), "a", external ? "nofollow" : "", Text(std::move(anchor)), external});
    return *this;
  }
  Batch& WithItem(std::string rule, std::uint32_t position, std::string data, std::string defaulted = "") {
    batch.items.push_back(
        {Text(std::move(rule)), position, Text(std::move(data)), Text(std::move(defaulted))});
    return *this;
  }
  Batch& WithStructured(const char* kind, std::string data) {
    batch.structured.push_back({kind, Text(std::move(data))});
    return *this;
  }

 private:
  storage::NewUrl& New(std::uint64_t number, const std::string& host) {
    storage::NewUrl& url = batch.urls.emplace_back();
    url.id = Id(number);
    url.url = UrlOf(number, host);
    url.host = Host(host);
    url.host_name = Text(host);
    url.depth = 1;
    if (batch.visit) url.source = batch.visit->url;
    return url;
  }
};

inline storage::RunStart StartOfRun(std::vector<std::string> targets = {"site"}, std::int64_t ms = 0) {
  return {At(ms), "0.1.0", "[crawl]", std::move(targets), {}};
}

/// Writes and waits for the answer.
inline Result<void> WriteNow(storage::Store& store, Batch& batch) {
  std::promise<Result<void>> answer;
  store.Write(std::move(batch.batch), [&answer](Result<void> result) { answer.set_value(result); });
  return answer.get_future().get();
}

inline Result<void> WriteNow(storage::Store& store, Batch&& batch) {
  return WriteNow(store, batch);
}

inline Result<std::vector<storage::QueuedUrl>> QueueNow(storage::Store& store, const std::string& host,
                                                        storage::QueueKey after = {},
                                                        std::size_t limit = 100) {
  std::promise<Result<std::vector<storage::QueuedUrl>>> answer;
  store.LoadQueue(Host(host), after, limit, [&answer](Result<std::vector<storage::QueuedUrl>> rows) {
    answer.set_value(std::move(rows));
  });
  return answer.get_future().get();
}

inline storage::DueUrls DueNow(storage::Store& store, std::int64_t ms, std::size_t limit = 100) {
  std::promise<Result<storage::DueUrls>> answer;
  store.LoadDue(At(ms), limit, [&answer](Result<storage::DueUrls> due) { answer.set_value(std::move(due)); });
  return answer.get_future().get().value();
}

inline std::vector<storage::ScheduledVisit> RevisitsNow(storage::Store& store, std::vector<UrlId> ids) {
  std::promise<Result<std::vector<storage::ScheduledVisit>>> answer;
  store.LoadRevisits(std::move(ids), [&answer](Result<std::vector<storage::ScheduledVisit>> visits) {
    answer.set_value(std::move(visits));
  });
  return answer.get_future().get().value();
}

inline std::optional<storage::StoredRobots> RobotsNow(storage::Store& store, std::string origin) {
  std::promise<Result<std::optional<storage::StoredRobots>>> answer;
  store.LoadRobots(std::move(origin), [&answer](Result<std::optional<storage::StoredRobots>> robots) {
    answer.set_value(std::move(robots));
  });
  return answer.get_future().get().value();
}

inline std::vector<UrlId> ExcludedNow(storage::Store& store, std::vector<UrlId> ids) {
  std::promise<Result<std::vector<UrlId>>> answer;
  store.LoadExcluded(std::move(ids),
                     [&answer](Result<std::vector<UrlId>> found) { answer.set_value(found); });
  return answer.get_future().get().value();
}

inline storage::ExcludedSlice ExcludedSliceNow(storage::Store& store,
                                               std::vector<storage::SkipReason> reasons,
                                               std::uint64_t from = 0) {
  std::promise<Result<storage::ExcludedSlice>> answer;
  store.LoadExcludedSlice(std::move(reasons), from, [&answer](Result<storage::ExcludedSlice> slice) {
    answer.set_value(std::move(slice));
  });
  return answer.get_future().get().value();
}

inline Result<void> SetRecrawlNow(storage::Store& store, std::vector<std::optional<Duration>> intervals) {
  std::promise<Result<void>> answer;
  store.SetRecrawl(std::move(intervals), [&answer](Result<void> done) { answer.set_value(done); });
  return answer.get_future().get();
}

/// Everything a restart reads, in one place.
struct Loaded final : storage::FrontierSink {
  std::vector<UrlId> known;
  std::vector<storage::StoredHost> hosts;
  std::vector<storage::StoredCookie> cookies;
  std::map<std::uint16_t, std::uint64_t> target_pages;
  storage::FrontierTotals totals;
  boost::system::error_code error;

  void OnKnown(std::span<const UrlId> ids) override { known.insert(known.end(), ids.begin(), ids.end()); }
  void OnHost(storage::StoredHost host) override { hosts.push_back(std::move(host)); }
  void OnTargetPages(std::uint16_t target, std::uint64_t pages) override { target_pages[target] = pages; }
  void OnCookie(storage::StoredCookie cookie) override { cookies.push_back(std::move(cookie)); }

  const storage::StoredHost& HostNamed(const std::string& name) const {
    for (const storage::StoredHost& host : hosts) {
      if (host.name == name) return host;
    }
    throw std::runtime_error("no host " + name);
  }
};

inline Loaded LoadNow(storage::Store& store) {
  Loaded loaded;
  std::promise<Result<storage::FrontierTotals>> answer;
  store.LoadFrontier(loaded, [&answer](Result<storage::FrontierTotals> totals) { answer.set_value(totals); });
  const Result<storage::FrontierTotals> totals = answer.get_future().get();
  if (totals) {
    loaded.totals = *totals;
  } else {
    loaded.error = totals.error();
  }
  return loaded;
}

}  // namespace trawl::test
