#include "crawler/robots_cache.h"

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace std::chrono_literals;
using Meaning = RobotsEntry::Meaning;

namespace {
constexpr Instant kNow{1'000'000s};
}

TEST_CASE("RFC 9309 2.3.1: what an answer for robots.txt means") {
  const auto meaning = [](Outcome outcome, std::uint16_t status) {
    return RobotsCache::Judge(outcome, status, "", kNow).meaning;
  };
  CHECK(meaning(Outcome::kOk, 200) == Meaning::kRules);
  CHECK(meaning(Outcome::kIncomplete, 200) == Meaning::kRules);
  CHECK(meaning(Outcome::kRedirect, 301) == Meaning::kAllowAll);
  for (int status : {400, 401, 403, 404, 410}) {
    CHECK(meaning(Outcome::kHttpError, static_cast<std::uint16_t>(status)) == Meaning::kAllowAll);
  }
  for (int status : {429, 500, 503}) {
    CHECK(meaning(Outcome::kHttpError, static_cast<std::uint16_t>(status)) == Meaning::kDisallowAll);
  }
  CHECK(meaning(Outcome::kTimeout, 0) == Meaning::kDisallowAll);
  CHECK(meaning(Outcome::kDnsFailed, 0) == Meaning::kDisallowAll);
}

TEST_CASE("An entry holds a day, a failure five minutes") {
  RobotsCache cache;
  cache.Put("http://a", RobotsCache::Judge(Outcome::kOk, 200, "", kNow));
  cache.Put("http://b", RobotsCache::Judge(Outcome::kTimeout, 0, "", kNow));
  CHECK(cache.Find("http://a", kNow + 24h - 1ms));
  CHECK_FALSE(cache.Find("http://a", kNow + 24h));
  CHECK(cache.Find("http://b", kNow + 5min - 1ms));
  CHECK_FALSE(cache.Find("http://b", kNow + 5min));
  CHECK_FALSE(cache.Find("http://c", kNow));
}

TEST_CASE("A body of an earlier run is given once, and not after its time") {
  RobotsCache cache;
  RobotsEntry entry;
  entry.expires_at = kNow + 1h;
  cache.PutStored("http://a", entry, "body a");
  cache.PutStored("http://b", entry, "body b");
  RobotsEntry got;
  CHECK(cache.TakeStored("http://a", kNow, got) == "body a");
  CHECK_FALSE(cache.TakeStored("http://a", kNow, got));
  CHECK_FALSE(cache.TakeStored("http://b", kNow + 1h, got));
}

TEST_CASE("A receipt names the line that decided") {
  const parser::RobotsRules rules = parser::ParseRobots("User-agent: *\nDisallow: /private/\n", {"trawl"});
  CHECK(RobotsCache::Receipt(rules, parser::Decide(rules, "/private/x")) ==
        "robots.txt line 2: Disallow: /private/");
}
