#include "config/checks.h"

#include "tests/support/catch.h"

using namespace trawl::config;

TEST_CASE("A query parameter's name may end in one *") {
  for (const char* good : {"gclid", "utm_*", "_hsenc", "a"}) CHECK(CheckParameterName(good) == "");
  for (const char* bad : {"", "*", "u*m", "**", "a b", "a=b", "a&b", "#"})
    CHECK(CheckParameterName(bad) != "");
  CHECK(CheckParameterName(std::string(100, 'a')) == "");
  CHECK(CheckParameterName(std::string(101, 'a')) != "");
}

TEST_CASE("A seed is an http or https URL") {
  for (const char* good : {"http://example.org", "https://example.org/", "HTTPS://EXAMPLE.ORG/a?b#c",
                           "http://127.0.0.1:8080/", "http://[::1]/",
                           "http://b\xc3\xbc"
                           "cher.example/"})
    CHECK(CheckSeed(good).empty());
  for (const char* bad : {"", "example.org", "ftp://example.org/", "file:///etc/passwd", "http://",
                          "https:///path", "http://?q", "http://exam ple.org/", "http://example.org/\n",
                          "javascript:alert(1)", "//example.org/"})
    CHECK_FALSE(CheckSeed(bad).empty());
  CHECK_THAT(CheckSeed("example.org/docs"), Catch::Contains("\"https://example.org/docs\""));
}

TEST_CASE("A network is an address, a prefix length, and no bit past it") {
  for (const char* good :
       {"10.0.0.0/8", "127.0.0.1/32", "0.0.0.0/0", "fd00::/8", "::1/128", "::/0", "192.168.4.0/22"})
    CHECK(CheckCidr(good).empty());
  for (const char* bad :
       {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8", "010.0.0.0/8",
        "10.0.0.1/8", "fd00::1/8", "fd00::/129", "localhost/8", "10.0.0.0 /8", "/8"})
    CHECK_FALSE(CheckCidr(bad).empty());
  CHECK_THAT(CheckCidr("10.1.2.3/8"), Catch::Contains("\"10.0.0.0/8\""));
  CHECK_THAT(CheckCidr("10.1.2.3"), Catch::Contains("\"10.1.2.3/32\""));
}

