#include "storage/reports/reports.h"

#include <set>

#include "storage/sqlite/schema.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using storage::SkipReason;
using Rows = std::vector<std::string>;

namespace {

/// a.test/1 links to /2, /3 and itself; /2 failed; /4 redirects to /5; /3 and /6 are the same page without a
/// title; /6 came from a seed and nobody links to it; b.test/9 is out of scope.
struct ReportedCrawl : Database {
  ReportedCrawl() {
    REQUIRE(Open() == "");
    REQUIRE(WriteNow(*store, Batch().Queued(1, 1).Queued(4, 2).Queued(6, 3).Queued(8, 4)));
    Batch page;
    page.Visited(1, 1)
        .WithPage("A title", "Some text")
        .WithLink(1, "home")
        .WithLink(2, "two")
        .WithLink(3, "three");
    page.batch.visit->first_byte_ms = 30;
    page.Queued(2, 5).Queued(3, 6).Excluded(9, SkipReason::kScope, "", "b.test");
    page.Excluded(10, SkipReason::kDenied, "/private/.*").Excluded(11, SkipReason::kDenied, "/private/.*");
    REQUIRE(WriteNow(*store, page));
    Batch missing;
    missing.Visited(2, 5, Outcome::kHttpError, 404, "a.test", 2000);
    missing.batch.visit->first_byte_ms = 50;
    REQUIRE(WriteNow(*store, missing));
    Batch redirect;
    redirect.Visited(4, 2, Outcome::kRedirect, 301, "a.test", 3000).Queued(5, 7);
    redirect.batch.redirect = storage::Redirect{Id(5), 301};
    REQUIRE(WriteNow(*store, redirect));
    Batch leads_to;
    leads_to.Visited(5, 7, Outcome::kOk, 200, "a.test", 4000).WithPage("Five", "Text of five", 9);
    REQUIRE(WriteNow(*store, leads_to));
    Batch twin;
    twin.Visited(3, 6, Outcome::kOk, 200, "a.test", 5000).WithPage("", "Twin", 8);
    REQUIRE(WriteNow(*store, twin));
    Batch other;
    other.Visited(6, 3, Outcome::kOk, 200, "a.test", 6000).WithPage("", "Twin", 8);
    REQUIRE(WriteNow(*store, other));
  }
};

}  // namespace

TEST_CASE("Every report answers on an empty database and on a full one") {
  Database empty;
  REQUIRE(empty.Open() == "");
  ReportedCrawl crawl;
  std::set<std::string_view> names;
  for (const storage::Report& report : storage::Reports()) {
    INFO("report " << report.name);
    CHECK(names.insert(report.name).second);
    CHECK_FALSE(report.sentence.empty());
    for (const Database* database : std::initializer_list<const Database*>{&empty, &crawl}) {
      std::size_t columns = 0;
      const storage::QueryError error = storage::RunReport(
          database->options.path, report, "a.test", 10,
          [&columns](const std::vector<std::string>& names_of) { columns = names_of.size(); },
          [&columns](const std::vector<storage::Value>& row) { return row.size() == columns; });
      CHECK(error.message == "");
      CHECK(columns > 1);
    }
  }
}

TEST_CASE("broken-links names the page and the text of the link: an answer that is an error is broken too") {
  ReportedCrawl crawl;
  const std::string failed = "https://a.test/2|404|http_error|https://a.test/1|two";
  CHECK(crawl.Report("broken-links") == Rows{failed});
  Batch gone;  // an answer, so the crawl is done with the URL
  gone.Visited(8, 4, Outcome::kHttpError, 410, "a.test", 7000);
  gone.batch.state = storage::UrlState::kDone;
  REQUIRE(WriteNow(*crawl.store, gone));
  CHECK(crawl.Report("broken-links") == Rows{"https://a.test/8|410|http_error|NULL|NULL", failed});
  Batch link;
  link.Visited(5, 7, Outcome::kOk, 200, "a.test", 8000).WithPage("Five", "t", 5).WithLink(8, "eight");
  REQUIRE(WriteNow(*crawl.store, link));
  CHECK(crawl.Rows("SELECT target, status, anchor FROM broken_links") ==
        Rows{"https://a.test/2|404|two", "https://a.test/8|410|eight"});
}

