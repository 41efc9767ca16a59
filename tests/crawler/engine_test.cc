#include "crawler/engine.h"

#include <algorithm>

#include "tests/crawler/engine_rig.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using crawler::EndReason;
using namespace std::chrono_literals;

namespace {

/// A web of seven pages on each of two hosts.
SyntheticWebOptions SmallWeb() {
  SyntheticWebOptions options;
  options.shape.hosts = 2;
  options.shape.degree = 2;
  options.shape.depth = 2;
  options.shape.external = 1;
  return options;
}

struct Web {
  explicit Web(SyntheticWebOptions options = SmallWeb()) : web(std::move(options)) { web.Start(); }

  std::vector<std::string> Reachable() const {
    std::vector<std::string> urls;
    for (const ExpectedPage& page : web.site().Reachable())
      urls.push_back(SyntheticSite::Url(page.page, web.port()));
    std::sort(urls.begin(), urls.end());
    return urls;
  }
  std::size_t Served(const std::string& path) const {
    const std::vector<ServedRequest> log = web.Log();
    return static_cast<std::size_t>(
        std::count_if(log.begin(), log.end(), [&](const ServedRequest& r) { return r.path == path; }));
  }

  SyntheticWeb web;
};

std::vector<std::string> Pages(const Database& database) {
  return database.Rows("SELECT url FROM pages WHERE content_type LIKE 'text/html%' ORDER BY url");
}

}  // namespace

TEST_CASE("engine:StoresEveryPageThatCanBeReached") {
  const Web web;
  Database database;
  REQUIRE(database.Open() == "");
  CHECK(Crawl(OwnSite(web.web.Url("/")), *database.store) == EndReason::kDone);
  REQUIRE(database.Close());
  CHECK(Pages(database) == web.Reachable());
  CHECK(database.Violations().empty());
  CHECK(database.Row("SELECT count(*) FROM queue") == "0");
}

TEST_CASE("engine:WaitsForDiskSpaceAndGoesOnByItself") {
  const Web web;
  Database database;
  REQUIRE(database.Open() == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, OwnSite(web.web.Url("/")), *database.store);
    rig.engine.SetDiskLow(true);
    RunUntil(loop, [&] { return rig.engine.ready(); });
    loop.poll();
    CHECK_FALSE(rig.ended);  // there is work to do, and it is not over for want of space
    CHECK(rig.engine.progress().queued > 0);
    CHECK(web.web.Log().empty());
    rig.engine.SetDiskLow(false);
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    CHECK(rig.ended == EndReason::kDone);
  }
  REQUIRE(database.Close());
  CHECK(Pages(database) == web.Reachable());
}

TEST_CASE("engine:TwoEnginesLiveInOneProcess") {
  const Web web, other;
  Database one, two;
  REQUIRE(one.Open() == "");
  REQUIRE(two.Open() == "");
  {
    boost::asio::io_context loop(1);
    EngineRig first(loop, OwnSite(web.web.Url("/")), *one.store);
    EngineRig second(loop, OwnSite(other.web.Url("/")), *two.store);
    RunUntil(loop, [&] { return first.ended && second.ended; });
    CHECK(first.ended == EndReason::kDone);
    CHECK(second.ended == EndReason::kDone);
  }
  REQUIRE(one.Close());
  REQUIRE(two.Close());
  CHECK(Pages(one) == web.Reachable());
  CHECK(Pages(two) == other.Reachable());
}

TEST_CASE("engine:AnyWriteMayFailAndTheNextRunStoresWhatIsMissing") {
  const Web web;
  const config::Loaded configuration = OwnSite(web.web.Url("/"));
  const auto runs = ForEachFailure(FailOnNth::Mode::kForever, 200, [&](FailOnNth& failure) {
    Database database;
    REQUIRE(database.Open() == "");
    {
      TroubledStore store(*database.store);
      store.failure = &failure;
      const EndReason reason = Crawl(configuration, store);
      CHECK(reason == (failure.failed() ? EndReason::kStorageFailed : EndReason::kDone));
    }
    REQUIRE(database.Close());
    CHECK(database.Violations().empty());
    REQUIRE(database.Open() == "");
    CHECK(Crawl(configuration, *database.store) == EndReason::kDone);
    REQUIRE(database.Close());
    CHECK(Pages(database) == web.Reachable());
    CHECK(database.Violations().empty());
  });
  CHECK(runs > web.Reachable().size());
}

