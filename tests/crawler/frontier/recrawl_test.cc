#include "crawler/frontier/recrawl.h"

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace std::chrono_literals;
using config::Recrawl;

namespace {

constexpr Recrawl kAdaptive{Recrawl::Kind::kAdaptive, Duration(0)};
constexpr auto kOneDay = 24h;

Recrawl Every(Duration interval) {
  return {Recrawl::Kind::kFixed, interval};
}

std::optional<storage::Earlier> Page(std::uint64_t hash, std::uint8_t misses = 0) {
  return storage::Earlier{kOneDay, hash, misses, true};
}

constexpr VisitFound kMissing404{Outcome::kHttpError, 404, 0};
constexpr VisitFound kMissing410{Outcome::kHttpError, 410, 0};
constexpr VisitFound kTrouble{Outcome::kTimeout, 0, 0};

}  // namespace

TEST_CASE("recrawl: never has no interval, a duration has its own, adaptive begins with a day") {
  CHECK_FALSE(FirstInterval({}));
  CHECK(FirstInterval(Every(7 * kOneDay)) == 7 * kOneDay);
  CHECK(FirstInterval(kAdaptive) == kOneDay);
}

TEST_CASE(
    "recrawl: what a sitemap says of how often a page changes is the first interval of adaptive alone") {
  CHECK(FirstInterval(kAdaptive, storage::ChangeHint(1)) == 1h);
  CHECK(FirstInterval(kAdaptive, storage::ChangeHint(7 * 24)) == 7 * kOneDay);
  CHECK(FirstInterval(kAdaptive, storage::ChangeHint(365 * 24)) == 90 * kOneDay);
  CHECK(FirstInterval(Every(5s), storage::ChangeHint(1)) == 5s);
  CHECK_FALSE(FirstInterval({}, storage::ChangeHint(1)));
  CHECK(NextInterval(kAdaptive, Finding::kFirst, 0s, storage::ChangeHint(1)) == 1h);
  CHECK(NextInterval(kAdaptive, Finding::kUnchanged, 10h, storage::ChangeHint(1)) == 14h);
  CHECK(NextInterval(kAdaptive, Finding::kChanged, 10h, storage::ChangeHint(1)) == 8h);
}

