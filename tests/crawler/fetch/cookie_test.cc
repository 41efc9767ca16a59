#include "crawler/fetch/cookie.h"

#include "crawler/fetch/cookie_jar.h"
#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using crawler::Cookie;
using crawler::CookieChange;
using crawler::CookieJar;
using crawler::CookiePlace;
using crawler::ParseCookieDate;
using crawler::ParseSetCookie;
using crawler::SameSite;
using std::chrono::hours;

const Instant kNow{std::chrono::seconds(1'800'000'000)};
const CookiePlace kPlain{"www.shop.example.com", "/a/b", false};
const CookiePlace kSecure{"www.shop.example.com", "/a/b", true};

/// A jar and what happened to it, a field at a time.
struct Jar {
  CookieJar jar;
  std::vector<CookieChange> changes;
  void Set(std::string_view field, const CookiePlace& from = kSecure, Instant now = kNow) {
    jar.Set(field, from, now, changes);
  }
  std::string Header(const CookiePlace& to = kSecure, Instant now = kNow) { return jar.Header(to, now); }
};

TEST_CASE("ACookieIsReadWithItsAttributes") {
  const auto cookie = ParseSetCookie(
      " id = a=b ; Domain=.Shop.Example.COM; path=/x; Max-Age=60; SECURE ; HttpOnly; SameSite=lax; other",
      kSecure, kNow);
  REQUIRE(cookie);
  CHECK(cookie->name == "id");
  CHECK(cookie->value == "a=b");
  CHECK(cookie->domain == "shop.example.com");
  CHECK_FALSE(cookie->host_only);
  CHECK(cookie->path == "/x");
  CHECK(cookie->expires == kNow + std::chrono::seconds(60));
  CHECK(cookie->secure);
  CHECK(cookie->http_only);
  CHECK(cookie->same_site == SameSite::kLax);
}

TEST_CASE("WhatIsNotSaidHasItsDefault") {
  const auto cookie = ParseSetCookie("id=", kPlain, kNow);
  REQUIRE(cookie);
  CHECK(cookie->value.empty());
  CHECK(cookie->host_only);
  CHECK(cookie->domain == kPlain.host);
  CHECK(cookie->path == "/a");
  CHECK_FALSE(cookie->expires);
  CHECK(ParseSetCookie("id=1", {"h.test", "/", false}, kNow)->path == "/");
  CHECK(ParseSetCookie("id=1; path=relative", {"h.test", "/d/e/f", false}, kNow)->path == "/d/e");
}

TEST_CASE("NamesAndAttributesHaveTheirLimits") {
  CHECK(ParseSetCookie("n=" + std::string(4095, 'v'), kPlain, kNow));
  CHECK_FALSE(ParseSetCookie("n=" + std::string(4096, 'v'), kPlain, kNow));
  CHECK(ParseSetCookie("n=v; path=/" + std::string(1023, 'p'), kPlain, kNow)->path.size() == 1024);
  CHECK(ParseSetCookie("n=v; path=/" + std::string(1024, 'p'), kPlain, kNow)->path == "/a");
  CHECK_FALSE(ParseSetCookie("n=v\x01", kPlain, kNow));
  CHECK_FALSE(ParseSetCookie("n=v; path=/\x7f", kPlain, kNow));
  CHECK(ParseSetCookie("n=v\tw", kPlain, kNow)->value == "v\tw");
  CHECK(*ParseSetCookie("n=v; max-age=99999999999999999999", kPlain, kNow)->expires ==
        kNow + hours(400 * 24));
  CHECK(*ParseSetCookie("n=v; expires=Fri, 01 Jan 2100 00:00:00 GMT", kPlain, kNow)->expires ==
        kNow + hours(400 * 24));
}

TEST_CASE("ASiteSetsCookiesForItselfAndWhatIsAboveItButForNobodyElse") {
  const auto domain_of = [](const char* domain, const CookiePlace& from) -> std::string {
    const auto cookie = ParseSetCookie(std::string("n=v; domain=") + domain, from, kNow);
    return cookie ? (cookie->host_only ? "=" : ".") + cookie->domain : "refused";
  };
  CHECK(domain_of("example.com", kPlain) == ".example.com");
  CHECK(domain_of("www.shop.example.com", kPlain) == ".www.shop.example.com");
  CHECK(domain_of("", kPlain) == "=www.shop.example.com");
  for (const char* wrong :
       {"com", "other.example.com", "a.www.shop.example.com", "hop.example.com", "example.org"})
    CHECK(domain_of(wrong, kPlain) == "refused");
  CHECK(domain_of("co.uk", {"bbc.co.uk", "/", false}) == "refused");
  CHECK(domain_of("github.io", {"someone.github.io", "/", false}) == "refused");
  CHECK(domain_of("github.io", {"github.io", "/", false}) == "=github.io");
  CHECK(domain_of("2.3.4", {"1.2.3.4", "/", false}) == "refused");
  CHECK(domain_of("1.2.3.4", {"1.2.3.4", "/", false}) == "=1.2.3.4");
  CHECK(domain_of("[::1]", {"[::1]", "/", false}) == "=[::1]");
}

TEST_CASE("PrefixesPromiseHowACookieWasSet") {
  CHECK(ParseSetCookie("__Secure-a=1; Secure", kSecure, kNow));
  CHECK_FALSE(ParseSetCookie("__secure-a=1", kSecure, kNow));
  CHECK(ParseSetCookie("__Host-a=1; Secure; Path=/", kSecure, kNow));
  for (const char* broken : {"__Host-a=1; Path=/", "__Host-a=1; Secure", "__Host-a=1; Secure; Path=/a",
                             "__Host-a=1; Secure; Path=/; Domain=example.com"})
    CHECK_FALSE(ParseSetCookie(broken, kSecure, kNow));
}

TEST_CASE("DatesAreReadAsLooselyAsTheStandardSays") {
  const Instant wanted{std::chrono::seconds(784111777)};
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", "1994 Nov 6 8:49:37", "6 november 1994 08:49:37x"})
    CHECK(ParseCookieDate(text) == wanted);
  for (const char* text : {"", "06 Nov 1994", "06 Nov 08:49:37", "32 Nov 1994 08:49:37",
                           "31 Nov 1994 08:49:37", "06 Nov 1994 24:00:00", "06 Nov 1600 08:49:37",
                           "06 Foo 1994 08:49:37", "06 Nov 19945 08:49:37", "1:2 06 Nov 1994"})
    CHECK_FALSE(ParseCookieDate(text));
  CHECK(ParseCookieDate("06 Nov 69 00:00:00") > ParseCookieDate("06 Nov 70 00:00:00"));
}

TEST_CASE("CookiesAreSentWhereTheyBelong") {
  Jar jar;
  jar.Set("host=1");
  jar.Set("domain=2; domain=example.com; path=/");
  jar.Set("secure=3; secure; path=/");
  jar.Set("deep=4; path=/a/b/c");
  CHECK(jar.Header() == "host=1; domain=2; secure=3");
  CHECK(jar.Header(kPlain) == "host=1; domain=2");
  CHECK(jar.Header({"example.com", "/", true}) == "domain=2");
  CHECK(jar.Header({"deep.www.shop.example.com", "/a", true}) == "domain=2");
  CHECK(jar.Header({"www.shop.example.com", "/a/b/c/d", false}) == "deep=4; host=1; domain=2");
  CHECK(jar.Header({"www.shop.example.com", "/ab", false}) == "domain=2");
  CHECK(jar.Header({"ample.com", "/", true}).empty());
}

TEST_CASE("ACookieIsReplacedExpiresAndIsDeleted") {
  Jar jar;
  jar.Set("a=1; max-age=10");
  jar.Set("b=2");
  jar.Set("a=3; max-age=10", kSecure, kNow + std::chrono::seconds(5));
  CHECK(jar.jar.size() == 2);
  CHECK(jar.Header() == "a=3; b=2");  // its time of creation has stayed
  CHECK(jar.Header(kSecure, kNow + std::chrono::seconds(15)) == "b=2");
  jar.Set("b=; expires=Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(jar.Header() == "a=3");
  REQUIRE(jar.changes.size() == 4);
  CHECK(jar.changes[2].cookie.value == "3");
  CHECK(jar.changes[3].removed);
  CHECK(jar.changes[3].cookie.name == "b");
  jar.Set("c=1; max-age=0");
  jar.Set("c=1; max-age=-1");
  CHECK(jar.changes.size() == 4);
}

TEST_CASE("AnInsecurePlaceLeavesSecureCookiesAlone") {
  Jar jar;
  jar.Set("s=1; secure", kPlain);
  CHECK(jar.Header().empty());
  jar.Set("s=1; secure; path=/a");
  for (const char* cover : {"s=2; path=/a", "s=2; path=/a/b", "s=2; domain=example.com; path=/a"})
    jar.Set(cover, kPlain);
  CHECK(jar.Header() == "s=1");
  jar.Set("s=3; path=/", kPlain);  // covers nothing of it
  CHECK(jar.Header() == "s=1; s=3");
}

TEST_CASE("TheJarHasItsLimits") {
  Jar jar;
  for (int i = 0; i < 50; ++i) jar.Set("n" + std::to_string(i) + "=v" + (i == 0 ? "; secure" : ""));
  CHECK(jar.jar.size() == 50);
  jar.Header({"www.shop.example.com", "/a", false});  // all but the secure one are used
  jar.Set("more=1");
  CHECK(jar.jar.size() == 50);
  CHECK(jar.changes.back().cookie.name == "more");
  CHECK(jar.changes[50].removed);
  CHECK(jar.changes[50].cookie.name == "n1");  // the longest unused that is not secure
  for (int i = 0; jar.jar.size() < CookieJar::kMaxCookies; ++i)
    jar.Set("x=1", {"h" + std::to_string(i) + ".test", "/", false});
  jar.Header();
  jar.Set("x=1", {"one-more.test", "/", false});
  CHECK(jar.jar.size() == CookieJar::kMaxCookies);
  CHECK_FALSE(jar.Header().empty());
  CHECK(jar.Header({"h0.test", "/", false}).empty());
  CHECK(jar.Header({"h1.test", "/", false}) == "x=1");
}

TEST_CASE("TheFieldIsNoLongerThanServersTake") {
  Jar jar;
  for (int i = 0; i < 5; ++i) jar.Set("n" + std::to_string(i) + "=" + std::string(2000, 'v'));
  CHECK(jar.Header().size() <= CookieJar::kMaxHeader);
  CHECK(jar.Header().size() > CookieJar::kMaxHeader / 2);
}

TEST_CASE("WhatWasKeptIsRestored") {
  Jar before;
  before.Set("a=1; max-age=100; secure; domain=example.com; path=/");
  before.Set("b=2");
  CookieJar after;
  for (const CookieChange& change : before.changes) after.Restore(change.cookie);
  CHECK(after.Header(kSecure, kNow) == before.Header());
  CHECK(after.Header({"example.com", "/", true}, kNow) == "a=1");
}

}  // namespace
}  // namespace trawl::test
