#include "parser/url.h"

#include <string>

#include "parser/error.h"
#include "parser/idna.h"
#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using parser::ParserErrc;
using parser::Url;

/// The serialisation of `input` against `base`, or "failure".
std::string Parse(std::string_view input, std::string_view base = {}) {
  if (base.empty()) {
    const auto url = Url::Parse(input);
    return url ? std::string(url->Href()) : "failure";
  }
  const auto parsed_base = Url::Parse(base);
  REQUIRE(parsed_base.has_value());
  const auto url = Url::Parse(input, &*parsed_base);
  return url ? std::string(url->Href()) : "failure";
}

}  // namespace

TEST_CASE("Url: every getter shows its part") {
  const auto url = Url::Parse("HTTPS://user:pa%20ss@Example.ORG:8443/a/b?c=d#e");
  REQUIRE(url.has_value());
  CHECK(url->Href() == "https://user:pa%20ss@example.org:8443/a/b?c=d#e");
  CHECK(url->Protocol() == "https:");
  CHECK(url->Scheme() == "https");
  CHECK(url->Username() == "user");
  CHECK(url->Password() == "pa%20ss");
  CHECK(url->Host() == "example.org:8443");
  CHECK(url->Hostname() == "example.org");
  CHECK(url->Port() == "8443");
  CHECK(url->Pathname() == "/a/b");
  CHECK(url->Search() == "?c=d");
  CHECK(url->Hash() == "#e");
}

TEST_CASE("Url: getters of absent parts are empty") {
  const auto url = Url::Parse("mailto:@someone");
  REQUIRE(url.has_value());
  CHECK(url->Username().empty());
  CHECK(url->Host().empty());
  CHECK(url->Hostname().empty());
  CHECK(url->Port().empty());
  CHECK(url->Pathname() == "@someone");
  CHECK(url->Search().empty());
  CHECK(url->Hash().empty());
  const Url none;
  CHECK(none.Hostname().empty());
  CHECK(none.Pathname().empty());
}

TEST_CASE("Url: a default port is dropped, another is kept (4.4, port state)") {
  CHECK(Parse("http://a:80/") == "http://a/");
  CHECK(Parse("https://a:443/") == "https://a/");
  CHECK(Parse("http://a:443/") == "http://a:443/");
  CHECK(Parse("http://a:00080/") == "http://a/");
  CHECK(Parse("http://a:65535/") == "http://a:65535/");
  CHECK(Parse("http://a:65536/") == "failure");
  CHECK(Parse("http://a:8x/") == "failure");
}

TEST_CASE("Url: dot segments go, also percent-encoded (4.4, path state)") {
  CHECK(Parse("http://a/b/./c/../d") == "http://a/b/d");
  CHECK(Parse("http://a/b/%2e%2E/c") == "http://a/c");
  CHECK(Parse("http://a/../../b/..") == "http://a/");
  CHECK(Parse("http://a/b/.") == "http://a/b/");
  CHECK(Parse("http://a/...") == "http://a/...");
}

TEST_CASE("Url: relative links as pages write them (4.4, relative state)") {
  const std::string base = "http://h:81/d/e/f?q#h";
  CHECK(Parse("g", base) == "http://h:81/d/e/g");
  CHECK(Parse("../g", base) == "http://h:81/d/g");
  CHECK(Parse("/g", base) == "http://h:81/g");
  CHECK(Parse("?g", base) == "http://h:81/d/e/f?g");
  CHECK(Parse("#g", base) == "http://h:81/d/e/f?q#g");
  CHECK(Parse("", base) == "http://h:81/d/e/f?q");
  CHECK(Parse("//g", base) == "http://g/");
  CHECK(Parse("http:g", base) == "http://h:81/d/e/g");
  CHECK(Parse("https:g", base) == "https://g/");
  CHECK(Parse("\\\\g\\h", base) == "http://g/h");
  CHECK(Parse(" \t g\n ", base) == "http://h:81/d/e/g");
}

TEST_CASE("Url: a path that begins with two slashes does not become a host (4.5, step 3)") {
  CHECK(Parse("web+x:/.//not-a-host/") == "web+x:/.//not-a-host/");
  CHECK(Parse("?q", "web+x:/.//p") == "web+x:/.//p?q");
  CHECK(Parse("web+x:/a/..//p") == "web+x:/.//p");
}

