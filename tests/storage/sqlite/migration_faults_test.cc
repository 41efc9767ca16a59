#include <set>

#include "parser/sanitized.h"
#include "storage/error.h"
#include "storage/sqlite/open_database.h"
#include "storage/sqlite/schema.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"
#include "tests/support/faulty_vfs.h"

// A database of an earlier schema is brought up to date, and the nth write or sync fails, once and for ever
// (then as after a crash: nothing more reaches the file): it is of the earlier version or of the newest, with
// all its rows, and nothing between.

using namespace trawl;
using namespace trawl::test;
using namespace trawl::storage::sqlite;
using Mode = FaultyVfs::Mode;

namespace {

/// Every operation fails; under sanitizers, which take minutes for that, every third.
constexpr std::uint64_t kFaultStride = TRAWL_SANITIZED ? 3 : 1;

// A crawl of two pages, a link between them, a redirect, a URL that waits and one that is left out, as the
// first schema has them.
constexpr const char* kRows = R"sql(
INSERT INTO run(started, version, config) VALUES (1000, '0.0.1', '[crawl]');
INSERT INTO target(name) VALUES ('site');
INSERT INTO word(text) VALUES ('text/html'), ('127.0.0.1'), ('/private/');
INSERT INTO host(id, name, pages, errors, bytes) VALUES (7, 'a.test', 2, 0, 1500), (8, 'b.test', 0, 0, 0);
INSERT INTO url(n, id, host, state, skip, target, depth, redirects, source, seen, visit, visits, rule, url) VALUES
  (1, 11, 1, 1, 0, 1, 0, 0, NULL, 1000, 2, 2, NULL, 'https://a.test/'),
  (2, 12, 1, 1, 0, 1, 1, 0, 1, 1001, 3, 1, NULL, 'https://a.test/two'),
  (3, 13, 1, 1, 0, 1, 1, 0, 1, 1001, 4, 1, NULL, 'https://a.test/moved'),
  (4, 14, 2, 0, 0, 1, 1, 0, 1, 1001, NULL, 0, NULL, 'https://b.test/'),
  (5, 15, 1, 3, 2, 1, 1, 0, 1, 1001, NULL, 0, 3, 'https://a.test/private/');
INSERT INTO pending VALUES (2, 1, 4, 4, 1001, 0);
INSERT INTO visit(n, url, run, at, outcome, status, attempt, ip, bytes_wire, bytes_body, first_byte_ms) VALUES
  (1, 1, 1, 1000, 0, 200, 1, 2, 500, 400, 10), (2, 1, 1, 2000, 0, 200, 1, 2, 500, 400, 20),
  (3, 2, 1, 2001, 0, 200, 1, 2, 500, 400, NULL), (4, 3, 1, 2002, 2, 301, 1, 2, 0, 0, 5);
INSERT INTO redirect VALUES (4, 12, 301);
INSERT INTO page(url, visit, status, content_type, words, depth, bytes, content_hash, first_seen, fetched_at, changed_at,
  truncated, links, title) VALUES (1, 2, 200, 1, 2, 0, 400, 5, 1000, 2000, 1000, 0, 1, 'one'),
  (2, 3, 200, 1, 2, 1, 400, 6, 2001, 2001, 2001, 0, 0, 'two');
INSERT INTO page_text VALUES (2, 'the first text'), (3, 'the second text');
INSERT INTO link_kind VALUES (1, 'a', '', 0);
INSERT INTO link VALUES (2 << 16, 12, 1, 'to the second');
)sql";

/// A database as the version `applied` would have left it.
void MakeEarlier(const std::string& path, std::size_t applied) {
  Connection::Failure failure;
  const auto db = Connection::Open(path, OpenMode::kCreate, failure);
  db->Text("PRAGMA journal_mode = WAL");
  db->Exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  db->Exec(
      "CREATE TABLE schema_version(version INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)");
  for (const Migration& step : Migrations().first(applied)) {
    db->Exec(step.sql);
    db->Prepare("INSERT INTO schema_version(version) VALUES (?)").With(step.version).Run();
    if (step.version == 1) db->Exec(kRows);
  }
  REQUIRE_FALSE(db->failed());
}

std::string Whole(const Database& database) {
  return database.Row(
             "SELECT (SELECT group_concat(text) FROM page_text) || '|' || (SELECT count(*) FROM visit) || "
             "'|' || "
             "(SELECT "
             "count(*) FROM url) || '|' || (SELECT anchor FROM link) || '|' || (SELECT count(*) FROM "
             "pending) || "
             "'|'") +
         database.Check();
}

void MigrateThroughFaults(std::size_t applied, Mode mode) {
  const Database pattern;
  MakeEarlier(pattern.options.path, applied);
  const std::string bytes = BytesOf(pattern.options.path);
  const std::string whole = Whole(pattern);
  CHECK(whole == "the first text,the second text|4|5|to the second|1|ok");
  const std::string newest = std::to_string(Migrations().back().version);
  std::set<std::string> met;
  for (std::uint64_t nth = 1 + applied % kFaultStride;; nth += kFaultStride) {
    REQUIRE(nth < 3000);
    INFO("from version " << applied << ", operation " << nth);
    FaultyVfs vfs;
    Database database;
    PutBytes(database.options.path, bytes);
    vfs.Arm(nth, mode);
    std::string error;
    { const auto db = OpenForWriting(database.options, vfs.name(), error); }
    const std::string version = database.Row("SELECT max(version) FROM schema_version");
    met.insert(version);
    CHECK((version == newest || (version == std::to_string(applied) && !error.empty())));
    CHECK(Whole(database) == whole);
    REQUIRE(database.Open() == "");  // the disk is well again
    CHECK(database.Row("SELECT max(version) FROM schema_version") == newest);
    CHECK(Whole(database) == whole);
    CHECK(database.Violations() == std::vector<std::string>{});
    if (!vfs.failed()) break;
  }
  CHECK(met.size() == 2);
}

}  // namespace

TEST_CASE("A migration of any earlier schema that fails at any write or sync, once") {
  for (std::size_t applied = 1; applied < Migrations().size(); ++applied)
    MigrateThroughFaults(applied, Mode::kOnce);
}

TEST_CASE("A migration of any earlier schema that is cut off at any write or sync") {
  for (std::size_t applied = 1; applied < Migrations().size(); ++applied)
    MigrateThroughFaults(applied, Mode::kForever);
}
