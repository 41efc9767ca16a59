#include <algorithm>

#include "crawler/engine.h"
#include "tests/crawler/engine_rig.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::test;
using crawler::EndReason;
using Kept = crawler::Engine::Kept;
using namespace std::chrono_literals;

namespace {

struct RunningWeb {
  explicit RunningWeb(SyntheticWebOptions options) : web(std::move(options)) { web.Start(); }
  SyntheticWeb web;
};

/// A root whose links all fail.
SyntheticWebOptions WebInTrouble() {
  SyntheticWebOptions options;
  options.shape.degree = 40;
  options.shape.depth = 1;
  options.shape.errors_per_mille = 1000;
  return options;
}

std::vector<std::string> HtmlPages(const Database& database) {
  return database.Rows("SELECT url FROM pages WHERE content_type LIKE 'text/html%' ORDER BY url");
}

/// As an operator: tells the engine, and hears whether it is stored.
Kept PauseTarget(boost::asio::io_context& loop, EngineRig& rig, bool pause) {
  std::optional<Kept> kept;
  boost::asio::co_spawn(loop, rig.engine.PauseTarget(0, pause),
                        [&kept](std::exception_ptr, Kept done) { kept = done; });
  RunUntil(loop, [&] { return kept.has_value(); });
  return *kept;
}

/// Ends the run of a service.
void EndRun(boost::asio::io_context& loop, EngineRig& rig) {
  rig.engine.Stop();
  RunUntil(loop, [&] { return rig.ended.has_value(); });
}

}  // namespace

TEST_CASE("engine:ATargetIsFetchedInItsPartOfTheDay") {
  SyntheticWebOptions options;
  options.shape.degree = 40;
  options.shape.depth = 1;
  const RunningWeb web(options);
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
    for (int look = 0; look < 20; ++look) {
      rig.engine.Resume();  // which wakes it
      loop.poll();
    }
    CHECK(rig.engine.progress().visits == 0);
    clock.manual.Set(midnight + 8h);
    until([&] { return rig.engine.progress().visits > 3; });
    CHECK(rig.engine.in_window(0));
    CHECK(rig.engine.TargetState(0).empty());
    clock.manual.Set(midnight + 9h);
    until([&] { return !rig.engine.in_window(0); });
    until([&] { return rig.engine.progress().in_flight + rig.engine.progress().parsing == 0; });
    // An operator's pause outlasts the window's.
    CHECK(PauseTarget(loop, rig, true) == Kept::kStored);
    clock.manual.Set(midnight + 32h);
    until([&] { return rig.engine.in_window(0); });
    CHECK(rig.engine.TargetState(0) == "paused");
    PauseTarget(loop, rig, false);
    until([&] { return rig.engine.progress().queued + rig.engine.progress().in_flight == 0; });
    rig.engine.Stop();
    until([&] { return rig.ended.has_value(); });
  }
  REQUIRE(database.Close());
  CHECK(HtmlPages(database).size() == 41);
}

