#include "crawler/fetch/http1_request.h"

#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using crawler::CutUrl;
using crawler::FetchRequest;
using crawler::Http1Request;

std::string Head(FetchRequest request, const config::HttpOptions& options = {}) {
  if (request.url.empty()) request.url = "http://a.example/p?q=1";
  const auto origin = CutUrl(request.url);
  REQUIRE(origin.has_value());
  return Http1Request(request, *origin, options);
}

std::size_t Count(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST_CASE("TheRequestNamesItselfAndWhatItTakes") {
  config::HttpOptions options;
  options.user_agent = "trawl/9";
  options.contact = "https://crawl.example/about";
  const std::string head = Head({}, options);
  CHECK(head.find("GET /p?q=1 HTTP/1.1\r\nHost: a.example\r\n") == 0);
  CHECK(head.find("\r\nUser-Agent: trawl/9 (+https://crawl.example/about)\r\n") != head.npos);
  CHECK(head.find("\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n") != head.npos);
  CHECK(head.find("\r\nAccept: text/html") != head.npos);
  CHECK(head.substr(head.size() - 4) == "\r\n\r\n");
  CHECK(Count(head, "\r\n\r\n") == 1);
  CHECK(head.find("Range") == head.npos);
  CHECK(Head({}).find("User-Agent: trawl/0.1\r\n") != std::string::npos);
}

TEST_CASE("FieldsOfTheTargetReplaceThoseOfTheOptionsAndTheBuiltIn") {
  config::HttpOptions options;
  options.headers = {{"accept-language", "de"}, {"X-Both", "options"}, {"X-Own", "1"}};
  FetchRequest request;
  request.headers = {{"x-both", "target"}, {"ACCEPT", "text/plain"}};
  const std::string head = Head(request, options);
  CHECK(head.find("accept-language: de\r\n") != head.npos);
  CHECK(Count(head, "en;q=0.9") == 0);
  CHECK(head.find("x-both: target\r\n") != head.npos);
  CHECK(Count(head, "options") == 0);
  CHECK(head.find("X-Own: 1\r\n") != head.npos);
  CHECK(head.find("ACCEPT: text/plain\r\n") != head.npos);
  CHECK(Count(head, "text/html") == 0);
}

TEST_CASE("AConditionalRequestCarriesItsValidators") {
  FetchRequest request;
  request.etag = "\"abc\"";
  request.last_modified = "Mon, 01 Jan 2024 00:00:00 GMT";
  const std::string head = Head(request);
  CHECK(head.find("If-None-Match: \"abc\"\r\n") != head.npos);
  CHECK(head.find("If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r\n") != head.npos);
}

TEST_CASE("NoFieldEndsALineEarlyOrFramesTheMessage") {
  FetchRequest request;
  request.etag = "\"a\"\r\nX-Injected: 1";
  request.headers = {{"X-A", "b\nX-Injected: 2"},
                     {"X-Injected: 3\r\nX", "c"},
                     {"", "d"},
                     {"Content-Length", "5"},
                     {"Transfer-Encoding", "chunked"},
                     {"Host", "evil.example"},
                     {"Connection", "close"},
                     {"X-Fine", "yes"}};
  const std::string head = Head(request);
  CHECK(Count(head, "Injected") == 0);
  CHECK(Count(head, "Content-Length") == 0);
  CHECK(Count(head, "Transfer-Encoding") == 0);
  CHECK(Count(head, "evil") == 0);
  CHECK(Count(head, "Connection") == 0);
  CHECK(head.find("X-Fine: yes\r\n") != head.npos);
}

TEST_CASE("AUrlIsCutAtItsDelimiters") {
  const auto plain = CutUrl("http://a.example/x?y#z");
  CHECK(plain->host == "a.example");
  CHECK(plain->port == 80);
  CHECK(plain->target == "/x?y");
  CHECK(plain->key == "http://a.example");
  const auto port = CutUrl("https://a.example:8443/");
  CHECK(port->host == "a.example");
  CHECK(port->host_port == "a.example:8443");
  CHECK(port->port == 8443);
  const auto v6 = CutUrl("https://[2001:db8::1]/a:b");
  CHECK(v6->host == "[2001:db8::1]");
  CHECK(v6->port == 443);
  CHECK(CutUrl("http://[::1]:81/")->port == 81);
  const auto user = CutUrl("http://user:pa%40ss@a.example:81/");
  CHECK(user->host == "a.example");
  CHECK(user->host_port == "a.example:81");
  for (const char* bad :
       {"", "a.example/", "ftp://a.example/", "http:///x", "http://a.example", "http://a.example?x",
        "http://a.example:/", "http://a.example:0/", "http://a.example:65536/", "http://a.example:8x/",
        "http://a b/", "http://a.example/a b", "http://a.example/\r\nX: y", "HTTP://a.example/",
        "http://a.example/\x80", "https:/a.example/"}) {
    INFO(bad);
    CHECK_FALSE(CutUrl(bad).has_value());
  }
}

}  // namespace
}  // namespace trawl::test
