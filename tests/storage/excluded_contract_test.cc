// What every backend promises of excluded URLs: which are known, which may yet be queued, past
// storage.skipped_per_host, and off the site.

#include <algorithm>
#include <set>

#include "tests/storage/backends.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using storage::SkipReason;

TEST_CASE("A URL excluded for how it was met is not known, and is queued when it is met otherwise") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(
      *f.store, Batch().Excluded(1, SkipReason::kNotPage).Excluded(2, SkipReason::kNofollow).Queued(3, 1)));
  CHECK(LoadNow(*f.store).known == std::vector<UrlId>{Id(3)});
  CHECK(LoadNow(*f.store).totals.known == 1);

  Batch again;
  again.Queued(1, 2).Queued(2, 3);
  again.batch.urls[0].depth = 7;
  REQUIRE(WriteNow(*f.store, again));
  const auto rows = QueueNow(*f.store, "a.test");
  CHECK(SeqsOf(*rows) == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(rows->at(1).id == Id(1));
  CHECK(rows->at(1).url == "https://a.test/1");
  CHECK(rows->at(1).depth == 7);
  const Loaded loaded = LoadNow(*f.store);
  CHECK(std::set<UrlId>(loaded.known.begin(), loaded.known.end()) == std::set<UrlId>{Id(1), Id(2), Id(3)});
  CHECK(loaded.totals.queued == 3);

  REQUIRE(WriteNow(*f.store, Batch().Queued(1, 9)));  // known by now
  CHECK(SeqsOf(*QueueNow(*f.store, "a.test")) == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("A URL excluded for what it is stays excluded however it is met, and is known") {
  EVERY_BACKEND;
  Fixture f(backend);
  for (int reason = 1; reason <= static_cast<int>(storage::kLastSkipReason); ++reason) {
    const auto skip = static_cast<SkipReason>(reason);
    if (storage::MayYetBeQueued(skip)) continue;
    INFO("reason " << storage::Name(skip));
    const auto number = static_cast<std::uint64_t>(reason);
    REQUIRE(WriteNow(*f.store, Batch().Excluded(number, skip)));
    REQUIRE(WriteNow(*f.store, Batch().Queued(number, number)));
    CHECK(QueueNow(*f.store, "a.test")->empty());
  }
  CHECK(LoadNow(*f.store).totals.known == static_cast<std::uint64_t>(storage::kLastSkipReason) - 5);
}

TEST_CASE("A URL that insists takes the place of any excluded one but where robots.txt said so") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch excluded, insisting;
  for (int reason = 1; reason <= static_cast<int>(storage::kLastSkipReason); ++reason) {
    const auto number = static_cast<std::uint64_t>(reason);
    excluded.Excluded(number, static_cast<SkipReason>(reason));
    insisting.Queued(number, number);
  }
  excluded.Queued(100, 100);
  insisting.Queued(100, 101).Excluded(101, SkipReason::kScope);
  for (storage::NewUrl& url : insisting.batch.urls) url.insists = true;
  insisting.batch.urls.front().depth = 3;
  REQUIRE(WriteNow(*f.store, excluded));
  const std::vector<UrlId> asked{Id(1), Id(6), Id(9), Id(100), Id(200)};
  CHECK(ExcludedNow(*f.store, asked) == std::vector<UrlId>{Id(1), Id(9)});

  REQUIRE(WriteNow(*f.store, insisting));
  const auto rows = QueueNow(*f.store, "a.test");
  CHECK(SeqsOf(*rows) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 100});
  CHECK(rows->front().depth == 3);
  CHECK(ExcludedNow(*f.store, asked).empty());
}

TEST_CASE("Excluded URLs come back by their reasons, with all that a judgement needs") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch batch;
  batch.Queued(1, 1);
  batch.batch.urls.back().source = std::nullopt;
  batch.Excluded(2, SkipReason::kScope, "scope")
      .Excluded(3, SkipReason::kTrap)
      .Excluded(4, SkipReason::kDepth);
  batch.batch.urls[1].source = Id(1);
  batch.batch.urls[1].redirects = 2;
  REQUIRE(WriteNow(*f.store, batch));
  std::vector<storage::ExcludedUrl> urls =
      ExcludedSliceNow(*f.store, {SkipReason::kScope, SkipReason::kDepth}).urls;
  std::sort(urls.begin(), urls.end(), [](const auto& a, const auto& b) { return a.skip < b.skip; });
  REQUIRE(urls.size() == 2);
  CHECK(urls[0].id == Id(2));
  CHECK(urls[0].url == "https://a.test/2");
  CHECK(urls[0].skip == SkipReason::kScope);
  CHECK(urls[0].rule == "scope");
  CHECK(urls[0].target == 0);
  CHECK(urls[0].depth == 1);
  CHECK(urls[0].redirects == 2);
  CHECK(urls[0].source == Id(1));
  CHECK(urls[1].id == Id(4));
  CHECK_FALSE(urls[1].source);
}

