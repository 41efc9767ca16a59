#include "crawler/fetch/dns_cache.h"

#include "crawler/fetch/hosts_file.h"
#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using crawler::DnsAnswer;
using crawler::DnsCache;
using crawler::HostsFile;
using namespace std::chrono_literals;

const DnsCache::Clock::time_point kAsked{1000h};

DnsAnswer One(const std::string& address) {
  return {{boost::asio::ip::make_address(address)}, {}, false};
}

TEST_CASE("AnAnswerLivesForItsTtlWithinBounds") {
  const struct {
    std::chrono::seconds ttl, lives;
  } cases[] = {{0s, 300s}, {299s, 300s}, {301s, 301s}, {6h, 6h}, {24h, 6h}};
  for (const auto& one : cases) {
    INFO(one.ttl.count());
    DnsCache cache;
    cache.Store("a.example", One("192.0.2.1"), one.ttl, kAsked);
    CHECK(cache.Find("a.example", kAsked + one.lives - 1ms) != nullptr);
    CHECK(cache.Find("a.example", kAsked + one.lives) == nullptr);
    CHECK(cache.size() == 0);
  }
}

TEST_CASE("AnAbsenceLivesAMinuteAndATroubleNotAtAll") {
  DnsCache cache;
  cache.Store("gone.example", {{}, "the name does not exist", true}, 1h, kAsked);
  CHECK(cache.Find("gone.example", kAsked + 59s)->absent);
  CHECK(cache.Find("gone.example", kAsked + 60s) == nullptr);
  cache.Store("sick.example", {{}, "SERVFAIL", false}, 1h, kAsked);
  CHECK(cache.Find("sick.example", kAsked) == nullptr);
}

TEST_CASE("AnAnswerWithoutTheOtherFamilyPassesForTheWholeOnlyBriefly") {
  DnsCache cache;
  DnsAnswer part = One("2001:db8::1");
  part.partial = true;
  cache.Store("half.example", part, 1h, kAsked);
  CHECK(cache.Find("half.example", kAsked + 59s) != nullptr);
  CHECK(cache.Find("half.example", kAsked + 60s) == nullptr);
}

TEST_CASE("TheLongestUnusedNameMakesRoom") {
  DnsCache cache(3);
  for (const char* name : {"a", "b", "c"}) cache.Store(name, One("192.0.2.1"), 1h, kAsked);
  CHECK(cache.size() == 3);
  CHECK(cache.Find("a", kAsked) != nullptr);
  cache.Store("d", One("192.0.2.1"), 1h, kAsked);
  CHECK(cache.size() == 3);
  CHECK(cache.Find("b", kAsked) == nullptr);
  CHECK(cache.Find("a", kAsked) != nullptr);
}

TEST_CASE("ANewAnswerReplacesTheOld") {
  DnsCache cache;
  cache.Store("a", One("192.0.2.1"), 1h, kAsked);
  cache.Store("a", One("192.0.2.2"), 1h, kAsked + 1s);
  CHECK(cache.size() == 1);
  CHECK(cache.Find("a", kAsked + 2s)->addresses.front().to_string() == "192.0.2.2");
}

TEST_CASE("HostsTablesAreReadAsHosts5HasIt") {
  HostsFile hosts;
  REQUIRE(hosts.Add("Own.Example", "192.0.2.9"));
  CHECK_FALSE(hosts.Add("bad.example", "not an address"));
  hosts.Parse(
      "# a comment\n127.0.0.1\tlocalhost  Local.Alias # more\n\n::1 localhost\n  192.0.2.1 own.example "
      "two.example.\r\n"
      "not-an-address x.example\n192.0.2.5\n");
  REQUIRE(hosts.Find("localhost") != nullptr);
  CHECK(hosts.Find("localhost")->size() == 2);
  CHECK(hosts.Find("local.alias")->front().to_string() == "127.0.0.1");
  CHECK(hosts.Find("own.example")->size() == 1);
  CHECK(hosts.Find("own.example")->front().to_string() == "192.0.2.9");
  CHECK(hosts.Find("two.example") != nullptr);
  CHECK(hosts.Find("x.example") == nullptr);
  CHECK(hosts.Find("bad.example") == nullptr);
}

}  // namespace
}  // namespace trawl::test
