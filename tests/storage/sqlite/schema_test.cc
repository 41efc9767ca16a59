#include "storage/sqlite/schema.h"

#include <set>
#include <sstream>

#include "storage/records.h"
#include "storage/sqlite/revisit_rows.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using namespace trawl::storage::sqlite;

namespace {

std::unique_ptr<Connection> Fresh(const TempDir& folder) {
  Connection::Failure failure;
  return Connection::Open((folder / "s.db").string(), OpenMode::kCreate, failure);
}

std::set<std::string> ColumnsOf(const Database& database, const std::string& view) {
  std::set<std::string> columns;
  storage::Query(
      database.options.path, "SELECT * FROM " + view,
      [&columns](const std::vector<std::string>& names) { columns.insert(names.begin(), names.end()); },
      [](const std::vector<storage::Value>&) { return true; });
  return columns;
}

}  // namespace

TEST_CASE("Migrations are numbered from one without gaps") {
  int expected = 0;
  for (const Migration& step : Migrations()) CHECK(step.version == ++expected);
}

TEST_CASE("Every schema of the past comes up to date, and a second time changes nothing") {
  for (std::size_t applied = 0; applied <= Migrations().size(); ++applied) {
    TempDir folder;
    const auto db = Fresh(folder);
    if (applied > 0) {
      db->Exec("PRAGMA application_id = " + std::to_string(kApplicationId));
      db->Exec("CREATE TABLE schema_version(version INTEGER PRIMARY KEY, at TEXT)");
    }
    for (const Migration& step : Migrations().first(applied)) {
      db->Exec(step.sql);
      db->Exec("INSERT INTO schema_version VALUES (" + std::to_string(step.version) + ", '')");
    }
    UpdateSchema(*db);
    int version = 0;
    CHECK(InspectSchema(*db, version) == SchemaState::kOurs);
    CHECK(version == Migrations().back().version);
    const auto cookie = db->Int("PRAGMA schema_version");
    UpdateSchema(*db);
    CHECK_FALSE(db->failed());
    CHECK(db->Int("PRAGMA schema_version") == cookie);
  }
}

TEST_CASE("A database of the first schema keeps its pages, and they can be scheduled") {
  TempDir folder;
  const auto db = Fresh(folder);
  db->Exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  db->Exec("CREATE TABLE schema_version(version INTEGER PRIMARY KEY, at TEXT)");
  db->Exec(Migrations().front().sql);
  db->Exec(
      "INSERT INTO schema_version VALUES (1, '');"
      "INSERT INTO target VALUES (1, 'site'); INSERT INTO host(id, name) VALUES (7, 'a.test');"
      "INSERT INTO url VALUES (1, 11, 1, 1, 0, 1, 0, 0, NULL, 1000, 1, 1, NULL, 'https://a.test/');"
      "INSERT INTO visit(n, url, run, at, outcome, status, attempt, bytes_wire, bytes_body) "
      "VALUES (1, 1, 1, 1000, 0, 200, 1, 9, 9);"
      "INSERT INTO page(url, visit, status, words, depth, bytes, content_hash, first_seen, fetched_at, "
      "changed_at, truncated, links) VALUES (1, 1, 200, 1, 0, 9, 5, 1000, 1000, 1000, 0, 0)");
  UpdateSchema(*db);
  CHECK_FALSE(db->failed());
  CHECK(db->Int("SELECT count(*) FROM pages WHERE gone_at IS NULL AND visits = 1") == 1);
  CHECK(db->Int("SELECT pages FROM target") == 1);
  CHECK(db->Int("SELECT count(*) FROM queue") == 0);
  RevisitRows revisits(*db);
  revisits.SetRecrawl({std::chrono::seconds(60)}, {1});
  CHECK_FALSE(db->failed());
  CHECK(db->Text("SELECT due_at FROM queue") == "1970-01-01T00:01:01.000Z");
}

TEST_CASE("A view whose text has changed is replaced") {
  TempDir folder;
  const auto db = Fresh(folder);
  UpdateSchema(*db);
  db->Exec("DROP VIEW pages; CREATE VIEW pages AS SELECT 'of yesterday' AS url");
  UpdateSchema(*db);
  CHECK_FALSE(db->failed());
  CHECK(db->Int("SELECT count(*) FROM pages") == 0);
}

TEST_CASE("The lists of outcomes and skip reasons are whole") {
  Database database;
  REQUIRE(database.Open() == "");
  CHECK(database.Row("SELECT count(*) FROM outcomes") == std::to_string(AllOutcomes().size()));
  CHECK(database.Row("SELECT name FROM outcomes WHERE number = 10") == "dns_failed");
  CHECK(database.Row("SELECT count(*) FROM skip_reasons") ==
        std::to_string(static_cast<int>(storage::kLastSkipReason)));
  CHECK(database.Row("SELECT name FROM skip_reasons WHERE number = 6") == "robots");
}

TEST_CASE("Every view has the columns that are promised") {
  struct Promise {
    const char* view;
    const char* columns;
  };
  static constexpr Promise kPromises[] = {
      {"pages",
       "url host target status content_type charset language title description canonical text words depth "
       "bytes "
       "content_hash etag last_modified first_seen fetched_at changed_at visits truncated fetched_ms"},
      {"visits",
       "url at status outcome attempt ip protocol bytes_wire bytes_body dns_ms connect_ms tls_ms "
       "first_byte_ms "
       "total_ms parse_ms visit"},
      {"errors",
       "url at status outcome attempt ip protocol bytes_wire bytes_body dns_ms connect_ms tls_ms "
       "first_byte_ms "
       "total_ms parse_ms detail visit"},
      {"links", "source target kind rel anchor external"},
      {"skipped", "url reason rule source at"},
      {"skip_counts", "host reason rule urls listed"},
      {"redirects", "source target status at"},
      {"hosts",
       "host ip pages errors bytes delay_ms robots_status crawl_delay_ms waiting_for blocked_until answers "
       "first_byte_ms first_byte_max_ms"},
      {"robots", "host origin status outcome fetched_at expires_at crawl_delay_ms renewal_error body"},
      {"sitemaps", "url host level source fetched_at status outcome detail"},
      {"queue", "url host priority depth due_at attempts due_ms"},
      {"runs", "started_at ended_at end_reason version pages config"},
      {"duplicates", "content_hash copies url"},
      {"metrics", "name label value"},
      {"items", "url rule position data fetched_at defaulted"},
      {"item_fields",
       "rule field type required pages empty_pages items missing missing_rate nulls defaulted place"},
      {"structured", "url kind data position"},
      {"changes", "url at kind old_hash new_hash change"},
      {"near_duplicates", "url near distance title near_title host"},
      {"broken_links", "source target status outcome"},
      {"bodies", "url at file offset length bytes digest record original"},
      {"progress", "known queued pages errors bytes hosts started_at"},
      {"outcomes", "number name sentence"},
  };
  Database database;
  REQUIRE(database.Open() == "");
  for (const Promise& promise : kPromises) {
    INFO("view " << promise.view);
    const std::set<std::string> columns = ColumnsOf(database, promise.view);
    std::istringstream words(promise.columns);
    for (std::string column; words >> column;) {
      INFO("column " << column);
      CHECK(columns.contains(column));
    }
  }
}
