#include "crawler/disk_guard.h"

#include <boost/asio/io_context.hpp>

#include "crawler/storage_watch.h"
#include "storage/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace trawl;
using Catch::Matchers::Contains;
using crawler::DiskGuard;
using crawler::StorageWatch;
using storage::FreeSpace;

namespace {

/// Disks of the test's own making, by path.
struct Disks {
  Disks() {
    options.path = "crawl.db";
    options.min_free = KiB(1);
    options.min_free_share = 0;
  }
  DiskGuard::Source Source() {
    return [this](const std::string& path) -> std::optional<FreeSpace> {
      const auto found = space.find(path);
      return found == space.end() ? std::nullopt : std::optional(found->second);
    };
  }
  std::map<std::string, FreeSpace> space;
  config::StorageOptions options;
  boost::asio::io_context loop{1};
};

}  // namespace

TEST_CASE("A disk is low below its limit, and until a tenth more is free") {
  Disks disks;
  DiskGuard guard(disks.loop.get_executor(), disks.options, disks.Source());
  const auto low_with = [&](std::uint64_t free) {
    disks.space["crawl.db"] = {free, 1 << 20};
    guard.LookAndWait();
    return guard.state().low;
  };
  CHECK_FALSE(low_with(1024));
  CHECK(low_with(1023));
  CHECK(low_with(1024));
  CHECK(low_with(1125));
  CHECK_FALSE(low_with(1126));
  CHECK_FALSE(low_with(1024));
}

TEST_CASE("Of a size and a share of the disk the larger counts: none of both is no limit") {
  Disks disks;
  disks.options.min_free_share = 5;
  disks.space["crawl.db"] = {4999, 100'000};
  DiskGuard guard(disks.loop.get_executor(), disks.options, disks.Source());
  guard.LookAndWait();
  CHECK(guard.state().low);
  CHECK(guard.state().needed == 5000);
  CHECK(guard.state().free == 4999);
  disks.options.min_free = {6000};  // a reload
  guard.LookAndWait();
  CHECK(guard.state().needed == 6000);
  disks.options.min_free = {0};
  disks.options.min_free_share = 0;
  disks.space["crawl.db"] = {0, 100'000};
  guard.LookAndWait();
  CHECK_FALSE(guard.state().low);
}

TEST_CASE("WARC files may be on a disk of their own, and the one with less room is named") {
  Disks disks;
  disks.options.bodies = config::BodyStorage::kWarc;
  disks.space["crawl.db"] = {5000, 1 << 20};
  disks.space["crawl.db.warc"] = {1000, 1 << 20};
  DiskGuard guard(disks.loop.get_executor(), disks.options, disks.Source());
  guard.LookAndWait();
  CHECK(guard.state().low);
  CHECK(guard.state().path == "crawl.db.warc");
  disks.space["crawl.db.warc"] = {9000, 1 << 20};
  guard.LookAndWait();
  CHECK_FALSE(guard.state().low);
  CHECK(guard.state().path == "crawl.db");
}

TEST_CASE("A disk that cannot be asked changes nothing, and a store in memory has none") {
  Disks disks;
  disks.space["crawl.db"] = {1, 1 << 20};
  DiskGuard guard(disks.loop.get_executor(), disks.options, disks.Source());
  guard.LookAndWait();
  disks.space.clear();
  guard.LookAndWait();
  CHECK(guard.state().low);

  disks.options.path = ":memory:";
  DiskGuard memory(disks.loop.get_executor(), disks.options, disks.Source());
  memory.Look();
  memory.LookAndWait();
  CHECK_FALSE(memory.state().low);
}

TEST_CASE("The answer of a disk comes on the event loop") {
  Disks disks;
  disks.space["crawl.db"] = {1, 1 << 20};
  DiskGuard guard(disks.loop.get_executor(), disks.options, disks.Source());
  const auto work = boost::asio::make_work_guard(disks.loop);
  guard.Look();
  guard.Look();  // one question at a time
  CHECK_FALSE(guard.state().low);
  disks.loop.run_one();
  CHECK(guard.state().low);
}

TEST_CASE("Trouble is told once when it begins, and when it is over") {
  Disks disks;
  std::vector<std::string> told;
  storage::MemoryStore store(disks.options);
  StorageWatch watch(
      disks.loop.get_executor(), disks.options, store,
      [&told](const crawler::Trouble& trouble, bool) { told.push_back(trouble.sentence); }, disks.Source());
  disks.space["crawl.db"] = {1000, 1 << 20};
  watch.Start();
  watch.Start();
  REQUIRE(told.size() == 1);
  CHECK_THAT(told[0], Contains("fetching pauses: 1000 B are free on the disk of crawl.db") &&
                          Contains("storage.min_free wants 1.0 KiB"));
  CHECK(watch.disk_low());
  disks.space["crawl.db"] = {9000, 1 << 20};
  watch.Start();
  REQUIRE(told.size() == 2);
  CHECK_THAT(told[1], Contains("goes on"));
  CHECK(watch.troubles().empty());
}

TEST_CASE("A folder that is not there yet is on the disk of the one above it") {
  const test::TempDir folder;
  const auto here = storage::FreeSpaceAt(folder.path().string());
  const auto there = storage::FreeSpaceAt((folder / "a/b/c.db").string());
  REQUIRE(here);
  REQUIRE(there);
  CHECK(here->total == there->total);
  CHECK(here->free <= here->total);
}