TEST_CASE("A name server is an address, with a port where it is not 53") {
  for (const char* good :
       {"192.0.2.1", "192.0.2.1:5300", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:65535"})
    CHECK(CheckServer(good).empty());
  for (const char* bad : {"", "localhost", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:5x",
                          "[192.0.2.1]:53", "[2001:db8::1", "192.0.2.1:53:53"})
    CHECK_FALSE(CheckServer(bad).empty());
}

TEST_CASE("A proxy is a scheme, a host and a port, and there may be several") {
  for (const char* good :
       {"", "none", "http://proxy:3128", "http://proxy.example:3128/", "http://192.0.2.1:8080",
        "http://[::1]:8080", "https://proxy:3128", "socks5://proxy:1080", "SOCKS5H://user:p%40ss@proxy:1080",
        "http://a:3128, http://b:3128,socks5://c:1"})
    CHECK(CheckProxy(good).empty());
  for (const char* bad :
       {"proxy:3128", "http://proxy", "socks4://proxy:1080", "http://:3128", "none, http://a:1",
        "http://user@:3128", "http://proxy:3128/path", "http://a:3128,,http://b:1"})
    CHECK_FALSE(CheckProxy(bad).empty());
}

TEST_CASE("A source address is one, or one of each family") {
  for (const char* good : {"", "192.0.2.1", "2001:db8::1", "192.0.2.1, 2001:db8::1", "2001:db8::1,192.0.2.1"})
    CHECK(CheckSourceAddress(good).empty());
  for (const char* bad : {"eth0", "192.0.2.1,", "192.0.2.1,192.0.2.2", "192.0.2.1:80", "[::1]"})
    CHECK_FALSE(CheckSourceAddress(bad).empty());
}

TEST_CASE("Credentials hold what HTTP can carry") {
  CHECK(CheckUser("someone").empty());
  CHECK_FALSE(CheckUser("some:one").empty());
  CHECK(CheckCredential("p:ss w\xc3\xb6rd").empty());
  CHECK(CheckCredential(std::string(2048, 'x')).empty());
  CHECK_FALSE(CheckCredential(std::string(2049, 'x')).empty());
  CHECK_FALSE(CheckCredential("line\nbreak").empty());
  CHECK(CheckBearerToken("abc.DEF-_~+/0==").empty());
  CHECK_FALSE(CheckBearerToken("abc def").empty());
}

TEST_CASE("A header field cannot smuggle another, nor one of Trawl's own") {
  CHECK(CheckHeader("Accept-Language", "en, de;q=0.5").empty());
  CHECK(CheckHeader("X-Empty", "").empty());
  CHECK_FALSE(CheckHeader("", "x").empty());
  CHECK_FALSE(CheckHeader("Bad Name", "x").empty());
  CHECK_FALSE(CheckHeader("X", "a\r\nHost: evil").empty());
  CHECK_FALSE(CheckHeader("X", " padded").empty());
  CHECK_FALSE(CheckHeader("X", "caf\xc3\xa9").empty());
  for (const char* own :
       {"Host", "HOST", "Connection", "content-length", "Transfer-Encoding", "Accept-Encoding", "User-Agent"})
    CHECK_FALSE(CheckHeader(own, "x").empty());
  CHECK(CheckHeader("X", std::string(4096, 'a')).empty());
  CHECK_FALSE(CheckHeader("X", std::string(4097, 'a')).empty());
}

TEST_CASE("A user agent begins with a product token (RFC 9110 10.1.5)") {
  CHECK(CheckUserAgent("trawl/0.1").empty());
  CHECK(CheckUserAgent("MyBot (contact me)").empty());
  CHECK(CheckUserAgent(std::string(128, 'b') + "/1").empty());
  CHECK_FALSE(CheckUserAgent(std::string(129, 'b') + "/1").empty());
  for (const char* bad : {"", " trawl", "/0.1", "(comment)", "tr\xc3\xa4wl/1", "a\nb"})
    CHECK_FALSE(CheckUserAgent(bad).empty());
}

TEST_CASE("Names, host entries and expressions") {
  CHECK(CheckTargetName("docs.example-1").empty());
  CHECK(CheckTargetName(std::string(100, 'n')).empty());
  CHECK_FALSE(CheckTargetName(std::string(101, 'n')).empty());
  for (const char* bad : {"", "two words", "quo\"te", "tab\t"}) CHECK_FALSE(CheckTargetName(bad).empty());
  CHECK(CheckHostEntry("www.example.org", "192.0.2.1").empty());
  CHECK(CheckHostEntry("v6", "2001:db8::1").empty());
  CHECK_FALSE(CheckHostEntry("www.example.org", "other.example").empty());
  CHECK_FALSE(CheckHostEntry("http://x", "192.0.2.1").empty());
  CHECK(CheckExpression("a|b").empty());
  CHECK_FALSE(CheckExpression("").empty());
  CHECK(CheckExpression(std::string(4096, 'a')).empty());
  CHECK_FALSE(CheckExpression(std::string(4097, 'a')).empty());
}

TEST_CASE("A listener is an address with a port: port 0 takes a free one") {
  for (const char* good : {"", "127.0.0.1:8642", "[::1]:8642", "localhost:1", "0.0.0.0:0", "[::]:65535"})
    CHECK(CheckListener(good) == "");
  for (const char* bad : {"127.0.0.1", ":8642", "127.0.0.1:", "127.0.0.1:65536", "example.org:80", "8642",
                          "::1:80", "127.0.0.1:00", "127.0.0.1:x", "http://127.0.0.1:80"})
    CHECK(CheckListener(bad) != "");
}
