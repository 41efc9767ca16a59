#include "crawler/fetch/proxy.h"

#include <fstream>
#include <map>
#include <mutex>

#include "crawler/fetch/credentials.h"
#include "tests/crawler/fetch/fetch_loop.h"
#include "tests/support/catch.h"
#include "tests/support/dns_server.h"
#include "tests/support/scripted_server.h"
#include "tests/support/temp_dir.h"

namespace trawl::test {
namespace {

using crawler::CutUrl;
using crawler::FetchRequest;
using crawler::FetchResult;
using crawler::ParseProxy;
using crawler::Proxies;
using crawler::Proxy;

Proxies::Environment Says(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
}

std::string Key(Proxies& proxies, const std::string& url, Proxies::Clock::time_point now = {}) {
  const Proxy* const proxy = proxies.Next(*CutUrl(url), now);
  return proxy != nullptr ? proxy->key : "direct";
}

/// What proxies were asked, from their threads.
class Notes {
 public:
  void Add(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ += text + "|";
  }
  std::string Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(text_, {});
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

std::string FirstLine(const std::string& head) {
  return head.substr(0, head.find("\r\n"));
}

std::string Field(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == head.npos) return {};
  const std::size_t from = at + name.size() + 4;
  return head.substr(from, head.find("\r\n", from) - from);
}

void ServePages(Peer& peer) {
  for (std::string head; !(head = peer.ReadHead()).empty();) peer.Send(Answer("<p>" + FirstLine(head)));
}

/// An HTTP proxy that answers plain requests itself and relays tunnels to `origin`.
ScriptedServer::Script HttpProxy(Notes& notes, std::uint16_t origin) {
  return [&notes, origin](Peer& peer) {
    for (std::string head; !(head = peer.ReadHead()).empty();) {
      notes.Add(FirstLine(head) + " " + Field(head, "Proxy-Authorization"));
      if (head.starts_with("CONNECT")) {
        peer.Send("HTTP/1.1 200 Connection established\r\n\r\n");
        return peer.Relay(origin);
      }
      peer.Send(Answer("<p>by proxy"));
    }
  };
}

/// A SOCKS5 proxy that wants user "u" and password "p" when `login` is set, and answers `reply`.
ScriptedServer::Script SocksProxy(Notes& notes, std::uint16_t origin, bool login = false, char reply = 0) {
  return [&notes, origin, login, reply](Peer& peer) {
    const std::string hello = peer.Read(2);
    if (hello.size() < 2) return;
    const std::string methods = peer.Read(static_cast<unsigned char>(hello[1]));
    const char method = login ? 2 : 0;
    if (methods.find(method) == methods.npos) {
      peer.Send("\x05\xff");
      return;
    }
    peer.SendBytewise(std::string{5, method});
    if (login) {
      const bool good = peer.Read(5) == std::string("\x01\x01u\x01p");
      peer.SendBytewise(std::string{1, static_cast<char>(good ? 0 : 1)});
      if (!good) return;
    }
    const std::string head = peer.Read(4);
    if (head.size() < 4) return;
    std::string place;
    if (head[3] == 3) place = peer.Read(static_cast<unsigned char>(peer.Read(1)[0]));
    if (head[3] == 1) {
      for (const char byte : peer.Read(4)) place += std::to_string(static_cast<unsigned char>(byte)) + ".";
    }
    peer.Read(2);
    notes.Add(place);
    peer.SendBytewise(std::string{5, reply, 0, 3, 4} + "host" + std::string(2, '\0'));
    if (reply == 0) peer.Relay(origin);
  };
}

config::Options Through(const std::string& proxy) {
  config::Options options = FetchLoop::DefaultOptions();
  options.http.proxy = proxy;
  return options;
}

std::string Place(const ScriptedServer& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

std::string Save(const TestAuthority& authority, const TempDir& folder) {
  const std::string path = (folder / "ca.pem").string();
  std::ofstream(path) << authority.Pem();
  return path;
}

TEST_CASE("AProxyIsReadWithItsCredentials") {
  const auto plain = ParseProxy("HTTP://Proxy.Test:3128/");
  REQUIRE(plain);
  CHECK(plain->kind == Proxy::Kind::kHttp);
  CHECK(plain->key == "http://proxy.test:3128");
  CHECK_FALSE(plain->credentials());
  const auto full = ParseProxy("socks5h://us%65r:p%40ss%3Aword@[2001:db8::1]");
  REQUIRE(full);
  CHECK(full->kind == Proxy::Kind::kSocks5h);
  CHECK(full->host == "[2001:db8::1]");
  CHECK(full->port == 1080);
  CHECK(full->user == "user");
  CHECK(full->password == "p@ss:word");
  CHECK(ParseProxy("https://p")->port == 443);
  for (const char* bad : {"", "proxy:3128", "ftp://proxy:21", "http://", "http://p:0", "http://p:70000",
                          "http://p:x", "http://a%4@p", "http://p/path", "http://a b"})
    CHECK_FALSE(ParseProxy(bad));
  CHECK(ParseProxy("http://" + std::string(255, 'u') + "@p"));
  CHECK_FALSE(ParseProxy("http://" + std::string(256, 'u') + "@p"));
}

TEST_CASE("CredentialsAreCodedAsTheStandardHasIt") {
  CHECK(crawler::BasicCredentials("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  for (const auto& [plain, coded] : std::map<std::string, std::string>{{"", ""},
                                                                       {"f", "Zg=="},
                                                                       {"fo", "Zm8="},
                                                                       {"foo", "Zm9v"},
                                                                       {"foob", "Zm9vYg=="},
                                                                       {"\xff\xfe", "//4="}})
    CHECK(crawler::EncodeBase64(plain) == coded);
}

TEST_CASE("TheEnvironmentNamesProxiesAndExceptions") {
  Proxies proxies("", Says({{"http_proxy", "plain.test:3128"},
                            {"HTTPS_PROXY", "https://secure.test:8443"},
                            {"HTTP_PROXY", "http://wrong.test:1"},
                            {"no_proxy", "localhost, .inside.test,10.0.0.0/8 ,other.test:8080,[::1]"}}));
  CHECK(proxies.setup_error().empty());
  CHECK(Key(proxies, "http://a.test/") == "http://plain.test:3128");
  CHECK(Key(proxies, "https://a.test/") == "https://secure.test:8443");
  for (const char* url : {"http://localhost/", "http://inside.test/", "https://a.b.inside.test/",
                          "http://10.1.2.3/", "http://other.test:8080/", "http://[::1]/"})
    CHECK(Key(proxies, url) == "direct");
  for (const char* url : {"http://notinside.test/", "http://11.1.2.3/", "http://other.test/"})
    CHECK(Key(proxies, url) == "http://plain.test:3128");
  Proxies all("", Says({{"ALL_PROXY", "socks5://s.test"}}));
  CHECK(Key(all, "http://a.test/") == "socks5://s.test:1080");
  CHECK(Key(all, "https://a.test/") == "socks5://s.test:1080");
  Proxies none("", Says({{"all_proxy", "socks5://s.test"}, {"NO_PROXY", "*"}}));
  CHECK(Key(none, "http://a.test/") == "direct");
  Proxies off("none", Says({{"all_proxy", "socks5://s.test"}}));
  CHECK(Key(off, "http://a.test/") == "direct");
  Proxies own("http://own.test:1", Says({{"all_proxy", "socks5://s.test"}, {"no_proxy", "*"}}));
  CHECK(Key(own, "http://a.test/") == "http://own.test:1");
  CHECK(Proxies("", Says({{"https_proxy", "gopher://x"}})).setup_error().find("https_proxy: ") == 0);
}

TEST_CASE("SeveralProxiesTakeTurnsAndOneThatFailedRests") {
  Proxies proxies("http://a:1, http://b:1, http://c:1", Says({}));
  const Proxies::Clock::time_point now{std::chrono::hours(1)};
  const std::string url = "http://x.test/";
  const auto next = [&](int count, Proxies::Clock::time_point at) {
    std::string hosts;
    for (int i = 0; i < count; ++i) hosts += Key(proxies, url, at).substr(7, 1);
    return hosts;
  };
  CHECK(next(4, now) == "abca");
  const Proxy* const b = proxies.Next(*CutUrl(url), now);
  CHECK(b->host == "b");
  proxies.Failed(b, now);
  CHECK(next(3, now) == "cac");
  CHECK(next(2, now + Proxies::kRest) == "ab");
  for (const char* host : {"http://a:1", "http://b:1", "http://c:1"}) {
    const auto failed = ParseProxy(host);
    proxies.Failed(&*failed, now);
  }
  CHECK(next(3, now) == "cab");  // all rest: still they take turns
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
  config::Options options = Through("http://" + Place(proxy));
  options.tls.verify = true;
  const TempDir folder;
  options.tls.ca_file = Save(authority, folder);
  FetchLoop loop(options);
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
  config::Options options = Through("https://" + Place(proxy));
  options.tls.verify = true;
  const TempDir folder;
  options.tls.ca_file = Save(authority, folder);
  FetchLoop loop(options);
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
  config::Options options = Through("https://" + Place(proxy));
  options.tls.verify = true;
  const TempDir folder;
  options.tls.ca_file = Save(authority, folder);
  FetchLoop loop(options);
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

TEST_CASE("AnotherProxyServesWhenOneIsDown") {
  Notes notes;
  ScriptedServer good(HttpProxy(notes, 0));
  FetchLoop loop(Through("http://127.0.0.1:1, http://" + Place(good)));
  CHECK(loop.Get("http://page.test/").outcome == Outcome::kProxyFailed);
  for (int i = 0; i < 4; ++i) CHECK(loop.Get("http://page.test/").outcome == Outcome::kOk);
}

}  // namespace
}  // namespace trawl::test
