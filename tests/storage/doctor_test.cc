#include "storage/doctor.h"

#include <sqlite3.h>
#include <unistd.h>

#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using Catch::Matchers::Contains;
using storage::Examination;
using storage::Finding;
using State = storage::Finding::State;

namespace {

/// A closed crawl with a row of every kind.
struct Crawl : Database {
  Crawl() {
    REQUIRE(Open() == "");
    REQUIRE(WriteNow(*store, Batch().Queued(1, 1).Queued(4, 2)));
    Batch page;
    page.Visited(1, 1).WithPage("A title", "Some text").WithLink(2, "two");
    page.Queued(2, 3).Queued(5, 4).Excluded(3, storage::SkipReason::kScope, "", "b.test");
    REQUIRE(WriteNow(*store, page));
    Batch redirect;
    redirect.Visited(4, 2, Outcome::kRedirect, 301, "a.test", 3000);
    redirect.batch.redirect = storage::Redirect{Id(1), 301};
    REQUIRE(WriteNow(*store, redirect));
    REQUIRE(Close());
  }
  void Damage(const std::string& sql) const {
    storage::sqlite::Connection::Failure failure;
    const auto db =
        storage::sqlite::Connection::Open(options.path, storage::sqlite::OpenMode::kCreate, failure);
    db->Exec(sql);
    REQUIRE_FALSE(db->failed());
  }
};

/// The findings of a state, as "check: detail" each.
std::vector<std::string> Those(const Examination& examination, State state) {
  CHECK(examination.error == "");
  std::vector<std::string> found;
  for (const Finding& finding : examination.findings) {
    if (finding.state == state) found.push_back(finding.check + ": " + finding.detail);
  }
  return found;
}

}  // namespace

TEST_CASE("A database as a crawl leaves it is clean, also while the crawl runs") {
  Crawl crawl;
  const Examination closed = storage::Examine(crawl.options.path, false);
  CHECK(closed.clean());
  CHECK(Those(closed, State::kProblem).empty());
  CHECK(Those(closed, State::kOk).size() > 15);
  REQUIRE(crawl.Open() == "");
  const Examination running = storage::Examine(crawl.options.path, false);
  CHECK(running.clean());
  CHECK_THAT(Those(running, State::kNote)[2], Contains("in use by: pid " + std::to_string(::getpid())));
}

TEST_CASE("Each thing that can be wrong is found, and what is safe is repaired") {
  struct Case {
    const char* damage;
    const char* finding;  // the beginning of it
    bool repaired;
  };
  static constexpr Case kCases[] = {
      {"DELETE FROM pending WHERE seq = 3", "a queued URL has a place in the queue: https://a.test/2", true},
      {"INSERT INTO pending VALUES (1, 9, 77, 1, 0, 0)",
       "a place in the queue is of a queued URL of that host: place 1/9/77", true},
      {"INSERT INTO pending SELECT host, 9, 77, url, 0, 0 FROM pending WHERE seq = 3",
       "a URL has one place in the queue: https://a.test/2", true},
      {"UPDATE url SET visits = 7 WHERE n = 3", "a URL knows the number of its visits: https://a.test/2",
       true},
      {"UPDATE host SET pages = 7 WHERE name = 'a.test'", "a host knows the number of its pages: a.test",
       true},
      {"UPDATE host SET queued = 7 WHERE name = 'a.test'",
       "a host knows the number of its URLs that wait: a.test", true},
      {"UPDATE page SET host = 7", "a page knows its host: https://a.test/1", true},
      {"UPDATE host SET skipped = 7 WHERE name = 'a.test'",
       "a host knows the number of its URLs that are left out: a.test", true},
      {"INSERT INTO skip_count VALUES (1, 1, 1, 0, 5)",
       "URLs that have no row are counted by host, reason and rule: count 1", true},
      {"INSERT INTO skip_count VALUES (1, 1, 1, 0, 1); INSERT INTO unlisted SELECT id, 1 FROM url WHERE n = "
       "1",
       "a URL that is only counted has no row: https://a.test/1", true},
      {"UPDATE target SET pages = 7", "a target knows the number of its pages: site", true},
      {"INSERT INTO page_text VALUES (77, 'x')", "a text belongs to a page: visit 77", true},
      {"INSERT INTO page_main VALUES (77, 'x')", "a main content belongs to a page: visit 77", true},
      {"INSERT INTO link VALUES (77 << 16, 1, 1, 'x')", "a link belongs to a page: visit 77", true},
      {"INSERT INTO redirect VALUES (77, 1, 301)", "a redirect belongs to a visit: visit 77", true},
      {"INSERT INTO visit(n, url, run, at, outcome, status, attempt, bytes_wire, bytes_body) VALUES (77, 99, "
       "1, 0, 0, 0, 1, "
       "0, 0)",
       "a visit belongs to a URL: visit 77", true},
      {"UPDATE url SET visit = 99 WHERE n = 1", "the last visit of a URL is there: https://a.test/1", true},
      {"UPDATE url SET skip = 1 WHERE n = 1",
       "a URL is left out for a reason, and no other has one: https://a.test/1", true},
      {"INSERT INTO revisit(url, due, interval_ms, misses) VALUES (99, 5, 60000, 0)",
       "a time to be fetched again is a URL's: url 99", true},
      {"INSERT INTO revisit(url, due, interval_ms, misses) VALUES (5, 5, 60000, 0)",
       "a URL that is left out is not fetched again: https://b.test/3", true},
      {"INSERT INTO revisit(url, due, interval_ms, misses) VALUES (3, 5, 60000, 0)",
       "a URL that is to be fetched again waits for its time or in the queue, not for both: https://a.test/2",
       true},
      {"INSERT INTO revisit(url, due, interval_ms, misses) VALUES (1, NULL, 60000, 0)",
       "a URL that is to be fetched again waits for its time or in the queue, not for both: https://a.test/1",
       true},
      {"DELETE FROM url_number_new WHERE n = 1",
       "a URL has one row, and its number stands under its fingerprint: https://a.test/1", true},
      {"INSERT INTO url_number SELECT * FROM url_number_new WHERE n = 1",
       "a URL has one row, and its number stands under its fingerprint: https://a.test/1", true},
      {"INSERT INTO url_number VALUES (5, 77)",
       "a URL has one row, and its number stands under its fingerprint: url 77", true},
      {"INSERT INTO url(n, id, host, state, skip, depth, redirects, seen, visits, url) SELECT 77, id, host, "
       "1, 0, 1, 0, 0, 0, url FROM url WHERE n = 1",
       "a URL has one row, and its number stands under its fingerprint: https://a.test/1", false},
      {"UPDATE url SET skip = 0 WHERE state = 3",
       "a URL is left out for a reason, and no other has one: https://b.test/3", false},
      {"UPDATE page SET visit = 2", "a page belongs to a URL and to a visit of it: https://a.test/1", false},
      {"UPDATE url SET state = 9 WHERE n = 1", "a URL has a known state: https://a.test/1", false},
  };
  for (const Case& one : kCases) {
    INFO(one.damage);
    Crawl crawl;
    crawl.Damage(one.damage);
    const Examination found = storage::Examine(crawl.options.path, false);
    CHECK_FALSE(found.clean());
    CHECK_THAT(Those(found, State::kProblem), Catch::Matchers::VectorContains(std::string(one.finding)));
    const Examination repaired = storage::Examine(crawl.options.path, true);
    CHECK(repaired.clean() == one.repaired);
    const State now = one.repaired ? State::kRepaired : State::kProblem;
    CHECK_THAT(Those(repaired, now), Catch::Matchers::VectorContains(std::string(one.finding)));
    CHECK(storage::Examine(crawl.options.path, false).clean() == one.repaired);
    if (one.repaired) CHECK(crawl.Violations() == std::vector<std::string>{});
  }
}

