#include "storage/export/row_export.h"

#include <algorithm>

#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using Catch::Matchers::Contains;
using Rows = std::vector<std::string>;
using storage::ExportRequest;
using storage::RowExport;

namespace {

constexpr std::uint64_t kMany = 2 * RowExport::kSlice + 500;  // three slices

ExportRequest WholeTable(const Database& database, std::string table, std::vector<std::string> columns = {}) {
  return {database.options.path, std::move(table), std::move(columns), ""};
}

/// One page, and many URLs that were left out.
struct LongCrawl : Database {
  LongCrawl() {
    REQUIRE(Open() == "");
    Batch page;
    page.Queued(1, 1).Visited(1, 1).WithPage("A title", "Some text").WithLink(2, "two");
    REQUIRE(WriteNow(*store, page));
    Batch rest;
    for (std::uint64_t n = 2; n < 2 + kMany; ++n)
      rest.Excluded(n, n % 2 == 0 ? storage::SkipReason::kScope : storage::SkipReason::kDenied, "", "b.test");
    REQUIRE(WriteNow(*store, rest));
  }
  ExportRequest Of(std::string table, std::vector<std::string> columns = {}, std::string where = "") const {
    return {options.path, std::move(table), std::move(columns), std::move(where)};
  }
};

/// Two rows and more of nearly every kind.
struct RichCrawl : Database {
  RichCrawl() {
    storage::RunStart start = StartOfRun();
    start.rules = {{.name = "shoe", .fields = {{.name = "size", .css = "b"}}}};
    REQUIRE(Open({}, start) == "");
    REQUIRE(Close());
    REQUIRE(Open({}, start) == "");
    for (std::uint64_t n = 1; n <= 3; ++n) {
      Batch page;
      page.Queued(n, n)
          .Visited(n, n)
          .WithPage("page", "text")
          .WithLink(5, "broken")
          .Again(9000, Duration(8000));
      page.WithItem("shoe", 1, R"({"size":"9"})").WithItem("shoe", 2, R"({"size":"10"})");
      page.WithStructured("json-ld", "{}");
      REQUIRE(WriteNow(*store, page));
      REQUIRE(WriteNow(*store, Batch().Promoted(n, 10 + n)));
      REQUIRE(WriteNow(*store, Batch()
                                   .Visited(n, 10 + n)
                                   .WithPage("page", "new", 8)
                                   .WithLink(5, "broken")
                                   .WithItem("shoe", 1, R"({"size":"9"})")
                                   .WithStructured("json-ld", "{}")
                                   .Again(9000, Duration(8000))));
    }
    for (std::uint64_t n = 5; n <= 6; ++n) {
      REQUIRE(WriteNow(*store, Batch().Queued(n, n, "b.test")));
      REQUIRE(WriteNow(*store, Batch().Visited(n, n, Outcome::kHttpError, 404, "b.test")));
      Batch moved;
      moved.Queued(n + 2, n + 2).Visited(n + 2, n + 2, Outcome::kRedirect, 301);
      moved.batch.redirect = storage::Redirect{Id(1), 301};
      REQUIRE(WriteNow(*store, moved));
      REQUIRE(WriteNow(*store, Batch().Queued(n + 4, n + 4).Excluded(n + 6, storage::SkipReason::kScope)));
    }
    for (std::uint64_t n = 21; n <= 23; ++n) {
      Batch near;
      near.Queued(n, n).Visited(n, n).WithPage("near", "text", 100 + n).WithSimhash(0xFF00 + n);
      REQUIRE(WriteNow(*store, near));
    }
    REQUIRE(Close());  // which compares them
    REQUIRE(Open({}, start) == "");
  }
};

struct Damage {
  std::int64_t cells = 0;  ///< rows of a leaf
};

/// Overwrites the nth page of a kind ("leaf", "overflow") of a table's B-tree; the database is closed.
Damage DamagePage(const Database& database, const std::string& table, const std::string& kind, int nth) {
  storage::sqlite::Connection::Failure failure;
  auto db =
      storage::sqlite::Connection::Open(database.options.path, storage::sqlite::OpenMode::kReadOnly, failure);
  const std::string from = " FROM dbstat WHERE name = '" + table + "' AND pagetype = '" + kind +
                           "' ORDER BY path LIMIT 1 OFFSET " + std::to_string(nth);
  const std::int64_t page = db->Int("SELECT pageno" + from).value();
  const std::int64_t cells = db->Int("SELECT ncell" + from).value();
  db.reset();
  std::string bytes = BytesOf(database.options.path);
  bytes.replace(static_cast<std::size_t>(page - 1) * 4096, 4096, 4096, '\x55');
  PutBytes(database.options.path, bytes);
  return {cells};
}

std::string Refusal(const ExportRequest& request) {
  storage::QueryError error;
  CHECK_FALSE(RowExport::Open(request, error));
  CHECK_FALSE(error.ok);
  return error.message;
}

/// Takes slices until the end, or `slices` of them.
Rows Take(RowExport& rows, int slices = 1000) {
  Rows all;
  for (; slices > 0 && !rows.done(); --slices) {
    const storage::QueryError error = rows.Next([&all](const std::vector<storage::Value>& row) {
      std::string line;
      for (const storage::Value& cell : row)
        line.append(&cell == row.data() ? "" : "|").append(Database::Shown(cell));
      all.push_back(line);
      return true;
    });
    REQUIRE(error.message == "");
  }
  return all;
}

Rows Exported(const ExportRequest& request) {
  storage::QueryError error;
  const auto rows = RowExport::Open(request, error);
  REQUIRE(error.message == "");
  return Take(*rows);
}

}  // namespace

