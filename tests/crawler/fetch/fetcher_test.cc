#include "crawler/fetch/fetcher.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <atomic>
#include <optional>
#include <thread>

#include "crawler/fetch/timers.h"
#include "tests/crawler/fetch/fetch_loop.h"
#include "tests/support/catch.h"
#include "tests/support/dns_server.h"
#include "tests/support/gate.h"
#include "tests/support/scripted_server.h"

namespace trawl::test {
namespace {

using crawler::FetchRequest;
using crawler::FetchResult;
using Clock = crawler::Timers::Clock;

void Serve(Peer& peer) {
  while (!peer.ReadHead().empty()) peer.Send(Answer("<p>hello", "Content-Type: text/html\r\n"));
}

FetchRequest To(const std::string& url) {
  FetchRequest request;
  request.url = url;
  return request;
}

TEST_CASE("FetchesAPageAndReusesItsConnection") {
  ScriptedServer server(Serve);
  FetchLoop loop;
  const FetchResult first = loop.Get(server.Url("/a?b=c"));
  CHECK(first.outcome == Outcome::kOk);
  CHECK(first.status == 200);
  CHECK(first.body == "<p>hello");
  CHECK(first.Header("content-TYPE") == "text/html");
  CHECK(first.ip == "127.0.0.1");
  CHECK(first.protocol == "http/1.1");
  CHECK(first.security.empty());
  CHECK(first.bytes_wire == Answer("<p>hello", "Content-Type: text/html\r\n").size());
  CHECK_FALSE(first.reused);
  CHECK(first.timings.connect_ms.has_value());
  CHECK(first.timings.first_byte_ms.has_value());
  CHECK_FALSE(first.timings.tls_ms.has_value());
  const FetchResult second = loop.Get(server.Url("/second"));
  CHECK(second.outcome == Outcome::kOk);
  CHECK(second.reused);
  CHECK_FALSE(second.timings.connect_ms.has_value());
  CHECK(server.connections() == 1);
  CHECK(loop.fetcher().counts().idle == 1);
  CHECK(loop.fetcher().counts().connects == 1);
  CHECK(loop.fetcher().counts().reuses == 1);
}

TEST_CASE("AnAnswerNobodyAskedForDoesNotAnswerTheNextRequest") {
  for (const bool in_one : {true, false}) {
    Gate sent;
    ScriptedServer server([&](Peer& peer) {
      for (int i = 0; !peer.ReadHead().empty(); ++i) {
        const std::string injected = Answer("injected");
        if (in_one) {
          peer.Send(Answer("asked for") + injected);
        } else {
          peer.Send(Answer("asked for"));
          peer.Send(injected);
        }
        sent.Open();
      }
    });
    FetchLoop loop;
    CHECK(loop.Get(server.Url()).body == "asked for");
    sent.Pass();
    CHECK(loop.Get(server.Url()).body == "asked for");
    CHECK(server.connections() == 2);
  }
}

TEST_CASE("AConnectionThatDiedIdleIsReplacedOnce") {
  // The server ends each connection as the second request arrives on it, without a byte of answer.
  std::atomic<int> requests = 0;
  ScriptedServer server([&](Peer& peer) {
    peer.ReadHead();
    ++requests;
    peer.Send(Answer("<p>first"));
    if (!peer.ReadHead().empty()) ++requests;
    peer.Reset();
  });
  FetchLoop loop;
  CHECK(loop.Get(server.Url()).outcome == Outcome::kOk);
  const FetchResult second = loop.Get(server.Url());
  CHECK(second.outcome == Outcome::kOk);
  CHECK_FALSE(second.reused);
  CHECK(second.detail.empty());
  CHECK(server.connections() == 2);
  CHECK(requests == 3);
}

TEST_CASE("AFreshConnectionThatDiesIsNotTriedAgain") {
  ScriptedServer server([](Peer& peer) {
    peer.ReadHead();
    peer.Reset();
  });
  FetchLoop loop;
  const FetchResult result = loop.Get(server.Url());
  CHECK(result.outcome == Outcome::kConnectionLost);
  CHECK(server.connections() == 1);
}

TEST_CASE("AReusedConnectionThatDiesWithinItsAnswerIsNotTriedAgain") {
  ScriptedServer server([](Peer& peer) {
    peer.ReadHead();
    peer.Send(Answer("<p>first"));
    peer.ReadHead();
    peer.Send("HTTP/1.1 200");
  });
  FetchLoop loop;
  loop.Get(server.Url());
  CHECK(loop.Get(server.Url()).outcome == Outcome::kConnectionLost);
  CHECK(server.connections() == 1);
}

TEST_CASE("EveryStepHasItsDeadline") {
  Gate never;
  ScriptedServer silent([](Peer& peer) { peer.AwaitClose(); });
  ScriptedServer slow([](Peer& peer) {
    peer.ReadHead();
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    peer.AwaitClose();
  });
  DnsServer mute([](const std::string&, DnsType) {
    DnsReply reply;
    reply.silent = true;
    return reply;
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.dns.servers = {mute.Where()};
  options.dns.timeout = Duration(100);
  options.dns.tries = 1;
  options.http.first_byte_timeout = Duration(100);
  options.http.tls_timeout = Duration(120);
  FetchLoop loop(options);

  const FetchResult first_byte = loop.Get(silent.Url());
  CHECK(first_byte.outcome == Outcome::kTimeout);
  CHECK(first_byte.detail == "the first byte took longer than 100 ms");
  const FetchResult tls = loop.Get("https://127.0.0.1:" + std::to_string(silent.port()) + "/");
  CHECK(tls.outcome == Outcome::kTimeout);
  CHECK(tls.detail == "the TLS handshake took longer than 120 ms");
  const FetchResult dns = loop.Get("http://nobody.example/");
  CHECK(dns.outcome == Outcome::kDnsFailed);
  CHECK_FALSE(dns.absent);
  CHECK(dns.detail == "nobody.example: no answer from the name servers in time");

  FetchRequest request = To(slow.Url());
  request.timeout = Duration(200);
  const auto begun = Clock::now();
  const FetchResult whole = loop.Get(request);
  CHECK(whole.outcome == Outcome::kTimeout);
  CHECK(whole.detail == "the whole fetch took longer than 200 ms, last step: reading the answer");
  CHECK(whole.status == 200);
  CHECK(whole.body == "some");
  CHECK(Clock::now() - begun < std::chrono::milliseconds(1000));
  CHECK(loop.fetcher().counts().open == 0);
}

TEST_CASE("ADripEndsByItsRateAndASteadyStreamDoesNot") {
  config::Options options = FetchLoop::DefaultOptions();
  options.http.min_rate = {1000};
  options.http.min_rate_window = Duration(200);
  ScriptedServer drip([](Peer& peer) {
    peer.ReadHead();
    peer.Send("HTTP/1.1 200 OK\r\n\r\n");
    peer.Send(std::string(100, 'x'));
    peer.AwaitClose();
  });
  FetchLoop loop(options);
  const FetchResult slow = loop.Get(drip.Url());
  CHECK(slow.outcome == Outcome::kTooSlow);
  CHECK(slow.detail == "119 bytes in 200 ms");
  CHECK(slow.body.size() == 100);
}

TEST_CASE("ABodyIsCutAtItsLimitAndTheConnectionIsGivenUp") {
  const std::string body(100'000, 'b');
  ScriptedServer server([&](Peer& peer) {
    while (!peer.ReadHead().empty()) peer.Send(Answer(body));
  });
  FetchLoop loop;
  FetchRequest request = To(server.Url());
  request.max_body = {body.size()};
  const FetchResult whole = loop.Get(request);
  CHECK(whole.body == body);
  CHECK_FALSE(whole.truncated);
  CHECK(loop.fetcher().counts().idle == 1);
  request.max_body = {body.size() - 1};
  const FetchResult cut = loop.Get(request);
  CHECK(cut.outcome == Outcome::kOk);
  CHECK(cut.truncated);
  CHECK(cut.body == body.substr(1));
  CHECK(loop.fetcher().counts().open == 0);
}

TEST_CASE("TheHeadIsReadUpToItsLimits") {
  std::string fields;
  for (int i = 0; i < 199; ++i) fields += "X-" + std::to_string(i) + ": v\r\n";
  ScriptedServer server([&](Peer& peer) {
    const std::string head = peer.ReadHead();
    if (head.find("GET /199") == 0) peer.Send(Answer("", fields));
    if (head.find("GET /200") == 0) peer.Send(Answer("", fields + "X-More: v\r\n"));
    const std::string line = "HTTP/1.1 200 OK\r\nConnection: close\r\nX: ";
    if (head.find("GET /64k") == 0) peer.Send(line + std::string(65536 - line.size() - 4, 'x') + "\r\n\r\n");
    if (head.find("GET /65k") == 0) peer.Send(line + std::string(65536 - line.size() - 3, 'x') + "\r\n\r\n");
  });
  FetchLoop loop;
  CHECK(loop.Get(server.Url("/199")).outcome == Outcome::kOk);
  CHECK(loop.Get(server.Url("/200")).outcome == Outcome::kTooLarge);
  CHECK(loop.Get(server.Url("/64k")).outcome == Outcome::kOk);
  CHECK(loop.Get(server.Url("/65k")).outcome == Outcome::kTooLarge);
}

TEST_CASE("PrivateAddressesAreRefusedAtTheConnectionHoweverTheyCome") {
  ScriptedServer server(Serve);
  DnsServer names([](const std::string&, DnsType type) {
    DnsReply reply;
    reply.addresses = {type == DnsType::kA ? "127.0.0.1" : "fd00::1"};
    return reply;
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.crawl.private_addresses = config::PrivateAddresses::kRefuse;
  options.dns.servers = {names.Where()};
  FetchLoop loop(options);
  const std::string port = ":" + std::to_string(server.port()) + "/";
  for (const char* host :
       {"127.0.0.1", "inside.example", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0"}) {
    const FetchResult refused = loop.Get("http://" + std::string(host) + port);
    INFO(host << " " << refused.detail);
    CHECK(refused.outcome == Outcome::kRefusedPrivate);
    CHECK(refused.detail.find(" is ") != std::string::npos);
  }
  CHECK(server.connections() == 0);

  FetchRequest allowed = To("http://inside.example" + port);
  allowed.private_networks = {"127.0.0.0/8"};
  CHECK(loop.Get(allowed).outcome == Outcome::kOk);
  // The connection of a target that may is no way in for one that may not.
  CHECK(loop.fetcher().counts().idle == 1);
  CHECK(loop.Get(To("http://inside.example" + port)).outcome == Outcome::kRefusedPrivate);
  CHECK(loop.fetcher().counts().idle == 0);
  allowed.private_networks = {"10.0.0.0/8"};
  CHECK(loop.Get(allowed).outcome == Outcome::kRefusedPrivate);
  CHECK(server.connections() == 1);
}

TEST_CASE("WhatCannotBeReachedSaysWhy") {
  std::uint16_t closed_port = 0;
  {
    ScriptedServer gone(Serve);
    closed_port = gone.port();
  }
  DnsServer names([](const std::string&, DnsType) {
    DnsReply reply;
    reply.code = 3;
    return reply;
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.dns.servers = {names.Where()};
  FetchLoop loop(options);
  const FetchResult refused = loop.Get("http://127.0.0.1:" + std::to_string(closed_port) + "/");
  CHECK(refused.outcome == Outcome::kConnectFailed);
  CHECK(refused.detail == "127.0.0.1:" + std::to_string(closed_port) + ": Connection refused");
  const FetchResult unknown = loop.Get("http://unknown.example/");
  CHECK(unknown.outcome == Outcome::kDnsFailed);
  CHECK(unknown.absent);
  CHECK(unknown.detail == "unknown.example: the name does not exist");
  CHECK(loop.Get("gopher://a.example/").outcome == Outcome::kConnectFailed);
}

TEST_CASE("ResolveSharesTheAnswerWithTheFetchThatFollows") {
  ScriptedServer server(Serve);
  DnsServer names([](const std::string&, DnsType type) {
    DnsReply reply;
    if (type == DnsType::kA) reply.addresses = {"127.0.0.1"};
    return reply;
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.dns.servers = {names.Where()};
  FetchLoop loop(options);
  std::vector<boost::asio::ip::address> found;
  bool done = false;
  const auto store = [&](std::exception_ptr, std::vector<boost::asio::ip::address> addresses) {
    found = std::move(addresses);
    done = true;
  };
  boost::asio::co_spawn(loop.loop(), loop.fetcher().Resolve("page.example"), store);
  while (!done) loop.loop().run_one();
  REQUIRE(found.size() == 1);
  CHECK(loop.Get("http://page.example:" + std::to_string(server.port()) + "/").outcome == Outcome::kOk);
  CHECK(names.questions() == 2);
}

TEST_CASE("CancelEndsEveryFetchSoon") {
  ScriptedServer silent([](Peer& peer) { peer.AwaitClose(); });
  DnsServer mute([](const std::string&, DnsType) {
    DnsReply reply;
    reply.silent = true;
    return reply;
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.dns.servers = {mute.Where()};
  FetchLoop loop(options);
  std::vector<FetchResult> results;
  const std::string port = ":" + std::to_string(silent.port()) + "/";
  const auto store = [&](std::exception_ptr, FetchResult result) { results.push_back(std::move(result)); };
  for (const std::string& url :
       {"http://127.0.0.1" + port, "https://127.0.0.1" + port, std::string("http://nobody.example/")}) {
    boost::asio::co_spawn(loop.loop(), loop.fetcher().Fetch(To(url)), store);
  }
  while (silent.connections() < 2 || mute.questions() < 2)
    loop.loop().run_one_for(std::chrono::milliseconds(5));
  const auto begun = Clock::now();
  loop.fetcher().Cancel();
  while (results.size() < 3) loop.loop().run_one();
  CHECK(Clock::now() - begun < std::chrono::milliseconds(500));
  for (const FetchResult& result : results) {
    INFO(result.detail);
    CHECK(result.cancelled);
    CHECK(result.outcome == Outcome::kTimeout);
    CHECK(result.detail.find("cancelled while in step ") == 0);
  }
  const FetchResult late = loop.Get(silent.Url());
  CHECK(late.cancelled);
  CHECK(late.detail == "cancelled before it began");
}

TEST_CASE("CancelReachesAFetchBetweenTwoWaits") {
  // Cancelled after each number of handlers: also when what the fetch waited for has come and it has not yet
  // gone on, where there is nothing to interrupt.
  ScriptedServer silent([](Peer& peer) { peer.AwaitClose(); });
  for (const char* const scheme : {"http://", "https://"}) {
    bool last_step = false;
    for (int turns = 0; !last_step; ++turns) {
      FetchLoop loop;
      std::optional<FetchResult> result;
      const auto store = [&](std::exception_ptr, FetchResult got) { result = std::move(got); };
      const std::string url = scheme + std::string("127.0.0.1:") + std::to_string(silent.port()) + "/";
      const int before = silent.connections();
      boost::asio::co_spawn(loop.loop(), loop.fetcher().Fetch(To(url)), store);
      for (int i = 0; i < turns; ++i) loop.loop().run_one();
      // The kernel has connected by then, whatever the fetch knows of it.
      while (turns > 0 && silent.connections() == before) std::this_thread::yield();
      loop.fetcher().Cancel();
      const auto end = Clock::now() + std::chrono::seconds(5);
      while (!result && Clock::now() < end) loop.loop().run_one_for(std::chrono::milliseconds(100));
      INFO(scheme << turns);
      REQUIRE(result);
      CHECK(result->cancelled);
      last_step = result->detail.find("the first byte") != std::string::npos ||
                  result->detail.find("TLS handshake") != std::string::npos;
    }
  }
}

TEST_CASE("FetchesAtOnceHaveAnOutcomeEach") {
  Gate all_here;
  std::atomic<int> here = 0;
  ScriptedServer server([&](Peer& peer) {
    const std::string head = peer.ReadHead();
    if (++here == 200) all_here.Open();
    all_here.Pass();
    const std::size_t end = head.find(' ', 4);
    peer.Send(Answer(head.substr(4, end - 4), "Connection: close\r\n"));
  });
  FetchLoop loop;
  std::vector<FetchRequest> requests;
  for (int i = 0; i < 200; ++i) requests.push_back(To(server.Url("/" + std::to_string(i))));
  const std::vector<FetchResult> results = loop.GetAll(std::move(requests));
  for (std::size_t i = 0; i < results.size(); ++i) {
    CHECK(results[i].outcome == Outcome::kOk);
    CHECK(results[i].body == "/" + std::to_string(i));
  }
  CHECK(loop.fetcher().counts().open == 0);
}

TEST_CASE("CapsOnConnectionsAreKeptAndIdleOnesMakeRoom") {
  std::atomic<int> now = 0, most = 0;
  const auto script = [&](Peer& peer) {
    most = std::max(most.load(), ++now);
    while (!peer.ReadHead().empty()) peer.Send(Answer("<p>hello"));
    --now;
  };
  std::vector<std::unique_ptr<ScriptedServer>> servers;
  for (int i = 0; i < 5; ++i) servers.push_back(std::make_unique<ScriptedServer>(script));
  config::Options options = FetchLoop::DefaultOptions();
  options.crawl.max_fetches = 1;  // two connections, idle ones too
  FetchLoop loop(options);
  std::vector<FetchRequest> requests;
  for (int i = 0; i < 40; ++i) requests.push_back(To(servers[i % servers.size()]->Url()));
  for (const FetchResult& result : loop.GetAll(std::move(requests))) CHECK(result.outcome == Outcome::kOk);
  CHECK(loop.fetcher().counts().open <= 2);
  CHECK(loop.fetcher().counts().connects >= 5);
}

TEST_CASE("AnIdleConnectionIsClosedInTime") {
  Gate closed;
  ScriptedServer server([&](Peer& peer) {
    peer.ReadHead();
    peer.Send(Answer("<p>hello"));
    peer.AwaitClose();
    closed.Open();
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.http.idle_timeout = Duration(100);
  FetchLoop loop(options);
  loop.Get(server.Url());
  CHECK(loop.fetcher().counts().idle == 1);
  while (loop.fetcher().counts().idle > 0) loop.loop().run_one();
  closed.Pass();
}

}  // namespace
}  // namespace trawl::test
