#include <algorithm>
#include <cstdlib>

#include "parser/sanitized.h"
#include "storage/doctor.h"
#include "storage/error.h"
#include "tests/storage/database.h"
#include "tests/support/allocation_faults.h"
#include "tests/support/catch.h"
#include "tests/support/faulty_vfs.h"

// In the life of a small crawl (open, bring up to date, write, read, fold the log away, close) the nth thing
// that SQLite asks of the system fails, opening, reading and locking included, or the nth allocation: nothing
// crashes, what went wrong is told, and once the system is well again all that was acknowledged is there.

using namespace trawl;
using namespace trawl::test;
using Mode = FaultyVfs::Mode;

namespace {

constexpr std::uint64_t kLifeBatches = 5;

struct Life {
  std::string open_error;
  std::uint64_t acknowledged = 0;
  boost::system::error_code write_error;
  bool steady = true;  ///< after a batch that failed all fail, with the same error
};

Life Live(Database& database, const std::string& vfs) {
  Life life;
  life.open_error = database.Open(vfs);
  if (!database.store) return life;
  for (std::uint64_t n = 1; life.open_error.empty() && n <= kLifeBatches; ++n) {
    Batch batch;
    batch.Visited(n, n).WithPage("page", std::string(5000, 'x')).WithLink(n + 1, "next");
    batch.Queued(n, n).Queued(n + 1, n + 1).Queued(n + 100, n + 100, "b.test");
    const Result<void> written = WriteNow(*database.store, batch);
    if (written && !life.write_error) life.acknowledged = n;
    if (written ? !!life.write_error : life.write_error && written.error() != life.write_error)
      life.steady = false;
    if (!written && !life.write_error) life.write_error = written.error();
    if (n != 3) continue;
    // What cannot be read is told as well, and that may be all that fails.
    (void)LoadNow(*database.store);
    (void)QueueNow(*database.store, "b.test");
  }
  if (life.open_error.empty()) {
    (void)database.Close();
  } else {
    database.Abandon();
  }
  return life;
}

/// That an error was told as one is, and what is left once all is well again.
void Judge(Database& database, const Life& life) {
  CHECK(life.steady);
  CHECK(life.open_error.find('\n') == std::string::npos);
  if (life.write_error) {
    CHECK(&life.write_error.category() == &storage::StoreCategory());
    CHECK(life.write_error != storage::StoreErrc::kSql);
    CHECK(life.write_error != storage::StoreErrc::kCorrupt);
  }
  REQUIRE(database.Open() == "");
  CHECK(database.Violations() == std::vector<std::string>{});
  CHECK(LoadNow(*database.store).totals.pages >= life.acknowledged);
  REQUIRE(database.Close());
  const storage::Examination seen = storage::Examine(database.options.path, false);
  CHECK(seen.clean());
}

Database& Impatient(Database& database) {
  database.options.commit_age = Duration(0);  // nothing to gather: no wait for more
  database.options.readers = 1;
  return database;
}

/// Under sanitizers, which take minutes for all, some of them.
constexpr std::uint64_t kLifeStride = TRAWL_SANITIZED ? 23 : 1;

void EveryRequest(Mode mode) {
  std::uint64_t told = 0;
  std::uint64_t nth = 1;
  for (;; nth += kLifeStride) {
    REQUIRE(nth < 5000);
    INFO("operation " << nth);
    FaultyVfs vfs;
    Database database;
    vfs.Arm(nth, mode, FaultyVfs::Failure::kIo, FaultyVfs::Scope::kAll);
    const Life life = Live(Impatient(database), vfs.name());
    const bool failed = vfs.failed();
    vfs.Arm(0, Mode::kNever);
    Judge(database, life);
    told += !life.open_error.empty() || life.write_error ? 1 : 0;
    if (failed) continue;
    CHECK(life.acknowledged == kLifeBatches);
    break;
  }
  CHECK(told > nth / kLifeStride / 3);
}

void EveryAllocation(bool for_ever) {
  // Made once: what is new in each life is what a crawl that goes on does.
  Database pattern;
  REQUIRE(Impatient(pattern).Open() == "");
  REQUIRE(pattern.Close());
  const std::string bytes = BytesOf(pattern.options.path);
  const auto live = [&bytes](AllocationFaults& faults, std::uint64_t nth, bool ever, bool& failed) {
    Database database;
    PutBytes(Impatient(database).options.path, bytes);
    faults.Arm(nth, ever);
    const Life life = Live(database, "");
    failed = faults.failed();
    const std::uint64_t allocations = faults.allocations();
    faults.Arm(0, false);
    Judge(database, life);
    if (!failed) CHECK(life.acknowledged == kLifeBatches);
    return allocations;
  };
  AllocationFaults faults;
  bool failed = false;
  const std::uint64_t all = live(faults, 0, false, failed);
  // All of them take minutes: some hundreds, spread over the life, unless every one is asked for.
  const std::uint64_t runs = TRAWL_SANITIZED ? 20 : 400;
  const std::uint64_t stride = std::getenv("TRAWL_TEST_EVERY") ? 1 : std::max<std::uint64_t>(all / runs, 1);
  std::uint64_t met = 0;
  for (std::uint64_t nth = for_ever ? 1 + stride / 2 : 1; nth <= all; nth += stride) {
    INFO("allocation " << nth << " of " << all);
    live(faults, nth, for_ever, failed);
    met += failed ? 1 : 0;
  }
  CHECK(met > all / stride / 2);
}

}  // namespace

TEST_CASE("Whatever SQLite asks of the system fails, once") {
  EveryRequest(Mode::kOnce);
}

TEST_CASE("Whatever SQLite asks of the system fails, and from then on") {
  EveryRequest(Mode::kForever);
}

TEST_CASE("Memory for SQLite is short, once") {
  EveryAllocation(false);
}

TEST_CASE("Memory for SQLite is short, and from then on") {
  EveryAllocation(true);
}
