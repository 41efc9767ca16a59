#include "storage/sqlite/lock_wait.h"

#include "storage/error.h"
#include "tests/storage/writer_lane.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using namespace std::chrono_literals;
using storage::StoreErrc;
using storage::sqlite::Connection;
using storage::sqlite::LockWait;

namespace {

/// A clock that each look at it moves.
struct LookedAt {
  LockWait::Time Look() {
    ++looks;
    now += step;
    if (on_look) on_look();
    return now;
  }
  int looks = 0;
  std::chrono::seconds step{0};
  LockWait::Time now{};
  std::function<void()> on_look;
};

/// A lane beside which another program has begun to write.
struct LockedLane : LookedAt, WriterLane {
  LockedLane() : WriterLane({}, [this] { return Look(); }) {
    db->SetBusyTimeout(1);
    Connection::Failure failure;
    other = Connection::Open(options.path, storage::sqlite::OpenMode::kCreate, failure);
    other->Exec("BEGIN IMMEDIATE");
    looks = 0;
  }
  std::unique_ptr<Connection> other;
};

}  // namespace

TEST_CASE("A lock of another program is waited for, and what waited is stored") {
  LockedLane lane;
  bool told = false;
  lane.on_look = [&] {
    told = told || lane.writer->waits_for_lock();
    if (lane.looks == 4) lane.other->Exec("COMMIT");
  };
  CHECK(lane.Put(Batch().Queued(1, 1)));
  CHECK(told);
  CHECK_FALSE(lane.writer->waits_for_lock());
  CHECK(lane.Row("SELECT count(*) FROM queue") == "1");
}

TEST_CASE("A lock is waited for up to a bound: then nothing is acknowledged any more") {
  LockedLane lane;
  lane.step = 60s;
  CHECK(lane.Put(Batch().Queued(1, 1)).error() == StoreErrc::kLocked);
  CHECK(lane.looks == LockWait::kPatience / 60s + 1);
  CHECK_FALSE(lane.writer->waits_for_lock());
  lane.other->Exec("COMMIT");
  CHECK(lane.Put(Batch().Queued(2, 2)).error() == StoreErrc::kLocked);
  CHECK(lane.Row("SELECT count(*) FROM queue") == "0");
}

TEST_CASE("Who must end does not wait for a lock") {
  LockedLane lane;
  lane.on_look = [&] {
    if (lane.looks == 3) lane.writer->StopWaiting();
  };
  CHECK(lane.Put(Batch().Queued(1, 1)).error() == StoreErrc::kLocked);
  CHECK(lane.looks == 3);
}

TEST_CASE("A start on a locked database is refused, not delayed") {
  LockedLane lane;
  Connection::Failure failure;
  const auto db = Connection::Open(lane.options.path, storage::sqlite::OpenMode::kCreate, failure);
  db->SetBusyTimeout(1);
  storage::sqlite::Writer writer(*db, lane.options, [&] { return lane.Look(); });
  writer.BeginRun(StartOfRun());
  CHECK(writer.error() == StoreErrc::kLocked);
}