TEST_CASE("engine:APageThatCrashesItsParserCostsThatPage") {
  const Web web;
  const std::vector<std::string> all = web.Reachable();
  const std::string poison =
      *std::find_if(all.rbegin(), all.rend(), [](const std::string& url) { return !url.ends_with("/"); });
  Database database;
  REQUIRE(database.Open() == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, OwnSite(web.web.Url("/")), *database.store);
    rig.parser.fate = [&](const std::string& url) {
      return url == poison ? std::optional(Outcome::kParseCrashed) : std::nullopt;
    };
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    CHECK(rig.ended == EndReason::kDone);
  }
  REQUIRE(database.Close());
  CHECK(database.Rows("SELECT url, detail FROM visits WHERE outcome = 'parse_crashed'") ==
        std::vector<std::string>{poison + "|as the test says"});
  CHECK(database.Violations().empty());
  CHECK(database.Row("SELECT count(*) FROM visits WHERE outcome = 'ok' AND url NOT LIKE '%robots.txt' "
                     "AND url NOT LIKE '%sitemap.xml'") == std::to_string(all.size() - 1));
}

TEST_CASE("engine:WhatWaitsForStorageHoldsBackFetching") {
  SyntheticWebOptions options;
  options.shape.degree = 1000;
  options.shape.depth = 1;
  const Web web(options);
  Database database;
  REQUIRE(database.Open() == "");
  {
    TroubledStore store(*database.store);
    boost::asio::io_context loop(1);
    EngineRig rig(loop, OwnSite(web.web.Url("/")), store);
    RunUntil(loop, [&] { return rig.engine.progress().pages > 0; });
    store.holding = true;
    RunUntil(loop, [&] {
      const crawler::Progress progress = rig.engine.progress();
      return progress.parsing >= progress.window + crawler::FetchWindow::kPile && progress.in_flight == 0;
    });
    CHECK(rig.engine.progress().parsing == rig.engine.progress().window + crawler::FetchWindow::kPile);
    CHECK(rig.engine.progress().window < 100);
    RunUntil(loop, [&] { return rig.engine.progress().writing == rig.engine.progress().parsing; });
    CHECK(rig.engine.progress().in_parser == 0);
    const Duration lag = rig.engine.progress().storage_lag;
    RunUntil(loop, [&] { return rig.engine.progress().storage_lag >= lag + 20ms; });
    store.LetThrough();
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    CHECK(rig.ended == EndReason::kDone);
    CHECK(rig.engine.progress().writing == 0);
    CHECK(rig.engine.progress().storage_lag == Duration(0));
  }
  CHECK(database.store->last_commit() > 0us);
  REQUIRE(database.Close());
  CHECK(Pages(database).size() == 1001);
}

TEST_CASE("engine:SchemesAndPortsHoldForWhatAnOperatorAdds") {
  const Web web;
  Database database;
  REQUIRE(database.Open() == "");
  config::Loaded loaded = OwnSite(web.web.Url("/"));
  loaded.options.targets.front().scope = config::ScopeKind::kPrefix;
  loaded.options.targets.front().schemes = {"http"};
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, std::move(loaded), *database.store, nullptr, false);
    RunUntil(loop, [&] { return rig.engine.ready(); });
    const std::string elsewhere = web.web.Url("/nasty/none", 1);
    const std::vector<std::string> urls = {elsewhere, "https" + elsewhere.substr(4)};
    std::vector<crawler::Engine::Added> answers;
    boost::asio::co_spawn(loop, rig.engine.Add(urls, 0, 10),
                          [&answers](std::exception_ptr, std::vector<crawler::Engine::Added> added) {
                            answers = std::move(added);
                          });
    RunUntil(loop, [&] { return !answers.empty(); });
    CHECK(answers == std::vector{crawler::Engine::Added::kQueued, crawler::Engine::Added::kOutside});
    rig.engine.Stop();
    RunUntil(loop, [&] { return rig.ended.has_value(); });
  }
  REQUIRE(database.Close());
}

TEST_CASE("engine:AStopAtOnceGivesBackWhatWasInFlight") {
  SyntheticWebOptions options = SmallWeb();
  Reply silent;
  silent.end = Reply::End::kHang;
  options.replies["/silent"] = silent;
  const Web web(options);
  Database database;
  REQUIRE(database.Open() == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, OwnSite(web.web.Url("/silent")), *database.store);
    RunUntil(loop, [&] { return web.Served("/robots.txt") == 1 && rig.engine.progress().in_flight == 1; });
    rig.engine.StopAtOnce();
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    CHECK(rig.ended == EndReason::kStopped);
  }
  REQUIRE(database.Close("stopped"));
  CHECK(database.Row("SELECT count(*) FROM visits WHERE url LIKE '%/silent'") == "0");
  CHECK(database.Row("SELECT attempts FROM queue WHERE url LIKE '%/silent'") == "0");
  CHECK(database.Violations().empty());
}
