#include "storage/sqlite/retention.h"

#include "storage/doctor.h"
#include "storage/sqlite/shrink.h"

#include "tests/storage/writer_lane.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using namespace std::chrono_literals;

namespace {

/// Visits older than `keep` go.
struct KeepingLane : WriterLane {
  explicit KeepingLane(Duration keep) : WriterLane(Keeping(keep)) {}
  static config::StorageOptions Keeping(Duration keep) {
    config::StorageOptions options;
    options.keep_visits = keep;
    return options;
  }
};

constexpr std::int64_t kDay = 86'400'000;

}  // namespace

TEST_CASE("Old visits go, but for the last of a URL and the one that gave its page") {
  KeepingLane lane(24h);
  lane.Visit(1, 0);                            // gave a page that another replaced: goes
  lane.Visit(1, 1000);                         // gave the page: stays
  lane.Visit(1, 2000, Outcome::kNotModified);  // confirmed it: goes
  lane.Visit(1, 3000, Outcome::kNotModified);  // the last of its URL: stays
  lane.Visit(2, 4000, Outcome::kRedirect);     // goes, and its redirect with it
  lane.Visit(2, 5000, Outcome::kRedirect);     // the last: stays
  lane.Visit(3, kDay + 4500);                  // young; it dates the sweep
  CHECK(lane.Tidy() == 1);
  CHECK(lane.Rows("SELECT at FROM visit ORDER BY n") ==
        std::vector<std::string>{"1700000001000", "1700000003000", "1700000005000", "1700086404500"});
  CHECK(lane.Row("SELECT group_concat(visit) FROM redirect") == "6");
  CHECK(lane.Rows("SELECT visits FROM url ORDER BY n") == std::vector<std::string>{"2", "1", "1"});
  CHECK(lane.Violations() == std::vector<std::string>{});
}

TEST_CASE("A visit exactly as old as is kept stays, one older goes") {
  KeepingLane lane(1h);
  lane.Visit(1, 0, Outcome::kNotModified);
  lane.Visit(1, 1, Outcome::kNotModified);
  lane.Visit(1, 3'600'001, Outcome::kNotModified);
  lane.Tidy();
  CHECK(lane.Rows("SELECT at - 1700000000000 FROM visit") == std::vector<std::string>{"1", "3600001"});
}

TEST_CASE("What old visits took goes back to the file system, a step at a time") {
  KeepingLane lane(24h);
  const auto many = static_cast<std::uint64_t>(20 * storage::sqlite::Shrink::kStep);
  for (std::uint64_t n = 1; n <= many; ++n) {
    Batch batch;
    batch.Queued(1, 1).Visited(1, 1, Outcome::kMalformed, 200, "a.test", static_cast<std::int64_t>(n));
    batch.batch.visit->detail = batch.Text(std::string(4000, 'x'));
    REQUIRE(lane.writer->Apply(batch.batch));
  }
  lane.writer->Commit();
  const auto size = [&lane] {
    lane.db->Checkpoint();
    return static_cast<std::int64_t>(std::filesystem::file_size(lane.options.path) / 4096);
  };
  CHECK(size() > 20 * storage::sqlite::Shrink::kStep);
  lane.Visit(2, 2 * kDay);
  CHECK(lane.Tidy() > 20);  // of both kinds
  CHECK(size() < storage::sqlite::Shrink::kKeep + 200);
  CHECK(lane.Row("SELECT count(*) FROM visit") == "2");
  CHECK(lane.Violations() == std::vector<std::string>{});
}

TEST_CASE("A file that was made without stays as large, and a vacuum makes it one that shrinks") {
  Database database;
  REQUIRE(database.Open() == "");
  REQUIRE(database.Close());
  {
    storage::sqlite::Connection::Failure failure;
    const auto db =
        storage::sqlite::Connection::Open(database.options.path, storage::sqlite::OpenMode::kCreate, failure);
    db->Exec("PRAGMA auto_vacuum = NONE; VACUUM");
    CHECK(db->Int("PRAGMA auto_vacuum") == 0);
    storage::sqlite::Shrink shrink(*db);
    shrink.Wake();
    CHECK_FALSE(shrink.Due());
  }
  CHECK(storage::Vacuum(database.options.path) == "");
  CHECK(database.Row("SELECT auto_vacuum FROM pragma_auto_vacuum") == "2");
  REQUIRE(database.Open() == "");
  CHECK_THAT(storage::Vacuum(database.options.path), Catch::Matchers::Contains("is in use by trawl pid"));
}

TEST_CASE("Zero keeps every visit") {
  KeepingLane lane(0h);
  for (const std::int64_t day : {0, 1000, 2000}) lane.Visit(1, day * kDay, Outcome::kNotModified);
  CHECK(lane.Tidy() == 0);
  CHECK(lane.Row("SELECT count(*) FROM visit") == "3");
}

TEST_CASE("Many visits go in steps: then it rests until more can be old") {
  KeepingLane lane(24h);
  const auto many = static_cast<std::uint64_t>(2 * storage::sqlite::Retention::kStep + 100);
  for (std::uint64_t n = 1; n <= many; ++n) {
    Batch batch;
    batch.Queued(1, 1).Visited(1, 1, Outcome::kNotModified, 304, "a.test", static_cast<std::int64_t>(n));
    REQUIRE(lane.writer->Apply(batch.batch));
  }
  lane.writer->Commit();
  lane.Visit(2, 2 * kDay);
  CHECK(lane.Tidy() == 4);  // one of them compares pages
  CHECK(lane.Row("SELECT count(*) FROM visit") == "2");
  CHECK(lane.Tidy() == 0);
  lane.Visit(1, 2 * kDay + 30min / 1ms, Outcome::kNotModified);
  CHECK(lane.Tidy() == 0);
  lane.Visit(1, 2 * kDay + 2h / 1ms, Outcome::kNotModified);
  CHECK(lane.Tidy() == 1);
  CHECK(lane.Violations() == std::vector<std::string>{});
}
