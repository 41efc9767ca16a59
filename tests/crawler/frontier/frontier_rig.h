#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crawler/frontier/frontier.h"

namespace trawl::test {

using namespace trawl::crawler;
using namespace std::chrono_literals;

inline constexpr Instant kStart{1'000'000s};

inline HostId Host(int n) {
  return static_cast<HostId>(n);
}

/// A frontier and the rows a store would hold for it.
struct FrontierRig {
  Frontier frontier;
  HostPolicy policy;
  std::uint64_t next_id = 1;
  std::map<std::uint64_t, storage::QueuedUrl> stored;  ///< by seq

  explicit FrontierRig(std::size_t memory_urls = 1000) : frontier(memory_urls) {}

  void Queue(int host, std::uint8_t priority = 10, Instant due = Instant::min()) {
    storage::QueuedUrl url;
    url.id = static_cast<UrlId>(next_id);
    url.url = "http://h" + std::to_string(host) + "/" + std::to_string(next_id++);
    url.place = {frontier.NewPlace(Host(host), priority), due, 0};
    stored[url.place.key.seq] = url;
    frontier.Add("h" + std::to_string(host), policy, url);
  }

  /// Answers every refill as the store would.
  void Refill(Instant now) {
    while (auto request = frontier.NextRefill()) {
      std::vector<storage::QueuedUrl> rows;
      std::map<std::pair<int, std::uint64_t>, storage::QueuedUrl> ordered;
      for (auto& [seq, url] : stored) {
        if (url.place.key.host == request->host) ordered[{url.place.key.priority, seq}] = url;
      }
      for (auto& [order, url] : ordered) {
        if (order > std::pair<int, std::uint64_t>(request->after.priority, request->after.seq) &&
            rows.size() < request->limit) {
          rows.push_back(url);
        }
      }
      const bool complete = rows.size() < request->limit;
      frontier.EndRefill(request->host, std::move(rows), complete, now);
    }
  }

  void Finish(const FetchTask& task, Instant now) {
    frontier.Release(task.host, now, 0ms);
    stored.erase(task.url.place.key.seq);
    frontier.Finish(task.url.place.key);
  }
};

}  // namespace trawl::test
