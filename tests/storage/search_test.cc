#include "storage/search.h"

#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using Catch::Matchers::Contains;

namespace {

struct Library : Database {
  explicit Library(bool full_text = true) {
    options.full_text = full_text;
    REQUIRE(Open() == "");
  }
  /// A page at a URL of its own, or in the place of the one that it had.
  void Put(std::uint64_t number, const std::string& title, const std::string& text) {
    Batch batch;
    batch.Queued(number, number).Visited(number, number).WithPage(title, text);
    REQUIRE(WriteNow(*store, batch));
  }
  /// URLs found, as numbers, or the error.
  std::vector<std::string> Find(const std::string& words, std::int64_t limit = -1) {
    std::vector<std::string> found;
    const storage::QueryError error = storage::Search(
        options.path, words, limit, [](const std::vector<std::string>&) {},
        [&found](const std::vector<storage::Value>& row) {
          const std::string url = Shown(row[0]);
          found.push_back(url.substr(url.rfind('/') + 1));
          return true;
        },
        cover);
    if (!error.ok) found.push_back("error: " + error.message);
    return found;
  }
  /// What FTS5 itself says of the index against its content.
  bool Consistent() const {
    storage::sqlite::Connection::Failure failure;
    const auto db =
        storage::sqlite::Connection::Open(options.path, storage::sqlite::OpenMode::kCreate, failure);
    db->Exec("INSERT INTO page_search(page_search, rank) VALUES ('integrity-check', 1)");
    return !db->failed();
  }
  storage::SearchCover cover;
};

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("What people type becomes an expression that cannot be wrong") {
  CHECK(storage::SearchExpression("crawl delay") == "\"crawl\" AND \"delay\"");
  CHECK(storage::SearchExpression(" \"crawl  delay\" robots* ") == "\"crawl  delay\" AND \"robots\"*");
  CHECK(storage::SearchExpression("a -b -\"c d\"") == "(\"a\") NOT (\"b\" OR \"c d\")");
  CHECK(storage::SearchExpression("NEAR(a OR c++ \"open") ==
        "\"NEAR(a\" AND \"OR\" AND \"c++\" AND \"open\"");
  CHECK(storage::SearchExpression("* \"\" -") == "\"-\"");
  CHECK(storage::SearchExpression("-only") == "");
  CHECK(storage::SearchExpression("") == "");
}

TEST_CASE("Pages are found by their words, the best first, with a snippet") {
  Library library;
  library.Put(1, "Crawlers", "A crawler waits. Its delay is one second.");
  library.Put(2, "Delay", "Nothing of the kind, but a delay.");
  library.Put(3, "Cafe\xcc\x81s", "Coffee");
  CHECK(library.Find("delay") == Found{"2", "1"});
  CHECK(library.Find("crawler delay") == Found{"1"});
  CHECK(library.Find("\"its delay\"") == Found{"1"});
  CHECK(library.Find("delay -crawler") == Found{"2"});
  CHECK(library.Find("craw*") == Found{"1"});
  CHECK(library.Find("CAF\xc3\x89S") == Found{"3"});
  CHECK(library.Find("delay", 1) == Found{"2"});
  CHECK(library.Find("zebra").empty());
  CHECK(library.Find("c++ ( ^ NEAR").empty());
  CHECK(library.Find(" ") == Found{"error: no word to look for"});
  CHECK(library.Row(
            "SELECT snippet(page_search, 2, '[', ']', '...', 5) FROM page_search WHERE page_search MATCH "
            "'second'") == "...Its delay is one [second].");
}

TEST_CASE("A page that changes is found by its new words alone, in the transaction that changes it") {
  Library library;
  library.Put(1, "Old", "yesterday");
  library.Put(1, "New", "today");
  CHECK(library.Find("today") == Found{"1"});
  CHECK(library.Find("yesterday").empty());
  library.Abandon();  // as a crash: nothing is left to a clean end
  CHECK(library.Find("today") == Found{"1"});
  CHECK(library.Consistent());
}

TEST_CASE("Without storage.text titles are found") {
  Library library;
  REQUIRE(library.Close());
  library.options.text = false;
  REQUIRE(library.Open() == "");
  library.Put(1, "Title", "words that are not kept");
  library.Put(1, "Heading", "words that are not kept");
  CHECK(library.Find("heading") == Found{"1"});
  CHECK(library.Find("words").empty());
  library.Abandon();
  CHECK(library.Consistent());
}

TEST_CASE("Switched on for a database with pages, those are indexed: switched off, the index is gone") {
  Library library(false);
  for (std::uint64_t n = 1; n <= 120; ++n) library.Put(n, "Page", "number" + std::to_string(n));
  CHECK_THAT(library.Find("number7")[0],
             Contains("has no index of words; a crawl into it with storage.full_text"));
  REQUIRE(library.Close());
  library.options.full_text = true;
  REQUIRE(library.Open() == "");
  CHECK(library.Find("number7") == Found{"7"});
  CHECK(library.Find("number120") == Found{"120"});
  library.Put(7, "Page", "changed");
  CHECK(library.Find("number7").empty());
  CHECK(library.cover.pages == library.cover.indexed);
  REQUIRE(library.Close());
  CHECK(library.Consistent());
  library.options.full_text = false;
  REQUIRE(library.Open() == "");
  CHECK_THAT(library.Find("changed")[0], Contains("has no index of words"));
  CHECK(library.Row(
            "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'page_search%' OR name = 'page_words'") ==
        "0");
}

TEST_CASE("Steps go on where they were cut off, and pages that change between them are indexed once") {
  Library library(false);
  for (std::uint64_t n = 1; n <= 120; ++n) library.Put(n, "Page", "number" + std::to_string(n));
  REQUIRE(library.Close());
  {
    storage::sqlite::Connection::Failure failure;
    const auto db =
        storage::sqlite::Connection::Open(library.options.path, storage::sqlite::OpenMode::kCreate, failure);
    storage::sqlite::SearchRows::Prepare(*db, true);
    storage::sqlite::SearchRows rows(*db);
    REQUIRE(rows.Step());  // the first fifty; then the program ends
    REQUIRE_FALSE(db->failed());
  }
  CHECK(library.Find("number50") == Found{"50"});
  CHECK(library.Find("number51").empty());
  CHECK(library.cover.pages == 120);
  CHECK(library.cover.indexed == 50);
  {
    storage::sqlite::Connection::Failure failure;
    const auto db =
        storage::sqlite::Connection::Open(library.options.path, storage::sqlite::OpenMode::kCreate, failure);
    storage::sqlite::Writer writer(*db, [&library] {
      config::StorageOptions with = library.options;
      with.full_text = true;
      return with;
    }());
    for (const std::uint64_t changed : {10U, 100U}) {
      Batch batch;
      batch.Queued(changed, changed).Visited(changed, changed).WithPage("Page", "changed");
      REQUIRE(writer.Apply(batch.batch));
    }
    writer.Commit();
    CHECK(library.Find("changed") == Found{"10"});
    while (writer.Tidy()) continue;
    REQUIRE_FALSE(writer.error());
  }
  CHECK(library.Find("changed").size() == 2);
  CHECK(library.Find("number10").empty());
  CHECK(library.Find("number100").empty());
  CHECK(library.Find("number120") == Found{"120"});
  CHECK(library.Consistent());
}
