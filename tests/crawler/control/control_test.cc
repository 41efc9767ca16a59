#include "crawler/control/control.h"

#include <boost/asio/post.hpp>

#include <future>

#include "crawler/control/client.h"
#include "tests/crawler/engine_rig.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"
#include "tests/support/parser_options.h"

using namespace trawl;
using namespace trawl::test;

namespace {

/// An engine of a service with its control API, on the loop of the test.
struct ControlRig {
  ControlRig(const std::string& seed, Database& database)
      : store(*database.store),
        socket((database.folder / "control.sock").string()),
        pool(loop.get_executor(), parser::ZygoteClient::Start(RogueOptions(), RogueOptions().program).value(),
             RogueOptions()) {
    store.holding_load = true;
    config::Loaded loaded = OwnSite(seed, "control.socket = '" + socket + "'\n");
    loaded.options.storage.path = database.options.path;
    rig.emplace(loop, std::move(loaded), store, nullptr, false);
    watch.emplace(loop.get_executor(), rig->loaded.options.storage, store,
                  [](const crawler::Trouble&, bool) {});
    control.emplace(
        loop.get_executor(),
        crawler::Control::Crawl{rig->loaded.options, rig->clock, rig->engine, pool, store, *watch},
        crawler::Control::Hooks{});
    REQUIRE(control->Start().message.empty());
  }
  ~ControlRig() {
    rig->engine.StopAtOnce();
    RunUntil(loop, [&] { return rig->ended.has_value(); });
    bool closed = false;
    control->Close([&] { pool.Close([&closed] { closed = true; }); });
    RunUntil(loop, [&] { return closed; });
  }

  /// One exchange, the loop turning meanwhile.
  crawler::ControlAnswer Ask(const std::string& method, const std::string& path,
                             const std::string& body = {}) {
    bool answered = false;
    auto answer = std::async(std::launch::async, [&, this] {
      crawler::ControlAnswer got = crawler::AskDaemon(socket, method, path, body);
      boost::asio::post(loop, [&answered] { answered = true; });
      return got;
    });
    RunUntil(loop, [&] { return answered; });
    return answer.get();
  }

  boost::asio::io_context loop{1};
  TroubledStore store;
  std::string socket;
  crawler::ParsePool pool;
  std::optional<EngineRig> rig;
  std::optional<crawler::StorageWatch> watch;
  std::optional<crawler::Control> control;
};

}  // namespace

TEST_CASE("control:WhatChangesTheCrawlIsRefusedWhileTheStoreIsRead") {
  SyntheticWeb web({});
  web.Start();
  Database database;
  REQUIRE(database.Open() == "");
  {
    ControlRig daemon(web.Url("/"), database);
    const std::string add = "{\"urls\": [\"" + web.Url("/nasty/none") + "\"]}";
    crawler::ControlAnswer answer = daemon.Ask("POST", "/add", add);
    CHECK(answer.status == 503);
    CHECK(answer.body.find("starting") != std::string::npos);
    for (const char* path : {"/pause", "/resume", "/reload"}) CHECK(daemon.Ask("POST", path).status == 503);
    answer = daemon.Ask("GET", "/status");
    CHECK(answer.body.find("\"state\":\"starting\"") != std::string::npos);
    // Of the ids that a storage thread has given already none is looked at.
    CHECK(answer.body.find("\"known\":0,") != std::string::npos);

    daemon.store.LetLoad();
    RunUntil(daemon.loop, [&] { return daemon.rig->engine.ready(); });
    answer = daemon.Ask("POST", "/add", add);
    CHECK(answer.status == 200);
    CHECK(answer.body.find("\"queued\"") != std::string::npos);
  }
  REQUIRE(database.Close());
}

TEST_CASE("control:HostsAreShownAsTheyStandNowNotAsAtTheirLastVisit") {
  SyntheticWebOptions options;
  options.replies["/robots.txt"].end = Reply::End::kHang;
  SyntheticWeb web(options);
  web.Start();
  Database database;
  REQUIRE(database.Open() == "");
  {
    ControlRig daemon(web.Url("/"), database);
    daemon.store.LetLoad();
    const auto waits = [&daemon] {
      const auto state = daemon.rig->engine.host("127.0.0.1");
      return state && state->waiting_for == "robots";
    };
    RunUntil(daemon.loop, waits);
    CHECK(database.Row("SELECT waiting_for FROM hosts") == "turn");
    CHECK(daemon.Ask("GET", "/hosts").body.find("\"robots\"") != std::string::npos);
    CHECK_FALSE(daemon.rig->engine.host("elsewhere.test"));
  }
  REQUIRE(database.Close());
}

TEST_CASE("control:APauseThatCouldNotBeStoredIsNoSuccess") {
  SyntheticWeb web({});
  web.Start();
  Database database;
  REQUIRE(database.Open() == "");
  FailOnNth failure(1, FailOnNth::Mode::kForever);
  {
    ControlRig daemon(web.Url("/"), database);
    daemon.store.LetLoad();
    RunUntil(daemon.loop, [&] { return daemon.rig->engine.ready(); });
    CHECK(daemon.Ask("POST", "/pause", "{\"host\": \"elsewhere.test\"}").status == 404);
    CHECK(daemon.Ask("POST", "/pause", "{\"host\": \"127.0.0.1\"}").status == 200);
    daemon.store.failure = &failure;
    const crawler::ControlAnswer answer = daemon.Ask("POST", "/resume", "{\"host\": \"127.0.0.1\"}");
    CHECK(answer.status == 503);
    CHECK(answer.body.find("not stored") != std::string::npos);
  }
  REQUIRE(database.Close());
}
