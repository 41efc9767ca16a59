#include "tests/support/synthetic_web.h"

#include <thread>

#include "tests/support/catch.h"
#include "tests/support/nasty_shelf.h"
#include "tests/support/raw_client.h"

namespace trawl::test {
namespace {

/// A running web, and short words for asking it.
struct Web {
  explicit Web(SyntheticWebOptions options = {}) : web(std::move(options)) { web.Start(); }

  std::string Get(const std::string& path, const std::string& address = "127.0.0.1") {
    RawClient client(address, web.port());
    client.Get(path, "Connection: close\r\n");
    return client.ReadAll();
  }
  std::string Admin(const std::string& path) {
    RawClient client("127.0.0.1", web.admin_port());
    client.Get(path);
    return client.ReadAnswer();
  }
  SyntheticWeb web;
};

bool Holds(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

TEST_CASE("WebServesPagesOverOneConnectionAndCountsThem") {
  Web web;
  RawClient client("127.0.0.1", web.web.port());
  for (const char* path : {"/", "/p/1", "/none"}) {
    client.Get(path);
    CHECK(Holds(client.ReadAnswer(), "HTTP/1.1 "));
  }
  ServedStats stats = web.web.Stats();
  CHECK(stats.accepted == 1);
  CHECK(stats.requests == 3);
  CHECK(stats.peak_active == 1);
  CHECK(stats.statuses == std::map<int, std::uint64_t>{{200, 2}, {404, 1}});
  auto log = web.web.Log();
  REQUIRE(log.size() == 3);
  CHECK(log[1].path == "/p/1");
  CHECK(log[1].host == "127.0.0.1");
  CHECK(log[1].complete);
  CHECK(log[1].start_us >= log[0].end_us);
  CHECK(log[1].connection == log[0].connection);
}

TEST_CASE("WebAnswersPipelinedRequestsInOrder") {
  Web web;
  RawClient client("127.0.0.1", web.web.port());
  client.Send(
      "GET /p/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /p/2 HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n");
  std::string all = client.ReadAll();
  CHECK(all.find("page 1<") < all.find("page 2<"));
  CHECK(web.web.Log()[1].host == "b");
}

TEST_CASE("WebHasAsManyHostsAsItSays") {
  Web web({.shape = {.hosts = 3}});
  CHECK(Holds(web.Get("/", "127.0.0.3"), "Host 2 page 0"));
  CHECK(web.Get("/", "127.0.0.4").empty());
  CHECK(web.Get("/", "127.200.0.1").empty());
  CHECK(web.web.Stats().refused == 2);
  CHECK(web.web.Stats().hosts == 1);
}

TEST_CASE("WebOfOneHostListensOnItsAddressAlone") {
  Web web;
  CHECK_THROWS(web.Get("/", "127.0.0.2"));
}

TEST_CASE("WebCountsThePeakOfConnectionsAndRequests") {
  SyntheticWebOptions options;
  options.replies["/late"] = MakeReply(200, "text/html", "late");
  options.replies["/late"].delay = std::chrono::milliseconds(200);
  Web web(std::move(options));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<RawClient>("127.0.0.1", web.web.port()));
    clients.back()->Get("/late");
  }
  for (auto& client : clients) CHECK(Holds(client->ReadAnswer(), "late"));
  ServedStats stats = web.web.Stats();
  CHECK(stats.peak_open == 5);
  CHECK(stats.peak_active == 5);
  CHECK(stats.peak_active_one_host == 5);
  CHECK(stats.active == 0);
  for (const ServedRequest& request : web.web.Log()) CHECK(request.end_us - request.start_us >= 200'000);
  web.web.Reset();
  CHECK(web.web.Stats().requests == 0);
  CHECK(web.web.Log().empty());
  CHECK(web.web.Stats().open == 5);
}

TEST_CASE("WebCompressesOnlyForThoseWhoAccept") {
  Web web({.shape = {.gzip = true}});
  RawClient client("127.0.0.1", web.web.port());
  client.Get("/p/1", "Accept-Encoding: gzip\r\n");
  std::string compressed = client.ReadAnswer();
  client.Get("/p/1");
  std::string plain = client.ReadAnswer();
  CHECK(Holds(compressed, "Content-Encoding: gzip"));
  CHECK_FALSE(Holds(plain, "Content-Encoding"));
  CHECK(compressed.size() < plain.size() / 2);
  CHECK(Holds(plain, "page 1<"));
}

TEST_CASE("WebAnswersHeadWithoutABody") {
  Web web;
  RawClient client("127.0.0.1", web.web.port());
  client.Send("HEAD /p/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(client.ReadAll().ends_with("\r\n\r\n"));
}

TEST_CASE("WebAsksTheHandlerFirst") {
  SyntheticWebOptions options;
  options.handler = [](const WebRequest& request) -> std::optional<Reply> {
    if (request.path != "/echo") return std::nullopt;
    return MakeReply(200, "text/plain", request.head);
  };
  Web web(std::move(options));
  CHECK(Holds(web.Get("/echo"), "Connection: close\r\n\r\n"));
  CHECK(Holds(web.Get("/"), "Host 0 page 0"));
}

TEST_CASE("AdminPortTellsStatsLogAndExpectedUrls") {
  Web web({.shape = {.degree = 2, .depth = 1}});
  web.Get("/p/1");
  CHECK(Holds(web.Admin("/__stats"), "\"requests\":1,"));
  CHECK(Holds(web.Admin("/__log"), "\"path\":\"/p/1\""));
  std::string urls = web.Admin("/__urls");
  CHECK(Holds(urls, "0 200 " + web.web.Url("/") + "\n"));
  CHECK(Holds(urls, "1 200 " + web.web.Url("/p/2") + "\n"));
  web.Admin("/__reset");
  CHECK(Holds(web.Admin("/__stats"), "\"requests\":0,"));
}

TEST_CASE("LogSurvivesAnyBytesInARequest") {
  Web web;
  RawClient client("127.0.0.1", web.web.port());
  client.Send("GET /\xff\"\\\x01 HTTP/1.1\r\nHost: \xc3\xa9\r\nConnection: close\r\n\r\n");
  client.ReadAll();
  CHECK(Holds(web.Admin("/__log"), R"("host":"\u00c3\u00a9")"));
  CHECK(Holds(web.Admin("/__log"), R"("path":"/\u00ff\"\\\u0001")"));
}

TEST_CASE("RequestHeadIsBounded") {
  Web web;
  RawClient client("127.0.0.1", web.web.port());
  client.Send("GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x'));
  CHECK(client.ReadAll().empty());
}

TEST_CASE("ShelfDoesWhatItsLabelsSay") {
  Web web;
  CHECK(Holds(web.Get("/nasty/redirect-chain/2"), "Location: /nasty/redirect-chain/1\r\n"));
  CHECK(Holds(web.Get("/nasty/redirect-chain/0"), "200 OK"));
  CHECK(Holds(web.Get("/nasty/unavailable/7"), "Retry-After: 7\r\n"));
  CHECK(web.Get("/nasty/close").empty());
  std::string truncated = web.Get("/nasty/truncated");
  CHECK(Holds(truncated, "Content-Length: 10000"));
  CHECK(truncated.size() < 1000);
  CHECK(web.Get("/nasty/big/2").size() > (2u << 20));
  CHECK(web.Get("/nasty/big/2").size() < (2u << 20) + 300);
  CHECK(web.Get("/nasty/gzip-bomb/16").size() < 100'000);
  CHECK(Holds(web.Get("/nasty/nothing-of-that-name"), "404"));
  CHECK(Holds(web.Get("/nasty/big/x"), "404"));
  CHECK(Holds(web.Get("/nasty/"), "headers-endless"));
}

TEST_CASE("ShelfResetsWhereItSaysSo") {
  Web web;
  RawClient client("127.0.0.1", web.web.port());
  client.Get("/nasty/reset-body");
  std::string got = client.ReadAll();
  CHECK(client.was_reset());
  CHECK(got.size() < 6000);
}

TEST_CASE("EndlessPagesEndWithTheClient") {
  Web web;
  for (const char* path :
       {"/nasty/endless", "/nasty/headers-endless", "/nasty/chunks-endless", "/nasty/continue-flood"}) {
    RawClient client("127.0.0.1", web.web.port());
    client.Get(path);
    CHECK(client.ReadAll(3'000'000).size() >= 3'000'000);
  }
  CHECK(Holds(web.Get("/"), "Host 0 page 0"));
  CHECK(web.web.Stats().requests == 5);
}

TEST_CASE("EveryPageOfTheShelfLeavesTheServerServing") {
  Web web;
  for (const NastyPage& page : NastyPages()) {
    RawClient client("127.0.0.1", web.web.port());
    client.Get("/nasty/" + std::string(page.name), "Connection: close\r\n");
    client.Send("");
  }
  CHECK(Holds(web.Get("/"), "Host 0 page 0"));
}

}  // namespace
}  // namespace trawl::test
