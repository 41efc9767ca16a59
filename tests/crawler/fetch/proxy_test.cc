#include "crawler/fetch/proxy.h"

#include <map>

#include "crawler/fetch/credentials.h"
#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using crawler::CutUrl;
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
  CHECK(full->name == "socks5h://[2001:db8::1]:1080");
  CHECK(full->key != full->name);
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

}  // namespace
}  // namespace trawl::test
