#include "crawler/fetch/fetcher.h"

#include <atomic>
#include <cerrno>
#include <memory>

#include "crawler/fetch/socket.h"
#include "tests/crawler/fetch/fetch_loop.h"
#include "tests/support/catch.h"
#include "tests/support/dns_server.h"
#include "tests/support/gate.h"
#include "tests/support/scripted_server.h"

namespace trawl::test {
namespace {

using crawler::FetchRequest;
using crawler::FetchResult;

void Serve(Peer& peer) {
  while (!peer.ReadHead().empty()) peer.Send(Answer("<p>hello", "Content-Type: text/html\r\n"));
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
  DnsServer names(DnsRefusal(3));
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

TEST_CASE("AsManyConnectionsGoToOneHostAsAreConfigured") {
  constexpr int kMany = 150;
  Gate all_here;
  std::atomic<int> here = 0;
  ScriptedServer server([&](Peer& peer) {
    peer.ReadHead();
    if (++here == kMany) all_here.Open();
    all_here.Pass();
    peer.Send(Answer("<p>hello", "Connection: close\r\n"));
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.targets.resize(1);
  options.targets[0].politeness.connections_per_host = kMany;
  // The server takes a thread for each of them: long enough for a busy machine.
  options.http.first_byte_timeout = Duration(100'000);
  FetchLoop loop(options);
  std::vector<FetchRequest> requests(kMany, To(server.Url()));
  for (FetchRequest& request : requests) request.timeout = Duration(100'000);
  for (const FetchResult& result : loop.GetAll(std::move(requests))) CHECK(result.outcome == Outcome::kOk);
  all_here.Open();
}

TEST_CASE("WithoutDescriptorsAFetchIsStarvedAndSaysNothingOfTheServer") {
  class Poor final : public crawler::SocketDoor {
   public:
    int Open(int, int) override {
      errno = EMFILE;
      return -1;
    }
  } door;
  for (const char* proxy : {"none", "http://127.0.0.1:1"}) {
    config::Options options = FetchLoop::DefaultOptions();
    options.http.proxy = proxy;
    FetchLoop loop(options, &door);
    const FetchResult result = loop.Get("http://127.0.0.1:1/");
    CHECK(result.starved);
    CHECK(result.outcome == Outcome::kConnectFailed);
    CHECK(result.detail == "127.0.0.1:1: Too many open files");
  }
}

TEST_CASE("ConnectionsComeFromTheSourceAddress") {
  std::string from;
  Gate seen;
  ScriptedServer server([&](Peer& peer) {
    from = peer.Address();
    seen.Open();
    peer.ReadHead();
    peer.Send(Answer("<p>hello"));
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.http.source_address = "127.0.0.2";
  FetchLoop loop(options);
  CHECK(loop.Get(server.Url()).outcome == Outcome::kOk);
  seen.Pass();
  CHECK(from == "127.0.0.2");
}

TEST_CASE("WhatIsNotModifiedByItsDateIsNotSentAgain") {
  const std::string date = "Mon, 01 Jan 2024 00:00:00 GMT";
  ScriptedServer server([&](Peer& peer) {
    for (std::string head; !(head = peer.ReadHead()).empty();) {
      const bool same = head.find("\r\nIf-Modified-Since: " + date + "\r\n") != head.npos;
      peer.Send(same ? "HTTP/1.1 304 Not Modified\r\n\r\n"
                     : Answer("<p>page", "Last-Modified: " + date + "\r\n"));
    }
  });
  FetchLoop loop;
  FetchRequest request = To(server.Url());
  const FetchResult first = loop.Get(request);
  CHECK(first.outcome == Outcome::kOk);
  request.last_modified = first.Header("Last-Modified");
  const FetchResult again = loop.Get(request);
  CHECK(again.outcome == Outcome::kNotModified);
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(again.reused);
  request.last_modified = "Tue, 02 Jan 2024 00:00:00 GMT";
  CHECK(loop.Get(request).outcome == Outcome::kOk);
}

TEST_CASE("AFoldedFieldIsJoinedByOneBlank") {
  ScriptedServer server([](Peer& peer) {
    while (!peer.ReadHead().empty())
      peer.Send(Answer("", "Content-Type: text/html;\r\n charset=utf-8\r\nX-Long: a\r\n\t b\r\n"));
  });
  FetchLoop loop;
  const FetchResult page = loop.Get(server.Url());
  CHECK(page.Header("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.Header("X-Long") == "a b");
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
