#include "crawler/frontier/frontier.h"

#include <map>
#include <random>
#include <set>

#include "tests/crawler/frontier/frontier_rig.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace trawl::test;
using namespace std::chrono_literals;

TEST_CASE("A host is handed out once, until it is released and its delay has passed") {
  FrontierRig crawl;
  crawl.Queue(1);
  crawl.Queue(1);
  auto first = crawl.frontier.Next(kStart);
  REQUIRE(first);
  CHECK_FALSE(crawl.frontier.Next(kStart + 1h));
  crawl.frontier.Release(first->host, kStart + 5s, 100ms);
  // The readings of a clock of milliseconds lie up to one behind the time at which the answer ended.
  CHECK_FALSE(crawl.frontier.Next(kStart + 6s));
  CHECK(crawl.frontier.NextReady() == kStart + 6001ms);
  CHECK(crawl.frontier.Next(kStart + 6001ms));
}

TEST_CASE("The wait is at least one latency of the host") {
  FrontierRig crawl;
  crawl.Queue(1);
  crawl.Queue(1);
  auto first = crawl.frontier.Next(kStart);
  crawl.frontier.Release(first->host, kStart + 4s, 4s);
  CHECK_FALSE(crawl.frontier.Next(kStart + 8s));
  CHECK(crawl.frontier.Next(kStart + 8001ms));
}

TEST_CASE("A delay of zero with many connections hands out as many at once") {
  FrontierRig crawl;
  crawl.policy = {0ms, 3, 0ms, 30s};
  for (int i = 0; i < 5; ++i) crawl.Queue(1);
  for (int i = 0; i < 3; ++i) CHECK(crawl.frontier.Next(kStart));
  CHECK_FALSE(crawl.frontier.Next(kStart));
  crawl.frontier.Release(Host(1), kStart, 50ms);
  CHECK(crawl.frontier.Next(kStart));
}

TEST_CASE("Better priority first, then arrival") {
  FrontierRig crawl;
  crawl.policy = {0ms, 10, 0ms, 0s};
  crawl.Queue(1, 20);
  crawl.Queue(1, 10);
  crawl.Queue(1, 10);
  CHECK(crawl.frontier.Next(kStart)->url.url == "http://h1/2");
  CHECK(crawl.frontier.Next(kStart)->url.url == "http://h1/3");
  CHECK(crawl.frontier.Next(kStart)->url.url == "http://h1/1");
}

TEST_CASE("A held host waits, a blocked one until its time") {
  FrontierRig crawl;
  crawl.Queue(1);
  auto task = crawl.frontier.Next(kStart);
  crawl.frontier.Hold(Host(1), WaitReason::kRobots);
  crawl.frontier.Return(std::move(*task), kStart, kStart);
  CHECK_FALSE(crawl.frontier.Next(kStart + 1h));
  CHECK(crawl.frontier.State(Host(1), kStart).waiting_for == "robots");
  crawl.frontier.Unhold(Host(1), kStart + 1h);
  crawl.frontier.Block(Host(1), kStart + 1h, kStart + 2h, WaitReason::kRetryAfter);
  CHECK_FALSE(crawl.frontier.Next(kStart + 2h));
  CHECK(crawl.frontier.blocked(kStart + 1h).urls == 1);
  CHECK(crawl.frontier.Next(kStart + 2h + 1ms));
}

TEST_CASE("A URL that is not due does not hold back the others") {
  FrontierRig crawl;
  crawl.policy.delay = 0ms;
  crawl.Queue(1, 10, kStart + 1h);
  crawl.Queue(1, 20);
  auto task = crawl.frontier.Next(kStart);
  REQUIRE(task);
  CHECK(task->url.url == "http://h1/2");
  crawl.Finish(*task, kStart);
  CHECK(crawl.frontier.NextReady() == kStart + 1h);
  CHECK(crawl.frontier.Next(kStart + 1h)->url.url == "http://h1/1");
}