TEST_CASE("Every row of a view is exported, as the view has it") {
  const LongCrawl crawl;
  const RichCrawl rich;
  for (const storage::ExportTable& table : storage::ExportTables()) {
    const std::string name = std::string(table.name) + (table.name.ends_with('_') ? "shoe" : "");
    INFO("table " << name);
    for (const Database* database :
         {static_cast<const Database*>(&crawl), static_cast<const Database*>(&rich)}) {
      if (database == &crawl && name == "item_shoe") continue;
      Rows wanted = database->Rows("SELECT * FROM " + name);
      Rows got = Exported(WholeTable(*database, name));
      std::sort(wanted.begin(), wanted.end());
      std::sort(got.begin(), got.end());
      CHECK(got == wanted);
      if (database == &rich && name != "bodies" && name != "sitemaps" && name != "robots")
        CHECK(got.size() > 1);
    }
  }
  CHECK(Exported(crawl.Of("skipped")).size() == kMany);
}
TEST_CASE("Columns are chosen and ordered, rows filtered by an expression") {
  const LongCrawl crawl;
  CHECK(Exported(crawl.Of("pages", {"title", "url"})) == Rows{"A title|https://a.test/1"});
  CHECK(Exported(crawl.Of("pages", {"url"}, "words > 0 -- a comment")).empty());
  CHECK(Exported(crawl.Of("skipped", {"url"}, "reason = 'scope'")).size() == kMany / 2);
  CHECK(Exported(crawl.Of("pages", {"url"}, "title = 'x' OR 1")).size() == 1);
}

