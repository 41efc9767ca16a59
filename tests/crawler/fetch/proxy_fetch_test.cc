// Fetches through proxies of every kind.

#include <fstream>

#include "crawler/fetch/credentials.h"
#include "tests/crawler/fetch/fetch_loop.h"
#include "tests/crawler/fetch/proxy_scripts.h"
#include "tests/support/catch.h"
#include "tests/support/dns_server.h"
#include "tests/support/temp_dir.h"

namespace trawl::test {
namespace {

using crawler::FetchRequest;
using crawler::FetchResult;

void ServePages(Peer& peer) {
  for (std::string head; !(head = peer.ReadHead()).empty();) peer.Send(Answer("<p>" + FirstLine(head)));
}

/// Through a proxy to origins that must have a certificate of the authority.
config::Options VerifiedThrough(const std::string& proxy, const TestAuthority& authority,
                                const TempDir& folder) {
  config::Options options = Through(proxy);
  options.tls.verify = true;
  options.tls.ca_file = (folder / "ca.pem").string();
  std::ofstream(options.tls.ca_file) << authority.Pem();
  return options;
}

TEST_CASE("PlainPagesGoThroughAnHttpProxyInAbsoluteForm") {
  Notes notes;
  ScriptedServer proxy(HttpProxy(notes, 0));
  FetchLoop loop(Through("http://us:pw@" + Place(proxy)));
  const FetchResult first = loop.Get("http://unknown.test:8080/a?b");
  CHECK(first.outcome == Outcome::kOk);
  CHECK(first.body == "<p>by proxy");
  CHECK(first.ip.empty());
  CHECK(notes.Take() ==
        "GET http://unknown.test:8080/a?b HTTP/1.1 " + crawler::BasicCredentials("us", "pw") + "|");
  CHECK(loop.Get("http://unknown.test:8080/c").reused);
  CHECK_FALSE(loop.Get("http://another.test/").reused);
  CHECK(proxy.connections() == 2);
}

TEST_CASE("HttpsGoesThroughATunnelAndIsVerifiedBeyondIt") {
  TestAuthority authority;
  const Certificate certificate = authority.Sign({{"DNS:page.test"}});
  ScriptedServer origin(ServePages, {&certificate});
  Notes notes;
  ScriptedServer proxy(HttpProxy(notes, origin.port()));
  const TempDir folder;
  FetchLoop loop(VerifiedThrough("http://" + Place(proxy), authority, folder));
  const FetchResult page = loop.Get("https://page.test/x");
  CHECK(page.detail == "");
  CHECK(page.body == "<p>GET /x HTTP/1.1");
  CHECK(page.security == "TLSv1.3");
  CHECK(notes.Take() == "CONNECT page.test:443 HTTP/1.1 |");
  CHECK(loop.Get("https://page.test/y").reused);
  const FetchResult other = loop.Get("https://other.test/");
  CHECK(other.outcome == Outcome::kTlsFailed);
  CHECK(other.detail.find("hostname mismatch") != std::string::npos);
}

TEST_CASE("AProxyItselfMayBeBehindTls") {
  TestAuthority authority;
  const Certificate for_origin = authority.Sign({{"DNS:page.test"}});
  const Certificate for_proxy = authority.Sign({{"IP:127.0.0.1"}});
  const std::string long_body(300'000, 'l');
  ScriptedServer origin(
      [&](Peer& peer) {
        while (!peer.ReadHead().empty()) peer.Send(Answer(long_body));
      },
      {&for_origin});
  Notes notes;
  ScriptedServer proxy(HttpProxy(notes, origin.port()), {&for_proxy});
  const TempDir folder;
  FetchLoop loop(VerifiedThrough("https://" + Place(proxy), authority, folder));
  const FetchResult plain = loop.Get("http://page.test/x");
  CHECK(plain.body == "<p>by proxy");
  CHECK(plain.security.empty());
  CHECK_FALSE(plain.timings.tls_ms);
  for (int i = 0; i < 2; ++i) {  // TLS within TLS, whose last bytes may be in either's hands
    const FetchResult secure = loop.Get("https://page.test/y");
    CHECK(secure.detail == "");
    CHECK(secure.body == long_body);
    CHECK(secure.reused == (i == 1));
    CHECK(secure.security == "TLSv1.3");
  }
  const FetchResult wrong = loop.Get("https://other.test/");
  CHECK(wrong.outcome == Outcome::kTlsFailed);
}

TEST_CASE("AProxyWhoseCertificateIsWrongIsTheProxysFailure") {
  TestAuthority authority;
  const Certificate certificate = authority.Sign({{"DNS:else.test"}});
  Notes notes;
  ScriptedServer proxy(HttpProxy(notes, 0), {&certificate});
  const TempDir folder;
  FetchLoop loop(VerifiedThrough("https://" + Place(proxy), authority, folder));
  const FetchResult page = loop.Get("https://page.test/");
  CHECK(page.outcome == Outcome::kProxyFailed);
  CHECK(page.detail.find("https://127.0.0.1:") == 0);
}

TEST_CASE("SocksTakesNamesOrAddresses") {
  ScriptedServer origin(ServePages);
  DnsServer names([](const std::string&, DnsType type) {
    DnsReply reply;
    if (type == DnsType::kA) reply.addresses = {"198.18.7.7"};
    return reply;
  });
  Notes notes;
  ScriptedServer proxy(SocksProxy(notes, origin.port()));
  {
    FetchLoop loop(Through("socks5h://" + Place(proxy)));
    const FetchResult page = loop.Get("http://page.test/n");
    CHECK(page.detail == "");
    CHECK(page.body == "<p>GET /n HTTP/1.1");
    CHECK(page.ip.empty());
    CHECK(notes.Take() == "page.test|");
  }
  config::Options options = Through("socks5://" + Place(proxy));
  options.dns.servers = {names.Where()};
  FetchLoop loop(options);
  const FetchResult page = loop.Get("http://page.test/a");
  CHECK(page.outcome == Outcome::kOk);
  CHECK(page.ip == "198.18.7.7");
  CHECK(notes.Take() == "198.18.7.7.|");
}

TEST_CASE("SocksAsksForUserAndPassword") {
  TestAuthority authority;
  const Certificate certificate = authority.Sign({{"DNS:page.test"}});
  ScriptedServer origin(ServePages, {&certificate});
  Notes notes;
  ScriptedServer proxy(SocksProxy(notes, origin.port(), true));
  FetchLoop right(Through("socks5h://u:p@" + Place(proxy)));
  const FetchResult page = right.Get("https://page.test/");
  CHECK(page.detail == "");
  CHECK(page.security == "TLSv1.3");
  FetchLoop wrong(Through("socks5h://u:x@" + Place(proxy)));
  const FetchResult refused = wrong.Get("http://page.test/");
  CHECK(refused.outcome == Outcome::kProxyFailed);
  CHECK(refused.detail == "socks5h://" + Place(proxy) + ": refuses user and password");
  FetchLoop nobody(Through("socks5h://" + Place(proxy)));
  CHECK(nobody.Get("http://page.test/").detail ==
        "socks5h://" + Place(proxy) + ": wants another authentication");
}

TEST_CASE("WhatAProxyRefusesSaysSo") {
  Notes notes;
  ScriptedServer unreachable(SocksProxy(notes, 0, false, 4));
  ScriptedServer forbidden(SocksProxy(notes, 0, false, 2));
  const auto says = [](std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) {
      peer.ReadHead();
      peer.Send(bytes);
      peer.AwaitClose();
    };
  };
  ScriptedServer denied(says("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
  ScriptedServer early(says("HTTP/1.1 200 OK\r\n\r\nmore"));
  ScriptedServer garbage(says("220 smtp.test ready\r\n\r\n"));
  ScriptedServer login(says("HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n"));
  ScriptedServer gone([](Peer& peer) { peer.ReadHead(); });
  const auto get = [](const std::string& proxy, const std::string& url) {
    FetchLoop loop(Through(proxy));
    FetchResult result = loop.Get(url);
    CHECK(loop.fetcher().counts().open == loop.fetcher().counts().idle);
    return result;
  };
  const FetchResult host = get("socks5h://" + Place(unreachable), "http://page.test/");
  CHECK(host.outcome == Outcome::kConnectFailed);
  CHECK(host.detail == "socks5h://" + Place(unreachable) + ": host unreachable");
  CHECK(get("socks5h://" + Place(forbidden), "http://page.test/").outcome == Outcome::kProxyFailed);
  const FetchResult connect = get("http://" + Place(denied), "https://page.test/");
  CHECK(connect.outcome == Outcome::kProxyFailed);
  CHECK(connect.detail == "http://" + Place(denied) + ": answered CONNECT with status 403");
  for (const ScriptedServer* server : {&early, &garbage, &gone}) {
    const FetchResult result = get("http://" + Place(*server), "https://page.test/");
    INFO(result.detail);
    CHECK(result.outcome == Outcome::kProxyFailed);
  }
  CHECK(get("http://" + Place(login), "http://page.test/").outcome == Outcome::kProxyFailed);
  CHECK(get("http://127.0.0.1:1", "http://page.test/").outcome == Outcome::kProxyFailed);
  CHECK(get("http://nobody.test:1", "http://page.test/").outcome == Outcome::kProxyFailed);
}

TEST_CASE("ATunnelHasItsDeadline") {
  ScriptedServer silent([](Peer& peer) { peer.AwaitClose(); });
  for (const char* scheme : {"http", "socks5h", "https"}) {
    config::Options options = Through(std::string(scheme) + "://" + Place(silent));
    options.http.connect_timeout = Duration(100);
    options.http.tls_timeout = Duration(100);
    FetchLoop loop(options);
    const FetchResult result = loop.Get("https://page.test/");
    INFO(scheme << " " << result.detail);
    CHECK(result.outcome == Outcome::kTimeout);
  }
}

TEST_CASE("AProxyIsNoWayToPrivateAddressesThatAreKnownHere") {
  Notes notes;
  ScriptedServer proxy(HttpProxy(notes, 0));
  ScriptedServer socks(SocksProxy(notes, 0));
  DnsServer names([](const std::string&, DnsType type) {
    DnsReply reply;
    if (type == DnsType::kA) reply.addresses = {"10.0.0.7"};
    return reply;
  });
  for (const std::string& through : {"http://" + Place(proxy), "socks5://" + Place(socks)}) {
    config::Options options = Through(through);
    options.crawl.private_addresses = config::PrivateAddresses::kRefuse;
    options.dns.servers = {names.Where()};
    FetchLoop loop(options);
    for (const char* url :
         {"http://127.0.0.1/", "http://localhost/", "http://[fd00::1]/", "https://169.254.169.254/"})
      CHECK(loop.Get(url).outcome == Outcome::kRefusedPrivate);
    if (through.starts_with("socks5"))
      CHECK(loop.Get("http://inside.test/").outcome == Outcome::kRefusedPrivate);
  }
  CHECK(notes.Take().empty());
}

TEST_CASE("ATargetHasItsOwnProxies") {
  Notes common, own;
  ScriptedServer first(HttpProxy(common, 0)), second(HttpProxy(own, 0));
  ScriptedServer origin(ServePages);
  config::Options options = Through("http://" + Place(first));
  options.targets.resize(3);
  options.targets[1].http.proxy = "http://" + Place(second);
  options.targets[2].http.proxy = "none";
  FetchLoop loop(options);
  for (const std::uint16_t target : {0, 1, 2}) {
    FetchRequest request;
    request.url = origin.Url();
    request.target = target;
    CHECK(loop.fetcher().UsesProxy(target, request.url) == (target != 2));
    CHECK(loop.Get(std::move(request)).outcome == Outcome::kOk);
  }
  CHECK_FALSE(common.Take().empty());
  CHECK_FALSE(own.Take().empty());
  CHECK(origin.connections() == 1);
}

TEST_CASE("UsersOfOneProxyShareNoConnection") {
  Notes notes;
  ScriptedServer proxy(HttpProxy(notes, 0));
  FetchLoop loop(Through("http://a:p@" + Place(proxy) + ", http://b:p@" + Place(proxy)));
  for (int turn = 0; turn < 2; ++turn) {
    for (int user = 0; user < 2; ++user) CHECK(loop.Get("http://page.test/").reused == (turn == 1));
  }
  CHECK(proxy.connections() == 2);
  const std::string asked = notes.Take();
  CHECK(asked.find(crawler::BasicCredentials("a", "p")) != asked.npos);
  CHECK(asked.find(crawler::BasicCredentials("b", "p")) != asked.npos);
}

TEST_CASE("AProxyRestsForItsOwnFailuresAlone") {
  const auto says = [](std::string status) {
    return [status = std::move(status)](Peer& peer) {
      while (!peer.ReadHead().empty()) peer.Send(Answer("", "", status));
    };
  };
  ScriptedServer origin(ServePages);
  Notes notes;
  const struct {
    const char* status;
    const char* url;
    Outcome outcome;
    bool rests;
  } cases[] = {
      {"502 Bad Gateway", "https://page.test/", Outcome::kConnectFailed, false},
      {"503 Service Unavailable", "https://page.test/", Outcome::kConnectFailed, false},
      {"504 Gateway Timeout", "https://page.test/", Outcome::kConnectFailed, false},
      {"501 Not Here", "https://page.test/", Outcome::kProxyFailed, true},
      {"407 Who", "https://page.test/", Outcome::kProxyFailed, true},
      {"407 Who", "http://page.test/", Outcome::kProxyFailed, true},
      {"502 Bad Gateway", "http://page.test/", Outcome::kHttpError, false},
  };
  for (const auto& one : cases) {
    INFO(one.status << " " << one.url);
    ScriptedServer bad(says(one.status));
    ScriptedServer good(HttpProxy(notes, origin.port()));
    config::Options options = Through("http://" + Place(bad) + ", http://" + Place(good));
    options.http.tls_timeout = Duration(200);  // behind the good one nobody speaks TLS
    FetchLoop loop(options);
    CHECK(Name(loop.Get(one.url).outcome) == Name(one.outcome));
    loop.Get(one.url);  // by the good one
    const int before = good.connections();
    loop.Get("http://other.test/");
    CHECK((good.connections() > before) == one.rests);
  }
}

TEST_CASE("AReloadBringsOtherProxies") {
  Notes first_notes, second_notes;
  ScriptedServer first(HttpProxy(first_notes, 0)), second(HttpProxy(second_notes, 0));
  ScriptedServer origin(ServePages);
  config::Options options = FetchLoop::DefaultOptions();
  FetchLoop loop(options);
  CHECK(loop.Get(origin.Url()).body != "<p>by proxy");
  options.http.proxy = "http://" + Place(first);
  options.targets.resize(2);
  options.targets[1].http.proxy = "http://" + Place(second);
  loop.fetcher().TakeOptions(options);
  for (const std::uint16_t target : {0, 1}) {
    FetchRequest request = To(origin.Url());
    request.target = target;
    CHECK(loop.fetcher().UsesProxy(target, request.url));
    CHECK(loop.Get(request).body == "<p>by proxy");
  }
  CHECK_FALSE(first_notes.Take().empty());
  CHECK_FALSE(second_notes.Take().empty());
}

TEST_CASE("AFetchUnderWayEndsOnTheProxyItBeganOn") {
  ScriptedServer silent([](Peer& peer) { peer.AwaitClose(); });
  config::Options options = Through("http://" + Place(silent));
  options.http.first_byte_timeout = Duration(200);
  FetchLoop loop(options);
  options.http.proxy = "none";
  bool reloaded = false;
  std::vector<FetchRequest> one{To("http://page.test/")};
  const auto look = [&] {
    if (!std::exchange(reloaded, true)) loop.fetcher().TakeOptions(options);
  };
  CHECK(loop.GetAll(std::move(one), look).front().outcome == Outcome::kTimeout);
}

TEST_CASE("AnotherProxyServesWhenOneIsDown") {
  Notes notes;
  ScriptedServer good(HttpProxy(notes, 0));
  FetchLoop loop(Through("http://127.0.0.1:1, http://" + Place(good)));
  CHECK(loop.Get("http://page.test/").outcome == Outcome::kProxyFailed);
  for (int i = 0; i < 4; ++i) CHECK(loop.Get("http://page.test/").outcome == Outcome::kOk);
}

}  // namespace
}  // namespace trawl::test
