#include "storage/sqlite/backup.h"

#include "storage/sqlite/schema.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

// A database of an earlier schema is copied, and the copy checked, before anything of it is changed.

using namespace trawl;
using namespace trawl::test;
using namespace trawl::storage::sqlite;
using Catch::Matchers::Contains;

namespace {

/// A database as the first schema had it, with one row.
struct Earlier : Database {
  Earlier() {
    Connection::Failure failure;
    const auto db = Connection::Open(options.path, OpenMode::kCreate, failure);
    db->Text("PRAGMA journal_mode = WAL");
    db->Exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    db->Exec(
        "CREATE TABLE schema_version(version INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT "
        "CURRENT_TIMESTAMP)");
    db->Exec(Migrations().front().sql);
    db->Exec("INSERT INTO schema_version(version) VALUES (1); INSERT INTO word VALUES (1, 'text/html')");
    REQUIRE_FALSE(db->failed());
  }
  std::string Backup() const { return options.path + ".backup-v1"; }
  std::string Version(const std::string& path) const {
    Database other;
    other.options.path = path;
    return other.Row("SELECT max(version) FROM schema_version");
  }
};

}  // namespace

TEST_CASE("An earlier schema is copied whole before it is brought up to date") {
  Earlier database;
  REQUIRE(database.Open() == "");
  const std::string newest = std::to_string(Migrations().back().version);
  CHECK(database.Version(database.options.path) == newest);
  CHECK(database.Version(database.Backup()) == "1");
  Database copy;
  copy.options.path = database.Backup();
  CHECK(copy.Row("SELECT text FROM word") == "text/html");
  CHECK(BytesOf(database.Backup())[18] == 1);  // not in WAL mode: fileformat2.html section 1.3.3
  CHECK(std::filesystem::exists(database.Backup()));
  CHECK_FALSE(std::filesystem::exists(database.Backup() + ".part"));
  // From the copy, the same again.
  REQUIRE(copy.Open() == "");
}

TEST_CASE("A new database and one that is up to date are not copied") {
  Database database;
  REQUIRE(database.Open() == "");
  REQUIRE(database.Close());
  REQUIRE(database.Open() == "");
  for (const auto& entry : std::filesystem::directory_iterator(database.folder.path()))
    CHECK_THAT(entry.path().string(), !Contains("backup"));
}

TEST_CASE("What an earlier start left of a copy is made anew") {
  Earlier database;
  PutBytes(database.Backup() + ".part", "half a copy");
  PutBytes(database.Backup(), "a whole one, and the program was killed before the change");
  REQUIRE(database.Open() == "");
  CHECK(database.Version(database.Backup()) == "1");
}

TEST_CASE("Where no copy can be made, nothing is changed") {
  Earlier database;
  std::filesystem::create_directories(database.Backup() + ".part/in the way");
  CHECK_THAT(database.Open(), Contains("is copied before it is brought up to date"));
  CHECK(database.Version(database.options.path) == "1");
}
