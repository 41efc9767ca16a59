#include "storage/query.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/url_story.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using Catch::Matchers::Contains;
using Rows = std::vector<std::string>;

namespace {

storage::QueryError Run(const std::string& path, const std::string& sql) {
  return storage::Query(
      path, sql, [](const std::vector<std::string>&) {},
      [](const std::vector<storage::Value>&) { return true; });
}

/// Whether a program other than this one, which closes the database last, would take itself for the only one
/// that has it open: SQLite's SHARED lock (https://www.sqlite.org/lockingv3.html, os_unix.c) is not held.
bool LooksAbandoned(const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(path.c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000000 + 2;
    lock.l_len = 510;
    const bool asked = file >= 0 && ::fcntl(file, F_GETLK, &lock) == 0;
    ::_exit(!asked ? 2 : lock.l_type == F_UNLCK ? 1 : 0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) < 2);
  return WEXITSTATUS(status) == 1;
}

struct Queried : Database {
  Queried() {
    REQUIRE(Open() == "");
    REQUIRE(WriteNow(*store, Batch().Queued(1, 1).Queued(2, 2)));
  }
};

}  // namespace

TEST_CASE("A query gives its columns, then its rows with their types") {
  Queried database;
  std::vector<std::string> columns;
  std::vector<storage::Value> cells;
  const storage::QueryError error = storage::Query(
      database.options.path, "SELECT NULL AS n, 7 AS i, 0.5 AS r, 'text' AS t, x'00ff' AS b",
      [&](const std::vector<std::string>& names) { columns = names; },
      [&](const std::vector<storage::Value>& row) {
        cells = row;
        return true;
      });
  CHECK(error.ok);
  CHECK(columns == std::vector<std::string>{"n", "i", "r", "t", "b"});
  CHECK(cells == std::vector<storage::Value>{std::monostate(), std::int64_t{7}, 0.5, std::string("text"),
                                             std::string("\0\xff", 2)});
}

TEST_CASE("A query without rows still names its columns, and a reader may stop early") {
  Queried database;
  int headers = 0;
  int rows = 0;
  auto header = [&](const std::vector<std::string>&) { ++headers; };
  auto row = [&](const std::vector<storage::Value>&) { return ++rows < 1; };
  CHECK(storage::Query(database.options.path, "SELECT * FROM pages", header, row).ok);
  CHECK(rows == 0);
  CHECK(storage::Query(database.options.path, "SELECT * FROM queue", header, row).ok);
  CHECK(rows == 1);
  CHECK(headers == 2);
}

TEST_CASE("A question asked in the crawl's own process leaves the crawl's locks where they are") {
  Queried database;
  CHECK_FALSE(LooksAbandoned(database.options.path));
  CHECK(Run(database.options.path, "SELECT * FROM queue").ok);
  storage::UrlStory story;
  CHECK(storage::LookUp(database.options.path, Id(1), Host("a.test"), "https://a.test", story).ok);
  CHECK(story.url.Text("state") == "queued");
  CHECK_FALSE(LooksAbandoned(database.options.path));
  REQUIRE(database.Close());
  CHECK(LooksAbandoned(database.options.path));
}

TEST_CASE("A look at a URL ends when its time is over") {
  Queried database;
  storage::UrlStory story;
  storage::QueryLimits limits;
  limits.deadline = std::chrono::steady_clock::now();
  const storage::QueryError error =
      storage::LookUp(database.options.path, Id(1), Host("a.test"), "https://a.test", story, limits);
  CHECK(error.given_up);
  CHECK(story.url.empty());
}

TEST_CASE("Nothing that writes, reaches other files or changes settings is run") {
  Queried database;
  const std::string elsewhere = (database.folder / "elsewhere.db").string();
  for (const std::string& sql : {
           std::string("DELETE FROM url"),
           std::string("INSERT INTO target(name) VALUES ('x')"),
           std::string("UPDATE url SET state = 1"),
           std::string("DROP VIEW pages"),
           std::string("CREATE TABLE t(x)"),
           std::string("CREATE TEMP TABLE t(x)"),
           std::string("ATTACH '" + elsewhere + "' AS e"),
           std::string("VACUUM INTO '" + elsewhere + "'"),
           std::string("PRAGMA query_only = 0"),
           std::string("PRAGMA user_version = 9"),
           std::string("PRAGMA journal_mode = DELETE"),
           std::string("PRAGMA journal_mode"),
           std::string("PRAGMA wal_checkpoint"),
           std::string("BEGIN"),
           std::string("BEGIN IMMEDIATE"),
           std::string("UPDATE sqlite_master SET sql = ''"),
           std::string("DELETE FROM sqlite_schema"),
           std::string("REINDEX"),
           std::string("ANALYZE"),
           std::string("WITH x AS (SELECT 1) DELETE FROM url"),
           std::string("SELECT load_extension('x')"),
           std::string("EXPLAIN DELETE FROM url"),
       }) {
    INFO(sql);
    const storage::QueryError error = Run(database.options.path, sql);
    CHECK_FALSE(error.ok);
    CHECK(error.usage);
    CHECK_FALSE(error.message.empty());
  }
  CHECK_FALSE(std::filesystem::exists(elsewhere));
  CHECK(database.Row("SELECT count(*) FROM url") == "2");
}

