// What was fetched is fetched again: on a clock that the test moves, against a server that changes its mind.

#include <ctime>
#include <memory>
#include <mutex>

#include "crawler/engine.h"
#include "tests/crawler/engine_rig.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using namespace std::chrono_literals;
using crawler::EndReason;
using Rows = std::vector<std::string>;

namespace {

constexpr auto kDay = 24h;

/// "/" links to "/page"; what "/page" is, and what was asked, is the test's.
class Site {
 public:
  Site() {
    SyntheticWebOptions options;
    options.handler = [this](const WebRequest& request) { return Answer(request); };
    web_ = std::make_unique<SyntheticWeb>(std::move(options));
    web_->Start();
  }

  std::string Url(std::string_view path) const { return web_->Url(path); }
  /// The page from now on; status 200 with an ETag, which answers a conditional request with 304.
  void Serve(int status, std::string body = {}, std::string etag = {}) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    body_ = std::move(body);
    etag_ = std::move(etag);
  }
  /// A sitemap that lists "/page", with what stands there of it, from now on.
  void List(const std::string& said) {
    const std::lock_guard lock(mutex_);
    map_ = "<urlset><url><loc>/page</loc>" + said + "</url></urlset>";
  }
  /// "/" links to nothing.
  void Unlink() {
    const std::lock_guard lock(mutex_);
    bare_ = true;
  }
  /// Heads of the requests for a path so far.
  std::vector<std::string> Heads(const std::string& path) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> heads;
    for (const auto& [of, head] : heads_) {
      if (of == path) heads.push_back(head);
    }
    return heads;
  }
  std::size_t Asked(const std::string& path) { return Heads(path).size(); }

 private:
  std::optional<Reply> Answer(const WebRequest& request) {
    const std::lock_guard lock(mutex_);
    heads_.emplace_back(request.path, request.head);
    if (request.path == "/" && bare_) return MakeReply(200, "text/html", "<title>home</title>");
    if (request.path == "/") {
      return MakeReply(200, "text/html", "<title>home</title><a href=/page>page</a><a href=/login>in</a>");
    }
    if (request.path == "/login")
      return MakeReply(200, "text/html", "<title>in</title>", {{"Set-Cookie", "session=abc; Path=/"}});
    if (request.path == "/robots.txt" && !map_.empty())
      return MakeReply(200, "text/plain", "Sitemap: /map.xml\n");
    if (request.path == "/map.xml" && !map_.empty()) return MakeReply(200, "text/xml", map_);
    if (request.path != "/page") return MakeReply(404, "text/plain", "");  // robots.txt names no sitemap
    if (!etag_.empty() && request.head.find("If-None-Match: " + etag_) != std::string::npos)
      return MakeReply(304, "", "", {{"ETag", etag_}});
    ReplyFields fields;
    if (!etag_.empty()) fields.emplace_back("ETag", etag_);
    return MakeReply(status_, "text/html", body_, fields);
  }

  std::mutex mutex_;
  int status_ = 200;
  bool bare_ = false;
  std::string body_ = "<title>one</title>one", etag_, map_;
  std::vector<std::pair<std::string, std::string>> heads_;
  std::unique_ptr<SyntheticWeb> web_;
};

struct RecrawlRig {
  Site site;
  Database database;
  EngineClock clock;
  std::string recrawl = "1d";
  std::string more;
  std::uint64_t max_pages = 0;

