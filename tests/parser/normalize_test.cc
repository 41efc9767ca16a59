#include "parser/normalize.h"

#include <string>

#include "parser/error.h"
#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using parser::Normalize;
using parser::NormalizeOptions;
using parser::ParserErrc;
using parser::SplitNormalized;
using parser::Url;
using parser::UrlParts;

/// The normalised form, or the error's sentence. Checks on the way that it is a fixed point that
/// SplitNormalized accepts.
std::string Normal(std::string_view input, const NormalizeOptions& options = {}) {
  const auto url = Url::Parse(input);
  if (!url) return url.error().message();
  const auto once = Normalize(*url, options);
  if (!once) return once.error().message();
  const auto again = Url::Parse(*once);
  REQUIRE(again.has_value());
  CHECK(*Normalize(*again, options) == *once);
  UrlParts parts;
  CHECK(SplitNormalized(*once, parts));
  return *once;
}

bool Splits(std::string_view url) {
  UrlParts parts;
  return SplitNormalized(url, parts);
}

}  // namespace

TEST_CASE("Normalize: what never changes the resource (RFC 3986 6.2)") {
  CHECK(Normal("HTTP://Example.ORG:80") == "http://example.org/");
  CHECK(Normal("https://a:443/./b/../c") == "https://a/c");
  CHECK(Normal("http://a/b#fragment") == "http://a/b");
  CHECK(Normal("http://user:secret@a/b") == "http://a/b");
  CHECK(Normal("http://a/b?") == "http://a/b");
  CHECK(Normal("http://a/b?#x") == "http://a/b");
  CHECK(Normal("http://a:8080/b") == "http://a:8080/b");
  CHECK(Normal("http://a//b///c/") == "http://a//b///c/");
}

TEST_CASE("Normalize: escapes are upper-case and only where needed (RFC 3986 6.2.2)") {
  CHECK(Normal("http://a/%7efoo/%41%2d%5f?%7e=%61") == "http://a/~foo/A-_?~=a");
  CHECK(Normal("http://a/%2f%3a%c3%a9?%3d%26") == "http://a/%2F%3A%C3%A9?%3D%26");
  CHECK(Normal("http://a/\xc3\xa9 x?\xc3\xa9 x") == "http://a/%C3%A9%20x?%C3%A9%20x");
  CHECK(Normal("http://a/b|c?{d}^`|\\") == "http://a/b%7Cc?%7Bd%7D%5E%60%7C%5C");
  CHECK(Normal("http://a/it's?it's") == "http://a/it's?it%27s");
  CHECK(Normal("http://a/x[1]?y[]=2") == "http://a/x[1]?y[]=2");
}

TEST_CASE("Normalize: decoding never makes an escape of a stray percent sign") {
  CHECK(Normal("http://a/100%") == "http://a/100%");
  CHECK(Normal("http://a/%4%31") == "http://a/%4%31");
  CHECK(Normal("http://a/%%34%31") == "http://a/%%341");
  CHECK(Normal("http://a/?q=%u00e9&r=50%") == "http://a/?q=%u00e9&r=50%");
  CHECK(Normal("http://a/%%7e") == "http://a/%~");
}

TEST_CASE("Normalize: what cannot be crawled") {
  const std::string not_crawlable = make_error_code(ParserErrc::kNotCrawlable).message();
  CHECK(Normal("mailto:a@b") == not_crawlable);
  CHECK(Normal("ftp://a/") == not_crawlable);
  CHECK(Normal("javascript:void(0)") == not_crawlable);
  CHECK(Normal("file:///etc/passwd") == not_crawlable);
  CHECK(Normal("http://a:0/") == not_crawlable);
  CHECK(Normal("http://a\"b/") == not_crawlable);
}

TEST_CASE("Normalize: the length limit holds for the result") {
  NormalizeOptions options;
  options.max_length = 12;
  CHECK(Normal("http://a/123", options) == "http://a/123");
  CHECK(Normal("http://a/1234", options) == make_error_code(ParserErrc::kTooLong).message());
  CHECK(Normal("http://a/./././123#more", options) == "http://a/123");
}

TEST_CASE("Normalize: sorting keeps the order of equal names") {
  NormalizeOptions options;
  options.sort_query = true;
  CHECK(Normal("http://a/?b=2&a=1&b=1&&c", options) == "http://a/?a=1&b=2&b=1&c");
  CHECK(Normal("http://a/?&&", options) == "http://a/");
}

TEST_CASE("Normalize: parameters are dropped by name or prefix, whatever their case") {
  NormalizeOptions options;
  options.drop_parameters = {"utm_*", "gclid"};
  CHECK(Normal("http://a/?utm_source=x&id=1&GCLID=2&utm_medium", options) == "http://a/?id=1");
  CHECK(Normal("http://a/?utm_source=x", options) == "http://a/");
  CHECK(Normal("http://a/?utm=x&gclidx=1", options) == "http://a/?utm=x&gclidx=1");
  CHECK(Normal("http://a/?%75tm_x=1&b", options) == "http://a/?b");
}

