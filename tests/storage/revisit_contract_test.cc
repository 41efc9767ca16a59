#include <algorithm>
#include <chrono>

#include "tests/storage/backends.h"
#include "tests/support/catch.h"

// What every backend promises of revisits and cookies.

using namespace trawl;
using namespace trawl::test;
using namespace std::chrono_literals;
using storage::UrlState;

namespace {

std::vector<UrlId> IdsOf(const storage::DueUrls& due) {
  std::vector<UrlId> ids;
  for (const storage::QueuedUrl& url : due.urls) ids.push_back(url.id);
  return ids;
}

std::vector<std::string> CookiesOf(storage::Store& store) {
  std::vector<std::string> cookies;
  for (const storage::StoredCookie& cookie : LoadNow(store).cookies)
    cookies.push_back(cookie.name + "=" + cookie.value);
  return cookies;
}

}  // namespace

TEST_CASE("What is due comes longest due first, up to the limit, with the time of the next one") {
  EVERY_BACKEND;
  Fixture f(backend);
  CHECK(DueNow(*f.store, 1'000'000).urls.empty());
  CHECK_FALSE(DueNow(*f.store, 1'000'000).next);
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1).Queued(2, 2).Queued(3, 3, "b.test")));
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 1).WithPage("one", "text", 77).Again(9000, 8s)));
  REQUIRE(WriteNow(*f.store, Batch().Visited(2, 2, Outcome::kHttpError, 404).Again(7000, 6s, 3)));
  REQUIRE(WriteNow(*f.store, Batch().Visited(3, 3, Outcome::kOk, 200, "b.test").Again(5000, 4s)));

  CHECK(DueNow(*f.store, 4999).urls.empty());
  CHECK(DueNow(*f.store, 4999).next == At(5000));
  CHECK(IdsOf(DueNow(*f.store, 9000)) == std::vector<UrlId>{Id(3), Id(2), Id(1)});
  CHECK_FALSE(DueNow(*f.store, 9000).next);
  const storage::DueUrls two = DueNow(*f.store, 100'000, 2);
  CHECK(IdsOf(two) == std::vector<UrlId>{Id(3), Id(2)});
  CHECK(two.next == At(9000));

  const storage::DueUrls all = DueNow(*f.store, 9000);
  CHECK(all.urls[0].place.key.host == Host("b.test"));
  CHECK(all.urls[1].url == "https://a.test/2");
  CHECK(all.urls[1].depth == 1);
  CHECK(all.urls[1].place.due == At(7000));
  CHECK(all.urls[1].earlier == storage::Earlier{6s, 0, 3, false});
  CHECK(all.urls[2].earlier == storage::Earlier{8s, 77, 0, true});
  CHECK(all.urls[2].etag == "\"e1\"");
  CHECK(all.urls[2].last_modified == "Wed, 21 Oct 2015 07:28:00 GMT");
  CHECK(LoadNow(*f.store).totals.queued == 0);
}

TEST_CASE("A promoted URL is queued once, keeps what is known of it, and is not due a second time") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1)));
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 1).WithPage("one", "text", 77).Again(9000, 8s)));
  REQUIRE(WriteNow(*f.store, Batch().Promoted(1, 5)));
  CHECK(DueNow(*f.store, 100'000).urls.empty());
  CHECK(LoadNow(*f.store).totals.queued == 1);
  CHECK(LoadNow(*f.store).totals.next_seq == 6);
  auto rows = QueueNow(*f.store, "a.test");
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().earlier == storage::Earlier{8s, 77, 0, true});
  CHECK(rows->front().etag == "\"e1\"");

  Batch retry;
  retry.Visited(1, 5, Outcome::kTimeout, 0);
  retry.batch.state = UrlState::kQueued;
  retry.batch.requeued = storage::QueuePlace{Key("a.test", 6), At(60'000), 1};
  REQUIRE(WriteNow(*f.store, retry));
  rows = QueueNow(*f.store, "a.test");
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().earlier == storage::Earlier{8s, 77, 0, true});

  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 6, Outcome::kNotModified, 304).Again(20'000, 11s)));
  CHECK(QueueNow(*f.store, "a.test")->empty());
  CHECK(DueNow(*f.store, 100'000).urls.at(0).earlier == storage::Earlier{11s, 77, 0, true});
}

TEST_CASE("A revisit is brought forward, never put off: one in the queue stays there") {
  EVERY_BACKEND;
  Fixture f(backend);
  const auto advance = [&](std::uint64_t number, std::int64_t ms) {
    Batch batch;
    batch.batch.advances.push_back({Id(number), At(ms)});
    REQUIRE(WriteNow(*f.store, batch));
  };
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1).Queued(2, 2).Queued(3, 3)));
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 1).Again(9000, 8s)));
  REQUIRE(WriteNow(*f.store, Batch().Visited(2, 2).Again(9500, 8s)));
  const std::vector<storage::ScheduledVisit> waiting = RevisitsNow(*f.store, {Id(3), Id(2), Id(7), Id(1)});
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[0].url == Id(2));
  CHECK(waiting[0].visited == At(1000));
  CHECK(waiting[0].due == At(9500));
  CHECK(waiting[1].url == Id(1));

  advance(2, 5000);
  CHECK(IdsOf(DueNow(*f.store, 9000)) == std::vector<UrlId>{Id(2), Id(1)});
  CHECK(DueNow(*f.store, 9000).urls[0].place.due == At(5000));
  advance(2, 6000);
  advance(7, 1);
  advance(3, 1);
  CHECK(DueNow(*f.store, 0).next == At(5000));
  REQUIRE(WriteNow(*f.store, Batch().Promoted(2, 5)));
  advance(2, 4000);
  CHECK(IdsOf(DueNow(*f.store, 9000)) == std::vector<UrlId>{Id(1)});
  CHECK(RevisitsNow(*f.store, {Id(2)}).empty());
}