TEST_CASE("An export that goes on behind a position gives the rest, none twice") {
  const LongCrawl crawl;
  storage::QueryError error;
  const auto first = RowExport::Open(crawl.Of("skipped", {"url"}), error);
  Rows all = Take(*first, 1);
  CHECK(all.size() == RowExport::kSlice - 1);  // the page is a URL too, and no row of the view
  ExportRequest rest = crawl.Of("skipped", {"url"});
  rest.after = first->position();
  const Rows others = Exported(rest);
  all.insert(all.end(), others.begin(), others.end());
  CHECK(all.size() == kMany);
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("Between slices an export pins nothing: the log can be folded away") {
  LongCrawl crawl;
  storage::QueryError error;
  const auto rows = RowExport::Open(crawl.Of("skipped", {"url"}), error);
  CHECK_FALSE(Take(*rows, 1).empty());
  storage::sqlite::Connection::Failure failure;
  crawl.Abandon();
  const auto writer =
      storage::sqlite::Connection::Open(crawl.options.path, storage::sqlite::OpenMode::kCreate, failure);
  writer->Exec("UPDATE url SET depth = depth + 1");
  CHECK(writer->Int("PRAGMA wal_checkpoint(TRUNCATE)") == 0);  // 1: a reader was in the way
  CHECK(Take(*rows).size() == kMany + 1 - RowExport::kSlice);
}

TEST_CASE("Of a damaged table all rows are exported but those of the damaged page") {
  for (const int nth : {1, 20}) {
    LongCrawl crawl;
    crawl.Abandon();
    const Damage damage = DamagePage(crawl, "url", "leaf", nth);
    REQUIRE(damage.cells > 10);
    storage::QueryError error;
    const auto rows = RowExport::Open(crawl.Of("skipped", {"url"}), error);
    Rows got = Take(*rows);
    CHECK(got.size() == kMany - static_cast<std::size_t>(damage.cells));
    std::sort(got.begin(), got.end());
    CHECK(std::adjacent_find(got.begin(), got.end()) == got.end());
    CHECK(rows->unreadable().gaps == 1);
    CHECK(rows->unreadable().rows == 0);
  }
}

TEST_CASE("Of a damaged text its row alone is left out, and only where the text is asked for") {
  Database crawl;
  REQUIRE(crawl.Open() == "");
  for (std::uint64_t n = 1; n <= 5; ++n) REQUIRE(WriteNow(*crawl.store, Batch().Queued(n, n)));
  for (std::uint64_t n = 1; n <= 5; ++n)
    REQUIRE(WriteNow(*crawl.store, Batch().Visited(n, n).WithPage("page", std::string(20'000, 'x'))));
  REQUIRE(crawl.Close());
  DamagePage(crawl, "page_text", "overflow", 6);
  storage::QueryError error;
  const auto whole = RowExport::Open(WholeTable(crawl, "pages"), error);
  CHECK(Take(*whole).size() == 4);
  CHECK(whole->unreadable().rows == 1);
  CHECK(whole->unreadable().gaps == 0);
  CHECK(Exported(WholeTable(crawl, "pages", {"url"})).size() == 5);
}

TEST_CASE("An export whose table is damaged to its end comes to its end") {
  LongCrawl crawl;
  crawl.Abandon();
  int leaves = 0;
  {
    storage::sqlite::Connection::Failure failure;
    const auto db =
        storage::sqlite::Connection::Open(crawl.options.path, storage::sqlite::OpenMode::kReadOnly, failure);
    leaves = static_cast<int>(
        db->Int("SELECT count(*) FROM dbstat WHERE name = 'url' AND pagetype = 'leaf'").value());
  }
  const Damage damage = DamagePage(crawl, "url", "leaf", leaves - 1);
  storage::QueryError error;
  const auto rows = RowExport::Open(crawl.Of("skipped", {"url"}), error);
  CHECK(Take(*rows).size() == kMany - static_cast<std::size_t>(damage.cells));
  CHECK(rows->unreadable().gaps == 1);
}

TEST_CASE("What is wrong with a request is said in one sentence") {
  const LongCrawl crawl;
  CHECK_THAT(Refusal(crawl.Of("recipes")), Contains("there is no table \"recipes\"; there are pages, links"));
  CHECK_THAT(Refusal(crawl.Of("pages", {"colour"})),
             Contains("pages has no column \"colour\"; it has url, host"));
  CHECK_THAT(Refusal(crawl.Of("pages", {}, "colour = 1")), Contains("--where: no such column: colour"));
  CHECK_THAT(Refusal(crawl.Of("pages", {}, "1); DELETE FROM page; --")), Contains("--where: "));
  ExportRequest missing = crawl.Of("pages");
  missing.database = (crawl.folder / "absent.db").string();
  CHECK_THAT(Refusal(missing), Contains("absent.db cannot be opened"));
}

TEST_CASE("Stopping in the middle is no error") {
  const LongCrawl crawl;
  storage::QueryError error;
  const auto rows = RowExport::Open(crawl.Of("skipped"), error);
  int seen = 0;
  CHECK(rows->Next([&seen](const std::vector<storage::Value>&) { return ++seen < 3; }).ok);
  CHECK(seen == 3);
}