TEST_CASE("errors-by-host and errors-by-reason count what failed, redirects left out") {
  ReportedCrawl crawl;
  CHECK(crawl.Report("errors-by-host") == Rows{"a.test|1|4|NULL|NULL|NULL"});
  REQUIRE(crawl.Report("errors-by-reason").size() == 1);
  CHECK_THAT(crawl.Report("errors-by-reason")[0],
             Catch::Matchers::StartsWith("http_error|404|1|") &&
                 Catch::Matchers::EndsWith("|https://a.test/2|what failed"));
}

TEST_CASE("slow-hosts: the mean and the slowest first byte, of answers alone") {
  CHECK(ReportedCrawl().Report("slow-hosts") == Rows{"a.test|40|50|2|4|NULL"});
}

TEST_CASE("duplicates: a row for each content, with two of its URLs") {
  CHECK(ReportedCrawl().Report("duplicates") ==
        Rows{"0000000000000008|2|400|https://a.test/6|https://a.test/3"});
}

TEST_CASE("redirects: where they lead and what became of that") {
  CHECK(ReportedCrawl().Report("redirects") ==
        Rows{"https://a.test/4|https://a.test/5|301|2023-11-14T22:13:23.000Z|200|ok"});
}

TEST_CASE("missing-titles: HTML pages without one") {
  ReportedCrawl crawl;
  Batch document;
  document.Visited(8, 4).WithPage("", "", 77);
  document.batch.page->content_type = "application/pdf";
  REQUIRE(WriteNow(*crawl.store, document));
  const Rows rows = crawl.Report("missing-titles");
  REQUIRE(rows.size() == 2);
  CHECK_THAT(rows[0], Catch::Matchers::StartsWith("https://a.test/6|"));
  CHECK_THAT(rows[1], Catch::Matchers::StartsWith("https://a.test/3|"));
  CHECK(crawl.Report("content-types") == Rows{"text/html|4", "application/pdf|1"});
}

TEST_CASE("queue-by-host counts what waits") {
  CHECK(ReportedCrawl().Report("queue-by-host") == Rows{"a.test|1|2023-11-14T22:13:20.000Z|NULL|NULL|NULL"});
}

TEST_CASE("robots: by the name of a host or by an origin") {
  ReportedCrawl crawl;
  Batch batch;
  storage::RobotsReceipt receipt;
  receipt.origin = "https://a.test";
  receipt.host = Host("a.test");
  receipt.host_name = "a.test";
  receipt.status = 200;
  receipt.fetched_at = At(5);
  receipt.expires_at = At(1005);
  receipt.body = "User-agent: *\nDisallow: /x\n";
  batch.batch.robots = receipt;
  for (const std::uint64_t number : {20, 21})
    batch.Excluded(number, SkipReason::kRobots, "robots.txt line 2: Disallow: /x");
  batch.Excluded(22, SkipReason::kRobots, "robots.txt line 3: Disallow: /y");
  batch.Excluded(23, SkipReason::kRobots, "robots.txt line 3: Disallow: /y", "b.test");
  REQUIRE(WriteNow(*crawl.store, batch));
  const Rows wanted{
      "https://a.test|ok|200|2023-11-14T22:13:20.005Z|2023-11-14T22:13:21.005Z|NULL|User-agent: *\nDisallow: "
      "/x\n|NULL|robots.txt line 2: Disallow: /x (2)\nrobots.txt line 3: Disallow: /y (1)"};
  CHECK(crawl.Report("robots", "A.test") == wanted);
  CHECK(crawl.Report("robots", "https://a.test") == wanted);
  CHECK(crawl.Report("robots", "b.test").empty());
}

TEST_CASE("orphans: seeds and ends of redirects that no other page links to") {
  ReportedCrawl crawl;
  CHECK(crawl.Report("orphans") == Rows{"https://a.test/1|A title|NULL|1|200",
                                        "https://a.test/6|NULL|NULL|1|200",
                                        "https://a.test/5|Five|https://a.test/4|1|200"});
  Batch links;
  links.Visited(8, 4, Outcome::kOk, 200, "a.test", 7000)
      .WithPage("Eight", "t", 99)
      .WithLink(1, "up")
      .WithLink(5, "5");
  REQUIRE(WriteNow(*crawl.store, links));
  CHECK(crawl.Report("orphans") ==
        Rows{"https://a.test/6|NULL|NULL|1|200", "https://a.test/8|Eight|NULL|1|200"});
}