TEST_CASE("Sitemaps are scheduled with their target, a day after their visit at the latest") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1).Queued(2, 2).Queued(3, 3);
  batch.batch.urls[0].sitemap = batch.batch.urls[2].sitemap = 1;
  batch.batch.urls[1].hint = storage::ChangeHint(24 * 7);
  REQUIRE(WriteNow(*f.store, batch));
  CHECK(QueueNow(*f.store, "a.test")->at(1).hint == storage::ChangeHint(24 * 7));
  CHECK(QueueNow(*f.store, "a.test")->at(0).hint.count() == 0);
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 1)));
  REQUIRE(SetRecrawlNow(*f.store, {30 * 24h}));
  constexpr std::int64_t kDay = 86'400'000;
  CHECK(DueNow(*f.store, kDay + 999).next == At(kDay + 1000));
  const storage::DueUrls due = DueNow(*f.store, kDay + 1000);
  CHECK(IdsOf(due) == std::vector<UrlId>{Id(1)});
  CHECK(due.urls.at(0).sitemap == 1);
  CHECK_FALSE(due.next);
  REQUIRE(SetRecrawlNow(*f.store, {std::nullopt}));
  CHECK(DueNow(*f.store, kDay + 1000).urls.empty());
}

TEST_CASE("Of a sitemap its revisit keeps what a conditional request needs") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1);
  batch.batch.urls[0].sitemap = 1;
  REQUIRE(WriteNow(*f.store, batch));
  Batch visited;
  visited.Visited(1, 1).Again(9000, 8s);
  visited.batch.revisit->etag = "\"s1\"";
  visited.batch.revisit->last_modified = "Wed, 21 Oct 2015 07:28:00 GMT";
  REQUIRE(WriteNow(*f.store, visited));
  CHECK(DueNow(*f.store, 9000).urls.at(0).etag == "\"s1\"");
  CHECK(DueNow(*f.store, 9000).urls.at(0).earlier == storage::Earlier{8s, 0, 0, false});
  REQUIRE(WriteNow(*f.store, Batch().Promoted(1, 5)));
  CHECK(QueueNow(*f.store, "a.test")->at(0).etag == "\"s1\"");
  CHECK(QueueNow(*f.store, "a.test")->at(0).last_modified == "Wed, 21 Oct 2015 07:28:00 GMT");
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 5).Again(20'000, 8s)));
  CHECK(DueNow(*f.store, 20'000).urls.at(0).etag.empty());
}

TEST_CASE("What leaves the schedule, or is excluded, is not due any more") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 1).Queued(2, 2)));
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 1).Again(1000, 1s)));
  REQUIRE(WriteNow(*f.store, Batch().Visited(2, 2).Again(1000, 1s)));
  Batch leaves;
  leaves.batch.promotions.push_back({Id(1), std::nullopt});
  REQUIRE(WriteNow(*f.store, leaves));
  CHECK(IdsOf(DueNow(*f.store, 2000)) == std::vector<UrlId>{Id(2)});
  REQUIRE(WriteNow(*f.store, Batch().Promoted(2, 3)));
  Batch excluded;
  excluded.batch.subject = Id(2);
  excluded.batch.leaves = Key("a.test", 3);
  excluded.batch.state = UrlState::kExcluded;
  excluded.batch.skip = storage::SkipReason::kRobots;
  REQUIRE(WriteNow(*f.store, excluded));
  CHECK(DueNow(*f.store, 2000).urls.empty());
  CHECK_FALSE(DueNow(*f.store, 2000).next);
}

