#include "crawler/cli/debug.h"

#include <sstream>

#include "crawler/fetch/fetcher.h"
#include "parser/error.h"
#include "parser/robots.h"
#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using crawler::DebugContext;
using crawler::DebugKinds;
using crawler::DebugLine;
using crawler::FindDebugKind;

/// A context whose "worker" reads robots.txt in this process.
DebugContext Context() {
  DebugContext context;
  context.parse = [](const parser::PageJob& job) -> Result<parser::ParsedPage> {
    parser::ParsedPage page;
    page.robots = parser::ParseRobots(job.body, job.product_tokens);
    return page;
  };
  return context;
}

std::string AnswerOf(std::string_view kind, std::string_view line) {
  DebugContext context = Context();
  const auto* row = FindDebugKind(kind);
  REQUIRE(row);
  return DebugLine(*row, line, context);
}

}  // namespace

TEST_CASE("Debug: url") {
  CHECK(
      AnswerOf("url", R"({"input":"http://U:p@EX.org:81/a?b#c"})") ==
      R"({"href":"http://U:p@ex.org:81/a?b#c","protocol":"http:","username":"U","password":"p","host":"ex.org:81")"
      R"(,"hostname":"ex.org","port":"81","pathname":"/a","search":"?b","hash":"#c"})");
  CHECK(AnswerOf("url", R"({"input":"../x","base":"http://a/b/c"})").find(R"("href":"http://a/x")") !=
        std::string::npos);
  CHECK(AnswerOf("url", R"({"input":"http://a/","base":null})").find(R"("href":"http://a/")") !=
        std::string::npos);
  CHECK(AnswerOf("url", R"({"input":"x"})") == R"({"failure":true})");
  CHECK(AnswerOf("url", R"({"input":"http://a/","base":"x"})") == R"({"failure":true})");
}

TEST_CASE("Debug: idna") {
  CHECK(AnswerOf("idna", "{\"input\":\"fa\xc3\x9f.de\"}") == R"({"output":"xn--fa-hia.de"})");
  CHECK(AnswerOf("idna", R"({"input":"a b"})") == R"({"failure":true})");
}

TEST_CASE("Debug: normalize, with the options of the crawl") {
  CHECK(AnswerOf("normalize", R"({"in":"HTTP://A:80/%7eb/../c?utm_x=1#d"})") ==
        R"({"out":"http://a/c?utm_x=1"})");
  CHECK(AnswerOf("normalize", R"({"in":"d","base":"http://a/b/c"})") == R"({"out":"http://a/b/d"})");
  CHECK(AnswerOf("normalize", R"({"in":"mailto:a@b"})") == R"({"out":null})");
  CHECK(AnswerOf("normalize", R"({"in":"nonsense"})") == R"({"out":null})");
  DebugContext context = Context();
  context.normalize.drop_parameters = {"utm_*"};
  CHECK(DebugLine(*FindDebugKind("normalize"), R"({"in":"http://a/?utm_x=1"})", context) ==
        R"({"out":"http://a/"})");
}

TEST_CASE("Debug: fetch") {
  DebugContext context;
  const auto* row = FindDebugKind("fetch");
  REQUIRE(row);
  CHECK(DebugLine(*row, R"({"url":"http://a/"})", context) == R"({"error":"no fetcher"})");
  std::string asked;
  context.fetch = [&](const std::string& url, const std::string& method) {
    asked = method + " " + url;
    crawler::FetchResult result;
    result.outcome = Outcome::kIncomplete;
    result.status = 200;
    result.headers = {{"X-Odd", "\xff"}, {"x-odd", "2"}};
    result.body = "abc";
    return result;
  };
  CHECK(DebugLine(*row, R"({"url":"HTTP://A:80/x#y","method":"HEAD"})", context) ==
        "{\"status\":200,\"headers\":[[\"X-Odd\",\"\xef\xbf\xbd\"],[\"x-odd\",\"2\"]],"
        "\"body_sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\","
        R"("body_length":3,"truncated":true,"outcome":"incomplete","detail":""})");
  CHECK(asked == "HEAD http://a/x");
  for (const char* bad : {R"({})", R"({"url":1})", R"({"url":"x"})", R"({"url":"ftp://a/"})",
                          R"({"url":"http://a/","method":"POST"})", R"({"url":"http://a/","method":1})"}) {
    INFO(bad);
    CHECK(DebugLine(*row, bad, context).find("{\"error\":") == 0);
  }
}

TEST_CASE("Debug: robots") {
  CHECK(AnswerOf("robots", R"({"robots_txt":"User-agent: x\nDisallow: /a\nCrawl-delay: 1.5\nSitemap: s",)"
                           R"("user_agents":["x"],"url":"https://h/a"})") ==
        R"({"allowed":false,"line":2,"crawl_delay_ms":1500,"sitemaps":["s"]})");
  CHECK(AnswerOf("robots", R"({"robots_b64":"U2l0ZW1hcDog/w==","user_agents":[],"url":""})") ==
        "{\"allowed\":true,\"crawl_delay_ms\":null,\"sitemaps\":[\"\xef\xbf\xbd\"]}");
}

TEST_CASE("Debug: robots takes path and query of the URL as written") {
  const auto allowed = [](const std::string& url) {
    const std::string line = R"({"robots_txt":"User-agent: *\nDisallow: /*?\nDisallow: /p$\nDisallow: /$",)"
                             R"("user_agents":["x"],"url":")";
    return AnswerOf("robots", line + url + "\"}").find("\"allowed\":true") != std::string::npos;
  };
  CHECK_FALSE(allowed(""));
  CHECK_FALSE(allowed("http://h"));
  CHECK_FALSE(allowed("http://h/#x?"));
  CHECK_FALSE(allowed("http://h?q"));
  CHECK_FALSE(allowed("http://h/p"));
  CHECK_FALSE(allowed("/p#a"));
  CHECK_FALSE(allowed("/x?u=http://y"));
  CHECK(allowed("http://h/p/"));
  CHECK(allowed("/q//p"));
}

TEST_CASE("Debug: a bad line is answered with its error, by every kind") {
  for (const auto& kind : DebugKinds()) {
    INFO(kind.name);
    for (const char* line :
         {"", "{", "[]", "null", "{}", R"({"input":1,"in":1})", R"({"robots_txt":1})",
          R"({"robots_txt":"","user_agents":"x"})", R"({"robots_txt":"","user_agents":[1]})",
          R"({"robots_txt":"","user_agents":[]})", R"({"robots_b64":"?"})"}) {
      INFO(line);
      CHECK(AnswerOf(kind.name, line).starts_with(R"({"error":")"));
    }
  }
}

TEST_CASE("Debug: what fails in the worker is an error, and so is having none") {
  const std::string line = R"({"robots_txt":"","user_agents":[],"url":""})";
  DebugContext context;
  CHECK(DebugLine(*FindDebugKind("robots"), line, context) == R"({"error":"no parser process"})");
  context.parse = [](const parser::PageJob&) -> Result<parser::ParsedPage> {
    return parser::ParserErrc::kWorkerCrashed;
  };
  CHECK(DebugLine(*FindDebugKind("robots"), line, context) ==
        R"({"error":"the parser process died or lied"})");
}

TEST_CASE("Debug: one line out for each line in, in their order") {
  std::istringstream in("{\"in\":\"http://a\"}\n\nnonsense\n{\"in\":\"http://b\"}");
  std::ostringstream out;
  DebugContext context;
  RunDebug(*FindDebugKind("normalize"), in, out, context);
  std::istringstream lines(out.str());
  std::string line;
  REQUIRE(std::getline(lines, line));
  CHECK(line == R"({"out":"http://a/"})");
  REQUIRE(std::getline(lines, line));
  CHECK(line.starts_with(R"({"error")"));
  REQUIRE(std::getline(lines, line));
  CHECK(line.starts_with(R"({"error")"));
  REQUIRE(std::getline(lines, line));
  CHECK(line == R"({"out":"http://b/"})");
  CHECK_FALSE(std::getline(lines, line));
}

TEST_CASE(
    "Debug: a line at the limit is read, one byte more is an error, and the next line is a line again") {
  const std::string line = R"({"in":"http://a/"})";
  std::istringstream in(line + "\n" + line + " \n" + line);
  std::ostringstream out;
  DebugContext context;
  RunDebug(*FindDebugKind("normalize"), in, out, context, line.size());
  CHECK(out.str() ==
        "{\"out\":\"http://a/\"}\n{\"error\":\"line longer than 18 bytes\"}\n{\"out\":\"http://a/\"}\n");
}

TEST_CASE("Debug: no such kind") {
  CHECK_FALSE(FindDebugKind("nonsense"));
}

}  // namespace trawl::test