TEST_CASE("orphans: links count whether they are stored or not, and where the target was not known yet") {
  for (const auto keep : {config::LinkStorage::kAll, config::LinkStorage::kNone}) {
    Database crawl;
    crawl.options.links = keep;
    crawl.options.skipped_per_host = 1;
    REQUIRE(crawl.Open() == "");
    REQUIRE(WriteNow(*crawl.store, Batch().Queued(1, 1).Queued(2, 2)));
    Batch sitemap;  // stores no page, so what it names is linked to by none
    sitemap.Visited(1, 1).Queued(3, 3).Queued(4, 4);
    REQUIRE(WriteNow(*crawl.store, sitemap));
    Batch page;  // 5 and 6 are left out, 6 without a row; 2 links to itself
    page.Visited(2, 2).WithPage("two", "x").WithLink(2, "self").WithLink(3, "three").WithLink(6, "six");
    page.Excluded(5, SkipReason::kDepth).Excluded(6, SkipReason::kDepth);
    REQUIRE(WriteNow(*crawl.store, page));
    REQUIRE(WriteNow(*crawl.store, Batch().Queued(6, 6)));
    std::uint64_t seq = 3;
    for (const std::uint64_t n : {3, 4, 6}) {
      Batch batch;
      batch.Visited(n, n == 6 ? 6 : seq++).WithPage("t" + std::to_string(n), "x", 100 + n);
      REQUIRE(WriteNow(*crawl.store, batch));
    }
    CHECK(crawl.Report("orphans") ==
          Rows{"https://a.test/2|two|NULL|1|200", "https://a.test/4|t4|https://a.test/1|1|200"});
    CHECK(crawl.Rows("SELECT url FROM orphan WHERE url = 1") == Rows{"1"});
    REQUIRE(crawl.Close());
    REQUIRE(crawl.Open() == "");  // what is known of links is read again
    Batch later;
    later.Visited(3, 9).WithPage("t3", "x", 103).WithLink(2, "two").WithLink(4, "four");
    REQUIRE(WriteNow(*crawl.store, later));
    CHECK(crawl.Report("orphans") == Rows{});
    CHECK(crawl.Violations() == Rows{});
  }
}

TEST_CASE("orphans: more than the least that is counted in memory") {
  Database crawl;
  REQUIRE(crawl.Open() == "");
  constexpr std::uint64_t kMany = 20'000;
  for (std::uint64_t n = 1; n <= kMany; n += 1000) {
    Batch batch;
    for (std::uint64_t i = n; i < n + 1000; ++i) batch.Queued(i, i);
    REQUIRE(WriteNow(*crawl.store, batch));
  }
  const auto links = [&crawl](std::uint64_t from, std::uint64_t seq) {
    Batch batch;
    batch.Visited(seq, seq).WithPage("t", "x");
    for (std::uint64_t i = from; i <= kMany; i += 2) batch.WithLink(i, "");
    REQUIRE(WriteNow(*crawl.store, batch));
  };
  links(4, 1);
  CHECK(crawl.Row("SELECT count(*) FROM orphan") == std::to_string(kMany / 2 + 1));
  REQUIRE(crawl.Close());
  REQUIRE(crawl.Open() == "");
  links(3, 2);
  CHECK(crawl.Rows("SELECT url FROM orphan") == Rows{"1", "2"});
}

TEST_CASE("storage: each way to ask has the same columns, and as plain SQL nothing is read whole") {
  ReportedCrawl crawl;
  REQUIRE(crawl.Close());
  const storage::Report& report = *storage::FindReport("storage");
  std::set<std::vector<std::string>> columns;
  const auto note = [&columns](const std::vector<std::string>& names) { columns.insert(names); };
  const auto row = [](const std::vector<storage::Value>&) { return true; };
  const std::string plain = storage::PlainSql(report, 100, "");
  CHECK(storage::Query(crawl.options.path, plain, note, row).ok);
  CHECK(storage::Query(crawl.options.path, report.sql, note, row, {}, {std::int64_t{100}}).ok);
  CHECK(storage::RunReport(crawl.options.path, report, "", 100, note, row).ok);
  CHECK(columns ==
        std::set<std::vector<std::string>>{{"name", "type", "bytes", "percent", "rows", "unused_bytes"}});
  CHECK_THAT(plain, !Catch::Matchers::Contains("dbstat") && !Catch::Matchers::Contains("count("));
  const Rows rows = crawl.Rows(plain);
  CHECK_THAT(rows, Catch::Matchers::VectorContains(std::string("url|table|NULL|NULL|10|NULL")) &&
                       Catch::Matchers::VectorContains(std::string("pending|table|NULL|NULL|1|NULL")));
}