  config::Loaded Configuration() const {
    config::Loaded loaded = OwnSite(site.Url("/"), more);
    loaded.options.targets[0].recrawl = recrawl;
    loaded.options.targets[0].max_pages = max_pages;
    return loaded;
  }
  storage::RunStart Start() const {
    storage::RunStart run = StartOfRun({"web"});
    run.at = clock.Now();
    return run;
  }
  /// One run of `trawl crawl`, from opening the database to closing it.
  EndReason Crawl() {
    REQUIRE(database.Open({}, Start()) == "");
    const EndReason reason = CrawlIn(*database.store);
    REQUIRE(database.Close());
    CHECK(database.Violations() == Rows{});
    return reason;
  }
  EndReason CrawlIn(storage::Store& store) {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, Configuration(), store, &clock);
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    REQUIRE(rig.ended);
    return *rig.ended;
  }
  Rows OutcomesOf(const std::string& path) const {
    return database.Rows("SELECT status, outcome FROM visits WHERE url LIKE '%" + path + "' ORDER BY at");
  }
  Rows Changes() const {
    return database.Rows("SELECT kind, old_hash = new_hash FROM changes WHERE url LIKE '%/page' ORDER BY at");
  }
};

}  // namespace

TEST_CASE("recrawl:AnUnchangedPageCostsAnAnswerOf304AndKeepsItsRow") {
  RecrawlRig crawl;
  crawl.site.Serve(200, "<title>one</title>one", "\"v1\"");
  CHECK(crawl.Crawl() == EndReason::kDone);
  crawl.clock.manual.Advance(kDay - 1s);
  CHECK(crawl.Crawl() == EndReason::kDone);
  CHECK(crawl.site.Asked("/page") == 1);  // not due
  crawl.clock.manual.Advance(2s);
  CHECK(crawl.Crawl() == EndReason::kDone);
  REQUIRE(crawl.site.Asked("/page") == 2);
  CHECK_THAT(crawl.site.Heads("/page")[0], !Catch::Matchers::Contains("If-None-Match"));
  CHECK_THAT(crawl.site.Heads("/page")[1], Catch::Matchers::Contains("If-None-Match: \"v1\"\r\n"));
  CHECK(crawl.OutcomesOf("/page") == Rows{"200|ok", "304|not_modified"});
  CHECK(crawl.database.Row("SELECT title, text, visits, fetched_at > first_seen, changed_at = first_seen "
                           "FROM pages WHERE url LIKE '%/page'") == "one|one|2|1|1");
  CHECK(crawl.database.Row("SELECT count(*) FROM changes") == "0");
  CHECK(crawl.database.Row("SELECT count(*) FROM queue WHERE interval_ms = 86400000") == "3");
  CHECK(crawl.database.Row("SELECT count(*) FROM links") == "2");
}

TEST_CASE("recrawl:AChangedPageIsARowInChangesAndAnUnchangedOneIsNot") {
  RecrawlRig crawl;
  crawl.Crawl();
  crawl.clock.manual.Advance(2 * kDay);
  crawl.Crawl();
  crawl.site.Serve(200, "<title>two</title>two");
  crawl.clock.manual.Advance(2 * kDay);
  crawl.Crawl();
  CHECK(crawl.OutcomesOf("/page").size() == 3);
  CHECK(crawl.Changes() == Rows{"changed|0"});
  CHECK(crawl.database.Row("SELECT title, visits, changed_at = fetched_at FROM pages WHERE url LIKE "
                           "'%/page'") == "two|3|1");
  CHECK(crawl.database.Row("SELECT count(*) FROM changes") == "1");
}

TEST_CASE("recrawl:APageIsGoneAfterTwoMissesStaysReadableAndMayComeBack") {
  RecrawlRig crawl;
  crawl.Crawl();
  const auto gone = [&] {
    return crawl.database.Row("SELECT title, gone_at IS NOT NULL FROM pages WHERE url LIKE '%/page'");
  };
  const auto interval = [&] {
    return crawl.database.Row("SELECT interval_ms / 86400000 FROM queue WHERE url LIKE '%/page'");
  };
  crawl.site.Serve(404);
  crawl.clock.manual.Advance(kDay + 1s);
  crawl.Crawl();
  CHECK(gone() == "one|0");
  CHECK(crawl.Changes() == Rows{});
  CHECK(interval() == "1");
  crawl.site.Serve(410);
  crawl.clock.manual.Advance(kDay + 1s);
  crawl.Crawl();
  CHECK(gone() == "one|1");
  CHECK(crawl.Changes() == Rows{"gone|NULL"});
  CHECK(interval() == "2");
  crawl.clock.manual.Advance(2 * kDay + 1s);
  crawl.Crawl();
  CHECK(interval() == "4");
  CHECK(crawl.Changes().size() == 1);
  crawl.site.Serve(200, "<title>one</title>one");
  crawl.clock.manual.Advance(4 * kDay + 1s);
  crawl.Crawl();
  CHECK(gone() == "one|0");
  CHECK(interval() == "1");
  CHECK(crawl.Changes() == Rows{"gone|NULL", "back|1"});
}

