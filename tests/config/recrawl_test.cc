#include "config/recrawl.h"

#include "config/checks.h"
#include "config/load.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::config;
using namespace std::chrono_literals;

TEST_CASE("recrawl: nothing and never are the same, a duration is a fixed interval") {
  CHECK(ParseRecrawl("")->kind == Recrawl::Kind::kNever);
  CHECK(ParseRecrawl("never")->kind == Recrawl::Kind::kNever);
  CHECK(ParseRecrawl("adaptive")->kind == Recrawl::Kind::kAdaptive);
  const auto day = ParseRecrawl("1d");
  REQUIRE(day);
  CHECK(day->kind == Recrawl::Kind::kFixed);
  CHECK(day->interval == 24h);
  CHECK(ParseRecrawl("1ms")->interval == 1ms);
  CHECK(ParseRecrawl("3650d")->interval == 3650 * 24h);
}

TEST_CASE("recrawl: anything else is refused, and the message says what is allowed") {
  for (const char* wrong : {"0s", "3651d", "1", "-1d", "Adaptive", "daily", " 1d", "1w"}) {
    INFO(wrong);
    CHECK_FALSE(ParseRecrawl(wrong));
    CHECK_THAT(CheckRecrawl(wrong), Catch::Matchers::Contains("adaptive"));
  }
  const Loaded loaded = Load("[[target]]\nseeds = ['http://a.test/']\nrecrawl = 'weekly'\n", "t.toml");
  REQUIRE(loaded.errors.size() == 1);
  CHECK_THAT(loaded.errors[0].ToString(), Catch::Matchers::StartsWith("t.toml:3:"));
}