TEST_CASE("An index that lacks rows of its table is built anew") {
  Crawl crawl;
  sqlite3* raw = nullptr;  // ours may not write the schema
  REQUIRE(sqlite3_open(crawl.options.path.c_str(), &raw) == SQLITE_OK);
  const int code =
      sqlite3_exec(raw,
                   "DROP INDEX page_type; CREATE INDEX page_type ON page(content_type) WHERE bytes < 0;"
                   "PRAGMA writable_schema = 1;"
                   "UPDATE sqlite_schema SET sql = 'CREATE INDEX page_type ON page(content_type)' "
                   "WHERE name = 'page_type'",
                   nullptr, nullptr, nullptr);
  sqlite3_close(raw);
  REQUIRE(code == SQLITE_OK);
  CHECK_THAT(crawl.Check("integrity_check"), Contains("page_type"));
  CHECK_THAT(
      Those(storage::Examine(crawl.options.path, true), State::kRepaired),
      Catch::Matchers::VectorContains(std::string("the file is whole: row 1 missing from index page_type")));
  CHECK(crawl.Check("integrity_check") == "ok");
}

TEST_CASE("Repair is refused while a crawl holds the database") {
  Crawl crawl;
  crawl.Damage("DELETE FROM pending WHERE seq = 3");
  REQUIRE(crawl.Open() == "");
  CHECK_THAT(storage::Examine(crawl.options.path, true).error, Contains("is in use by trawl pid"));
}

TEST_CASE("A damaged page of the file is a problem that no repair hides") {
  Crawl crawl;
  std::string bytes = BytesOf(crawl.options.path);
  for (std::size_t at = 4096 * 2; at < bytes.size(); at += 4096) bytes.replace(at, 512, 512, '\x55');
  PutBytes(crawl.options.path, bytes);
  for (const bool repair : {false, true}) {
    const Examination found = storage::Examine(crawl.options.path, repair);
    CHECK_FALSE(found.clean());
  }
}

TEST_CASE("What cannot be examined is named: a missing file, a file of another format") {
  Database database;
  CHECK_THAT(storage::Examine(database.options.path, true).error, Contains("cannot be opened: No such file"));
  CHECK_FALSE(std::filesystem::exists(database.options.path));
  PutBytes(database.options.path, "a shopping list, and no database");
  CHECK_THAT(storage::Examine(database.options.path, false).error, Contains("is not an SQLite database"));
}

TEST_CASE("An empty file is a database without rows, one of a newer trawl is not known") {
  Database database;
  PutBytes(database.options.path, "");
  CHECK(storage::Examine(database.options.path, false).clean());
  Crawl crawl;
  crawl.Damage("INSERT INTO schema_version(version) VALUES (9999)");
  CHECK(Those(storage::Examine(crawl.options.path, false), State::kProblem) ==
        std::vector<std::string>{"the schema is known: version 9999, of a newer trawl"});
}