TEST_CASE("By which rules the reasons were judged comes back, the last of each") {
  EVERY_BACKEND;
  Fixture f(backend);
  CHECK(LoadNow(*f.store).totals.judgements.empty());
  Batch first, second;
  first.batch.judgements = {{SkipReason::kScope, 1}, {SkipReason::kDepth, ~std::uint64_t{0}}};
  second.batch.judgements = {{SkipReason::kScope, 2}};
  REQUIRE(WriteNow(*f.store, first));
  REQUIRE(WriteNow(*f.store, second));
  CHECK(LoadNow(*f.store).totals.judgements ==
        std::vector<storage::Judgement>{{SkipReason::kScope, 2}, {SkipReason::kDepth, ~std::uint64_t{0}}});
}

TEST_CASE("An exclusion met later changes nothing of an exclusion for how a URL was met") {
  EVERY_BACKEND;
  Fixture f(backend);
  REQUIRE(WriteNow(*f.store, Batch().Excluded(1, SkipReason::kNotPage)));
  REQUIRE(WriteNow(*f.store, Batch().Excluded(1, SkipReason::kScope)));
  CHECK(LoadNow(*f.store).known.empty());
}

TEST_CASE(
    "Past so many excluded URLs a host has no more rows of them, and whatever comes later finds its way") {
  EVERY_BACKEND;
  config::StorageOptions options;
  options.skipped_per_host = 2;
  Fixture f(backend, options);
  const auto known = [&] {
    std::vector<UrlId> ids = LoadNow(*f.store).known;
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  const auto sorted = [](std::vector<UrlId> ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  REQUIRE(WriteNow(*f.store, Batch().Excluded(1, SkipReason::kScope).Excluded(2, SkipReason::kTrap, "t")));
  REQUIRE(
      WriteNow(*f.store, Batch().Excluded(3, SkipReason::kTrap, "t").Excluded(4, SkipReason::kRobots, "r")));
  REQUIRE(WriteNow(*f.store, Batch().Excluded(5, SkipReason::kScope, "", "b.test").Queued(6, 1)));
  // What has no row is not known, so that it is met again.
  CHECK(known() == sorted({Id(1), Id(2), Id(5), Id(6)}));
  REQUIRE(WriteNow(*f.store, Batch().Excluded(3, SkipReason::kTrap, "t")));
  CHECK(known().size() == 4);
  CHECK(sorted(ExcludedNow(*f.store, {Id(1), Id(3), Id(4), Id(6), Id(9)})) == sorted({Id(1), Id(3)}));

  // One that is excluded when its turn comes loses its row, unless it was visited.
  Batch denied;
  denied.batch.subject = Id(6);
  denied.batch.leaves = Key("a.test", 1);
  denied.batch.state = storage::UrlState::kExcluded;
  denied.batch.skip = SkipReason::kRobots;
  denied.batch.rule = "r";
  REQUIRE(WriteNow(*f.store, denied));
  CHECK(known() == sorted({Id(1), Id(2), Id(5)}));
  CHECK(QueueNow(*f.store, "a.test")->empty());

  // A way that is followed makes a row; so does an excluded one once there is room.
  REQUIRE(WriteNow(*f.store, Batch().Queued(3, 2)));
  REQUIRE(QueueNow(*f.store, "a.test")->size() == 1);
  CHECK(ExcludedNow(*f.store, {Id(3)}).empty());
  Batch insists;
  insists.Queued(2, 3);
  insists.batch.urls.back().insists = true;
  REQUIRE(WriteNow(*f.store, insists));
  REQUIRE(WriteNow(*f.store, Batch().Excluded(4, SkipReason::kRobots, "r")));
  CHECK(known() == sorted({Id(1), Id(2), Id(3), Id(4), Id(5)}));
}

TEST_CASE("What is queued knows how far it lies off the site, and one too far gives way to a shorter way") {
  EVERY_BACKEND;
  Fixture f(backend);
  Batch far;
  far.Excluded(1, SkipReason::kHops, "external_hops = 1");
  far.batch.urls.back().hops = 2;
  REQUIRE(WriteNow(*f.store, far));
  CHECK(LoadNow(*f.store).known.empty());
  Batch near;
  near.Queued(1, 1);
  near.batch.urls.back().hops = 1;
  REQUIRE(WriteNow(*f.store, near));
  REQUIRE(QueueNow(*f.store, "a.test")->size() == 1);
  CHECK(QueueNow(*f.store, "a.test")->front().hops == 1);
  CHECK(LoadNow(*f.store).known == std::vector<UrlId>{Id(1)});
}
