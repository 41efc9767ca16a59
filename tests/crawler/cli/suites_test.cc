// The conformance suites, through the rows of `trawl debug`.

#include "tests/support/suites.h"

#include <fstream>
#include <set>
#include <sstream>

#include "crawler/cli/debug.h"
#include "parser/robots.h"
#include "tests/crawler/cli/suite_json.h"
#include "tests/support/catch.h"

namespace trawl::test {
namespace {

namespace json = crawler::json;

std::string ReadFile(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

json::value ReadJson(const std::filesystem::path& path) {
  auto value = crawler::ParseJson(ReadFile(path));
  REQUIRE(value.has_value());
  return std::move(*value);
}

json::object AskRobots(std::string_view kind, const json::object& in) {
  crawler::DebugContext context;
  context.parse = [](const parser::PageJob& job) -> Result<parser::ParsedPage> {
    parser::ParsedPage page;
    page.robots = parser::ParseRobots(job.body, job.product_tokens);
    return page;
  };
  return AskDebug(kind, in, context);
}

bool RobotsAgrees(const json::object& test) {
  const json::object answer = AskRobots("robots", {{"robots_txt", test.at("robots_txt")},
                                                   {"user_agents", json::array{test.at("user_agent")}},
                                                   {"url", test.at("url")}});
  return answer.contains("allowed") && answer.at("allowed") == test.at("allowed");
}

}  // namespace

TEST_CASE("Suite: urltestdata of web-platform-tests") {
  const auto path = Suite("url/urltestdata.json");
  if (!path) return;
  const json::value suite = ReadJson(*path);
  int cases = 0;
  for (const json::value& entry : suite.get_array()) {
    const json::object* const test = entry.if_object();
    if (!test) continue;
    ++cases;
    INFO(crawler::ToJson(*test));
    const json::object answer = AskRobots("url", {{"input", test->at("input")}, {"base", test->at("base")}});
    if (test->contains("failure")) {
      CHECK(answer.contains("failure"));
      continue;
    }
    for (const char* key : {"href", "protocol", "username", "password", "host", "hostname", "port",
                            "pathname", "search", "hash"}) {
      if (test->contains(key)) CHECK(TextAt(answer, key) == TextAt(*test, key));
    }
    CHECK(TextAt(AskRobots("url", {{"input", test->at("href")}}), "href") == TextAt(*test, "href"));
  }
  CHECK(cases >= 891);
}

TEST_CASE("Suite: toascii of web-platform-tests") {
  const auto path = Suite("url/toascii.json");
  if (!path) return;
  const json::value suite = ReadJson(*path);
  int cases = 0;
  for (const json::value& entry : suite.get_array()) {
    const json::object* const test = entry.if_object();
    if (!test) continue;
    ++cases;
    INFO(crawler::ToJson(*test));
    const json::object answer = AskRobots("idna", {{"input", test->at("input")}});
    if (test->at("output").is_null()) {
      CHECK(answer.contains("failure"));
    } else {
      CHECK(TextAt(answer, "output") == TextAt(*test, "output"));
    }
  }
  CHECK(cases >= 87);
}

TEST_CASE("Suite: google/robotstxt") {
  const auto path = Suite("robots/google_robotstxt.jsonl");
  if (!path) return;
  // "/%62%61%7A" and "/baz" are one path: the last row of the table in RFC 9309 2.2.2 says so, Google's
  // parser compares bytes.
  const std::set<std::string> against_the_rfc = {"google-067"};
  const auto tests = ReadJsonLines(*path);
  CHECK(tests.size() >= 145);
  for (const json::object& test : tests) {
    INFO(crawler::ToJson(test).substr(0, 2000));
    CHECK(RobotsAgrees(test) != against_the_rfc.contains(TextAt(test, "id")));
  }
}

TEST_CASE("Suite: protego, where engines agree") {
  const auto path = Suite("robots/protego.jsonl");
  if (!path) return;
  int cases = 0;
  for (const json::object& test : ReadJsonLines(*path)) {
    if (TextAt(test, "tier") == "C") continue;
    ++cases;
    INFO(crawler::ToJson(test).substr(0, 2000));
    CHECK(RobotsAgrees(test));
  }
  CHECK(cases >= 311);
}

TEST_CASE("Suite: protego's crawl delays and sitemaps") {
  const auto path = Suite("robots/protego_extensions.jsonl");
  if (!path) return;
  for (const json::object& test : ReadJsonLines(*path)) {
    const std::string query = TextAt(test, "query");
    if (query != "crawl_delay" && query != "sitemaps") continue;
    INFO(crawler::ToJson(test));
    const json::object answer = AskRobots(
        "robots", {{"robots_txt", test.at("robots_txt")}, {"user_agents", test.at("args")}, {"url", "/"}});
    const json::value& expected = test.at("expected");
    if (query == "sitemaps") {
      CHECK(answer.at("sitemaps") == expected);
    } else if (expected.is_null()) {
      CHECK(answer.at("crawl_delay_ms").is_null());
    } else {
      CHECK(answer.at("crawl_delay_ms").to_number<double>() == expected.to_number<double>() * 1000);
    }
  }
}

TEST_CASE("Suite: http-state's cookies, where engines agree") {
  const auto path = Suite("cookies/http_state.jsonl");
  if (!path) return;
  int cases = 0;
  for (const json::object& test : ReadJsonLines(*path)) {
    if (test.at("disabled") == true || TextAt(test, "tier") != "A") continue;
    ++cases;
    INFO(crawler::ToJson(test));
    json::array set;
    for (const json::value& header : test.at("set_cookie").get_array())
      set.push_back(json::object{{"url", test.at("set_at")}, {"header", header}});
    const json::object answer = AskRobots("cookie", {{"set", set}, {"send_to", test.at("send_to")}});
    CHECK(answer.contains("cookie"));
    if (answer.contains("cookie")) CHECK(answer.at("cookie") == test.at("expected_cookie_header"));
  }
  CHECK(cases >= 214);
}

TEST_CASE("A date of a cookie is told as ISO 8601") {
  CHECK(TextAt(AskRobots("cookie", {{"date", "Sun Nov  6 08:49:37 1994"}}), "iso") == "1994-11-06T08:49:37Z");
  CHECK(AskRobots("cookie", {{"date", "yesterday"}}).at("iso").is_null());
}

}  // namespace trawl::test