TEST_CASE("recrawl:AMissBetweenTwoAnswersIsNoLoss") {
  RecrawlRig crawl;
  crawl.Crawl();
  for (const int status : {404, 200, 404}) {
    crawl.site.Serve(status, status == 200 ? "<title>one</title>one" : "");
    crawl.clock.manual.Advance(2 * kDay);
    crawl.Crawl();
  }
  CHECK(crawl.OutcomesOf("/page") == Rows{"200|ok", "404|http_error", "200|ok", "404|http_error"});
  CHECK(crawl.Changes() == Rows{});
}

TEST_CASE("recrawl:AdaptiveIntervalsFollowWhatWasFound") {
  RecrawlRig crawl;
  crawl.recrawl = "adaptive";
  const auto hours = [&] {
    return crawl.database.Row("SELECT interval_ms / 3600000.0 FROM queue WHERE url LIKE '%/page'");
  };
  crawl.Crawl();
  CHECK(hours() == "24.000000");
  crawl.clock.manual.Advance(24h);
  crawl.Crawl();
  CHECK(hours() == "33.600000");
  crawl.site.Serve(200, "<title>two</title>two");
  crawl.clock.manual.Advance(34h);
  crawl.Crawl();
  CHECK(hours() == "26.880000");
}

TEST_CASE("recrawl:ACrawlEndsThoughItsPagesFallDueFasterThanTheyAreFetched") {
  RecrawlRig crawl;
  crawl.recrawl = "1ms";
  REQUIRE(crawl.database.Open() == "");
  boost::asio::io_context loop(1);
  EngineRig rig(loop, crawl.Configuration(), *crawl.database.store);  // with the true clock
  RunUntil(loop, [&] { return rig.ended.has_value(); });
  CHECK(rig.ended == EndReason::kDone);
  CHECK(crawl.site.Asked("/page") == 1);
}

TEST_CASE("recrawl:TheDaemonWaitsForWhatIsDueAndFetchesIt") {
  RecrawlRig crawl;
  REQUIRE(crawl.database.Open({}, crawl.Start()) == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, crawl.Configuration(), *crawl.database.store, &crawl.clock, false);
    const auto visits = [&](std::uint64_t count) {
      RunUntil(loop, [&] {
        const crawler::Progress now = rig.engine.progress();
        return now.visits == count && now.parsing == 0 && now.in_flight == 0;
      });
    };
    visits(3);
    CHECK_FALSE(rig.ended);
    CHECK(rig.engine.progress().queued == 0);
    for (int day = 1; day <= 3; ++day) {
      crawl.clock.manual.Advance(kDay);
      rig.engine.Resume();  // looks at the clock
      visits(3 + 3 * static_cast<std::uint64_t>(day));
      CHECK(crawl.site.Asked("/page") == static_cast<std::size_t>(1 + day));
    }
    rig.engine.Stop();
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    CHECK(rig.ended == EndReason::kStopped);
  }
  REQUIRE(crawl.database.Close("stopped"));
  CHECK(crawl.database.Violations() == Rows{});
}