TEST_CASE("skipped-by-reason and status-codes count rows") {
  ReportedCrawl crawl;
  CHECK(crawl.Report("skipped-by-reason") ==
        Rows{"denied|/private/.*|2|https://a.test/10", "scope|NULL|1|https://b.test/9"});
  CHECK(crawl.Report("status-codes") == Rows{"200|4|2000", "301|1|500", "404|1|500"});
}

TEST_CASE("storage: bytes of every table") {
  ReportedCrawl crawl;
  REQUIRE(crawl.Close());
  const Rows rows = crawl.Report("storage");
  REQUIRE(rows.size() > 10);
  std::int64_t bytes = 0;
  for (const std::string& row : rows) {
    const std::size_t second = row.find('|', row.find('|') + 1);
    bytes += std::stoll(row.substr(second + 1));
  }
  CHECK(bytes == static_cast<std::int64_t>(std::filesystem::file_size(crawl.options.path)));
  CHECK(std::set<std::string>(rows.begin(), rows.end()).size() == rows.size());
}

TEST_CASE("A report gives no more rows than are wanted") {
  ReportedCrawl crawl;
  CHECK(crawl.Report("missing-titles", "", 1).size() == 1);
  CHECK(crawl.Report("missing-titles", "", 0).empty());
}

TEST_CASE("Counters of hosts in a database of schema 2 are those that its visits give") {
  using storage::sqlite::Connection;
  Database database;
  {
    Connection::Failure failure;
    const auto db = Connection::Open(database.options.path, storage::sqlite::OpenMode::kCreate, failure);
    db->Exec("PRAGMA application_id = " + std::to_string(storage::sqlite::kApplicationId));
    db->Exec(
        "CREATE TABLE schema_version(version INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT "
        "CURRENT_TIMESTAMP)");
    for (const storage::sqlite::Migration& step : storage::sqlite::Migrations().first(2)) db->Exec(step.sql);
    db->Exec(
        "INSERT INTO schema_version(version) VALUES (1), (2);"
        "INSERT INTO host(n, id, name) VALUES (1, 11, 'a.test'), (2, 12, 'b.test');"
        "INSERT INTO url(n, id, host, state, skip, depth, redirects, seen, visits, url) VALUES "
        "(1, 1, 1, 1, 0, 0, 0, 0, 2, 'https://a.test/1'), (2, 2, 2, 1, 0, 0, 0, 0, 1, 'https://b.test/2');"
        "INSERT INTO visit(url, run, at, outcome, status, attempt, bytes_wire, bytes_body, first_byte_ms) "
        "VALUES "
        "(1, 1, 0, 0, 200, 1, 0, 0, 20), (1, 1, 0, 0, 200, 1, 0, 0, 41), (2, 1, 0, 10, 0, 1, 0, 0, NULL)");
    REQUIRE_FALSE(db->failed());
  }
  CHECK_THAT(database.Report("slow-hosts")[0], Catch::Matchers::Contains("was written by an earlier trawl"));
  REQUIRE(database.Open() == "");
  CHECK(database.Report("slow-hosts") == Rows{"a.test|30|41|2|0|NULL"});
}

TEST_CASE("Reports that count rows find them in an index") {
  ReportedCrawl crawl;
  struct Plan {
    const char* report;
    const char* index;
  };
  static constexpr Plan kPlans[] = {
      {"errors-by-reason", "visit_failure"}, {"duplicates", "page_content"},
      {"missing-titles", "page_untitled"},   {"skipped-by-reason", "url_excluded"},
      {"content-types", "page_type"},        {"near-duplicates", "near_first"},
      {"broken-links", "visit_broken"}};
  for (const Plan& plan : kPlans) {
    std::string text;
    storage::Report explained = *storage::FindReport(plan.report);
    const std::string sql = "EXPLAIN QUERY PLAN " + std::string(explained.sql);
    explained.sql = sql;
    storage::RunReport(
        crawl.options.path, explained, "", 10, [](const std::vector<std::string>&) {},
        [&text](const std::vector<storage::Value>& row) {
          text += Database::Shown(row.back()) + "\n";
          return true;
        });
    CHECK_THAT(text, Catch::Matchers::Contains(plan.index));
  }
}
