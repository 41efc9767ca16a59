#include "tests/storage/database.h"
#include "tests/support/catch.h"

// What people read of a small crawl: one page of everything.

using namespace trawl;
using namespace trawl::test;
using storage::SkipReason;
using Rows = std::vector<std::string>;

namespace {

/// a.test/1 is a page that links to /2 (missing) and to b.test/3 (out of scope); /4 redirects to /1; /5
/// waits.
struct ViewedCrawl : Database {
  ViewedCrawl() {
    REQUIRE(Open() == "");
    REQUIRE(WriteNow(*store, Batch().Queued(1, 1).Queued(4, 2)));
    Batch page;
    page.Visited(1, 1).WithPage("A title", "Some text").WithLink(2, "two").WithLink(3, "three", true);
    page.Queued(2, 3).Queued(5, 4).Excluded(3, SkipReason::kScope, "", "b.test");
    page.Excluded(6, SkipReason::kDenied, "/private/.*");
    REQUIRE(WriteNow(*store, page));
    Batch missing;
    missing.Visited(2, 3, Outcome::kHttpError, 404, "a.test", 2000);
    REQUIRE(WriteNow(*store, missing));
    Batch redirect;
    redirect.Visited(4, 2, Outcome::kRedirect, 301, "a.test", 3000);
    redirect.batch.redirect = storage::Redirect{Id(1), 301};
    REQUIRE(WriteNow(*store, redirect));
  }
};

}  // namespace

TEST_CASE("pages: what the last good visit gave, times as ISO-8601 in UTC with milliseconds") {
  ViewedCrawl crawl;
  CHECK(
      crawl.Row(
          "SELECT url, host, target, status, content_type, charset, language, title, description, text FROM "
          "pages") == "https://a.test/1|a.test|site|200|text/html|utf-8|NULL|A title|NULL|Some text");
  CHECK(crawl.Row("SELECT content_hash, first_seen, fetched_at, changed_at, visits, truncated FROM pages") ==
        "0000000000000007|2023-11-14T22:13:21.000Z|2023-11-14T22:13:21.000Z|2023-11-14T22:13:21.000Z|1|0");
}

TEST_CASE("pages: what was not read of a page is NULL, what a later visit no longer gives goes") {
  Database crawl;
  crawl.options.main_content = true;
  REQUIRE(crawl.Open() == "");
  REQUIRE(WriteNow(*crawl.store, Batch().Queued(1, 1)));
  const auto row = [&crawl] { return crawl.Row("SELECT main_text, author, published_at FROM pages"); };
  REQUIRE(WriteNow(*crawl.store, Batch().Visited(1, 1).WithPage("t", "x")));
  CHECK(row() == "NULL|NULL|NULL");
  const std::string at = "2024-01-31T22:30:00.000Z";
  REQUIRE(WriteNow(*crawl.store, Batch().Visited(1, 2).WithPage("t", "x").WithByline("Ada", at, "Main")));
  CHECK(row() == "Main|Ada|" + at);
  REQUIRE(WriteNow(*crawl.store, Batch().Visited(1, 3).WithPage("t", "x")));
  CHECK(row() == "NULL|NULL|NULL");
  CHECK(crawl.Violations() == Rows{});
}

TEST_CASE("pages: the language with what is known of it, and the simhash where there is text enough") {
  Database crawl;
  REQUIRE(crawl.Open() == "");
  REQUIRE(WriteNow(*crawl.store, Batch().Queued(1, 1)));
  const auto row = [&crawl] { return crawl.Row("SELECT language, language_source, simhash FROM pages"); };
  REQUIRE(WriteNow(*crawl.store, Batch().Visited(1, 1).WithPage("t", "x")));
  CHECK(row() == "NULL|NULL|NULL");
  REQUIRE(WriteNow(*crawl.store, Batch()
                                     .Visited(1, 2)
                                     .WithPage("t", "x")
                                     .WithLanguage("de", "detected")
                                     .WithSimhash(0xFEDCBA9876543210)));
  CHECK(row() == "de|detected|fedcba9876543210");
  REQUIRE(WriteNow(*crawl.store,
                   Batch().Visited(1, 3).WithPage("t", "x").WithLanguage("fr", "declared").WithSimhash(1)));
  CHECK(row() == "fr|declared|0000000000000001");
}

