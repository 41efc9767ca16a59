// What was fetched is fetched again: on a clock that the test moves, against a server that changes its mind.

#include "tests/crawler/recrawl_rig.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using namespace std::chrono_literals;
using crawler::EndReason;

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