TEST_CASE(
    "Pages of an earlier configuration are scheduled when their target is, and are not when it is not") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1).Queued(2, 2).Queued(3, 3);
  batch.batch.urls[1].target = 1;
  REQUIRE(WriteNow(*f.store, batch));
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 1).WithPage("one", "text")));
  REQUIRE(WriteNow(*f.store, Batch().Visited(2, 2).WithPage("two", "text")));
  CHECK_FALSE(DueNow(*f.store, 0).next);

  REQUIRE(SetRecrawlNow(*f.store, {60s, std::nullopt}));
  CHECK(IdsOf(DueNow(*f.store, 61'000)) == std::vector<UrlId>{Id(1)});
  CHECK(DueNow(*f.store, 60'999).next == At(61'000));

  // What visits have made of it stays, as long as nothing else is asked for.
  REQUIRE(WriteNow(*f.store, Batch().Promoted(1, 4)));
  REQUIRE(WriteNow(*f.store, Batch().Visited(1, 4).WithPage("one", "text").Again(90'000, 89s)));
  REQUIRE(SetRecrawlNow(*f.store, {60s, std::nullopt}));
  CHECK(DueNow(*f.store, 0).next == At(90'000));
  // Sooner is taken up, later is not.
  REQUIRE(SetRecrawlNow(*f.store, {30s, 500s}));
  CHECK(DueNow(*f.store, 0).next == At(31'000));
  REQUIRE(SetRecrawlNow(*f.store, {300s, 500s}));
  CHECK(DueNow(*f.store, 0).next == At(31'000));
  CHECK(DueNow(*f.store, 31'000).next == At(501'000));
  REQUIRE(SetRecrawlNow(*f.store, {std::nullopt, 500s}));
  CHECK(DueNow(*f.store, 0).next == At(501'000));
  REQUIRE(SetRecrawlNow(*f.store, {}));
  CHECK_FALSE(DueNow(*f.store, 0).next);
}

TEST_CASE("Cookies come back in the order of their creation: the last value of one counts") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(
      WriteNow(*f.store, Batch().WithCookie("late", "1", 90'000, 3000).WithCookie("empty", "", {}, 2000)));
  REQUIRE(WriteNow(*f.store, Batch().WithCookie("late", "2", 90'000, 3000).WithCookie("bye", "1")));
  REQUIRE(WriteNow(*f.store, Batch().WithCookie("bye", "", {}, 1000, true)));
  CHECK(CookiesOf(*f.store) == std::vector<std::string>{"empty=", "late=2"});

  storage::CookieRow full;
  full.target = 1;
  full.domain = "b.test";
  full.path = "/in";
  full.name = "n";
  full.value = "v";
  full.host_only = false;
  full.secure = full.http_only = true;
  full.same_site = 3;
  full.created = At(9000);
  full.expires = At(10'000);
  Batch batch;
  batch.batch.cookies.push_back(full);
  full.target = storage::kNoTarget;
  batch.batch.cookies.push_back(full);
  REQUIRE(WriteNow(*f.store, batch));
  const storage::StoredCookie back = LoadNow(*f.store).cookies.back();
  CHECK(back.target == 1);
  CHECK(back.domain + back.path + back.name + back.value == "b.test/innv");
  CHECK_FALSE(back.host_only);
  CHECK((back.secure && back.http_only));
  CHECK(back.same_site == 3);
  CHECK(back.created == At(9000));
  CHECK(back.expires == At(10'000));
}

TEST_CASE("Pauses of targets come back until they are ended, or have ended when a run begins") {
  EVERY_BACKEND;
  Fixture f(backend);
  const storage::TargetPause failing{0, true, "5 of its last 6 fetches failed", At(5001)};
  const storage::TargetPause asked{1, true, "", std::nullopt};
  Batch first, second;
  first.batch.pauses = {{0, true, "earlier", At(9000)}, asked, {storage::kNoTarget, true, "", {}}};
  second.batch.pauses = {failing};
  REQUIRE(WriteNow(*f.store, first));
  REQUIRE(WriteNow(*f.store, second));
  REQUIRE(f.store->BeginRun(StartOfRun({"site", "other"}, 5000)));
  CHECK(LoadNow(*f.store).totals.pauses == std::vector{failing, asked});
  REQUIRE(f.store->BeginRun(StartOfRun({"site", "other"}, 5001)));
  CHECK(LoadNow(*f.store).totals.pauses == std::vector{asked});
  Batch over;
  over.batch.pauses = {{1, false, "", {}}};
  REQUIRE(WriteNow(*f.store, over));
  CHECK(LoadNow(*f.store).totals.pauses.empty());
}

TEST_CASE("A cookie that has expired when a run begins is dropped: one without an end stays") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().WithCookie("old", "1", 5000).WithCookie("session", "1", {}, 2000)));
  REQUIRE(WriteNow(*f.store, Batch().WithCookie("new", "1", 5001, 3000)));
  REQUIRE(f.store->BeginRun(StartOfRun({"site", "other"}, 5000)));
  CHECK(CookiesOf(*f.store) == std::vector<std::string>{"session=1", "new=1"});
}