TEST_CASE("What earlier visits left of a URL stays with it while it waits, is given out and returned") {
  FrontierRig crawl;
  crawl.policy.delay = 0ms;
  storage::QueuedUrl url;
  url.id = UrlId{7};
  url.url = "http://h1/again";
  url.etag = "\"v1\"";
  url.last_modified = "Wed, 21 Oct 2015 07:28:00 GMT";
  url.earlier = storage::Earlier{90 * 24h, 0xfedcba9876543210, 3, true};
  url.place = {crawl.frontier.NewPlace(Host(1), 25), kStart + 1h, 0};
  crawl.frontier.Add("h1", crawl.policy, url);
  crawl.Queue(1, 30);
  auto task = crawl.frontier.Next(kStart);
  REQUIRE(task);
  CHECK_FALSE(task->url.earlier);
  crawl.Finish(*task, kStart);
  CHECK_FALSE(crawl.frontier.Next(kStart + 1h - 1ms));
  for (int i = 0; i < 2; ++i) {
    task = crawl.frontier.Next(kStart + 1h);
    REQUIRE(task);
    CHECK(task->url.earlier == url.earlier);
    CHECK(task->url.url + task->url.etag + task->url.last_modified == url.url + url.etag + url.last_modified);
    if (i == 0) crawl.frontier.Return(std::move(*task), kStart + 1h, kStart + 1h);
  }
}

TEST_CASE("A host with many URLs does not starve one with few") {
  FrontierRig crawl;
  crawl.policy = {0ms, 1, 0ms, 0s};
  for (int i = 0; i < 100; ++i) crawl.Queue(1);
  for (int i = 0; i < 3; ++i) crawl.Queue(2);
  int of_small = 0;
  Instant now = kStart;
  for (int i = 0; i < 8; ++i, now += 1ms) {
    auto task = crawl.frontier.Next(now);
    REQUIRE(task);
    of_small += task->host == Host(2);
    crawl.Finish(*task, now);
  }
  CHECK(of_small == 3);
}

TEST_CASE("Whatever spills to the store comes back exactly once", "[random]") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  FrontierRig crawl(40);
  crawl.policy = {0ms, 4, 0ms, 0s};
  std::set<std::string> fetched;
  std::vector<FetchTask> open;
  Instant now = kStart;
  int queued = 0;
  for (int step = 0; step < 20000; ++step, now += 1ms) {
    const auto dice = random() % 10;
    if (dice < 4 && queued < 3000) {
      crawl.Queue(1 + static_cast<int>(random() % 3), static_cast<std::uint8_t>(random() % 5),
                  random() % 10 == 0 ? now + Duration(random() % 500) : Instant::min());
      ++queued;
    } else if (dice < 8) {
      if (auto task = crawl.frontier.Next(now)) {
        if (random() % 8 == 0) {
          crawl.frontier.Return(std::move(*task), now, now);
        } else {
          REQUIRE(fetched.insert(task->url.url).second);
          open.push_back(std::move(*task));
        }
      }
    } else if (!open.empty()) {
      crawl.Finish(open.back(), now);
      open.pop_back();
    }
    if (random() % 3 == 0) crawl.Refill(now);
  }
  for (; fetched.size() < static_cast<std::size_t>(queued) || !open.empty(); now += 1ms) {
    REQUIRE(now < kStart + 1h);
    while (auto task = crawl.frontier.Next(now)) {
      REQUIRE(fetched.insert(task->url.url).second);
      open.push_back(std::move(*task));
    }
    while (!open.empty()) {
      crawl.Finish(open.back(), now);
      open.pop_back();
    }
    crawl.Refill(now);
  }
  CHECK(crawl.frontier.queued() == 0);
  CHECK(crawl.stored.empty());
}

TEST_CASE("The seen set tells new from known, also across growth and for a fingerprint of zero") {
  Seen seen;
  std::mt19937_64 random(7);
  std::vector<UrlId> ids;
  for (int i = 0; i < 100000; ++i) ids.push_back(static_cast<UrlId>(random()));
  ids.push_back(UrlId{0});
  for (UrlId id : ids) REQUIRE(seen.Insert(id));
  for (UrlId id : ids) REQUIRE_FALSE(seen.Insert(id));
  CHECK(seen.size() == ids.size());
  CHECK_FALSE(seen.Contains(static_cast<UrlId>(random())));
  CHECK(seen.bytes() <= 14 * ids.size());
}

