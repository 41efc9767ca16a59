#include "storage/sqlite/log_watch.h"

#include "tests/storage/writer_lane.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using namespace std::chrono_literals;
using storage::sqlite::Connection;
using storage::sqlite::LogWatch;

TEST_CASE("A log that a reader holds for longer than a minute is noticed, and that it is over") {
  LogWatch watch;
  const LogWatch::Time start{};
  watch.Checkpointed(start, {100, 100});
  CHECK_FALSE(watch.retry_at());
  watch.Checkpointed(start + 1s, {100, 50});
  CHECK(watch.retry_at() == start + 1s + LogWatch::kRetry);
  watch.Checkpointed(start + 61s, {100, 50});
  CHECK_FALSE(watch.pinned());
  watch.Checkpointed(start + 62s, {100, 60});
  CHECK(watch.pinned());
  CHECK(watch.bytes() == 100 * 4096);
  watch.Checkpointed(start + 63s, {110, 110});
  CHECK_FALSE(watch.pinned());
  CHECK(watch.bytes() == 0);
}

TEST_CASE("A log of more than 256 MiB is noticed at once") {
  LogWatch watch;
  const int pages = static_cast<int>(LogWatch::kMaxBytes / 4096);
  watch.Checkpointed({}, {pages, 5});
  CHECK_FALSE(watch.pinned());
  watch.Checkpointed({}, {pages + 1, 5});
  CHECK(watch.pinned());
}

TEST_CASE("A reader's transaction pins the log: when it ends, an idle moment folds the log away") {
  LogWatch::Time now{};
  WriterLane lane({}, [&now] { return now; });
  std::uint64_t number = 0;
  // Batches until a checkpoint is due, and once more.
  const auto grow = [&] {
    for (int i = 0; i < 80; ++i) {
      Batch batch;
      ++number;
      batch.Queued(number, number).Visited(number, number).WithPage("page", std::string(2'000'000, 'x'));
      REQUIRE(lane.Put(batch));
      lane.writer->CheckpointIfDue();
    }
  };
  Connection::Failure failure;
  const auto reader = Connection::Open(lane.options.path, storage::sqlite::OpenMode::kReadOnly, failure);
  reader->Exec("BEGIN");
  REQUIRE(reader->Int("SELECT count(*) FROM url") == 0);
  grow();
  CHECK_FALSE(lane.writer->log().pinned());
  now += 61s;
  grow();
  CHECK(lane.writer->log().pinned());
  CHECK(lane.writer->log().bytes() > 240'000'000);
  const auto log = lane.options.path + "-wal";
  const auto before = std::filesystem::file_size(log);

  reader->Exec("COMMIT");
  now += LogWatch::kRetry;
  lane.Tidy();
  CHECK_FALSE(lane.writer->log().pinned());
  now += LogWatch::kRetry;
  lane.Tidy();  // what only a longer rest is for
  CHECK_FALSE(lane.writer->TidyAgainAt());
  ++number;
  REQUIRE(lane.Put(Batch().Queued(number, number)));  // the log begins anew, and what is too much goes
  CHECK(before > 280'000'000);
  CHECK(std::filesystem::file_size(log) <= 256 << 20);
}

TEST_CASE(
    "While somebody waits for answers the log is folded away sooner, and some time later as usual again") {
  LogWatch::Time now{};
  WriterLane lane({}, [&now] { return now; });
  std::uint64_t number = 0;
  // So many megabytes; how often the log was folded away by the end of them, each time it begins anew.
  const auto folds = [&](int megabytes) {
    int folded = 0;
    for (int i = 0; i < megabytes; ++i) {
      Batch batch;
      ++number;
      batch.Queued(number, number).Visited(number, number).WithPage("page", std::string(1'000'000, 'x'));
      REQUIRE(lane.Put(batch));
      const int before = lane.db->wal_pages();
      lane.writer->CheckpointIfDue();
      folded += lane.db->wal_pages() < before;
    }
    return folded;
  };
  CHECK(folds(20) == 0);
  Batch asked;
  asked.batch.urgent = true;
  REQUIRE(lane.Put(asked));
  CHECK(folds(20) > 1);
  now += 61s;
  CHECK(folds(20) == 0);
}
