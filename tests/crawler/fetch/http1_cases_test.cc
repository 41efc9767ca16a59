#include "tests/crawler/fetch/http1_cases.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "tests/crawler/fetch/fetch_loop.h"
#include "tests/support/catch.h"
#include "tests/support/suites.h"

namespace trawl::test {
namespace {

using crawler::FetchRequest;
using crawler::FetchResult;

FetchResult Fetch(FetchLoop& loop, const Http1Case& one) {
  ScriptedServer server(one.serve);
  FetchRequest request;
  request.url = server.Url();
  request.method = one.method;
  request.timeout = Duration(one.timeout_ms);
  return loop.Get(std::move(request));
}

std::string Value(const std::string& line, const std::string& key) {
  const std::string before = "\"" + key + "\": \"";
  const std::size_t from = line.find(before);
  if (from == line.npos) return {};
  return line.substr(from + before.size(), line.find('"', from + before.size()) - from - before.size());
}

TEST_CASE("EveryShapeOfAnAnswerHasItsOutcome") {
  CHECK(kPage.size() == 79);
  FetchLoop loop;
  for (const Http1Case& one : Http1Cases()) {
    INFO(std::string(one.id));
    const FetchResult result = Fetch(loop, one);
    INFO(result.detail);
    CHECK(Name(result.outcome) == Name(one.outcome));
    if (one.page && one.outcome == Outcome::kOk) CHECK(result.body == kPage);
    CHECK(result.timings.total_ms.has_value());
    const bool told = result.outcome == Outcome::kOk || result.outcome == Outcome::kRedirect ||
                      result.outcome == Outcome::kHttpError || result.outcome == Outcome::kNotModified;
    CHECK(told == (result.detail.empty() || one.id == "rd-body-unread"));
  }
}

TEST_CASE("TheShapesAreThoseOfThePublishedList") {
  const auto path = Suite("http/titles.jsonl");
  if (!path) return;
  std::map<std::string, std::string> titles;
  std::ifstream file(*path);
  for (std::string line; std::getline(file, line);) titles[Value(line, "id")] = Value(line, "outcome");
  REQUIRE(titles.size() == 140);
  const std::set<Outcome> taken = {Outcome::kOk, Outcome::kRedirect, Outcome::kHttpError,
                                   Outcome::kNotModified};
  std::set<std::string> seen;
  for (const Http1Case& one : Http1Cases()) {
    const std::string id(one.id);
    INFO(id);
    CHECK(seen.insert(id).second);
    REQUIRE(titles.count(id) == 1);
    if (titles[id] == "accept") CHECK(taken.count(one.outcome) == 1);
    if (titles[id] == "refuse") CHECK(taken.count(one.outcome) == 0);
    if (titles[id] == "truncated") CHECK(one.outcome == Outcome::kIncomplete);
  }
  CHECK(seen.size() == titles.size());
}

}  // namespace
}  // namespace trawl::test