TEST_CASE("recrawl: a change that is dated after the last visit is due from then on, the least time apart") {
  const Instant visited{1'000h}, due{2'000h}, now{1'500h};
  const storage::ScheduledVisit visit{UrlId{1}, visited, due};
  CHECK(BroughtForward(visit, visited + 5h, now, 1h) == visited + 5h);
  CHECK(BroughtForward(visit, visited + 1ms, now, 1h) == visited + 1h);
  CHECK(BroughtForward(visit, visited + 1ms, now, 0h) == visited + 1ms);
  CHECK_FALSE(BroughtForward(visit, visited, now, 1h));           // that change was seen
  CHECK_FALSE(BroughtForward(visit, visited + 5h, now, 1'000h));  // it is due by then anyway
  CHECK_FALSE(BroughtForward({UrlId{1}, visited, visited + 2h}, visited + 3h, now, 1h));
  CHECK(BroughtForward(visit, now + kDatedAhead, now, 1h) == now + kDatedAhead);
  CHECK_FALSE(BroughtForward(visit, now + kDatedAhead + 1ms, now, 1h));
  CHECK_FALSE(BroughtForward(visit, Instant::max(), now, 1h));
  CHECK_FALSE(BroughtForward(visit, Instant::min(), now, 1h));
}

TEST_CASE("recrawl: adaptive grows by 1.4 when unchanged, shrinks by 0.8 when changed, exactly") {
  CHECK(NextInterval(kAdaptive, Finding::kFirst, 0s) == kOneDay);
  CHECK(NextInterval(kAdaptive, Finding::kUnchanged, 10h) == 14h);
  CHECK(NextInterval(kAdaptive, Finding::kChanged, 10h) == 8h);
  CHECK(NextInterval(kAdaptive, Finding::kUnchanged, Duration(36'000'007)) == Duration(50'400'009));
  CHECK(NextInterval(kAdaptive, Finding::kMissing, 10h) == 10h);
  CHECK(NextInterval(kAdaptive, Finding::kFailed, 10h) == 14h);
  CHECK(NextInterval(kAdaptive, Finding::kBack, 90 * kOneDay) == kOneDay);
  CHECK(NextInterval(kAdaptive, Finding::kUnchanged, 0s) == 33h + 36min);
}

TEST_CASE("recrawl: adaptive stays between an hour and 90 days, from wherever it comes") {
  Duration interval = kOneDay;
  for (int i = 0; i < 50; ++i) interval = NextInterval(kAdaptive, Finding::kChanged, interval);
  CHECK(interval == 1h);
  for (int i = 0; i < 50; ++i) interval = NextInterval(kAdaptive, Finding::kUnchanged, interval);
  CHECK(interval == 90 * kOneDay);
  CHECK(NextInterval(kAdaptive, Finding::kUnchanged, Duration(1)) == 1h);
  CHECK(NextInterval(kAdaptive, Finding::kChanged, 3650 * kOneDay) == 90 * kOneDay);
}

TEST_CASE("recrawl: a fixed interval is the same whatever was found, but for what is gone") {
  for (const Finding finding : {Finding::kFirst, Finding::kUnchanged, Finding::kChanged, Finding::kMissing,
                                Finding::kBack, Finding::kFailed}) {
    CHECK(NextInterval(Every(5s), finding, 400 * kOneDay) == 5s);
  }
  Duration interval = 5s;
  CHECK(NextInterval(Every(5s), Finding::kGone, interval) == 10s);
  for (int i = 0; i < 50; ++i) interval = NextInterval(Every(5s), Finding::kGone, interval);
  CHECK(interval == 90 * kOneDay);
  CHECK(NextInterval(Every(200 * kOneDay), Finding::kGone, 200 * kOneDay) == 200 * kOneDay);
  CHECK(NextInterval(Every(5s), Finding::kGone, 1s) == 5s);
}

TEST_CASE("recrawl: content is compared by its hash, a 304 is unchanged") {
  CHECK(Judge({Outcome::kOk, 200, 7}, std::nullopt) == Finding::kFirst);
  CHECK(Judge({Outcome::kOk, 200, 7}, Page(7)) == Finding::kUnchanged);
  CHECK(Judge({Outcome::kOk, 200, 8}, Page(7)) == Finding::kChanged);
  CHECK(Judge({Outcome::kNotModified, 304, 0}, Page(7)) == Finding::kUnchanged);
  CHECK(Judge({Outcome::kRedirect, 301, 0}, std::nullopt) == Finding::kFirst);
  CHECK(Judge({Outcome::kRedirect, 301, 0}, Page(7)) == Finding::kUnchanged);
  CHECK(Judge({Outcome::kOk, 200, 7}, storage::Earlier{kOneDay, 0, 0, false}) == Finding::kChanged);
}

TEST_CASE("recrawl: gone after two misses in a row, which only an answer ends") {
  CHECK(Judge(kMissing404, Page(7)) == Finding::kMissing);
  CHECK(CountMisses(kMissing404, Page(7)) == 1);
  CHECK(Judge(kMissing410, Page(7, 1)) == Finding::kGone);
  CHECK(CountMisses(kMissing410, Page(7, 1)) == 2);
  CHECK(CountMisses(kTrouble, Page(7, 1)) == 1);
  CHECK(Judge(kTrouble, Page(7, 1)) == Finding::kFailed);
  CHECK(CountMisses({Outcome::kOk, 200, 7}, Page(7, 1)) == 0);
  CHECK(Judge({Outcome::kOk, 200, 7}, Page(7, 1)) == Finding::kUnchanged);
  CHECK(Judge({Outcome::kOk, 200, 7}, Page(7, 2)) == Finding::kBack);
  CHECK(Judge({Outcome::kNotModified, 304, 0}, Page(7, 9)) == Finding::kBack);
  CHECK(CountMisses(kMissing404, Page(7, 255)) == 255);
  CHECK(Judge({Outcome::kHttpError, 403, 0}, Page(7, 1)) == Finding::kFailed);
  CHECK(Judge({Outcome::kRobotsUnreachable, 404, 0}, Page(7, 1)) == Finding::kFailed);
}
