// The real frontier in a world computed from a seed: hosts of very different sizes and speeds, some on one
// address or domain, some in trouble; a clock that jumps from event to event. What a server would see is
// checked at every start.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <queue>
#include <random>
#include <unordered_map>
#include <unordered_set>

#include "crawler/frontier/frontier.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace std::chrono_literals;

namespace {

constexpr Instant kMidnight{1'700'000'000s};

struct WorldSize {
  int hosts = 0;
  std::uint64_t urls = 0;
  int addresses = 0;
  int domains = 0;  ///< 0: domains are not limited
  int targets = 1;
  std::size_t memory_urls = 0;
  std::size_t in_flight = 0;  ///< at most
  Duration length{};          ///< the simulation ends then, or when all is fetched
};

struct SimHost {
  std::string name;
  int address = 0, domain = 0;
  std::uint64_t size = 0;     ///< URLs
  std::uint64_t planted = 0;  ///< of them known to the frontier so far
  HostPolicy policy;
  Duration latency{}, crawl_delay{0};
  std::uint16_t target = 0;
  // What its server sees.
  std::uint32_t open = 0;
  Instant last_start = Instant::min(), last_end = Instant::min(), silent_until = Instant::min();
  Duration last_took{0};
  bool bound = false, held = false;
  std::uint64_t fetched = 0;
};

class World {
 public:
  World(std::uint64_t seed, const WorldSize& size) : size_(size), random_(seed), frontier_(size.memory_urls) {
    hosts_.resize(static_cast<std::size_t>(size.hosts));
    address_start_.resize(static_cast<std::size_t>(size.addresses), Instant::min());
    domain_start_.resize(static_cast<std::size_t>(std::max(size.domains, 1)), Instant::min());
    double harmonic = 0;  // Zipf: the host of rank n has a share of 1/n
    for (int i = 1; i <= size.hosts; ++i) harmonic += 1.0 / i;
    for (int i = 0; i < size.hosts; ++i) {
      SimHost& host = hosts_[static_cast<std::size_t>(i)];
      host.domain = size.domains == 0 ? i : i % size.domains;
      host.name = "h" + std::to_string(i) + ".d" + std::to_string(host.domain) + ".com";
      host.address = static_cast<int>(random_() % static_cast<std::uint64_t>(size.addresses));
      host.size = std::max<std::uint64_t>(
          1, static_cast<std::uint64_t>(static_cast<double>(size.urls) / harmonic / (i + 1)));
      host.target = static_cast<std::uint16_t>(i % size.targets);
      host.latency = Duration(20 + random_() % 400);
      if (random_() % 50 == 0) host.latency = Duration(2000 + random_() % 20000);
      if (random_() % 40 == 0) host.crawl_delay = Duration(2000 + random_() % 30000);
      if (random_() % 10 == 0) host.policy.connections = 2 + static_cast<std::uint32_t>(random_() % 3);
      if (size.domains != 0) host.policy.domain_delay = 100ms;
      for (int n = 0; n < 3; ++n) Plant(i);
    }
  }

  void Run() {
    Instant now = kMidnight;
    const Instant end = kMidnight + size_.length;
    while (now < end && !failed_) {
      while (frontier_.in_flight() < size_.in_flight) {
        std::optional<FetchTask> task = frontier_.Next(now);
        if (!task) break;
        Begin(std::move(*task), now);
      }
      Refill(now);
      Instant next = end;
      if (!ends_.empty()) next = std::min(next, ends_.top().at);
      if (frontier_.in_flight() < size_.in_flight) {
        if (const auto ready = frontier_.NextReady()) next = std::min(next, std::max(*ready, now + 1ms));
      }
      if (ends_.empty() && !frontier_.NextReady()) break;
      now = next;
      while (!ends_.empty() && ends_.top().at <= now && now < end) End();
    }
    now_ = now;
  }

  void Violation(const std::string& what, const SimHost& host) {
    failed_ = true;
    FAIL_CHECK(what << " at " << host.name);
  }

  const WorldSize size_;
  std::mt19937_64 random_;
  Frontier frontier_;
  std::vector<SimHost> hosts_;
  Instant now_ = kMidnight;
  std::uint64_t starts = 0, returns = 0, waits_429 = 0, robots_read = 0;
  bool failed_ = false;

 private:
  struct Ending {
    Instant at;
    std::uint64_t n;
    bool operator>(const Ending& other) const { return at != other.at ? at > other.at : n > other.n; }
  };
  struct Open {
    FetchTask task;
    int host;
    Instant began;
    Duration took;
    bool robots = false;  ///< robots.txt is asked for, not the task's URL
  };

  /// The next URL of a host is discovered. A URL is its number; the row that a store would hold is computed.
  void Plant(int index) {
    SimHost& host = hosts_[static_cast<std::size_t>(index)];
    if (host.planted == host.size) return;
    const auto id = static_cast<UrlId>((static_cast<std::uint64_t>(index) << 32 | ++host.planted) *
                                       0x9E3779B97F4A7C15ULL);
    if (!frontier_.Discover(id)) return Violation("known before it was discovered", host);
    storage::QueuedUrl url;
    url.id = id;
    url.place = {frontier_.NewPlace(static_cast<HostId>(index), host.planted == 1 ? 10 : 21), {}, 0};
    url.url = "/" + std::to_string(host.planted);
    url.target = host.target;
    stored_[index].insert({OrderOf(url.place.key), url.url});
    frontier_.Add(host.name, host.policy, std::move(url));
  }

  void Refill(Instant now) {
    while (const auto request = frontier_.NextRefill()) {
      const int index = static_cast<int>(request->host);
      std::vector<storage::QueuedUrl> rows;
      const auto& stored = stored_[index];
      for (auto it = stored.upper_bound(OrderOf(request->after));
           it != stored.end() && rows.size() < request->limit; ++it) {
        storage::QueuedUrl& row = rows.emplace_back();
        row.place = {KeyOf(request->host, it->first), {}, 0};
        row.url = it->second;
        row.target = hosts_[static_cast<std::size_t>(index)].target;
      }
      const bool complete = rows.size() < request->limit;
      frontier_.EndRefill(request->host, std::move(rows), complete, now);
    }
  }

  void Begin(FetchTask task, Instant now) {
    const int index = static_cast<int>(task.host);
    SimHost& host = hosts_[static_cast<std::size_t>(index)];
    if (!host.bound) {
      Instant not_before;
      host.bound = true;
      frontier_.SetCrawlDelay(task.host, host.crawl_delay);
      if (!frontier_.BindAddress(task.host, "a" + std::to_string(host.address), now, not_before)) {
        frontier_.Return(std::move(task), now, not_before);
        return;
      }
    }
    if (random_() % 64 == 0) {  // robots.txt says no, or a budget not yet: nothing is asked of the host
      ++returns;
      frontier_.Return(std::move(task), now, now);
      return;
    }
    const bool robots = !host.held && random_() % 64 == 0;
    if (robots) {
      host.held = true;
      frontier_.Hold(task.host, WaitReason::kRobots);
      if (random_() % 4 == 0) {  // an earlier run has left it: nothing is asked of the host
        open_.emplace(++tries_, Open{std::move(task), index, now, Duration(1), true});
        ends_.push({now + 1ms, tries_});
        stored_robots_.insert(tries_);
        return;
      }
    }
    ++starts;
    const Duration delay = std::max(host.policy.delay, host.crawl_delay);
    if (++host.open > host.policy.connections) Violation("too many connections", host);
    if (host.last_start != Instant::min() && now - host.last_start < host.policy.delay)
      Violation("two starts too close", host);
    if (host.last_end != Instant::min() &&
        now - host.last_end < std::max(delay, std::min(host.last_took, Duration(30s))))
      Violation("a start too soon after an answer", host);
    if (now < host.silent_until) Violation("a start before Retry-After has passed", host);
    Instant& of_address = address_start_[static_cast<std::size_t>(host.address)];
    if (of_address != Instant::min() && now - of_address < host.policy.ip_delay)
      Violation("two starts at one address too close", host);
    of_address = now;
    if (size_.domains != 0) {
      Instant& of_domain = domain_start_[static_cast<std::size_t>(host.domain)];
      if (of_domain != Instant::min() && now - of_domain < host.policy.domain_delay)
        Violation("two starts in one domain too close", host);
      of_domain = now;
    }
    host.last_start = now;
    const Duration took = host.latency + Duration(random_() % 100);
    open_.emplace(++tries_, Open{std::move(task), index, now, took, robots});
    ends_.push({now + took, tries_});
  }

  /// robots.txt is there: the URL that waited for it goes back to its place.
  void EndRobots(Open& open, Instant now, bool asked) {
    ++robots_read;
    SimHost& host = hosts_[static_cast<std::size_t>(open.host)];
    host.held = false;
    if (asked) {
      --host.open;
      host.last_end = now;
      host.last_took = Duration(0);
    }
    frontier_.Unhold(open.task.host, now, asked);
    frontier_.Return(std::move(open.task), now, now);
  }

  void End() {
    const Ending ending = ends_.top();
    ends_.pop();
    auto node = open_.extract(ending.n);
    Open& open = node.mapped();
    if (open.robots) return EndRobots(open, ending.at, stored_robots_.erase(ending.n) == 0);
    SimHost& host = hosts_[static_cast<std::size_t>(open.host)];
    --host.open;
    host.last_end = ending.at;
    host.last_took = open.took;
    frontier_.Release(open.task.host, ending.at, open.took);
    if (random_() % 500 == 0) {  // 429 with Retry-After; the URL comes again, behind the others
      ++waits_429;
      const Duration wait = Duration(1000 + random_() % 60000);
      host.silent_until = std::max(host.silent_until, ending.at + wait);
      frontier_.Block(open.task.host, ending.at, ending.at + wait, WaitReason::kRetryAfter);
      storage::QueuedUrl again = open.task.url;
      Leave(open);
      again.place = {frontier_.NewPlace(open.task.host, 200), ending.at + wait, 1};
      stored_[open.host].insert({OrderOf(again.place.key), again.url});
      frontier_.Add(host.name, host.policy, std::move(again));
      return;
    }
    if (!fetched_[open.host].insert(open.task.url.url).second) Violation("fetched twice", host);
    ++host.fetched;
    Leave(open);
    for (std::uint64_t links = random_() % 8; links > 0; --links) Plant(open.host);
    if (host.fetched == host.planted) Plant(open.host);
  }

  void Leave(const Open& open) {
    stored_[open.host].erase(OrderOf(open.task.url.place.key));
    frontier_.Finish(open.task.url.place.key);
  }

  std::vector<Instant> address_start_, domain_start_;
  std::unordered_map<int, std::map<QueueOrder, std::string>> stored_;
  std::unordered_map<int, std::unordered_set<std::string>> fetched_;
  std::unordered_map<std::uint64_t, Open> open_;
  std::unordered_set<std::uint64_t> stored_robots_;  ///< of open_, those that an earlier run has left
  std::uint64_t tries_ = 0;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> ends_;
};

std::uint64_t NewSeed() {
  const std::uint64_t seed = std::random_device{}();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace

TEST_CASE("Simulation: small worlds are fetched whole, every URL once, politely", "[random]") {
  const std::uint64_t seed = NewSeed();
  INFO("seed " << seed);
  for (std::uint64_t round = 0; round < 20; ++round) {
    std::mt19937_64 dice(seed + round);
    WorldSize size;
    size.hosts = 1 + static_cast<int>(dice() % 60);
    size.urls = 200 + dice() % 3000;
    size.addresses = 1 + static_cast<int>(dice() % 20);
    size.domains = dice() % 2 == 0 ? 0 : 1 + static_cast<int>(dice() % 10);
    size.targets = 1 + static_cast<int>(dice() % 5);
    size.memory_urls = 1 + dice() % 500;
    size.in_flight = 1 + dice() % 100;
    size.length = 24h * 365;
    World world(seed + round, size);
    world.Run();
    std::uint64_t fetched = 0, all = 0;
    for (const SimHost& host : world.hosts_) {
      fetched += host.fetched;
      all += host.size;
    }
    INFO("round " << round);
    CHECK(fetched == all);
    CHECK(world.frontier_.queued() == 0);
    CHECK(world.frontier_.in_memory() == 0);
    CHECK(world.frontier_.in_flight() == 0);
    CHECK(world.frontier_.known() == all);
  }
}

TEST_CASE("Simulation: a hundred thousand hosts and a day, more work than room", "[random]") {
  const std::uint64_t seed = NewSeed();
  INFO("seed " << seed);
  WorldSize size;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  size.hosts = 5'000;  // ten times slower
#else
  size.hosts = 100'000;
#endif
  size.urls = 30 * static_cast<std::uint64_t>(size.hosts);
  size.addresses = size.hosts / 5;
  size.targets = 4;
  size.memory_urls = 2 * static_cast<std::size_t>(size.hosts);
  size.in_flight = 10'000;
  size.length = 24h;
  World world(seed, size);
  world.Run();
  CHECK(world.waits_429 > 0);
  CHECK(world.returns > 0);
  CHECK(world.robots_read > 0);
  CHECK(world.frontier_.in_memory() <= size.memory_urls + 8 * static_cast<std::size_t>(size.hosts));
  // Nobody starves: every host that can be done in a day is, beside those that cannot.
  std::uint64_t unfinished = 0;
  for (const SimHost& host : world.hosts_) unfinished += host.size < 200 && host.fetched < host.size;
  CHECK(unfinished == 0);
  std::printf("%llu starts\n", static_cast<unsigned long long>(world.starts));
}
