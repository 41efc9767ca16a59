// The frontier in simulated webs: see simulated_web.h. Each run has other ones, and prints the seed.

#include <algorithm>
#include <cstdio>
#include <random>

#include "tests/crawler/frontier/simulated_web.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using namespace std::chrono_literals;

namespace {

/// Nobody who may be fetched waits longer for his turn while there is room for a tenth of the hosts at once:
/// a day's crawl has some hundred thousand turns to give in that time.
constexpr Duration kLongestWait = 30s;

std::uint64_t NewSeed() {
  const std::uint64_t seed = std::random_device{}();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace

TEST_CASE("Simulation: small webs are fetched whole, every URL once, politely, over restarts and pauses",
          "[random]") {
  const std::uint64_t seed = NewSeed();
  INFO("seed " << seed);
  std::uint64_t restarts = 0, pauses = 0, comparisons = 0;
  for (std::uint64_t round = 0; round < 30; ++round) {
    std::mt19937_64 dice(seed + round);
    WebSize size;
    size.hosts = 1 + static_cast<int>(dice() % 60);
    size.urls = 200 + dice() % 3000;
    size.addresses = 1 + static_cast<int>(dice() % 20);
    size.domains = dice() % 2 == 0 ? 0 : 1 + static_cast<int>(dice() % 10);
    size.targets = 1 + static_cast<int>(dice() % 5);
    size.memory_urls = 1 + dice() % 500;
    size.in_flight = 1 + dice() % 100;
    size.length = 24h * 365;
    if (round % 3 != 0) size.restart_every = std::chrono::seconds(60 + dice() % 600);
    if (round % 2 != 0) size.pause_every = std::chrono::seconds(1 + dice() % 60);
    size.compared = size.hosts;
    SimulatedWeb web(seed + round, size);
    web.Run();
    web.CheckStates();
    INFO("round " << round);
    CHECK(web.violation() == "");
    std::uint64_t fetched = 0, all = 0;
    for (const SimulatedWeb::Host& host : web.hosts()) {
      fetched += host.fetched;
      all += host.size;
    }
    CHECK(fetched == all);
    CHECK(web.frontier().queued() == 0);
    CHECK(web.frontier().in_memory() == 0);
    CHECK(web.frontier().in_flight() == 0);
    restarts += web.restarts;
    pauses += web.pauses;
    comparisons += web.comparisons;
  }
  CHECK(restarts > 0);
  CHECK(pauses > 0);
  CHECK(comparisons > 1000);
}

TEST_CASE("Simulation: a hundred thousand hosts and a day, more work than room", "[random]") {
  const std::uint64_t seed = NewSeed();
  INFO("seed " << seed);
  WebSize size;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  size.hosts = 5'000;  // ten times slower
#else
  size.hosts = 100'000;
#endif
  size.urls = 30 * static_cast<std::uint64_t>(size.hosts);
  size.addresses = size.hosts / 5;
  size.domains = size.hosts / 3;
  size.targets = 4;
  size.memory_urls = 2 * static_cast<std::size_t>(size.hosts);
  size.in_flight = static_cast<std::size_t>(size.hosts) / 10;
  size.length = 24h;
  size.restart_every = 5h;
  size.pause_every = 2min;
  size.compared = 4;
  SimulatedWeb web(seed, size);
  web.Run();
  web.CheckStates();
  CHECK(web.violation() == "");
  CHECK(web.waits_429 > 0);
  CHECK(web.returns > 0);
  CHECK(web.timeouts > 0);
  CHECK(web.parked > 0);
  CHECK(web.given_up > 0);
  CHECK(web.moves > 0);
  CHECK(web.comparisons > 1000);
  CHECK(web.robots_read > 0);
  CHECK(web.restarts > 0);
  CHECK(web.pauses > 100);
  CHECK(web.frontier().in_memory() <= size.memory_urls + 8 * static_cast<std::size_t>(size.hosts));
  // Nobody starves: every host that can be done in a day is, beside those that cannot.
  std::uint64_t unfinished = 0;
  for (const SimulatedWeb::Host& host : web.hosts())
    unfinished += host.size < 200 && host.fetched < host.size && !host.paused && !host.target_paused;
  CHECK(unfinished == 0);
  CHECK(web.longest_wait <= kLongestWait);
  std::printf("%llu starts, longest wait for a turn %lld ms\n", static_cast<unsigned long long>(web.starts),
              static_cast<long long>(web.longest_wait.count()));
}
