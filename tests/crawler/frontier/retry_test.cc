#include "crawler/frontier/retry.h"

#include "crawler/fetch/dns_cache.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace std::chrono_literals;

namespace {

RetryDecision Decide(RetryInput visit) {
  static std::mt19937_64 random(1);
  return DecideRetry(visit, config::HttpOptions{}, config::PolitenessOptions{}, random);
}

}  // namespace

TEST_CASE("Every outcome has a row in the retry table") {
  for (const OutcomeInfo& info : AllOutcomes()) {
    const RetryDecision decision = Decide({info.outcome, 404, 1, 0, {}});
    INFO(info.name);
    CHECK((decision.url_wait > 0ms) == decision.retry);
  }
}

TEST_CASE("A network error is tried twice again, later each time, then the URL has failed") {
  const RetryDecision first = Decide({Outcome::kConnectFailed, 0, 1, 0, {}});
  const RetryDecision second = Decide({Outcome::kConnectFailed, 0, 2, 0, {}});
  const RetryDecision third = Decide({Outcome::kConnectFailed, 0, 3, 0, {}});
  CHECK(first.retry);
  CHECK(second.retry);
  CHECK(second.url_wait > first.url_wait);
  CHECK_FALSE(third.retry);
  CHECK(third.failed);
  CHECK(third.host_in_trouble);
}

TEST_CASE("A name that does not exist is asked for again once the cache has forgotten it, then believed") {
  for (std::uint8_t attempt = 1; attempt <= 2; ++attempt) {
    const RetryDecision again = Decide({Outcome::kDnsFailed, 0, attempt, 0, {}, true});
    CHECK(again.retry);
    CHECK(again.url_wait > DnsCache::kAbsentLife);
    CHECK(Decide({Outcome::kDnsFailed, 0, attempt, 0, {}, false}).url_wait < DnsCache::kAbsentLife);
  }
  const RetryDecision last = Decide({Outcome::kDnsFailed, 0, 3, 0, {}, true});
  CHECK_FALSE(last.retry);
  CHECK(last.failed);
}

TEST_CASE("404 is an answer, 500 may change") {
  CHECK_FALSE(Decide({Outcome::kHttpError, 404, 1, 0, {}}).retry);
  CHECK_FALSE(Decide({Outcome::kHttpError, 404, 1, 0, {}}).failed);
  CHECK(Decide({Outcome::kHttpError, 500, 1, 0, {}}).retry);
  CHECK_FALSE(Decide({Outcome::kHttpError, 500, 1, 0, {}}).host_wait);
}

TEST_CASE("429 makes the whole host wait as it asked, at most a day") {
  CHECK(Decide({Outcome::kHttpError, 429, 1, 0, 90s}).host_wait == Duration(90s));
  CHECK(Decide({Outcome::kHttpError, 429, 1, 0, Duration(1000h)}).host_wait == Duration(24h));
}

TEST_CASE("503 without a word backs off from a minute, doubling, give or take a tenth") {
  const auto wait = [](std::uint8_t backoffs) {
    return *Decide({Outcome::kHttpError, 503, 1, backoffs, {}}).host_wait;
  };
  CHECK(wait(0) >= 54s);
  CHECK(wait(0) <= 66s);
  CHECK(wait(3) >= 432s);
  CHECK(wait(3) <= 528s);
  CHECK(wait(200) <= 24h + 144min);
}