TEST_CASE("near_duplicates: each page with the first of its host within three bits, wherever these are") {
  Database crawl;
  REQUIRE(crawl.Open() == "");
  constexpr std::uint64_t kFirst = 0x0123456789ABCDEF;
  std::uint64_t next = 0;
  const auto add = [&](std::uint64_t simhash, const std::string& host = "a.test", std::uint64_t hash = 0) {
    ++next;
    REQUIRE(WriteNow(*crawl.store, Batch().Queued(next, next, host)));
    REQUIRE(
        WriteNow(*crawl.store, Batch()
                                   .Visited(next, next, Outcome::kOk, 200, host)
                                   .WithPage("t" + std::to_string(next), "x", hash == 0 ? 100 + next : hash)
                                   .WithSimhash(simhash)));
  };
  const auto near = [&crawl] {
    return crawl.Rows(
        "SELECT replace(url, 'https://a.test/', ''), replace(near, 'https://a.test/', ''), distance FROM "
        "near_duplicates ORDER BY CAST(replace(url, 'https://a.test/', '') AS INTEGER)");
  };
  add(kFirst);
  // Three bits in three of the five blocks that are compared, in one, at both ends, and none.
  add(kFirst ^ (1ULL << 0 | 1ULL << 20 | 1ULL << 40));
  add(kFirst ^ (7ULL << 28));
  add(kFirst ^ (1ULL << 63 | 1ULL << 62 | 1ULL));
  add(kFirst);
  add(kFirst ^ (1ULL << 63));
  add(kFirst ^ (0xFULL << 12));  // four bits: of none
  add(kFirst, "b.test");         // elsewhere
  add(0);                        // too little text
  add(0);
  add(kFirst, "a.test", 101);  // exactly the same as the first: a duplicate, no near one
  add(~kFirst);
  add(~kFirst ^ (1ULL << 63));
  add(kFirst ^ (1ULL << 63), "a.test", 106);  // exactly the same as another than the first
  REQUIRE(crawl.Close());                     // an idle moment, too
  CHECK(near() == Rows{"2|1|3", "3|1|3", "4|1|3", "5|1|0", "6|1|1", "13|12|1", "14|1|1"});
  CHECK(crawl.Row("SELECT title, near_title, host FROM near_duplicates WHERE distance = 0") ==
        "t5|t1|a.test");
  CHECK(crawl.Report("near-duplicates") ==
        Rows{"https://a.test/1|6|3|t1|https://a.test/14", "https://a.test/12|1|1|t12|https://a.test/13"});
}

TEST_CASE("metrics: what there is and how it came, counted") {
  ViewedCrawl crawl;
  CHECK(crawl.Rows("SELECT * FROM metrics WHERE name NOT IN ('hosts', 'bytes_wire')") ==
        Rows{"pages|NULL|1", "urls|known|6", "urls|queued|1", "urls|to_revisit|0", "visits|ok|1",
             "visits|redirect|1", "visits|http_error|1", "skipped|scope|1", "skipped|denied|1",
             "runs|NULL|1"});
  CHECK(crawl.Row("SELECT value FROM metrics WHERE name = 'bytes_wire'") ==
        crawl.Row("SELECT sum(bytes_wire) FROM visits"));
}

TEST_CASE("pages: a content hash above 2^63 is printed as sixteen digits") {
  ViewedCrawl crawl;
  Batch again;
  again.Visited(5, 4).WithPage("five", "text", 0xfedcba9876543210);
  REQUIRE(WriteNow(*crawl.store, again));
  CHECK(crawl.Row("SELECT content_hash FROM pages WHERE title = 'five'") == "fedcba9876543210");
}

