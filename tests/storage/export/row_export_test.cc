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
  for (const storage::ExportTable& table : storage::ExportTables()) {
    INFO("table " << table.name);
    const std::string name(table.name);
    Rows wanted = crawl.Rows("SELECT * FROM " + name);
    Rows got = Exported(crawl.Of(name));
    std::sort(wanted.begin(), wanted.end());
    std::sort(got.begin(), got.end());
    CHECK(got == wanted);
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
