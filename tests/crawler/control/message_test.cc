#include "crawler/control/message.h"

#include "crawler/control/history.h"
#include "crawler/control/place.h"
#include "crawler/control/sql_lane.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;
using namespace std::chrono_literals;

TEST_CASE("A request target is split and decoded once") {
  ControlRequest request;
  SplitTarget("/a%2Fb+c?x=1+2&y=%26&x=3&flag&=v&z=%zz%4", request);
  CHECK(request.path == "/a/b+c");
  CHECK(request.query == std::map<std::string, std::string>{
                             {"x", "1 2"}, {"y", "&"}, {"flag", ""}, {"", "v"}, {"z", "%zz%4"}});
  request = {};
  SplitTarget("/status", request);
  CHECK(request.path == "/status");
  CHECK(request.query.empty());
  SplitTarget("/?", request);
  CHECK(request.query.empty());
}

TEST_CASE("A text becomes one SQL literal, whatever is in it") {
  CHECK(SqlText("") == "''");
  CHECK(SqlText("it's") == "'it''s'");
  CHECK(SqlText("' OR 1=1 --") == "''' OR 1=1 --'");
  CHECK(SqlText(std::string_view("a\0b", 3)) == "'a'");
}

TEST_CASE("Rates are those of the span, not of the whole history") {
  History history;
  CHECK(history.Over(10s).pages == 0);
  for (int second = 0; second <= 20; ++second) {
    Sample sample;
    sample.at = Instant(1000s + std::chrono::seconds(second));
    sample.pages = static_cast<std::uint64_t>(second <= 10 ? 0 : (second - 10) * 5);
    history.Add(sample);
  }
  CHECK(history.Over(10s).pages == Approx(5));
  CHECK(history.Over(20s).pages == Approx(2.5));
  for (int second = 21; second < 1000; ++second) {
    Sample sample;
    sample.at = Instant(1000s + std::chrono::seconds(second));
    history.Add(sample);
  }
  CHECK(history.samples().size() == History::kSamples);
}

TEST_CASE("The control socket is where the configuration, the service manager or the database says") {
  config::Options options;
  options.storage.path = "crawl/news.db";
  ::unsetenv("RUNTIME_DIRECTORY");
  CHECK(ControlSocket(options) == "crawl/news.db.sock");
  CHECK(TokenFile(options) == "crawl/news.db.token");
  ::setenv("RUNTIME_DIRECTORY", "/run/trawl:/run/more", 1);
  CHECK(ControlSocket(options) == "/run/trawl/control.sock");
  ::unsetenv("RUNTIME_DIRECTORY");
  options.control.socket = "/tmp/s";
  options.control.token_file = "/tmp/t";
  CHECK(ControlSocket(options) == "/tmp/s");
  CHECK(TokenFile(options) == "/tmp/t");
}