TEST_CASE("pages: a second visit replaces text and links, keeps first_seen, and tells a change from none") {
  ViewedCrawl crawl;
  Batch same;
  same.Visited(1, 9, Outcome::kOk, 200, "a.test", 5123)
      .WithPage("A title", "Other text")
      .WithLink(2, "again");
  REQUIRE(WriteNow(*crawl.store, same));
  CHECK(crawl.Row("SELECT text, first_seen, fetched_at, changed_at, visits FROM pages") ==
        "Other text|2023-11-14T22:13:21.000Z|2023-11-14T22:13:25.123Z|2023-11-14T22:13:21.000Z|2");
  CHECK(crawl.Rows("SELECT anchor FROM links") == Rows{"again"});
  Batch changed;
  changed.Visited(1, 9, Outcome::kOk, 200, "a.test", 6000).WithPage("New", "New text", 8);
  REQUIRE(WriteNow(*crawl.store, changed));
  CHECK(crawl.Row("SELECT title, changed_at FROM pages") == "New|2023-11-14T22:13:26.000Z");
  CHECK(crawl.Violations() == Rows{});
}

TEST_CASE("pages: a 304 confirms the page and counts as a visit") {
  ViewedCrawl crawl;
  Batch current;
  current.Visited(1, 9, Outcome::kNotModified, 304, "a.test", 7000);
  REQUIRE(WriteNow(*crawl.store, current));
  CHECK(crawl.Row("SELECT title, fetched_at, changed_at, visits FROM pages") ==
        "A title|2023-11-14T22:13:27.000Z|2023-11-14T22:13:21.000Z|2");
}

