// Sitemaps and robots.txt as the engine takes them, over what may go wrong in between.

#include <algorithm>

#include "parser/fingerprint.h"
#include "tests/crawler/engine_rig.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using crawler::EndReason;

namespace {

/// A host whose pages no link names: robots.txt names an index, that a sitemap, and that the pages.
SyntheticWebOptions ListedWeb() {
  SyntheticWebOptions options;
  options.replies["/robots.txt"] =
      MakeReply(200, "text/plain", "User-agent: *\nDisallow: /no\nSitemap: /index.xml\n");
  options.replies["/"] = MakeReply(200, "text/html", "<title>home</title>");
  options.replies["/index.xml"] =
      MakeReply(200, "text/xml", "<sitemapindex><sitemap><loc>/map.xml</loc></sitemap></sitemapindex>");
  std::string map = "<urlset><url><loc>/no/page</loc></url>";
  for (const char* name : {"/one", "/two", "/three"}) {
    options.replies[name] = MakeReply(200, "text/html", std::string("<title>") + name + "</title>");
    map += std::string("<url><loc>") + name + "</loc></url>";
  }
  options.replies["/map.xml"] = MakeReply(200, "text/xml", map + "</urlset>");
  return options;
}

std::vector<std::string> PagePaths(const Database& database) {
  std::vector<std::string> paths;
  for (const std::string& url : database.Rows("SELECT url FROM pages ORDER BY url"))
    paths.push_back(url.substr(url.find('/', 8)));
  return paths;
}

const std::vector<std::string> kAll = {"/", "/one", "/three", "/two"};

/// A robots.txt of an earlier run that has run out.
void PutExpiredRobots(storage::Store& store, const std::string& origin, const std::string& body) {
  storage::WriteBatch batch;
  storage::RobotsReceipt receipt;
  receipt.origin = batch.text.Keep(origin);
  receipt.host_name = "127.0.0.1";
  receipt.host = parser::FingerprintHost(receipt.host_name);
  receipt.status = 200;
  receipt.fetched_at = At(0);
  receipt.expires_at = At(1);
  receipt.body = batch.text.Keep(body);
  batch.robots = receipt;
  Batch wrapped;
  wrapped.batch = std::move(batch);
  REQUIRE(WriteNow(store, std::move(wrapped)));
}

std::string OriginOf(const std::string& url) {
  return url.substr(0, url.find('/', 8));
}

}  // namespace

TEST_CASE("sitemaps:WhateverWriteFailsTheNextRunFindsWhatTheSitemapsName") {
  SyntheticWeb web(ListedWeb());
  web.Start();
  const config::Loaded configuration = OwnSite(web.Url("/"));
  const auto runs = ForEachFailure(FailOnNth::Mode::kForever, 100, [&](FailOnNth& failure) {
    Database database;
    REQUIRE(database.Open() == "");
    {
      TroubledStore store(*database.store);
      store.failure = &failure;
      const EndReason reason = Crawl(configuration, store);
      CHECK(reason == (failure.failed() ? EndReason::kStorageFailed : EndReason::kDone));
    }
    REQUIRE(database.Close());
    REQUIRE(database.Open() == "");
    CHECK(Crawl(configuration, *database.store) == EndReason::kDone);
    REQUIRE(database.Close());
    CHECK(PagePaths(database) == kAll);
    CHECK(database.Violations().empty());
    CHECK(database.Row("SELECT count(*) FROM sitemaps WHERE outcome = 'ok'") == "2");
    CHECK(database.Row("SELECT reason || ' ' || rule FROM skipped") ==
          "robots robots.txt line 2: Disallow: /no");
  });
  CHECK(runs > 8);
}

TEST_CASE("sitemaps:AreNoPagesForTheLimitOfPages") {
  SyntheticWeb web(ListedWeb());
  web.Start();
  Database database;
  REQUIRE(database.Open() == "");
  config::Loaded configuration = OwnSite(web.Url("/"));
  configuration.options.targets[0].max_pages = 4;
  Crawl(configuration, *database.store);
  REQUIRE(database.Close());
  CHECK(PagePaths(database) == kAll);
}

TEST_CASE("sitemaps:AStopAtOnceLeavesALongOneToTheNextRun") {
  constexpr int kUrls = 6000;
  SyntheticWebOptions options = ListedWeb();
  std::string map = "<urlset>";
  for (int n = 0; n < kUrls; ++n) map += "<url><loc>/no/" + std::to_string(n) + "</loc></url>";
  options.replies["/map.xml"] = MakeReply(200, "text/xml", map + "</urlset>");
  SyntheticWeb web(options);
  web.Start();
  Database database;
  REQUIRE(database.Open() == "");
  {
    TroubledStore store(*database.store);
    boost::asio::io_context loop(1);
    EngineRig rig(loop, OwnSite(web.Url("/")), store);
    RunUntil(loop, [&] { return rig.engine.progress().known > 1000; });
    rig.engine.StopAtOnce();
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    CHECK(rig.ended == EndReason::kStopped);
    CHECK(rig.engine.progress().known < kUrls);
  }
  REQUIRE(database.Close("stopped"));
  CHECK(database.Row("SELECT count(*) FROM visits WHERE url LIKE '%/map.xml'") == "0");
  CHECK(database.Violations().empty());
  REQUIRE(database.Open() == "");
  CHECK(Crawl(OwnSite(web.Url("/")), *database.store) == EndReason::kDone);
  REQUIRE(database.Close());
  CHECK(database.Row("SELECT outcome FROM visits WHERE url LIKE '%/map.xml'") == "ok");
  CHECK(database.Row("SELECT count(*) FROM queue") == "0");
}

