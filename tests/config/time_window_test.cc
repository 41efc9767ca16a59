#include "config/time_window.h"

#include "tests/support/catch.h"

using trawl::config::ParseTimeWindow;

TEST_CASE("A window of the day has its beginning and not its end") {
  const auto window = ParseTimeWindow("08:30-17:00");
  REQUIRE(window);
  CHECK_FALSE(window->Contains(8 * 60 + 29));
  CHECK(window->Contains(8 * 60 + 30));
  CHECK(window->Contains(17 * 60 - 1));
  CHECK_FALSE(window->Contains(17 * 60));
  CHECK_FALSE(window->Contains(0));
}

TEST_CASE("A window may reach over midnight, or to the end of the day") {
  const auto night = ParseTimeWindow("22:00-06:00");
  REQUIRE(night);
  for (const int minute : {22 * 60, 24 * 60 - 1, 0, 6 * 60 - 1}) CHECK(night->Contains(minute));
  for (const int minute : {6 * 60, 12 * 60, 22 * 60 - 1}) CHECK_FALSE(night->Contains(minute));
  const auto evening = ParseTimeWindow("18:00-24:00");
  REQUIRE(evening);
  CHECK(evening->Contains(24 * 60 - 1));
  CHECK_FALSE(evening->Contains(0));
  const auto whole = ParseTimeWindow("00:00-24:00");
  REQUIRE(whole);
  CHECK(whole->Contains(0));
  CHECK(whole->Contains(24 * 60 - 1));
}

TEST_CASE("What is no window of the day is refused") {
  for (const char* text :
       {"", "22-06", "22:00", "22:00-22:00", "24:00-06:00", "22:60-23:00", "22:00-24:01", "25:00-26:00",
        "2:00-06:00", "22:00 - 06:00", "-1:00-06:00", "22:00-06:0x", "22:00-06:00 "}) {
    INFO(text);
    CHECK_FALSE(ParseTimeWindow(text));
  }
}