TEST_CASE("changes: what has changed, gone and come back, with the hashes of then and now") {
  ViewedCrawl crawl;
  CHECK(crawl.Rows("SELECT * FROM changes").empty());
  const auto visit = [&](std::int64_t ms, std::uint64_t hash) {
    Batch batch;
    batch.Visited(1, 9, Outcome::kOk, 200, "a.test", ms).WithPage("t", "x", hash);
    REQUIRE(WriteNow(*crawl.store, batch));
  };
  const auto miss = [&](std::int64_t ms) {
    REQUIRE(WriteNow(*crawl.store, Batch().Visited(1, 9, Outcome::kHttpError, 404, "a.test", ms).Gone()));
  };
  visit(5000, 7);  // the same again
  visit(6000, 8);
  miss(7000);
  CHECK(crawl.Row("SELECT title, text, gone_at FROM pages") == "t|x|2023-11-14T22:13:27.000Z");
  miss(8000);  // known by now
  visit(9000, 8);
  CHECK(crawl.Row("SELECT gone_at, changed_at FROM pages") == "NULL|2023-11-14T22:13:26.000Z");
  miss(10'000);
  REQUIRE(WriteNow(*crawl.store, Batch().Visited(1, 9, Outcome::kNotModified, 304, "a.test", 11'000)));
  CHECK(crawl.Row("SELECT gone_at FROM pages") == "NULL");
  CHECK(crawl.Rows("SELECT url, at, kind, old_hash, new_hash, host FROM changes ORDER BY at") ==
        Rows{"https://a.test/1|2023-11-14T22:13:26.000Z|changed|0000000000000007|0000000000000008|a.test",
             "https://a.test/1|2023-11-14T22:13:27.000Z|gone|0000000000000008|NULL|a.test",
             "https://a.test/1|2023-11-14T22:13:29.000Z|back|0000000000000008|0000000000000008|a.test",
             "https://a.test/1|2023-11-14T22:13:30.000Z|gone|0000000000000008|NULL|a.test",
             "https://a.test/1|2023-11-14T22:13:31.000Z|back|0000000000000008|0000000000000008|a.test"});
  REQUIRE(WriteNow(*crawl.store, Batch().Visited(2, 9, Outcome::kHttpError, 404, "a.test", 12'000).Gone()));
  CHECK(crawl.Row("SELECT count(*) FROM changes") == "5");  // a URL without a page cannot go
  CHECK(crawl.Violations() == Rows{});
}

TEST_CASE("queue: what waits to be due stands in it with its time, and is found in the order of time") {
  ViewedCrawl crawl;
  REQUIRE(WriteNow(*crawl.store, Batch().Visited(1, 9).WithPage("t", "x").Again(86'400'000, Duration(5000))));
  CHECK(crawl.Rows("SELECT url, priority, due_at, attempts, seq, interval_ms FROM queue ORDER BY due_at") ==
        Rows{"https://a.test/5|1|2023-11-14T22:13:20.000Z|0|4|NULL",
             "https://a.test/1|NULL|2023-11-15T22:13:20.000Z|0|NULL|5000"});
  CHECK(crawl.Row("SELECT queued, scheduled FROM progress") == "1|1");
  CHECK(crawl.Violations() == Rows{});
}

TEST_CASE("visits: every try, in order, with its outcome as a word") {
  ViewedCrawl crawl;
  CHECK(crawl.Rows("SELECT url, at, status, outcome FROM visits ORDER BY at") ==
        Rows{"https://a.test/1|2023-11-14T22:13:21.000Z|200|ok",
             "https://a.test/2|2023-11-14T22:13:22.000Z|404|http_error",
             "https://a.test/4|2023-11-14T22:13:23.000Z|301|redirect"});
  CHECK(crawl.Row(
            "SELECT ip, protocol, bytes_wire, bytes_body, dns_ms, total_ms FROM visits WHERE status = 200") ==
        "127.0.0.1|http/1.1|500|400|NULL|12");
}

TEST_CASE("errors: the visits whose outcome is not ok or whose status is 400 or more, with the detail") {
  ViewedCrawl crawl;
  CHECK(crawl.Rows("SELECT url, status, outcome, detail FROM errors WHERE outcome <> 'redirect'") ==
        Rows{"https://a.test/2|404|http_error|what failed"});
  CHECK(crawl.Row("SELECT count(*) FROM errors") ==
        crawl.Row("SELECT count(*) FROM visits WHERE outcome <> 'ok' OR status >= 400"));
}

TEST_CASE("errors are found without reading all visits") {
  ViewedCrawl crawl;
  CHECK_THAT(crawl.Rows("EXPLAIN QUERY PLAN SELECT * FROM errors")[0],
             Catch::Matchers::Contains("visit_error"));
}

TEST_CASE("links, redirects and skipped name URLs, not numbers") {
  ViewedCrawl crawl;
  CHECK(crawl.Rows("SELECT * FROM links") == Rows{"https://a.test/1|https://a.test/2|a||two|0",
                                                  "https://a.test/1|https://b.test/3|a|nofollow|three|1"});
  CHECK(crawl.Row("SELECT source, target, status, at FROM redirects") ==
        "https://a.test/4|https://a.test/1|301|2023-11-14T22:13:23.000Z");
  CHECK(crawl.Rows("SELECT url, reason, rule, source, at FROM skipped ORDER BY url") ==
        Rows{"https://a.test/6|denied|/private/.*|https://a.test/1|2023-11-14T22:13:21.000Z",
             "https://b.test/3|scope|NULL|https://a.test/1|2023-11-14T22:13:21.000Z"});
}

TEST_CASE("broken_links: pages that link to what failed") {
  ViewedCrawl crawl;
  CHECK(crawl.Rows("SELECT source, target, status, outcome, kind, anchor FROM broken_links") ==
        Rows{"https://a.test/1|https://a.test/2|404|http_error|a|two"});
}

TEST_CASE("duplicates: pages of the same content, the singles left out") {
  ViewedCrawl crawl;
  CHECK(crawl.Rows("SELECT * FROM duplicates").empty());
  Batch twin;
  twin.Visited(5, 4).WithPage("A title", "Some text");
  REQUIRE(WriteNow(*crawl.store, twin));
  CHECK(crawl.Rows("SELECT content_hash, copies, url FROM duplicates ORDER BY url") ==
        Rows{"0000000000000007|2|https://a.test/1", "0000000000000007|2|https://a.test/5"});
}

TEST_CASE("hosts: counters, the last state and what robots.txt said") {
  ViewedCrawl crawl;
  Batch batch;
  storage::RobotsReceipt receipt;
  receipt.origin = "https://a.test";
  receipt.host = Host("a.test");
  receipt.host_name = "a.test";
  receipt.status = 200;
  receipt.fetched_at = At(5);
  receipt.expires_at = At(86'400'005);
  receipt.crawl_delay = Duration(2500);
  batch.batch.robots = receipt;
  batch.batch.hosts.push_back(
      {Host("a.test"), "a.test", "127.0.0.9", Duration(2500), "retry-after", At(9000), 3});
  REQUIRE(WriteNow(*crawl.store, batch));
  CHECK(crawl.Row(
            "SELECT host, ip, pages, errors, bytes, delay_ms, robots_status, crawl_delay_ms, waiting_for, "
            "blocked_until, queued FROM hosts WHERE host = 'a.test'") ==
        "a.test|127.0.0.9|1|1|1500|2500|200|2500|retry-after|2023-11-14T22:13:29.000Z|1");
  CHECK(crawl.Row("SELECT pages, robots_status, blocked_until FROM hosts WHERE host = 'b.test'") ==
        "0|NULL|NULL");
}

TEST_CASE("queue, runs and progress") {
  ViewedCrawl crawl;
  CHECK(crawl.Rows("SELECT url, host, priority, depth, due_at, attempts FROM queue") ==
        Rows{"https://a.test/5|a.test|1|1|2023-11-14T22:13:20.000Z|0"});
  CHECK(crawl.Row("SELECT started_at, ended_at, end_reason, version, pages, config FROM runs") ==
        "2023-11-14T22:13:20.000Z|NULL|NULL|0.1.0|1|[crawl]");
  CHECK(crawl.Row("SELECT known, queued, pages, errors, bytes, hosts FROM progress") == "6|1|1|1|1500|2");
  CHECK(crawl.Violations() == Rows{});
}

TEST_CASE("storage.links and storage.text decide what is kept") {
  for (const auto keep : {config::LinkStorage::kExternal, config::LinkStorage::kNone}) {
    Database database;
    database.options.links = keep;
    database.options.text = false;
    REQUIRE(database.Open() == "");
    Batch page;
    page.Queued(1, 1)
        .Visited(1, 1)
        .WithPage("A title", "Some text")
        .WithLink(2, "two")
        .WithLink(3, "three", true);
    REQUIRE(WriteNow(*database.store, page));
    const bool none = keep == config::LinkStorage::kNone;
    CHECK(database.Rows("SELECT anchor FROM links") == (none ? Rows{} : Rows{"three"}));
    CHECK(database.Row("SELECT title, text FROM pages") == "A title|NULL");
  }
}

TEST_CASE("A URL excluded after it was queued says why") {
  ViewedCrawl crawl;
  Batch denied;
  denied.batch.subject = Id(5);
  denied.batch.leaves = Key("a.test", 4);
  denied.batch.state = storage::UrlState::kExcluded;
  denied.batch.skip = SkipReason::kRobots;
  denied.batch.rule = "Disallow: /5";
  REQUIRE(WriteNow(*crawl.store, denied));
  CHECK(crawl.Row("SELECT reason, rule FROM skipped WHERE url = 'https://a.test/5'") ==
        "robots|Disallow: /5");
  CHECK(crawl.Row("SELECT count(*) FROM queue") == "0");
}
