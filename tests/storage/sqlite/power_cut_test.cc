#include <atomic>
#include <semaphore>

#include "parser/sanitized.h"
#include "storage/sqlite/open_database.h"
#include "storage/sqlite/sqlite_store.h"
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
constexpr std::uint64_t kStoreCuts = kCuts / 5;  // of a store, whose log is folded away much later
/// Between cuts: a prime, so that they fall on every kind of operation.
constexpr std::uint64_t kBetweenCuts = 7;

/// What is left after a cut.
struct Remains : Database {
  Remains(const PowerVfs& vfs, std::uint64_t seed) {
    vfs.Cut(seed, folder.path());
    if (!std::filesystem::exists(options.path)) return;
    Connection::Failure failure;
    const auto db = Connection::Open(options.path, OpenMode::kCreate, failure);
    if (!db) {
      check = failure.message;
      return;
    }
    check = db->Text("PRAGMA integrity_check").value_or("");
    if (db->Int("SELECT 1 FROM sqlite_schema WHERE name = 'visit'")) {
      visits = db->Int("SELECT count(*) FROM visit").value_or(-1);
      last = db->Int("SELECT max(n) FROM visit").value_or(0);
    }
    if (db->failed()) check = db->failure().message;
  }
  std::string check = "ok";
  std::int64_t visits = 0, last = 0;
};

Batch NumberedPage(std::uint64_t n) {
  Batch batch;
  batch.Queued(n, n)
      .Visited(n, n)
      .WithPage("page " + std::to_string(n), std::string(3000, 'x'))
      .WithLink(n, "self");
  return batch;
}

/// Cuts the power all the while: what stands after each cut is looked at, then the crawl goes on.
struct Cuts {
  explicit Cuts(config::Durability durability) {
    vfs.on_operation = [this, durability] {
      if (++operations % kBetweenCuts != 0) return;
      const std::int64_t told = acknowledged;
      const std::uint64_t seed = ++cuts;
      const Remains left(vfs, seed);
      const bool whole = seed % 10 != 0 || left.visits == 0 || left.Violations().empty();
      const bool all = durability != config::Durability::kFull || left.visits >= told;
      // The first so many, without a gap.
      if (left.check == "ok" && whole && all && left.visits == left.last) return;
      ++bad;
      wrong = "cut with seed " + std::to_string(seed) + " before operation " + std::to_string(operations) +
              ": " + left.check + ", " + std::to_string(left.visits) + " visits of " +
              std::to_string(left.last) + ", " + std::to_string(told) + " acknowledged";
    };
  }

  PowerVfs vfs;
  std::atomic<std::int64_t> acknowledged{0};
  std::atomic<std::uint64_t> cuts{0}, bad{0};
  std::uint64_t operations = 0;
  std::string wrong;  // the last; to be read when no file is open any more
};

void CrawlThroughCuts(config::Durability durability) {
  Cuts cuts(durability);
  Database database;
  database.options.durability = durability;
  std::string error;
  {
    const auto db = OpenForWriting(database.options, cuts.vfs.name(), error);
    REQUIRE(error == "");
    Writer writer(*db, database.options);
    writer.BeginRun(StartOfRun());
    for (std::uint64_t n = 1; cuts.cuts < kCuts; ++n) {
      REQUIRE(writer.Apply(NumberedPage(n).batch));
      writer.Commit();
      REQUIRE_FALSE(writer.error());
      ++cuts.acknowledged;
      if (n % 12 == 0) db->Checkpoint();
    }
  }
  CHECK(cuts.acknowledged > (TRAWL_SANITIZED ? 5 : 12));
  INFO(cuts.wrong);
  CHECK(cuts.bad == 0);
}

}  // namespace

TEST_CASE("A power cut takes nothing that was acknowledged") {
  CrawlThroughCuts(config::Durability::kFull);
}

TEST_CASE("A power cut damages nothing when it may take the last commits") {
  CrawlThroughCuts(config::Durability::kNormal);
}

TEST_CASE("A power cut takes nothing that was acknowledged while the writer was ahead of the disk") {
  Cuts cuts(config::Durability::kFull);
  Database database;
  database.options.commit_size = Bytes{1};  // each batch by itself
  REQUIRE(database.Open(cuts.vfs.name()) == "");
  constexpr std::ptrdiff_t kAhead = 4;
  std::counting_semaphore<kAhead> ahead(kAhead);
  std::atomic<std::uint64_t> refused{0};
  for (std::uint64_t n = 1; cuts.cuts < kStoreCuts && refused == 0; ++n) {
    ahead.acquire();
    database.store->Write(std::move(NumberedPage(n).batch), [&](Result<void> done) {
      if (done)
        ++cuts.acknowledged;
      else
        ++refused;
      ahead.release();
    });
  }
  REQUIRE(database.Close());
  CHECK(refused == 0);
  CHECK(cuts.acknowledged > (TRAWL_SANITIZED ? 5 : 12));
  INFO(cuts.wrong);
  CHECK(cuts.bad == 0);
}