TEST_CASE("A paused host is not handed out until everybody who paused it has resumed it") {
  FrontierRig crawl;
  crawl.Queue(1);
  crawl.Queue(2);
  crawl.frontier.Pause(Host(1), PausedBy::kOperator);
  crawl.frontier.Pause(Host(1), PausedBy::kTarget);
  auto task = crawl.frontier.Next(kStart);
  REQUIRE(task);
  CHECK(task->host == Host(2));
  CHECK_FALSE(crawl.frontier.Next(kStart + 1h));
  CHECK(crawl.frontier.State(Host(1), kStart).waiting_for == "paused");
  crawl.frontier.Resume(Host(1), PausedBy::kOperator);
  CHECK(crawl.frontier.State(Host(1), kStart).waiting_for == "target");
  CHECK_FALSE(crawl.frontier.Next(kStart + 2h));
  crawl.frontier.Resume(Host(1), PausedBy::kTarget);
  task = crawl.frontier.Next(kStart + 3h);
  REQUIRE(task);
  CHECK(task->host == Host(1));
}

TEST_CASE("A pause survives what else happens to its host") {
  FrontierRig crawl;
  crawl.Queue(1);
  crawl.Queue(1);
  auto task = crawl.frontier.Next(kStart);
  REQUIRE(task);
  crawl.frontier.Pause(Host(1), PausedBy::kOperator);
  crawl.frontier.Hold(Host(1), WaitReason::kRobots);
  crawl.frontier.Unhold(Host(1), kStart);
  crawl.frontier.Return(std::move(*task), kStart, kStart);
  crawl.Queue(1);
  CHECK_FALSE(crawl.frontier.Next(kStart + 24h));
  CHECK(crawl.frontier.queued() == 3);
  crawl.frontier.Resume(Host(1), PausedBy::kOperator);
  CHECK(crawl.frontier.Next(kStart + 24h));
}

TEST_CASE("A host that the operator paused is paused after a restart: nothing else leaves a pause behind") {
  FrontierRig crawl;
  storage::StoredHost stored;
  stored.host = Host(1);
  stored.name = "h1";
  stored.waiting_for = "paused";
  crawl.frontier.AddStoredHost(stored, crawl.policy, kStart);
  stored.host = Host(2);
  stored.waiting_for = "delay";
  crawl.frontier.AddStoredHost(stored, crawl.policy, kStart);
  crawl.Queue(1);
  crawl.Queue(2);
  CHECK_FALSE(crawl.frontier.Next(kStart));  // a fetch of the run before may just have ended
  auto task = crawl.frontier.Next(kStart + 1s);
  REQUIRE(task);
  CHECK(task->host == Host(2));
  CHECK_FALSE(crawl.frontier.Next(kStart + 1s));
}

TEST_CASE("Each waiting host counts once, under the reason that holds it now") {
  FrontierRig crawl;
  for (int host = 1; host <= 6; ++host) crawl.Queue(host);
  crawl.Queue(6);
  crawl.Queue(7, 10, kStart + 1h);
  crawl.frontier.Pause(Host(1), PausedBy::kOperator);
  crawl.frontier.Hold(Host(2), WaitReason::kRobots);
  crawl.frontier.Block(Host(3), kStart, kStart + 1min, WaitReason::kBackoff);
  std::map<WaitReason, Frontier::Waiting> waiting = crawl.frontier.waiting(kStart);
  CHECK(waiting[WaitReason::kPaused].hosts == 1);
  CHECK(waiting[WaitReason::kRobots].hosts == 1);
  CHECK(waiting[WaitReason::kBackoff].hosts == 1);
  CHECK(waiting[WaitReason::kDue].hosts == 1);
  CHECK(waiting[WaitReason::kNone].hosts == 3);
  CHECK(waiting[WaitReason::kNone].urls == 4);
  waiting = crawl.frontier.waiting(kStart + 2min);
  CHECK(waiting[WaitReason::kBackoff].hosts == 0);
}

