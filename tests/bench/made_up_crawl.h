#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "storage/records.h"

// A crawl made up of numbers, as large as a benchmark of the storage wants it.

namespace trawl::bench {

using storage::WriteBatch;

inline constexpr std::size_t kHosts = 200;
inline constexpr std::size_t kLinks = 40;
inline constexpr std::size_t kNewUrls = 6;
inline constexpr std::size_t kTextBytes = 5000;

inline std::uint64_t Mix(std::uint64_t x) {  // splitmix64: as random as a fingerprint
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// A web computed from numbers: URL u lives on host u % kHosts; page p names the six URLs behind those of
/// page p - 1.
class Web {
 public:
  Web() {
    for (int i = 0; i < 4000; ++i) words_.push_back(Word(static_cast<std::uint64_t>(i)));
    for (int i = 0; i < 64; ++i) {
      std::string text;
      while (text.size() < kTextBytes) text += words_[random_() % words_.size()] + " ";
      texts_.push_back(text);
    }
  }

  static HostId HostOf(std::uint64_t u) { return static_cast<HostId>(Mix(u % kHosts + 1'000'000'007)); }
  static std::string HostName(std::uint64_t u) {
    return "www.host" + std::to_string(u % kHosts) + ".example";
  }
  std::string Url(std::uint64_t u) const {
    return "https://" + HostName(u) + "/" + words_[u % 50] + "/" + words_[u % 997] + "-" +
           words_[Mix(u) % words_.size()] + "/" + std::to_string(u) + ".html";
  }
  std::string Anchor(std::uint64_t page, std::size_t link) {
    if (link % 5 < 3) return words_[(page % kHosts + link * 7) % 300];  // the menu of the host
    return words_[random_() % words_.size()] + " " + words_[random_() % words_.size()] + " " +
           words_[random_() % words_.size()];
  }
  const std::string& Text(std::uint64_t page) const { return texts_[page % texts_.size()]; }
  std::uint64_t LinkTarget(std::uint64_t page, std::size_t link) {
    const std::uint64_t known = page * kNewUrls + kNewUrls + 1;
    if (link < kNewUrls) return page * kNewUrls + 1 + link;
    const std::uint64_t any = random_() % known;
    return link % 4 == 0 ? any : any - any % kHosts + page % kHosts;  // three of four stay on the host
  }

 private:
  static std::string Word(std::uint64_t i) {
    std::string word;
    for (std::uint64_t x = Mix(i); word.size() < 3 + i % 8; x /= 26) {
      word += static_cast<char>('a' + x % 26);
      if (x < 26) x = Mix(x + i);
    }
    return word;
  }
  std::mt19937_64 random_{42};
  std::vector<std::string> words_, texts_;
};

inline Instant TimeOf(std::uint64_t page) {
  return Instant(Duration(1'700'000'000'000 + static_cast<std::int64_t>(page)));
}

/// The visit of page `page`, with everything that it finds.
inline WriteBatch BatchOf(Web& web, std::uint64_t page) {
  WriteBatch batch;
  storage::BatchText& text = batch.text;
  const std::string host_name = Web::HostName(page);
  storage::Visit visit;
  visit.url = static_cast<UrlId>(Mix(page));
  visit.host = Web::HostOf(page);
  visit.at = TimeOf(page);
  visit.status = 200;
  visit.ip = "192.0.2.17";
  visit.protocol = "http/1.1";
  visit.bytes_wire = 9000;
  visit.bytes_body = 28000;
  visit.dns_ms = 0;
  visit.first_byte_ms = 30 + static_cast<std::uint32_t>(page % 300);
  visit.total_ms = 40 + static_cast<std::uint32_t>(page % 300);
  visit.parse_ms = 1;
  batch.visit = visit;
  batch.subject = visit.url;
  batch.leaves = storage::QueueKey{visit.host, 1, page + 1};
  batch.state = storage::UrlState::kDone;

  storage::Page row;
  row.url = visit.url;
  row.content_type = "text/html; charset=utf-8";
  row.charset = "utf-8";
  row.language = "en";
  row.title = text.Keep("A title of page " + std::to_string(page) + " of " + host_name);
  row.description = text.Keep(web.Text(page).substr(0, 120));
  row.text = text.Keep(web.Text(page));
  row.etag = text.Keep("\"" + std::to_string(Mix(page)) + "\"");
  row.last_modified = "Wed, 21 Oct 2015 07:28:00 GMT";
  row.words = 800;
  row.depth = 3;
  row.bytes = 28000;
  row.content_hash = Mix(page + 77);
  row.simhash = Mix(page + 99);
  row.fetched_at = visit.at;
  row.links = kLinks;
  batch.page = row;

  for (std::size_t i = 0; i < kLinks; ++i) {
    const std::uint64_t target = web.LinkTarget(page, i);
    const bool external = target % kHosts != page % kHosts;
    batch.links.push_back({static_cast<UrlId>(Mix(target)), i < 35 ? "a" : "img", external ? "nofollow" : "",
                           text.Keep(web.Anchor(page, i)), external});
  }
  for (std::size_t i = 0; i < kNewUrls; ++i) {
    const std::uint64_t u = page * kNewUrls + 1 + i;
    storage::NewUrl url;
    url.id = static_cast<UrlId>(Mix(u));
    url.url = text.Keep(web.Url(u));
    url.host = Web::HostOf(u);
    url.host_name = text.Keep(Web::HostName(u));
    url.depth = 4;
    url.source = visit.url;
    url.queue = storage::QueuePlace{{url.host, 1, u + 1}, visit.at, 0};
    batch.urls.push_back(url);
  }
  storage::HostState state;
  state.host = visit.host;
  state.name = text.Keep(host_name);
  state.ip = "192.0.2.17";
  state.delay = Duration(1000);
  state.waiting_for = "delay";
  batch.hosts.push_back(state);
  return batch;
}

inline WriteBatch Seed(Web& web) {
  WriteBatch batch;
  storage::NewUrl url;
  url.id = static_cast<UrlId>(Mix(0));
  url.url = batch.text.Keep(web.Url(0));
  url.host = Web::HostOf(0);
  url.host_name = batch.text.Keep(Web::HostName(0));
  url.queue = storage::QueuePlace{{url.host, 1, 1}, TimeOf(0), 0};
  batch.urls.push_back(url);
  return batch;
}

}  // namespace trawl::bench
