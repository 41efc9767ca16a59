#include <unistd.h>

#include "storage/open_store.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/schema.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

// A file that cannot be used is named in one sentence with its fix, and left as it was.

using namespace trawl;
using namespace trawl::test;
using Catch::Matchers::Contains;
using storage::sqlite::Connection;

namespace {

/// Runs SQL on a file as another program would.
void RunSql(const std::string& path, const std::string& sql) {
  Connection::Failure failure;
  const auto db = Connection::Open(path, storage::sqlite::OpenMode::kCreate, failure);
  REQUIRE(db);
  db->Exec(sql);
  REQUIRE_FALSE(db->failed());
}

}  // namespace

TEST_CASE("A file of another format is refused and keeps its bytes") {
  Database database;
  const std::string text = "This is a shopping list, and no database at all.\n";
  PutBytes(database.options.path, text);
  CHECK_THAT(database.Open(), Contains(database.options.path + " is not an SQLite database") &&
                                  Contains("choose another --db"));
  CHECK(BytesOf(database.options.path) == text);
  CHECK(std::distance(std::filesystem::directory_iterator(database.folder.path()), {}) == 1);
}

TEST_CASE("A file shorter than the mark of a database is refused") {
  Database database;
  PutBytes(database.options.path, "SQLite format 3");
  CHECK_THAT(database.Open(), Contains("is not an SQLite database"));
}

TEST_CASE("An empty file becomes a database") {
  Database database;
  PutBytes(database.options.path, "");
  CHECK(database.Open() == "");
}

TEST_CASE("A directory is refused") {
  Database database;
  std::filesystem::create_directory(database.options.path);
  CHECK_THAT(database.Open(), Contains("is a directory"));
}

TEST_CASE("A device is refused") {
  Database database;
  database.options.path = "/dev/null";
  CHECK_THAT(database.Open(), Contains("/dev/null is not a regular file"));
}

TEST_CASE("A missing folder is named") {
  Database database;
  database.options.path = (database.folder / "absent/trawl.db").string();
  CHECK_THAT(database.Open(), Contains(database.options.path) && Contains("No such file or directory"));
}

TEST_CASE("A file without permission is named") {
  if (::geteuid() == 0) return;  // root may read everything
  Database database;
  PutBytes(database.options.path, "");
  std::filesystem::permissions(database.options.path, std::filesystem::perms::none);
  CHECK_THAT(database.Open(), Contains("Permission denied"));
}

TEST_CASE("A database of another program is refused and keeps its bytes") {
  Database database;
  RunSql(database.options.path, "CREATE TABLE recipe(name TEXT)");
  const std::string before = BytesOf(database.options.path);
  CHECK_THAT(database.Open(), Contains("is an SQLite database of another program"));
  CHECK(BytesOf(database.options.path) == before);
}

TEST_CASE("A table of the same name does not make a database ours") {
  Database database;
  RunSql(database.options.path, "CREATE TABLE schema_version(version INTEGER)");
  CHECK_THAT(database.Open(), Contains("is an SQLite database of another program"));
}

TEST_CASE("A newer schema is refused and keeps its bytes") {
  Database database;
  REQUIRE(database.Open() == "");
  REQUIRE(database.Close());
  const int newest = storage::sqlite::Migrations().back().version;
  RunSql(database.options.path,
         "INSERT INTO schema_version(version) VALUES (" + std::to_string(newest + 1) + ")");
  const std::string before = BytesOf(database.options.path);
  CHECK_THAT(database.Open(),
             Contains("has schema version " + std::to_string(newest + 1)) && Contains("newer trawl"));
  CHECK(BytesOf(database.options.path) == before);
}

TEST_CASE("A truncated database is reported as damaged, not made anew") {
  Database database;
  REQUIRE(database.Open() == "");
  for (std::uint64_t i = 1; i <= 200; ++i) {
    Batch batch;
    batch.Queued(i, i);
    REQUIRE(WriteNow(*database.store, batch));
    if (i == 100) {
      Batch visit;
      visit.Visited(1, 1).WithPage("one", std::string(20'000, 'x'));
      REQUIRE(WriteNow(*database.store, visit));
    }
  }
  REQUIRE(database.Close());
  const std::string whole = BytesOf(database.options.path);
  PutBytes(database.options.path, whole.substr(0, whole.size() / 2));
  std::string error = database.Open();
  CHECK_THAT(error, Contains("is damaged"));
  CHECK(BytesOf(database.options.path).substr(0, 16) == whole.substr(0, 16));
}

TEST_CASE("A second crawl on the same database is refused, naming the first") {
  Database database;
  REQUIRE(database.Open() == "");
  const storage::OpenedStore second = storage::OpenStore(database.options);
  CHECK_FALSE(second.store);
  CHECK(second.error == database.options.path + " is in use by trawl pid " + std::to_string(::getpid()) +
                            "; stop it or choose another --db");
  REQUIRE(database.Close());
  CHECK(storage::OpenStore(database.options).store);
}

TEST_CASE("Two databases in one process do not disturb each other") {
  Database one;
  Database two;
  REQUIRE(one.Open() == "");
  REQUIRE(two.Open() == "");
  REQUIRE(WriteNow(*one.store, Batch().Queued(1, 1)));
  CHECK(LoadNow(*two.store).totals.known == 0);
}
