// Sitemaps are read again, and bring forward what they list as changed.

#include <ctime>

#include "tests/crawler/recrawl_rig.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using namespace std::chrono_literals;
using crawler::EndReason;

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

TEST_CASE("recrawl:ASitemapThatHasNotChangedCostsAnAnswerOf304EachDay") {
  RecrawlRig crawl;
  crawl.recrawl = "adaptive";
  crawl.site.List("", "\"one\"");
  crawl.Crawl();
  for (int day = 0; day < 2; ++day) {
    crawl.clock.manual.Advance(kDay + 1s);
    crawl.Crawl();
  }
  CHECK(crawl.OutcomesOf("/map.xml") == Rows{"200|ok", "304|not_modified", "304|not_modified"});
  crawl.site.List("<loc>/page</loc></url><url><loc>/more</loc>", "\"two\"");
  crawl.clock.manual.Advance(kDay + 1s);
  crawl.Crawl();
  CHECK(crawl.site.Asked("/more") == 1);
  crawl.clock.manual.Advance(kDay + 1s);
  crawl.Crawl();
  CHECK(crawl.OutcomesOf("/map.xml") ==
        Rows{"200|ok", "304|not_modified", "304|not_modified", "200|ok", "304|not_modified"});
}

TEST_CASE("recrawl:ASitemapThatCannotBeReadIsStillWhatItWas") {
  RecrawlRig crawl;
  crawl.site.List("", "\"one\"");
  crawl.Crawl();
  crawl.site.Break("\"broken\"");
  crawl.clock.manual.Advance(kDay + 1s);
  crawl.Crawl();
  crawl.site.List("", "\"one\"");
  crawl.clock.manual.Advance(kDay + 1s);
  crawl.Crawl();
  CHECK(crawl.OutcomesOf("/map.xml") == Rows{"200|ok", "200|ok", "304|not_modified"});
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
