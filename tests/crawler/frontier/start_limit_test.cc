#include "crawler/frontier/start_limit.h"

#include "tests/crawler/frontier/frontier_rig.h"
#include "tests/support/catch.h"

// Limits that hosts share, as the frontier keeps them.

using namespace trawl;
using namespace trawl::crawler;
using namespace trawl::test;
using namespace std::chrono_literals;

TEST_CASE("Hosts of one address start apart") {
  FrontierRig crawl;
  crawl.Queue(1);
  crawl.Queue(2);
  auto one = crawl.frontier.Next(kStart);
  auto two = crawl.frontier.Next(kStart);
  Instant not_before;
  CHECK(crawl.frontier.BindAddress(one->host, "127.0.0.1", kStart, not_before));
  REQUIRE_FALSE(crawl.frontier.BindAddress(two->host, "127.0.0.1", kStart, not_before));
  CHECK(not_before == kStart + 251ms);
  crawl.frontier.Return(std::move(*two), kStart, not_before);
  CHECK_FALSE(crawl.frontier.Next(kStart + 250ms));
  auto again = crawl.frontier.Next(kStart + 251ms);
  REQUIRE(again);
  CHECK(again->host == Host(2));
  CHECK(crawl.frontier.BindAddress(again->host, "127.0.0.1", kStart + 251ms, not_before));
}

TEST_CASE("A start that asked nothing of its host does not cost its address a turn") {
  FrontierRig crawl;
  crawl.Queue(1);
  crawl.Queue(2);
  Instant not_before;
  auto one = crawl.frontier.Next(kStart);
  REQUIRE(crawl.frontier.BindAddress(one->host, "a", kStart, not_before));
  auto two = crawl.frontier.Next(kStart);
  REQUIRE_FALSE(crawl.frontier.BindAddress(two->host, "a", kStart, not_before));
  crawl.frontier.ReleaseUnused(one->host, kStart);
  crawl.frontier.Return(std::move(*two), kStart, kStart);
  two = crawl.frontier.Next(kStart);
  REQUIRE(two);
  CHECK(crawl.frontier.BindAddress(two->host, "a", kStart, not_before));
}

TEST_CASE(
    "A request for robots.txt costs its address and its domain a turn, also when the task is returned") {
  FrontierRig crawl;
  crawl.policy.ip_delay = 2s;
  crawl.Queue(1);
  crawl.Queue(2);
  Instant not_before;
  auto one = crawl.frontier.Next(kStart);
  REQUIRE(crawl.frontier.BindAddress(one->host, "a", kStart, not_before));
  auto two = crawl.frontier.Next(kStart);
  crawl.frontier.Hold(Host(1), WaitReason::kRobots);
  crawl.frontier.Unhold(Host(1), kStart + 500ms);
  crawl.frontier.Return(std::move(*one), kStart + 500ms, kStart + 500ms);
  CHECK_FALSE(crawl.frontier.BindAddress(two->host, "a", kStart + 500ms, not_before));
  CHECK(not_before == kStart + 2001ms);
}

TEST_CASE("A start that was returned does not give back one of the same host that was fetched meanwhile") {
  FrontierRig crawl;
  crawl.policy = {0ms, 2, 2s, 0s};
  Instant not_before;
  for (const int host : {1, 1, 1, 2}) crawl.Queue(host);
  auto bound = crawl.frontier.Next(kStart);
  REQUIRE(crawl.frontier.BindAddress(Host(1), "a", kStart, not_before));
  auto other = crawl.frontier.Next(kStart);
  REQUIRE((other && other->host == Host(2)));
  const Instant later = kStart + 2001ms;
  auto fetched = crawl.frontier.Next(later);
  REQUIRE((fetched && fetched->host == Host(1)));
  const bool ended = GENERATE(false, true);
  if (ended) crawl.frontier.Release(Host(1), later + 10ms, 10ms);
  crawl.frontier.Return(std::move(*bound), later + 20ms, later + 20ms);
  CHECK_FALSE(crawl.frontier.BindAddress(Host(2), "a", later + 20ms, not_before));
  CHECK(not_before == later + 2001ms);
}

TEST_CASE("A host whose address changes while it has the turn of the old one leaves that to others") {
  FrontierRig crawl;
  crawl.policy = {0ms, 2, 2s, 0s};
  Instant not_before;
  for (const int host : {1, 1, 1, 2, 2}) crawl.Queue(host);
  auto first = crawl.frontier.Next(kStart);
  REQUIRE((first && first->host == Host(1)));
  REQUIRE(crawl.frontier.BindAddress(Host(1), "a", kStart, not_before));
  auto other = crawl.frontier.Next(kStart);
  REQUIRE((other && other->host == Host(2)));
  REQUIRE_FALSE(crawl.frontier.BindAddress(Host(2), "a", kStart, not_before));
  crawl.frontier.Return(std::move(*other), kStart, not_before);
  CHECK_FALSE(crawl.frontier.Next(kStart + 1s));  // both stand in line for the address
  // Another fetch of the first host is told another address meanwhile.
  REQUIRE(crawl.frontier.BindAddress(Host(1), "b", kStart + 1s, not_before));
  crawl.frontier.Release(Host(1), kStart + 1s, 0ms);
  std::size_t of_second = 0;
  for (Instant at = kStart + 2s; at < kStart + 30s; at += 100ms) {
    while (auto task = crawl.frontier.Next(at)) {
      of_second += task->host == Host(2);
      crawl.frontier.Release(task->host, at, 0ms);
    }
  }
  CHECK(of_second == 2);
  CHECK(crawl.frontier.queued() == 0);
}

TEST_CASE("Hosts of one registrable domain start apart when the policy says so") {
  FrontierRig crawl;
  crawl.policy.domain_delay = 2s;
  storage::QueuedUrl url;
  for (int host = 1; host <= 3; ++host) {
    url.id = static_cast<UrlId>(host);
    url.place = {crawl.frontier.NewPlace(Host(host), 10), Instant::min(), 0};
    crawl.frontier.Add(host < 3 ? "s" + std::to_string(host) + ".example.co.uk" : "other.co.uk", crawl.policy,
                       url);
  }
  CHECK(crawl.frontier.Next(kStart)->host == Host(1));
  CHECK(crawl.frontier.Next(kStart)->host == Host(3));
  CHECK_FALSE(crawl.frontier.Next(kStart + 2s));
  CHECK(crawl.frontier.State(Host(2), kStart + 1s).waiting_for == "domain");
  CHECK(crawl.frontier.NextReady() == kStart + 2001ms);
  CHECK(crawl.frontier.Next(kStart + 2001ms)->host == Host(2));
}
