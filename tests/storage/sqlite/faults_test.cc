#include "parser/sanitized.h"
#include "storage/error.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"
#include "tests/support/faulty_vfs.h"

// The nth write or sync fails, for every n, once and for ever: nothing is acknowledged that is not stored,
// nothing crashes, and the database opens again.

using namespace trawl;
using namespace trawl::test;
using Mode = FaultyVfs::Mode;

namespace {

constexpr std::uint64_t kBatches = 12;

struct Run {
  std::uint64_t acknowledged = 0;  ///< batches 1 to this
  bool refused_after_failure = true;
  boost::system::error_code error;
  bool opened = false;
  bool failed = false;  ///< the operation to fail was reached
};

Batch Page(std::uint64_t n) {
  Batch batch;
  batch.Queued(n, n).Visited(n, n).WithPage("page", std::string(5000, 'x')).WithLink(n, "self");
  return batch;
}

/// Opens, writes batch by batch, closes, with the file layer as it was armed.
Run CrawlOn(Database& database, FaultyVfs& vfs) {
  Run run;
  run.opened = database.Open(vfs.name()).empty();
  run.failed = vfs.failed();
  if (!database.store) return run;
  for (std::uint64_t n = 1; run.opened && n <= kBatches; ++n) {
    const Result<void> written = WriteNow(*database.store, Page(n));
    if (written && run.error) run.refused_after_failure = false;
    if (written && !run.error) run.acknowledged = n;
    if (!written && !run.error) run.error = written.error();
    if (!written && written.error() != run.error) run.refused_after_failure = false;
  }
  (void)database.Close();
  run.failed = vfs.failed();
  return run;
}

/// Under sanitizers, which take minutes for all of them, every seventh operation fails.
constexpr std::uint64_t kStride = TRAWL_SANITIZED ? 7 : 1;

void EveryOperation(Mode mode, FaultyVfs::Failure failure, storage::StoreErrc expected) {
  std::uint64_t nth = 1;
  std::uint64_t failed_writes = 0;
  for (;; nth += kStride) {
    REQUIRE(nth < 2000);
    INFO("operation " << nth);
    FaultyVfs vfs;
    Database database;
    database.options.commit_age = Duration(0);  // nothing to gather: no wait for more
    vfs.Arm(nth, mode, failure);
    const Run run = CrawlOn(database, vfs);
    if (!run.failed) {
      CHECK(run.acknowledged == kBatches);
      break;
    }
    CHECK(run.refused_after_failure);
    if (run.error) {
      ++failed_writes;
      const bool sync = expected == storage::StoreErrc::kIo && run.error == storage::StoreErrc::kSync;
      INFO(run.error.message());
      CHECK((run.error == expected || sync));
    }
    vfs.Arm(0, Mode::kNever);  // the disk is well again
    REQUIRE(database.Open(vfs.name()) == "");
    CHECK(database.Violations() == std::vector<std::string>{});
    const std::uint64_t stored = LoadNow(*database.store).totals.pages;
    CHECK(stored >= run.acknowledged);
    database.Abandon();  // before the file layer goes
  }
  CHECK(failed_writes > kBatches / kStride);
}

}  // namespace

TEST_CASE("An I/O error at any write or sync, once") {
  EveryOperation(Mode::kOnce, FaultyVfs::Failure::kIo, storage::StoreErrc::kIo);
}

TEST_CASE("An I/O error at any write or sync, and from then on") {
  EveryOperation(Mode::kForever, FaultyVfs::Failure::kIo, storage::StoreErrc::kIo);
}

TEST_CASE("A full disk at any write, once") {
  EveryOperation(Mode::kOnce, FaultyVfs::Failure::kDiskFull, storage::StoreErrc::kDiskFull);
}

TEST_CASE("A full disk at any write, and from then on") {
  EveryOperation(Mode::kForever, FaultyVfs::Failure::kDiskFull, storage::StoreErrc::kDiskFull);
}

TEST_CASE(
    "After a sync that has failed the log is not folded into the database, and the next start reads it") {
  FaultyVfs vfs;
  Database database;
  REQUIRE(database.Open(vfs.name()) == "");
  for (std::uint64_t n = 1; n <= 3; ++n) REQUIRE(WriteNow(*database.store, Page(n)));
  std::uint64_t before = vfs.operations();
  REQUIRE(WriteNow(*database.store, Page(4)));
  before = vfs.operations() - before;  // the writes of a commit, then its sync
  vfs.Arm(before, Mode::kOnce);
  CHECK(WriteNow(*database.store, Page(5)).error() == storage::StoreErrc::kSync);
  CHECK(WriteNow(*database.store, Page(6)).error() == storage::StoreErrc::kSync);
  CHECK(vfs.syncs() == 1);
  const auto folded = std::filesystem::file_size(database.options.path);
  CHECK_FALSE(database.Close());
  CHECK(std::filesystem::file_size(database.options.path) == folded);
  CHECK(std::filesystem::file_size(database.options.path + "-wal") > 0);
  REQUIRE(database.Open(vfs.name()) == "");
  CHECK(LoadNow(*database.store).totals.pages >= 4);
  CHECK(database.Violations() == std::vector<std::string>{});
  REQUIRE(database.Close());
}
