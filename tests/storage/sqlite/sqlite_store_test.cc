#include "storage/sqlite/sqlite_store.h"

#include <atomic>
#include <set>

#include "tests/storage/database.h"
#include "tests/support/catch.h"
#include "tests/support/faulty_vfs.h"

using namespace trawl;
using namespace trawl::test;
using Rows = std::vector<std::string>;

namespace {

/// Posts `count` batches while the writer is held in the answer to an earlier one, lets it go, and waits for
/// all answers. The file layer has counted from the release on: without syncs, what a commit writes at once.
void WriteWhileHeld(Database& database, FaultyVfs& vfs, std::uint64_t count) {
  std::promise<void> hold;
  std::promise<void> held;
  database.store->Write(storage::WriteBatch(), [&](Result<void>) {
    held.set_value();
    hold.get_future().wait();
  });
  held.get_future().wait();
  vfs.Arm(0, FaultyVfs::Mode::kNever);
  std::promise<void> answered;
  std::atomic<std::uint64_t> answers{0};
  for (std::uint64_t i = 1; i <= count; ++i) {
    Batch batch;
    batch.Queued(i, i);
    database.store->Write(std::move(batch.batch), [&](Result<void> result) {
      if (result && ++answers == count) answered.set_value();
    });
  }
  hold.set_value();
  answered.get_future().wait();
}

}  // namespace

TEST_CASE("Batches that wait together share one commit") {
  FaultyVfs vfs;
  Database database;
  database.options.durability = config::Durability::kNormal;
  database.options.commit_age = std::chrono::hours(1);
  REQUIRE(database.Open(vfs.name()) == "");
  WriteWhileHeld(database, vfs, 100);
  CHECK(vfs.operations() == 1);
}

TEST_CASE("A group of commit_size commits at once") {
  FaultyVfs vfs;
  Database database;
  database.options.durability = config::Durability::kNormal;
  database.options.commit_age = std::chrono::hours(1);
  database.options.commit_size = Bytes{1};
  REQUIRE(database.Open(vfs.name()) == "");
  WriteWhileHeld(database, vfs, 20);
  CHECK(vfs.operations() == 20);
}

TEST_CASE("A group of commit_age commits at once") {
  FaultyVfs vfs;
  Database database;
  database.options.durability = config::Durability::kNormal;
  database.options.commit_age = Duration(0);
  REQUIRE(database.Open(vfs.name()) == "");
  WriteWhileHeld(database, vfs, 20);
  CHECK(vfs.operations() == 20);
}

TEST_CASE("durability = normal commits without a sync") {
  FaultyVfs vfs;
  Database database;
  database.options.durability = config::Durability::kNormal;
  REQUIRE(database.Open(vfs.name()) == "");
  WriteWhileHeld(database, vfs, 20);
  CHECK(vfs.syncs() == 0);
}

TEST_CASE("The write-ahead log is folded back while the crawl runs") {
  FaultyVfs vfs;
  Database database;
  database.options.durability = config::Durability::kNormal;
  REQUIRE(database.Open(vfs.name()) == "");
  // 240 MB of text, twice what starts a checkpoint.
  for (std::uint64_t i = 1; i <= 240; ++i) {
    Batch batch;
    batch.Queued(i, i).Visited(i, i).WithPage("big", std::string(1'000'000, 'x'));
    REQUIRE(WriteNow(*database.store, batch));
  }
  CHECK(std::filesystem::file_size(database.options.path + "-wal") < 180'000'000);
  CHECK(std::filesystem::file_size(database.options.path) > 60'000'000);
}

TEST_CASE("A crawl goes on where it was stopped") {
  Database database;
  REQUIRE(database.Open() == "");
  REQUIRE(WriteNow(*database.store, Batch().Queued(1, 1).Queued(2, 2).Queued(3, 3, "b.test")));
  REQUIRE(WriteNow(*database.store, Batch().Visited(1, 1).WithPage("one", "text").Queued(4, 4)));
  REQUIRE(database.Close("stopped"));

  REQUIRE(database.Open() == "");
  const Loaded loaded = LoadNow(*database.store);
  CHECK(std::set<UrlId>(loaded.known.begin(), loaded.known.end()) ==
        std::set<UrlId>{Id(1), Id(2), Id(3), Id(4)});
  CHECK(loaded.totals.queued == 3);
  CHECK(loaded.totals.pages == 1);
  CHECK(loaded.totals.next_seq == 5);
  CHECK(QueueNow(*database.store, "a.test")->size() == 2);
  REQUIRE(WriteNow(*database.store, Batch().Visited(2, 2).WithPage("two", "text")));
  REQUIRE(database.Close());
  CHECK(database.Rows("SELECT end_reason, pages FROM runs ORDER BY started_at, run") ==
        Rows{"stopped|1", "done|1"});
  CHECK(database.Violations() == Rows{});
}

