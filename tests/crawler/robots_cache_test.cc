#include "crawler/robots_cache.h"

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace std::chrono_literals;
using Meaning = RobotsEntry::Meaning;

namespace {
constexpr Instant kFetched{1'000'000s};
}

TEST_CASE("RFC 9309 2.3.1: what an answer for robots.txt means") {
  const auto meaning = [](Outcome outcome, std::uint16_t status) {
    return RobotsCache::Judge(outcome, status, "", kFetched).meaning;
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
  cache.Put("http://a", RobotsCache::Judge(Outcome::kOk, 200, "", kFetched));
  cache.Put("http://b", RobotsCache::Judge(Outcome::kTimeout, 0, "", kFetched));
  CHECK(cache.Find("http://a", kFetched + 24h - 1ms));
  CHECK_FALSE(cache.Find("http://a", kFetched + 24h));
  CHECK(cache.Find("http://b", kFetched + 5min - 1ms));
  CHECK_FALSE(cache.Find("http://b", kFetched + 5min));
  CHECK_FALSE(cache.Find("http://c", kFetched));
}

TEST_CASE(
    "What is stored holds as long as it did, its failures as the run "
    "before judged them") {
  storage::StoredRobots stored;
  stored.status = 200;
  stored.fetched_at = kFetched;
  stored.expires_at = kFetched + 1h;
  CHECK(RobotsCache::EntryOf(stored).meaning == Meaning::kRules);
  CHECK(RobotsCache::EntryOf(stored).expires_at == kFetched + 1h);
  stored.status = 503;
  CHECK(RobotsCache::EntryOf(stored).meaning == Meaning::kDisallowAll);
}

TEST_CASE(
    "Beyond its bytes the longest unused go, but never the one that came "
    "last") {
  const auto entry = [] {
    RobotsEntry rules = RobotsCache::Judge(Outcome::kOk, 200, "", kFetched);
    rules.rules.rules = {{false, 1, std::string(10'000, 'x')}};
    return rules;
  };
  RobotsCache cache(25'000);
  cache.Put("http://a", entry());
  cache.Put("http://b", entry());
  REQUIRE(cache.Find("http://a", kFetched));
  cache.Put("http://c", entry());
  CHECK(cache.Holds("http://a"));
  CHECK_FALSE(cache.Holds("http://b"));
  CHECK(cache.Holds("http://c"));
  cache.Put("http://c", entry());  // in place of itself
  CHECK(cache.Holds("http://a"));
  RobotsCache small(1);
  small.Put("http://a", entry());
  CHECK(small.Find("http://a", kFetched));
  small.Put("http://b", entry());
  CHECK_FALSE(small.Holds("http://a"));
}

TEST_CASE("A receipt names the line that decided") {
  const parser::RobotsRules rules = parser::ParseRobots("User-agent: *\nDisallow: /private/\n", {"trawl"});
  CHECK(RobotsCache::Receipt(rules, parser::Decide(rules, "/private/x")) ==
        "robots.txt line 2: Disallow: /private/");
}

TEST_CASE("Rules that have run out serve on, once, for as long as a failure counts") {
  RobotsCache cache;
  RobotsEntry entry;
  entry.meaning = Meaning::kRules;
  entry.rules.rules = {{false, 2, "/a"}};
  entry.expires_at = kFetched;
  cache.Put("http://a.test", entry);
  CHECK(cache.Find("http://a.test", kFetched) == nullptr);
  const auto copy = cache.TakeStale("http://a.test", kFetched);
  REQUIRE(copy.has_value());
  CHECK(copy->rules.rules.size() == 1);
  CHECK(copy->expires_at == kFetched + RobotsCache::kFailureLifetime);
  CHECK_FALSE(cache.TakeStale("http://a.test", kFetched).has_value());
}

TEST_CASE("That all was allowed, or that nothing was, does not serve on") {
  RobotsCache cache;
  for (const Meaning meaning : {Meaning::kAllowAll, Meaning::kDisallowAll}) {
    RobotsEntry entry;
    entry.meaning = meaning;
    entry.expires_at = kFetched;
    cache.Put("http://a.test", entry);
    CHECK_FALSE(cache.TakeStale("http://a.test", kFetched).has_value());
  }
}
