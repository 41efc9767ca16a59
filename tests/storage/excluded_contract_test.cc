// What every backend promises of excluded URLs past storage.skipped_per_host, and of those off the site.

#include <algorithm>

#include "tests/storage/backends.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using storage::SkipReason;

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
