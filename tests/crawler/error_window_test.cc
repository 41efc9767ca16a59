#include "crawler/error_window.h"

#include "tests/support/catch.h"

using trawl::config::PauseRule;
using trawl::crawler::ErrorWindow;

TEST_CASE("error_window:WithoutARuleNothingIsTooMuch") {
  ErrorWindow window;
  for (int i = 0; i < 100; ++i) CHECK_FALSE(window.Add(true));
  CHECK(window.fetches() == 0);
}

TEST_CASE("error_window:TheShareIsThatOfAFullWindow") {
  ErrorWindow window;
  window.SetRule(PauseRule{50, 4});
  CHECK_FALSE(window.Add(true));
  CHECK_FALSE(window.Add(true));
  CHECK_FALSE(window.Add(false));
  CHECK(window.Add(false));  // two of four
  CHECK(window.failed() == 2);
  CHECK_FALSE(window.Add(false));  // the first failure has left the window
  CHECK(window.failed() == 1);
  CHECK(window.Add(true) == false);  // and the second, as this one came
  CHECK(window.Add(true));
}

TEST_CASE("error_window:ItBeginsAnewWhenClearedAndWithAnotherRule") {
  ErrorWindow window;
  window.SetRule(PauseRule{100, 2});
  CHECK_FALSE(window.Add(true));
  window.SetRule(PauseRule{100, 2});
  CHECK(window.fetches() == 1);
  CHECK(window.Add(true));
  window.Clear();
  CHECK_FALSE(window.Add(true));
  window.SetRule(PauseRule{100, 1});
  CHECK(window.fetches() == 0);
  CHECK(window.Add(true));
  window.SetRule(std::nullopt);
  CHECK_FALSE(window.Add(true));
}
