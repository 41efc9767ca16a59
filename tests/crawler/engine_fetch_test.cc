// What the engine gives a fetch on its way, and what it makes of one that never reached the server.

#include <cerrno>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crawler/engine.h"
#include "crawler/fetch/socket.h"
#include "tests/crawler/engine_rig.h"
#include "tests/storage/database.h"
#include "tests/support/catch.h"
#include "tests/support/dns_server.h"
#include "tests/support/scripted_server.h"

using namespace trawl;
using namespace trawl::test;
using namespace std::chrono_literals;
using crawler::EndReason;

namespace {

void ServePage(Peer& peer) {
  while (!peer.ReadHead().empty()) peer.Send(Answer("<title>page</title>", "Content-Type: text/html\r\n"));
}

/// A web of one host whose name is asked for before each fetch. Its robots.txt is not.
config::Loaded Named(const ScriptedServer& server, const DnsServer& names) {
  config::Loaded loaded = OwnSite("http://page.example:" + std::to_string(server.port()) + "/",
                                  "dns.servers = ['" + names.Where() + "']\ndns.tries = 1\n");
  loaded.options.politeness.robots = config::RobotsPolicy::kIgnore;
  loaded.options.politeness.ip_delay = 1ms;
  return loaded;
}

}  // namespace

TEST_CASE("engine:TheLookUpBeforeAFetchIsPartOfItsVisit") {
  ScriptedServer server(ServePage);
  DnsServer names([](const std::string&, DnsType type) {
    DnsReply reply;
    if (type == DnsType::kA) reply.addresses = {"127.0.0.1"};
    reply.held = true;
    return reply;
  });
  Database database;
  REQUIRE(database.Open() == "");
  {
    boost::asio::io_context loop(1);
    EngineRig rig(loop, Named(server, names), *database.store);
    std::optional<std::chrono::steady_clock::time_point> asked;
    RunUntil(loop, [&] {
      const auto now = std::chrono::steady_clock::now();
      if (!asked && names.questions() == 2) asked = now;
      if (asked && now - *asked >= 60ms) names.SendHeld();
      return rig.ended.has_value();
    });
    CHECK(rig.ended == EndReason::kDone);
  }
  REQUIRE(database.Close());
  CHECK(database.Rows(
            "SELECT outcome, dns_ms >= 60, first_byte_ms >= dns_ms, total_ms >= dns_ms FROM visits") ==
        std::vector<std::string>{"ok|1|1|1"});
  CHECK(names.questions() == 2);
}

TEST_CASE("engine:ANameThatCannotBeLookedUpIsAskedForOnceAnAttempt") {
  ScriptedServer server(ServePage);
  DnsServer names(DnsRefusal(2));
  Database database;
  REQUIRE(database.Open() == "");
  CHECK(Crawl(Named(server, names), *database.store) == EndReason::kDone);
  REQUIRE(database.Close());
  CHECK(database.Row("SELECT outcome FROM visits") == "dns_failed");
  CHECK(names.questions() == 2);  // one for each family
}

TEST_CASE("engine:ANameThatDoesNotExistIsAskedForAgainWhenTheCacheHasForgottenIt") {
  ScriptedServer server(ServePage);
  DnsServer names(DnsRefusal(3));
  Database database;
  REQUIRE(database.Open() == "");
  config::Loaded loaded = Named(server, names);
  loaded.options.http.retries = 1;
  loaded.options.http.retry_wait = 1s;
  loaded.options.crawl.patience = 0s;
  CHECK(Crawl(loaded, *database.store) == EndReason::kWaiting);
  REQUIRE(database.Close());
  CHECK(database.Row("SELECT attempts FROM queue") == "1");
  CHECK(database.Row("SELECT outcome, (julianday(due_at) - julianday(at)) * 86400 > 60 FROM visits "
                     "JOIN queue USING (url)") == "dns_failed|1");
}

TEST_CASE("engine:WantOfDescriptorsIsNoTroubleOfTheHost") {
  class PoorAtFirst final : public crawler::SocketDoor {
   public:
    int Open(int family, int type) override {
      if (std::exchange(rich_, true)) return SocketDoor::Open(family, type);
      errno = EMFILE;
      return -1;
    }

   private:
    bool rich_ = false;
  };
  ScriptedServer server(ServePage);
  for (const auto robots : {config::RobotsPolicy::kObey, config::RobotsPolicy::kIgnore}) {
    Database database;
    REQUIRE(database.Open() == "");
    config::Loaded loaded = OwnSite(server.Url());
    loaded.options.politeness.robots = robots;
    loaded.options.politeness.park_after = 1;
    PoorAtFirst door;
    {
      boost::asio::io_context loop(1);
      EngineRig rig(loop, loaded, *database.store, nullptr, true, &door);
      RunUntil(loop, [&] { return rig.ended.has_value(); });
      CHECK(rig.ended == EndReason::kDone);
    }
    REQUIRE(database.Close());
    CHECK(database.Row(
              "SELECT count(*), min(attempt), max(attempt), max(outcome) FROM visits WHERE url NOT LIKE "
              "'%robots.txt'") == "1|1|1|ok");
  }
}

TEST_CASE("engine:CredentialsGoToTheOriginsOfTheSeedsAlone") {
  std::mutex mutex;
  std::vector<std::string> own, others;
  const auto note = [&](std::vector<std::string>& heads, std::string head) {
    const std::lock_guard lock(mutex);
    heads.push_back(std::move(head));
  };
  ScriptedServer other([&](Peer& peer) {
    for (std::string head; !(head = peer.ReadHead()).empty();) {
      note(others, head);
      peer.Send(Answer("<title>other</title>", "Content-Type: text/html\r\n"));
    }
  });
  ScriptedServer origin([&](Peer& peer) {
    for (std::string head; !(head = peer.ReadHead()).empty();) {
      note(own, head);
      if (head.starts_with("GET /moved ")) {
        peer.Send(Answer("", "Location: " + other.Url("/landing") + "\r\n", "302 Found"));
      } else {
        peer.Send(Answer("<a href=/moved>m</a><a href=" + other.Url("/linked") + ">l</a>",
                         "Content-Type: text/html\r\n"));
      }
    }
  });
  for (const bool bearer : {false, true}) {
    own.clear();
    others.clear();
    config::Loaded loaded = OwnSite(origin.Url());
    config::TargetHttp& http = loaded.options.targets.at(0).http;
    (bearer ? http.bearer_token : http.user) = bearer ? "a-token" : "Aladdin";
    if (!bearer) http.password = "open sesame";
    const std::string field = bearer ? "\r\nAuthorization: Bearer a-token\r\n"
                                     : "\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n";
    Database database;
    REQUIRE(database.Open() == "");
    CHECK(Crawl(loaded, *database.store) == EndReason::kDone);
    REQUIRE(database.Close());
    const std::lock_guard lock(mutex);
    CHECK(own.size() == 3);     // robots.txt, the seed, what it links to
    CHECK(others.size() == 3);  // robots.txt, by link, by redirect
    for (const std::string& head : own) CHECK(head.find(field) != head.npos);
    for (const std::string& head : others) CHECK(head.find("Authorization") == head.npos);
  }
}
