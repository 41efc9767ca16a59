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

TEST_CASE("engine:ATargetIsFetchedInItsPartOfTheDay") {
  SyntheticWebOptions options;
  options.shape.degree = 40;
  options.shape.depth = 1;
  const Web web(options);
  Database database;
  REQUIRE(database.Open() == "");
  {
    boost::asio::io_context loop(1);
    config::Loaded loaded = OwnSite(web.web.Url("/"));
    loaded.options.targets.front().window = "08:00-09:00";
    loaded.options.targets.front().time_zone = "Europe/Berlin";
    EngineClock clock;
    const Instant midnight = clock.Now() - 1h;  // there: it is winter
    EngineRig rig(loop, std::move(loaded), *database.store, &clock, false);
    const auto until = [&](auto condition) { RunUntil(loop, condition); };
    until([&] { return rig.engine.waiting().contains(crawler::WaitReason::kTarget); });
    CHECK(rig.engine.progress().visits == 0);
    CHECK_FALSE(rig.engine.in_window(0));
    CHECK(rig.engine.TargetState(0) == "outside its window 08:00-09:00 Europe/Berlin");
    clock.manual.Set(midnight + 8h - 1min);
    until([&, looks = 0]() mutable { return ++looks > 20; });
    CHECK(rig.engine.progress().visits == 0);
    clock.manual.Set(midnight + 8h);
    until([&] { return rig.engine.progress().visits > 3; });
    CHECK(rig.engine.in_window(0));
    CHECK(rig.engine.TargetState(0).empty());
    clock.manual.Set(midnight + 9h);
    until([&] { return !rig.engine.in_window(0); });
    until([&] { return rig.engine.progress().in_flight + rig.engine.progress().parsing == 0; });
    // An operator's pause outlasts the window's.
    rig.engine.PauseTarget(0, true);
    clock.manual.Set(midnight + 32h);
    until([&] { return rig.engine.in_window(0); });
    CHECK(rig.engine.TargetState(0) == "paused");
    rig.engine.PauseTarget(0, false);
    until([&] { return rig.engine.progress().queued + rig.engine.progress().in_flight == 0; });
    rig.engine.Stop();
    until([&] { return rig.ended.has_value(); });
  }
  REQUIRE(database.Close());
  CHECK(Pages(database).size() == 41);
}

TEST_CASE("engine:ATargetWhoseFetchesFailPausesAndGoesOnAfterItsTime") {
  SyntheticWebOptions options;
  options.shape.degree = 40;
  options.shape.depth = 1;
  options.shape.errors_per_mille = 1000;
  const Web web(options);
  Database database;
  REQUIRE(database.Open() == "");
  boost::asio::io_context loop(1);
  config::Loaded loaded = OwnSite(web.web.Url("/"));
  config::Target& target = loaded.options.targets.front();
  target.pause_on = "50% of 6";
  target.pause_for = 1h;
  target.politeness.connections_per_host = 1;
  EngineClock clock;
  {
    EngineRig rig(loop, std::move(loaded), *database.store, &clock, false);
    RunUntil(loop, [&] { return rig.engine.target_paused(0); });
    CHECK_THAT(rig.engine.TargetState(0),
               Catch::Matchers::Contains("of its last 6 fetches failed, until 2024-12-18T01:00:0"));
    const std::uint64_t visits = rig.engine.progress().visits;
    RunUntil(loop, [&] { return rig.engine.waiting().contains(crawler::WaitReason::kTarget); });
    CHECK(rig.engine.progress().visits <= visits + 1);
    // An operator ends the pause early, and the next six fetches bring another.
    rig.engine.PauseTarget(0, false);
    CHECK(rig.engine.TargetState(0).empty());
    RunUntil(loop, [&] { return rig.engine.target_paused(0); });
    CHECK(rig.engine.progress().visits >= visits + 5);
    clock.manual.Advance(61min);
    RunUntil(loop, [&] { return !rig.engine.target_paused(0); });
    rig.engine.Stop();
    RunUntil(loop, [&] { return rig.ended.has_value(); });
  }
  REQUIRE(database.Close());
}

TEST_CASE("engine:ACrawlWaitsForATargetThatGoesOnWithinItsPatience") {
  SyntheticWebOptions options;
  options.shape.degree = 9;
  options.shape.depth = 1;
  options.shape.errors_per_mille = 1000;
  const Web web(options);
  Database database;
  REQUIRE(database.Open() == "");
  config::Loaded loaded = OwnSite(web.web.Url("/"));
  config::Target& target = loaded.options.targets.front();
  target.pause_on = "50% of 6";
  target.pause_for = 1h;
  target.politeness.connections_per_host = 1;
  const bool patient = GENERATE(true, false);
  loaded.options.crawl.patience = patient ? 2h : 30min;
  EngineClock clock;
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, std::move(loaded), *database.store, &clock);
    const auto waits = [&] {
      const crawler::Progress now = rig.engine.progress();
      return rig.engine.waiting().contains(crawler::WaitReason::kTarget) && now.in_flight + now.parsing == 0;
    };
    RunUntil(loop, [&] { return waits() || rig.ended; });
    RunUntil(loop, [&, turns = 0]() mutable { return ++turns > 3 || rig.ended; });
    if (patient) {
      CHECK_FALSE(rig.ended);
      clock.manual.Advance(61min);
    }
    RunUntil(loop, [&] { return rig.ended.has_value(); });
    CHECK(rig.ended == (patient ? EndReason::kDone : EndReason::kWaiting));
  }
  REQUIRE(database.Close());
}

TEST_CASE("engine:ATargetThatIsRemovedWhilePausedLeavesItsHostsToOthers") {
  SyntheticWebOptions options;
  options.shape.degree = 40;
  options.shape.depth = 1;
  const Web web(options);
  Database database;
  storage::RunStart run = StartOfRun();
  run.target_names = {"web", "other"};
  REQUIRE(database.Open({}, run) == "");
  config::Loaded loaded = OwnSite(web.web.Url("/"));
  loaded.options.targets.push_back(loaded.options.targets.front());
  loaded.options.targets.back().name = "other";
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, std::move(loaded), *database.store, nullptr, false);
    RunUntil(loop, [&] { return rig.engine.ready(); });
    rig.engine.PauseTarget(0, true);
    RunUntil(loop, [&] { return rig.engine.waiting().contains(crawler::WaitReason::kTarget); });
    rig.targets.Retire(0);
    std::optional<bool> taken;
    boost::asio::co_spawn(loop, rig.engine.TakeNewTargets(),
                          [&taken](std::exception_ptr, bool done) { taken = done; });
    const auto patience = std::chrono::steady_clock::now() + 20s;
    RunUntil(loop, [&] {
      return rig.engine.progress().pages == 41 || std::chrono::steady_clock::now() > patience;
    });
    CHECK(rig.engine.progress().pages == 41);
    CHECK(taken == true);
    CHECK_FALSE(rig.engine.target_paused(0));
    rig.engine.Stop();
    RunUntil(loop, [&] { return rig.ended.has_value(); });
  }
  REQUIRE(database.Close());
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