TEST_CASE("Normalize: session ids go from query and path") {
  NormalizeOptions options;
  options.drop_session_ids = true;
  CHECK(Normal("http://a/x;jsessionid=1A2B?b=1&PHPSESSID=abc", options) == "http://a/x?b=1");
  CHECK(Normal("http://a/x;v=1;JSESSIONID=2;w/y", options) == "http://a/x;v=1;w/y");
  CHECK(Normal("http://a/(S(lit3py55t21z5v55vlm25s55))/b", options) == "http://a/b");
  CHECK(Normal("http://a/b/(A(x1)S(lit3py))", options) == "http://a/b/");
  CHECK(Normal("http://a/(S(x));jsessionid=1/b", options) == "http://a/b");
  CHECK(Normal("http://a/f(x)/(y)", options) == "http://a/f(x)/(y)");
  CHECK(Normal("http://a/?sid=0123456789abcdef0123456789abcdef&s=1", options) == "http://a/?s=1");
  CHECK(Normal("http://a/?ASPSESSIONIDABC=1", options) == "http://a/");
  CHECK(Normal("http://a/..;jsessionid=1/b", options) == "http://a/..;jsessionid=1/b");
}

TEST_CASE("Normalize: trailing slashes and index pages fold together") {
  NormalizeOptions slash;
  slash.fold_trailing_slash = true;
  CHECK(Normal("http://a/b//?c", slash) == "http://a/b?c");
  CHECK(Normal("http://a/", slash) == "http://a/");
  NormalizeOptions index;
  index.fold_index_page = true;
  CHECK(Normal("http://a/b/Index.HTML?c", index) == "http://a/b/?c");
  CHECK(Normal("http://a/b/my-index.html", index) == "http://a/b/my-index.html");
  index.fold_trailing_slash = true;
  CHECK(Normal("http://a/b/index.php/", index) == "http://a/b");
  CHECK(Normal("http://a/index.php", index) == "http://a/");
}

TEST_CASE("SplitNormalized: the parts of what Normalize made") {
  UrlParts parts;
  REQUIRE(SplitNormalized("http://127.0.0.1:8080/a/b?c=d", parts));
  CHECK(parts.scheme == "http");
  CHECK(parts.origin == "http://127.0.0.1:8080");
  CHECK(parts.host == "127.0.0.1");
  CHECK(parts.port == 8080);
  CHECK(parts.target == "/a/b?c=d");
  REQUIRE(SplitNormalized("https://[2001:db8::1]/", parts));
  CHECK(parts.origin == "https://[2001:db8::1]");
  CHECK(parts.host == "[2001:db8::1]");
  CHECK(parts.port == 443);
  CHECK(parts.target == "/");
  REQUIRE(SplitNormalized("https://a-b.example:8443/?q", parts));
  CHECK(parts.host == "a-b.example");
  CHECK(parts.port == 8443);
  CHECK(parts.target == "/?q");
}

TEST_CASE("SplitNormalized: rare but normal URLs pass") {
  CHECK(Splits("http://a!b/"));
  CHECK(Splits("http://a.b./"));
  CHECK(Splits("http://3com/"));
  CHECK(Splits("http://0.0.0.0/"));
  CHECK(Splits("http://255.10.9.100/"));
  CHECK(Splits("http://a/%4%31"));
}

TEST_CASE("SplitNormalized: refuses what Normalize cannot have made") {
  for (const char* url : {"",
                          "http://",
                          "http:///",
                          "http:///a",
                          "http://a",
                          "HTTP://a/",
                          "ftp://a/",
                          "http:/a/",
                          "http://A/",
                          "http://a/b c",
                          "http://127.0.0.01/",
                          "http://127.0.0.256/",
                          "http://127.0.1/",
                          "http://127.0.0.0.1/",
                          "http://127.0.0.1./",
                          "http://1.2.3.0x4/",
                          "http://2130706433/",
                          "http://a/\xc3\xa9",
                          "http://\xc3\xa9/",
                          "http://a/#",
                          "http://a/b#c",
                          "http://u@a/",
                          "http://u:p@a/",
                          "http://a:80/",
                          "https://a:443/",
                          "http://a:/",
                          "http://a:0/",
                          "http://a:08/",
                          "http://a:65536/",
                          "http://a:8x/",
                          "http://a/?",
                          "http://a/./b",
                          "http://a/b/..",
                          "http://a/..?x",
                          "http://a/%2e",
                          "http://a/%7E",
                          "http://a/%c3",
                          "http://a/a\\b",
                          "http://a/{",
                          "http://a/|",
                          "http://a/?'",
                          "http://a/?\"",
                          "http://0x7f.1/",
                          "http://127.1/",
                          "http://1.2.3.256/",
                          "http://[::0:1]/",
                          "http://[2001:DB8::1]/",
                          "http://[::1/",
                          "http://a%41/",
                          "http://a\n/",
                          " http://a/",
                          "http://a/\r\nX: y",
                          "http://a?b",
                          "http://a:8080",
                          "http://a{b}/"}) {
    INFO(url);
    CHECK_FALSE(Splits(url));
  }
  const std::string longest = "http://a/" + std::string(Url::kMaxInput - 9, 'x');
  CHECK(Splits(longest));
  CHECK_FALSE(Splits(longest + "x"));
}

}  // namespace trawl::test