namespace {

/// As a sitemap writes it.
std::string Changed(Instant at) {
  const auto second = std::chrono::time_point_cast<std::chrono::seconds>(at);
  const std::time_t time =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::time_point(second.time_since_epoch()));
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[40];
  std::strftime(text, sizeof text, "<lastmod>%Y-%m-%dT%H:%M:%SZ</lastmod>", &parts);
  return text;
}

}  // namespace

TEST_CASE("recrawl:WhatASitemapListsAsChangedIsDueAtOnceAndWhatItHasSeenIsNot") {
  RecrawlRig crawl;
  crawl.recrawl = "30d";
  const Instant start = crawl.clock.Now();
  crawl.site.List(Changed(start - 1h));
  crawl.Crawl();
  CHECK(crawl.site.Asked("/page") == 1);
  crawl.clock.manual.Advance(kDay);
  crawl.Crawl();
  CHECK(crawl.site.Asked("/map.xml") == 2);  // though pages are visited after a month
  CHECK(crawl.site.Asked("/page") == 1);     // it has not changed since
  crawl.site.List(Changed(start + 25h));
  crawl.clock.manual.Advance(kDay);
  crawl.Crawl();
  CHECK(crawl.site.Asked("/map.xml") == 3);
  CHECK(crawl.site.Asked("/page") == 2);
  CHECK(crawl.database.Row("SELECT detail FROM sitemaps") ==
        "xml: 1 URLs, 0 new and queued, 1 brought forward");
  crawl.site.List(Changed(start + 24h * 400));
  crawl.clock.manual.Advance(kDay);
  crawl.Crawl();
  CHECK(crawl.site.Asked("/map.xml") == 4);
  CHECK(crawl.site.Asked("/page") == 2);  // nobody knows what will be in a year
  CHECK(crawl.site.Asked("/login") == 1);
}

TEST_CASE("recrawl:WhatASitemapListsAsChangedWaitsForTheLeastTimeBetweenVisits") {
  RecrawlRig crawl;
  crawl.recrawl = "30d";
  crawl.more = "crawl.min_revisit = '36h'";
  const Instant start = crawl.clock.Now();
  crawl.site.List(Changed(start + 1min));
  crawl.Crawl();
  crawl.clock.manual.Advance(kDay);
  crawl.Crawl();
  CHECK(crawl.site.Asked("/map.xml") == 2);
  CHECK(crawl.site.Asked("/page") == 1);
  crawl.clock.manual.Advance(12h + 1s);
  crawl.Crawl();
  CHECK(crawl.site.Asked("/map.xml") == 2);
  CHECK(crawl.site.Asked("/page") == 2);
}

TEST_CASE("recrawl:TheDaemonReadsSitemapsAgainAndFetchesWhatTheyListAsChanged") {
  RecrawlRig crawl;
  crawl.recrawl = "adaptive";
  crawl.site.Unlink();
  crawl.site.List("<changefreq>monthly</changefreq>");
  REQUIRE(crawl.database.Open({}, crawl.Start()) == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, crawl.Configuration(), *crawl.database.store, &crawl.clock, false);
    const auto visits = [&](std::uint64_t count) {
      RunUntil(loop, [&] {
        const crawler::Progress now = rig.engine.progress();
        return now.visits == count && now.parsing == 0 && now.in_flight == 0;
      });
    };
    visits(3);  // "/", the sitemap and "/page"
    CHECK(crawl.database.Row("SELECT interval_ms / 86400000 FROM queue WHERE url LIKE '%/page'") == "30");
    crawl.site.List(Changed(crawl.clock.Now() + 2h));
    crawl.clock.manual.Advance(kDay);
    rig.engine.Resume();  // looks at the clock
    visits(6);
    CHECK(crawl.site.Asked("/map.xml") == 2);
    CHECK(crawl.site.Asked("/page") == 2);
    rig.engine.Stop();
    RunUntil(loop, [&] { return rig.ended.has_value(); });
  }
  REQUIRE(crawl.database.Close("stopped"));
  CHECK(crawl.database.Violations() == Rows{});
}