TEST_CASE("engine:ATargetWhoseFetchesFailPausesAndGoesOnAfterItsTime") {
  SyntheticWebOptions options;
  options.shape.degree = 40;
  options.shape.depth = 1;
  options.shape.errors_per_mille = 1000;
  const RunningWeb web(options);
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
    PauseTarget(loop, rig, false);
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
  const RunningWeb web(options);
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
  const RunningWeb web(options);
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
    PauseTarget(loop, rig, true);
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

TEST_CASE("engine:ATargetThatHasPausedBecauseOfErrorsWaitsInTheNextRunToo") {
  const RunningWeb web(WebInTrouble());
  Database database;
  EngineClock clock;
  config::Loaded loaded = OwnSite(web.web.Url("/"));
  config::Target& target = loaded.options.targets.front();
  target.pause_on = "50% of 6";
  target.politeness.connections_per_host = 1;
  const bool ends_by_itself = GENERATE(false, true);
  if (ends_by_itself) target.pause_for = 1h;
  std::string said;
  REQUIRE(database.Open() == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, loaded, *database.store, &clock, false);
    RunUntil(loop, [&] { return rig.engine.target_paused(0); });
    said = rig.engine.TargetState(0);
    EndRun(loop, rig);
  }
  database.Abandon();  // as after a crash
  REQUIRE(database.Open() == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, loaded, *database.store, &clock, false);
    RunUntil(loop, [&] { return rig.engine.ready(); });
    CHECK(rig.engine.TargetState(0) == said);
    RunUntil(loop, [&] { return rig.engine.waiting().contains(crawler::WaitReason::kTarget); });
    CHECK(rig.engine.progress().visits == 0);
    if (ends_by_itself) {
      clock.manual.Advance(61min);
    } else {
      PauseTarget(loop, rig, false);
    }
    RunUntil(loop, [&] { return rig.engine.progress().visits > 0; });
    EndRun(loop, rig);
  }
  REQUIRE(database.Close());
}

TEST_CASE("engine:WhatAnOperatorHasPausedAndResumedStandsSoInTheNextRun") {
  SyntheticWebOptions options = WebInTrouble();
  options.shape.errors_per_mille = 0;
  const RunningWeb web(options);
  const config::Loaded loaded = OwnSite(web.web.Url("/"));
  Database database;
  const bool resumed = GENERATE(false, true);
  const bool one_shot = GENERATE(false, true);
  REQUIRE(database.Open() == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, loaded, *database.store, nullptr, false);
    RunUntil(loop, [&] { return rig.engine.ready(); });
    PauseTarget(loop, rig, true);
    if (resumed) PauseTarget(loop, rig, false);
    EndRun(loop, rig);
  }
  REQUIRE(database.Close());
  REQUIRE(database.Open() == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, loaded, *database.store, nullptr, one_shot);
    RunUntil(loop, [&] { return rig.engine.ready(); });
    // A crawl is begun by somebody who wants it to go on.
    CHECK(rig.engine.target_paused(0) == (!resumed && !one_shot));
    EndRun(loop, rig);
  }
  REQUIRE(database.Close());
  CHECK(database.Row("SELECT count(*) FROM target_pause") == (!resumed && !one_shot ? "1" : "0"));
}

TEST_CASE("engine:AnOperatorWaitsForTheDiskNoLongerThanAMoment") {
  SyntheticWebOptions options = WebInTrouble();
  options.shape.errors_per_mille = 0;
  const RunningWeb web(options);
  Database database;
  REQUIRE(database.Open() == "");
  {
    TroubledStore store(*database.store);
    boost::asio::io_context loop(1);
    EngineRig rig(loop, OwnSite(web.web.Url("/")), store, nullptr, false);
    RunUntil(loop, [&] { return rig.engine.ready(); });
    store.holding = true;
    CHECK(PauseTarget(loop, rig, true) == Kept::kUnderway);
    CHECK(rig.engine.target_paused(0));
    store.LetThrough();
    EndRun(loop, rig);
  }
  REQUIRE(database.Close());
  CHECK(database.Row("SELECT count(*) FROM target_pause") == "1");
}

TEST_CASE("engine:APauseThatCannotBeStoredIsToldSo") {
  const RunningWeb web(WebInTrouble());
  Database database;
  REQUIRE(database.Open() == "");
  TroubledStore store(*database.store);
  boost::asio::io_context loop(1);
  EngineRig rig(loop, OwnSite(web.web.Url("/")), store, nullptr, false);
  RunUntil(loop, [&] { return rig.engine.ready(); });
  FailOnNth failure(1, FailOnNth::Mode::kForever);
  store.failure = &failure;
  CHECK(PauseTarget(loop, rig, true) == Kept::kFailed);
  RunUntil(loop, [&] { return rig.ended.has_value(); });
  CHECK(rig.ended == EndReason::kStorageFailed);
  REQUIRE(database.Close());
}