TEST_CASE("sitemaps:OfLongOnesTwoAreTakenInAtATimeAndPagesComeInBetween") {
  constexpr int kMaps = 6, kUrls = 2500;
  SyntheticWebOptions options = ListedWeb();
  std::string index = "<sitemapindex>";
  for (int map = 0; map < kMaps; ++map) {
    const std::string path = "/map" + std::to_string(map) + ".xml";
    index += "<sitemap><loc>" + path + "</loc></sitemap>";
    std::string urls = "<urlset>";
    for (int n = 0; n < kUrls; ++n)
      urls += "<url><loc>/no/" + std::to_string(map) + "/" + std::to_string(n) + "</loc></url>";
    options.replies[path] = MakeReply(200, "text/xml", urls + "</urlset>");
  }
  options.replies["/index.xml"] = MakeReply(200, "text/xml", index + "</sitemapindex>");
  SyntheticWeb web(options);
  web.Start();
  Database database;
  REQUIRE(database.Open() == "");
  {
    TroubledStore store(*database.store);
    boost::asio::io_context loop(1);
    EngineRig rig(loop, OwnSite(web.Url("/"), "crawl.max_fetches = 64\n"), store);
    const auto maps_known = [&] { return rig.engine.progress().known >= kMaps + 2; };
    RunUntil(loop, maps_known);
    store.holding = true;
    const auto long_batch = [](const storage::WriteBatch& batch) { return batch.urls.size() >= 500; };
    // The two that are past the turnstile wait for their first batch, the others with their bytes; the
    // index's own visit waits, too.
    RunUntil(loop, [&] {
      return rig.engine.progress().parsing == kMaps + 1 && rig.engine.progress().in_flight == 0 &&
             store.Held(long_batch) >= 2;
    });
    for (int round = 0; round < 50; ++round) loop.poll();
    CHECK(store.Held(long_batch) == 2);
    CHECK(rig.engine.progress().parsing == kMaps + 1);
    store.LetThrough();
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    CHECK(rig.ended == EndReason::kDone);
  }
  REQUIRE(database.Close());
  CHECK(database.Row("SELECT count(*) FROM sitemaps WHERE outcome = 'ok'") == std::to_string(kMaps + 1));
  CHECK(database.Row("SELECT sum(urls) FROM skip_counts") == std::to_string(kMaps * kUrls));
  CHECK(database.Violations().empty());
}

TEST_CASE("robots:WhatCannotBeRenewedServesOn") {
  for (const int status : {503, 429, 0}) {
    SyntheticWebOptions options = ListedWeb();
    options.replies["/robots.txt"] = MakeReply(status, "text/plain", "busy");
    if (status == 0) options.replies["/robots.txt"] = {.end = Reply::End::kReset};
    options.replies["/"] = MakeReply(200, "text/html", "<a href=/no/page>1</a><a href=/one>2</a>");
    SyntheticWeb web(options);
    web.Start();
    Database database;
    REQUIRE(database.Open() == "");
    const std::string origin = OriginOf(web.Url("/"));
    PutExpiredRobots(*database.store, origin, "User-agent: *\nDisallow: /no\n");
    CHECK(Crawl(OwnSite(web.Url("/")), *database.store) == EndReason::kDone);
    REQUIRE(database.Close());
    CHECK(PagePaths(database) == std::vector<std::string>{"/", "/one"});
    CHECK(database.Row("SELECT reason FROM skipped") == "robots");
    CHECK(database.Row("SELECT status || ' ' || (renewal_error <> '') || ' ' || (expires_at > '2024') || ' ' "
                       "|| body FROM robots") == "200 1 1 User-agent: *\nDisallow: /no\n");
  }
}

TEST_CASE("robots:WithoutACopyAServerThatFailsDisallowsAllAndIsAskedAgain") {
  for (const int status : {503, 429}) {
    SyntheticWebOptions options = ListedWeb();
    options.replies["/robots.txt"] = MakeReply(status, "text/plain", "busy");
    SyntheticWeb web(options);
    web.Start();
    Database database;
    REQUIRE(database.Open() == "");
    config::Loaded configuration = OwnSite(web.Url("/"));
    configuration.options.http.retries = 2;
    CHECK(Crawl(configuration, *database.store) == EndReason::kWaiting);
    REQUIRE(database.Close());
    CHECK(PagePaths(database).empty());
    CHECK(database.Row("SELECT status || ' ' || outcome FROM visits") ==
          std::to_string(status) + " robots_unreachable");
    CHECK(database.Row("SELECT count(*) FROM queue") == "1");
    CHECK(database.Row("SELECT status FROM robots") == std::to_string(status));
  }
}