TEST_CASE("More known URLs than one block holds are all handed out, once") {
  Database database;
  REQUIRE(database.Open() == "");
  Batch batch;
  for (std::uint64_t i = 1; i <= 20'000; ++i) batch.Queued(i, i);
  REQUIRE(WriteNow(*database.store, batch));
  const Loaded loaded = LoadNow(*database.store);
  CHECK(loaded.known.size() == 20'000);
  CHECK(std::set<UrlId>(loaded.known.begin(), loaded.known.end()).size() == 20'000);
  CHECK(loaded.totals.known == 20'000);
}

TEST_CASE("A run that a crash left open is closed as crashed, at its last visit") {
  Database database;
  REQUIRE(database.Open() == "");
  REQUIRE(WriteNow(*database.store, Batch().Queued(1, 1)));
  REQUIRE(WriteNow(*database.store, Batch().Visited(1, 1)));
  database.Abandon();
  REQUIRE(database.Open("", StartOfRun({"site"}, 50'000)) == "");
  REQUIRE(database.Close("done"));
  CHECK(database.Rows("SELECT started_at, ended_at, end_reason FROM runs ORDER BY started_at") ==
        Rows{"2023-11-14T22:13:20.000Z|2023-11-14T22:13:21.000Z|crashed",
             "2023-11-14T22:14:10.000Z|2023-11-14T22:14:20.000Z|done"});
}

TEST_CASE("A target keeps its URLs when the configuration's order changes, and tells when it is gone") {
  Database database;
  REQUIRE(database.Open("", StartOfRun({"news", "", "docs"})) == "");
  Batch batch;
  batch.Queued(1, 1).Queued(2, 2).Queued(3, 3);
  for (std::uint16_t i = 0; i < 3; ++i) batch.batch.urls[i].target = i;
  REQUIRE(WriteNow(*database.store, batch));
  REQUIRE(database.Close());

  REQUIRE(database.Open("", StartOfRun({"docs", "fresh", ""})) == "");
  const auto rows = QueueNow(*database.store, "a.test");
  REQUIRE(rows->size() == 3);
  CHECK(rows->at(0).target == storage::kNoTarget);
  CHECK(rows->at(1).target == 2);
  CHECK(rows->at(2).target == 0);
}

TEST_CASE("Pages of a target count on in the next run, wherever the configuration then names it") {
  Database database;
  REQUIRE(database.Open("", StartOfRun({"news", "docs"})) == "");
  Batch batch;
  batch.Queued(1, 1).Queued(2, 2);
  batch.batch.urls[1].target = 1;
  REQUIRE(WriteNow(*database.store, batch));
  REQUIRE(WriteNow(*database.store, Batch().Visited(1, 1).WithPage("one", "text")));
  REQUIRE(WriteNow(*database.store, Batch().Visited(2, 2).WithPage("two", "text")));
  REQUIRE(database.Close());
  REQUIRE(database.Open("", StartOfRun({"fresh", "docs"})) == "");
  CHECK(LoadNow(*database.store).target_pages == std::map<std::uint16_t, std::uint64_t>{{1, 1}});
  CHECK(database.Violations() == Rows{});
}

TEST_CASE("A page with more links than have a number keeps the first ones") {
  Database database;
  REQUIRE(database.Open() == "");
  Batch batch;
  batch.Queued(1, 1).Visited(1, 1).WithPage("links", "text");
  for (std::size_t i = 0; i < storage::sqlite::kMaxLinksPerPage + 1; ++i) {
    batch.batch.links.push_back({Id(1), "a", "", "", false});
  }
  REQUIRE(WriteNow(*database.store, batch));
  Batch next;
  next.Queued(2, 2).Visited(2, 2).WithPage("next", "text").WithLink(1, "first");
  REQUIRE(WriteNow(*database.store, next));
  CHECK(database.Rows("SELECT source, count(*) FROM links GROUP BY source") ==
        Rows{"https://a.test/1|65536", "https://a.test/2|1"});
}

TEST_CASE("A reader beside the writer sees whole batches, and keeps nobody waiting") {
  Database database;
  REQUIRE(database.Open() == "");
  REQUIRE(WriteNow(*database.store, Batch().Queued(1, 1)));
  int seen = 0;
  const storage::QueryError error = storage::Query(
      database.options.path, "SELECT count(*) FROM queue UNION ALL SELECT count(*) FROM queue",
      [](const std::vector<std::string>&) {},
      [&](const std::vector<storage::Value>& row) {
        // In the middle of the reader's transaction the writer commits; the reader keeps its moment.
        CHECK(std::get<std::int64_t>(row[0]) == 1);
        const auto number = static_cast<std::uint64_t>(++seen + 10);
        CHECK(WriteNow(*database.store, Batch().Queued(number, number)));
        return true;
      });
  CHECK(error.ok);
  CHECK(seen == 2);
  CHECK(database.Row("SELECT count(*) FROM queue") == "3");
}