TEST_CASE("What only reads is run: views, common table expressions, plans, descriptions") {
  Queried database;
  CHECK(database.Row("WITH q AS (SELECT * FROM queue) SELECT count(*) FROM q") == "2");
  CHECK(database.Row("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) "
                     "SELECT max(i) FROM n") == "5");
  CHECK(Run(database.options.path, "EXPLAIN QUERY PLAN SELECT * FROM pages").ok);
  CHECK(database.Row("SELECT sum(value) FROM json_each('[1, 2, 3]')") == "6");
  CHECK(Run(database.options.path, "PRAGMA table_info(pages)").ok);
  CHECK(database.Row("SELECT count(*) > 0 FROM pragma_table_list") == "1");
  CHECK(database.Row("PRAGMA page_size") == "4096");
}

TEST_CASE("One statement, with or without its semicolon and comments") {
  Queried database;
  CHECK(database.Row("SELECT 1;") == "1");
  CHECK(database.Row("-- how many\nSELECT 1; -- that is all\n/* end */ ;") == "1");
  CHECK(database.Row("SELECT 1; SELECT 2") == "error: only one statement at a time is allowed");
  CHECK(database.Row("SELECT 1; DROP TABLE url") == "error: only one statement at a time is allowed");
  CHECK(database.Row("") == "error: there is no SQL to run");
  CHECK(database.Row(" ; -- nothing") == "error: there is no SQL to run");
}

TEST_CASE("Wrong SQL is the asker's mistake, and the place is shown") {
  Queried database;
  const storage::QueryError error = Run(database.options.path, "SELECT url,\n  tilte FROM pages");
  CHECK(error.usage);
  CHECK(error.message == "no such column: tilte\n    tilte FROM pages\n    ^");
  CHECK_THAT(Run(database.options.path, "SELEC 1").message, Contains("syntax error"));
}

TEST_CASE("An error in the middle of the rows is told") {
  Queried database;
  const Rows rows = database.Rows("SELECT json('[1]') UNION ALL SELECT json('not json')");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == "[1]");
  CHECK_THAT(rows[1], Contains("malformed JSON"));
}

TEST_CASE("A missing file is not created") {
  TempDir folder;
  const std::string path = (folder / "absent.db").string();
  const storage::QueryError error = Run(path, "SELECT 1");
  CHECK_FALSE(error.ok);
  CHECK_FALSE(error.usage);
  CHECK(error.message ==
        path +
            " cannot be opened: No such file or directory; run a crawl first, or name the file "
            "with --db");
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("A file that is no database is named") {
  TempDir folder;
  const std::string path = (folder / "notes.txt").string();
  PutBytes(path, "notes, many more than sixteen bytes of them");
  const storage::QueryError error = Run(path, "SELECT 1");
  CHECK_FALSE(error.usage);
  CHECK_THAT(error.message, Contains(path + " is not an SQLite database"));
}

TEST_CASE("A closed database is read as well as one in use") {
  Queried database;
  REQUIRE(database.Close());
  CHECK(database.Row("SELECT count(*) FROM queue") == "2");
}

TEST_CASE("A query ends at its deadline, also one that never gives a row") {
  Queried database;
  const std::string endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0";
  auto header = [](const std::vector<std::string>&) {};
  auto row = [](const std::vector<storage::Value>&) { return true; };
  storage::QueryLimits limits;
  limits.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  storage::QueryError error = storage::Query(database.options.path, endless, header, row, limits);
  CHECK_FALSE(error.ok);
  CHECK(error.given_up);
  CHECK_THAT(error.message, Contains("too long"));

  const std::atomic<bool> cancelled = true;
  limits = {};
  limits.cancelled = &cancelled;
  error = storage::Query(database.options.path, endless, header, row, limits);
  CHECK(error.given_up);

  error = storage::Query(database.options.path, "SELECT 1", header, row, limits);
  CHECK(error.given_up);  // it is not begun
}