TEST_CASE("recrawl:AnyWriteMayFailAndTheNextRunVisitsWhatIsMissing") {
  const auto runs = ForEachFailure(FailOnNth::Mode::kForever, 50, [&](FailOnNth& failure) {
    RecrawlRig crawl;
    crawl.Crawl();
    crawl.clock.manual.Advance(kDay + 1s);
    REQUIRE(crawl.database.Open({}, crawl.Start()) == "");
    {
      TroubledStore store(*crawl.database.store);
      store.failure = &failure;
      const EndReason reason = crawl.CrawlIn(store);
      CHECK(reason == (failure.failed() ? EndReason::kStorageFailed : EndReason::kDone));
    }
    crawl.database.Abandon();
    CHECK(crawl.database.Violations() == Rows{});
    crawl.Crawl();
    CHECK(crawl.database.Rows("SELECT visits FROM pages") == Rows{"2", "2", "2"});
    CHECK(crawl.database.Row("SELECT count(*) FROM queue WHERE interval_ms = 86400000") == "3");
  });
  CHECK(runs > 4);
}

TEST_CASE("recrawl:PageLimitsCountAPageOnceAndDoNotEndItsVisits") {
  RecrawlRig crawl;
  crawl.max_pages = 3;
  crawl.Crawl();
  for (int i = 0; i < 3; ++i) {
    crawl.clock.manual.Advance(kDay + 1s);
    crawl.Crawl();
  }
  CHECK(crawl.site.Asked("/page") == 4);
  CHECK(crawl.database.Row("SELECT count(*) FROM skipped") == "0");
}

TEST_CASE("recrawl:PagesOfARunWithoutItAreScheduledOnceItIsAskedForAndNotWhenItIsNot") {
  RecrawlRig crawl;
  crawl.recrawl = "never";
  crawl.Crawl();
  crawl.clock.manual.Advance(kDay + 1s);
  crawl.Crawl();
  CHECK(crawl.site.Asked("/page") == 1);
  CHECK(crawl.database.Row("SELECT count(*) FROM queue") == "0");
  crawl.recrawl = "1d";
  crawl.Crawl();
  CHECK(crawl.site.Asked("/page") == 2);
  crawl.clock.manual.Advance(kDay + 1s);
  crawl.recrawl = "";
  crawl.Crawl();
  CHECK(crawl.site.Asked("/page") == 2);
  CHECK(crawl.database.Row("SELECT count(*) FROM queue") == "0");
}

TEST_CASE("recrawl:APageThatCannotBeParsedAnyMoreKeepsWhatWasRead") {
  RecrawlRig crawl;
  crawl.Crawl();
  crawl.clock.manual.Advance(kDay + 1s);
  REQUIRE(crawl.database.Open({}, crawl.Start()) == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, crawl.Configuration(), *crawl.database.store, &crawl.clock);
    rig.parser.fate = [](const std::string& url) {
      return url.ends_with("/page") ? std::optional(Outcome::kParseCrashed) : std::nullopt;
    };
    RunUntil(loop, [&] { return rig.ended.has_value(); });
  }
  REQUIRE(crawl.database.Close());
  CHECK(crawl.OutcomesOf("/page") == Rows{"200|ok", "200|parse_crashed"});
  CHECK(crawl.database.Row("SELECT title, text FROM pages WHERE url LIKE '%/page'") == "one|one");
  CHECK(crawl.Changes() == Rows{});
}

TEST_CASE("recrawl:CookiesOfATargetOutliveTheRun") {
  RecrawlRig crawl;
  crawl.Crawl();
  crawl.clock.manual.Advance(kDay + 1s);
  crawl.Crawl();
  REQUIRE(crawl.site.Asked("/") == 2);
  CHECK_THAT(crawl.site.Heads("/")[0], !Catch::Matchers::Contains("Cookie:"));
  CHECK_THAT(crawl.site.Heads("/")[1], Catch::Matchers::Contains("Cookie: session=abc\r\n"));
}