TEST_CASE("Url: IPv4 in all its spellings is one address (3.5)") {
  CHECK(Parse("http://0x7f.1/") == "http://127.0.0.1/");
  CHECK(Parse("http://2130706433/") == "http://127.0.0.1/");
  CHECK(Parse("http://0177.0.0.1/") == "http://127.0.0.1/");
  CHECK(Parse("http://127.0.0.1./") == "http://127.0.0.1/");
  CHECK(Parse("http://%31%32%37.1/") == "http://127.0.0.1/");
  CHECK(Parse("http://256.0.0.1/") == "failure");
  CHECK(Parse("http://1.2.3.4.5/") == "failure");
  CHECK(Parse("http://4294967295/") == "http://255.255.255.255/");
  CHECK(Parse("http://4294967296/") == "failure");
}

TEST_CASE("Url: IPv6 is compressed and lower-case (3.5)") {
  CHECK(Parse("http://[1:0::0:ABCD]/") == "http://[1::abcd]/");
  CHECK(Parse("http://[::ffff:1.2.3.4]/") == "http://[::ffff:102:304]/");
  CHECK(Parse("http://[1:0:0:2:0:0:0:3]/") == "http://[1:0:0:2::3]/");
  CHECK(Parse("http://[1:2:3:4:5:6:7::]/") == "http://[1:2:3:4:5:6:7:0]/");
  CHECK(Parse("http://[::1:2:3:4:5:6:7:8]/") == "failure");
  CHECK(Parse("http://[1:::2]/") == "failure");
  CHECK(Parse("http://[1:2]/") == "failure");
  CHECK(Parse("http://[::1.2.3]/") == "failure");
  CHECK(Parse("http://[::1%25eth0]/") == "failure");
}

TEST_CASE("Url: invalid UTF-8 reads as U+FFFD") {
  CHECK(Parse("http://a/\xff") == "http://a/%EF%BF%BD");
  CHECK(Parse("http://a/\xe2\x82") == "http://a/%EF%BF%BD");
  CHECK(Parse("http://a/\xed\xa0\x80") == "http://a/%EF%BF%BD%EF%BF%BD%EF%BF%BD");
  CHECK(Parse("http://\xff/") == "failure");
}

TEST_CASE("Url: the longest input is read, one byte more is not") {
  const std::string scheme = "http://a/";
  const std::string longest = scheme + std::string(Url::kMaxInput - scheme.size(), 'x');
  CHECK(Url::Parse(longest).has_value());
  CHECK(Url::Parse(longest + "x").error() == ParserErrc::kTooLong);
}

TEST_CASE("Idna: UTS 46, nontransitional (URL Standard 3.3)") {
  CHECK(*parser::DomainToAscii("fa\xc3\x9f.de") == "xn--fa-hia.de");
  CHECK(*parser::DomainToAscii("B\xc3\xbc"
                               "cher.DE") == "xn--bcher-kva.de");
  CHECK(*parser::DomainToAscii("ASCII.Example") == "ascii.example");
  CHECK(*parser::DomainToAscii("-x..a\xc3\xa4-") == "-x..xn--a--via");
  CHECK(*parser::DomainToAscii("a\xe3\x80\x82\xc3\xa4") == "a.xn--4ca");
}

TEST_CASE("Idna: what fails") {
  CHECK_FALSE(parser::DomainToAscii(""));
  CHECK_FALSE(parser::DomainToAscii("\xc2\xad"));              // nothing left
  CHECK_FALSE(parser::DomainToAscii("\xe2\x80\x8d.example"));  // CheckJoiners
  CHECK_FALSE(
      parser::DomainToAscii("\xd9\x8a"
                            "a"));  // CheckBidi
  CHECK_FALSE(parser::DomainToAscii("a b"));
  CHECK_FALSE(parser::DomainToAscii("a%b"));
  CHECK_FALSE(parser::DomainToAscii("xn--a.\xc3\x9f"));  // punycode is looked into beside other characters
  CHECK(*parser::DomainToAscii("xn--a") == "xn--a");     // and not when all is ASCII
}

TEST_CASE("Idna: mappings that came after Unicode 15 hold with an older ICU") {
  CHECK(*parser::DomainToAscii("\xe1\xba\x9e.com") == "xn--zca.com");         // U+1E9E
  CHECK(*parser::DomainToAscii("\xd3\x80.com") == "xn--s5a.com");             // U+04C0
  CHECK(*parser::DomainToAscii("\xe1\x83\x85.com") == "xn--tlj.com");         // U+10C5, the last of its range
  CHECK(*parser::DomainToAscii("look\xe1\xa0\x8eout.net") == "lookout.net");  // U+180E
}

TEST_CASE("Idna: ICU's tables are there") {
  CHECK(parser::LoadIdnaTables());
}

}  // namespace trawl::test