TEST_CASE("A second connection's return does not cut short the rest after an answer") {
  FrontierRig crawl;
  crawl.policy = {1s, 2, 0ms, 0s};
  for (int i = 0; i < 4; ++i) crawl.Queue(1);
  auto one = crawl.frontier.Next(kStart);
  auto two = crawl.frontier.Next(kStart + 1001ms);
  REQUIRE((one && two));
  crawl.frontier.Release(Host(1), kStart + 2s, 10ms);
  crawl.frontier.Return(std::move(*two), kStart + 2s, kStart + 2s);
  CHECK_FALSE(crawl.frontier.Next(kStart + 3s));
  CHECK(crawl.frontier.Next(kStart + 3001ms));
}

TEST_CASE("The answer that a host was held for counts as one of its answers, a stored one does not") {
  FrontierRig crawl;
  crawl.Queue(1);
  auto task = crawl.frontier.Next(kStart);
  crawl.frontier.Hold(Host(1), WaitReason::kRobots);
  crawl.frontier.Unhold(Host(1), kStart, false);
  crawl.frontier.Return(std::move(*task), kStart, kStart);
  task = crawl.frontier.Next(kStart);
  REQUIRE(task);
  crawl.frontier.Hold(Host(1), WaitReason::kRobots);
  crawl.frontier.Unhold(Host(1), kStart + 1s);
  crawl.frontier.Return(std::move(*task), kStart + 1s, kStart + 1s);
  CHECK_FALSE(crawl.frontier.Next(kStart + 2s));
  CHECK(crawl.frontier.Next(kStart + 2001ms));
}

TEST_CASE("A target with many hosts does not starve one with few: an operator's URL overtakes both") {
  FrontierRig crawl;
  crawl.policy = {0ms, 1, 0ms, 0s};
  for (int host = 1; host <= 100; ++host) crawl.Queue(host);
  storage::QueuedUrl url;
  for (int host = 200; host < 210; ++host) {
    url.id = static_cast<UrlId>(10'000 + host);
    url.target = 7;
    url.place = {crawl.frontier.NewPlace(Host(host), 20), Instant::min(), 0};
    crawl.frontier.Add("few", crawl.policy, url);
  }
  int of_few = 0;
  for (int i = 0; i < 100; ++i) {
    auto task = crawl.frontier.Next(kStart);
    REQUIRE(task);
    if (i < 90) of_few += task->url.target == 7;
    if (i == 50) {
      url.id = static_cast<UrlId>(1);
      url.target = 0;
      url.place = {crawl.frontier.NewPlace(Host(300), 0), Instant::min(), 0};
      crawl.frontier.Add("asked", crawl.policy, url);
    }
    if (i == 51) CHECK(task->host == Host(300));
  }
  CHECK(of_few == 10);
}

TEST_CASE("A stored host takes the policy of its target once a refill names it") {
  FrontierRig crawl;
  crawl.frontier.SetPolicies({{0ms, 5, 0ms, 0s}, {10s, 1, 0ms, 0s}});
  storage::StoredHost stored;
  stored.host = Host(1);
  stored.name = "h1";
  stored.queued = 2;
  crawl.frontier.AddStoredHost(stored, {10s, 1, 0ms, 0s}, kStart);
  const auto request = crawl.frontier.NextRefill();
  REQUIRE(request);
  std::vector<storage::QueuedUrl> rows(2);
  rows[0].place.key = {Host(1), 10, 1};
  rows[1].place.key = {Host(1), 10, 2};
  crawl.frontier.SetNextSeq(3);
  crawl.frontier.EndRefill(Host(1), std::move(rows), true, kStart);
  CHECK_FALSE(crawl.frontier.Next(kStart));
  CHECK(crawl.frontier.Next(kStart + 10s));
  CHECK(crawl.frontier.Next(kStart + 10s));
}
