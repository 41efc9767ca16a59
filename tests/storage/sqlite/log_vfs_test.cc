#include "storage/sqlite/log_vfs.h"

#include <algorithm>

#include "storage/sqlite/connection.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"
#include "tests/support/shim_vfs.h"

using namespace trawl;
using namespace trawl::test;
using storage::sqlite::Connection;
using storage::sqlite::OpenMode;

namespace {

/// Sees what reaches the system.
struct SeenVfs final : ShimVfs {
  int OnWrite(const std::string& path, std::string_view bytes, std::uint64_t) override {
    if (path.ends_with("-wal")) {
      ++writes;
      largest = std::max(largest, bytes.size());
    }
    return 0;
  }
  int OnTruncate(const std::string&, std::uint64_t) override { return 0; }
  int OnSync(const std::string&) override {
    ++syncs;
    return 0;
  }
  int writes = 0, syncs = 0;
  std::size_t largest = 0;
};

struct Log {
  explicit Log(const std::string& setting) {
    Connection::Failure failure;
    db = Connection::Open(path(), OpenMode::kCreate, failure, vfs.name());
    REQUIRE(db);
    db->Text("PRAGMA journal_mode = WAL");
    db->Exec(setting);
    db->Exec("CREATE TABLE t(n INTEGER PRIMARY KEY, text TEXT)");
    vfs.writes = vfs.syncs = 0;
  }
  std::string path() const { return (folder / "log.db").string(); }
  void Fill(int rows) {
    Statement add = db->Prepare("INSERT INTO t(text) VALUES (?)");
    const std::string text(1000, 'x');
    for (int i = 0; i < rows; ++i) add.With(std::string_view(text)).Run();
  }
  /// What another start would find if this process went now: the files, without what is in memory.
  std::string AfterCrash(const std::string& sql) const {
    const TempDir other;
    for (const char* end : {"", "-wal"})
      std::filesystem::copy_file(path() + end, (other / "log.db").string() + end);
    Connection::Failure failure;
    const auto copy = Connection::Open((other / "log.db").string(), OpenMode::kCreate, failure);
    REQUIRE(copy);
    return copy->Text("PRAGMA integrity_check").value_or("") + " " + copy->Text(sql).value_or("");
  }
  using Statement = storage::sqlite::Statement;

  TempDir folder;
  SeenVfs vfs;
  std::unique_ptr<Connection> db;
};

}  // namespace

TEST_CASE("A transaction goes to its log in few writes, whole when it is committed") {
  for (const char* setting : {"PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"}) {
    INFO(setting);
    Log log(setting);
    log.db->Exec("BEGIN");
    log.Fill(400);  // more than a hundred pages
    log.db->Exec("COMMIT");
    REQUIRE_FALSE(log.db->failed());
    CHECK(log.db->wal_pages() > 100);
    CHECK(log.vfs.writes < 10);
    CHECK(log.vfs.largest < std::size_t{1} << 17);
    CHECK(log.AfterCrash("SELECT count(*) FROM t") == "ok 400");
  }
}

TEST_CASE("A transaction larger than the cache, that writes its pages again and again, is whole in the log") {
  for (const char* setting : {"PRAGMA synchronous = FULL; PRAGMA cache_size = 10",
                              "PRAGMA synchronous = NORMAL; PRAGMA cache_size = 10"}) {
    INFO(setting);
    Log log(setting);
    log.db->Exec("BEGIN");
    log.Fill(300);
    for (const char* letter : {"a", "b", "c"})
      log.db->Exec(std::string("UPDATE t SET text = text || '") + letter + "'");
    log.db->Exec("COMMIT");
    REQUIRE_FALSE(log.db->failed());
    CHECK(log.AfterCrash("SELECT count(*) || substr(max(text), -3) || min(length(text)) FROM t") ==
          "ok 300abc1003");
    CHECK(log.db->Int("SELECT count(*) FROM t WHERE text LIKE '%xabc'") == 300);
  }
}

TEST_CASE("What is rolled back after it reached the log is gone, and the next transaction stands") {
  Log log("PRAGMA synchronous = NORMAL; PRAGMA cache_size = 10");
  log.db->Exec("BEGIN");
  log.Fill(300);
  log.db->Exec("ROLLBACK");
  log.Fill(1);
  REQUIRE_FALSE(log.db->failed());
  CHECK(log.AfterCrash("SELECT count(*) FROM t") == "ok 1");
  log.db->Checkpoint();
  log.Fill(2);
  CHECK(log.AfterCrash("SELECT count(*) FROM t") == "ok 3");
}

TEST_CASE("Over a layer that is not there stands none") {
  CHECK(storage::sqlite::LogVfs::Over("no such layer") == nullptr);
}
