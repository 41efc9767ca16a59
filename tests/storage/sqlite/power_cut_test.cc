#include "parser/sanitized.h"
#include "storage/sqlite/open_database.h"
#include "storage/sqlite/writer.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"
#include "tests/support/power_vfs.h"

// The power goes at any write, sync or deletion of a crawl, from the making of its file on: with
// storage.durability = "full" nothing that was acknowledged is lost, with "normal" nothing is damaged.

using namespace trawl;
using namespace trawl::test;
using namespace trawl::storage::sqlite;

namespace {

constexpr std::uint64_t kCuts = TRAWL_SANITIZED ? 50 : 500;
/// Between cuts: a prime, so that they fall on every kind of operation.
constexpr std::uint64_t kBetweenCuts = 7;

/// What is left after a cut.
struct Remains : Database {
  Remains(const PowerVfs& vfs, std::uint64_t seed) {
    vfs.Cut(seed, folder.path());
    if (!std::filesystem::exists(options.path)) return;
    Connection::Failure failure;
    const auto db = Connection::Open(options.path, OpenMode::kCreate, failure);
    REQUIRE(db);
    check = db->Text("PRAGMA integrity_check").value_or("");
    if (db->Int("SELECT 1 FROM sqlite_schema WHERE name = 'visit'")) {
      visits = db->Int("SELECT count(*) FROM visit").value_or(-1);
      last = db->Int("SELECT max(n) FROM visit").value_or(0);
    }
    CHECK(db->failure().message == "");
  }
  std::string check = "ok";
  std::int64_t visits = 0, last = 0;
};

/// A crawl on the power's file layer, cut all the while: what stands after each cut is looked at, then the
/// crawl goes on.
void CrawlThroughCuts(config::Durability durability) {
  PowerVfs vfs;
  Database database;
  database.options.durability = durability;
  std::int64_t acknowledged = 0;
  std::uint64_t operations = 0, cuts = 0;
  vfs.on_operation = [&] {
    if (++operations % kBetweenCuts != 0) return;
    const std::uint64_t seed = ++cuts;
    INFO("cut with seed " << seed << " before operation " << operations << ", " << acknowledged
                          << " acknowledged");
    const Remains left(vfs, seed);
    CHECK(left.check == "ok");
    CHECK(left.visits == left.last);  // the first so many
    if (durability == config::Durability::kFull) CHECK(left.visits >= acknowledged);
    if (seed % 10 == 0 && left.visits > 0) CHECK(left.Violations() == std::vector<std::string>{});
  };
  std::string error;
  const auto db = OpenForWriting(database.options, vfs.name(), error);
  REQUIRE(error == "");
  Writer writer(*db, database.options);
  writer.BeginRun(StartOfRun());
  for (std::uint64_t n = 1; cuts < kCuts; ++n) {
    Batch batch;
    batch.Queued(n, n)
        .Visited(n, n)
        .WithPage("page " + std::to_string(n), std::string(3000, 'x'))
        .WithLink(n, "self");
    REQUIRE(writer.Apply(batch.batch));
    writer.Commit();
    REQUIRE_FALSE(writer.error());
    ++acknowledged;
    if (n % 12 == 0) db->Checkpoint();
  }
  CHECK(acknowledged > (TRAWL_SANITIZED ? 5 : 12));
}

}  // namespace

TEST_CASE("A power cut takes nothing that was acknowledged") {
  CrawlThroughCuts(config::Durability::kFull);
}

TEST_CASE("A power cut damages nothing when it may take the last commits") {
  CrawlThroughCuts(config::Durability::kNormal);
}
