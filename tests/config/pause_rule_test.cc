#include "config/pause_rule.h"

#include "tests/support/catch.h"

using namespace trawl::config;

TEST_CASE("A pause rule is a share of a number of fetches") {
  CHECK(ParsePauseRule("50% of 100") == PauseRule{50, 100});
  CHECK(ParsePauseRule("100% of 1") == PauseRule{100, 1});
  CHECK(ParsePauseRule("1% of 100000") == PauseRule{1, 100'000});
}

TEST_CASE("What is no share or no number is no pause rule") {
  for (const char* text : {"", "50%", "50", "% of 100", "0% of 100", "101% of 100", "50% of 0",
                           "50% of 100001", "-1% of 10", "50 % of 100", "50% of 100 ", " 50% of 100",
                           "50% of", "50.5% of 100", "50% of 100% of 10", "99999999999% of 1"}) {
    INFO(text);
    CHECK_FALSE(ParsePauseRule(text));
  }
}
