#include "tests/support/fail_on_nth.h"

#include <vector>

#include "tests/support/catch.h"

namespace trawl::test {
namespace {

/// Three fallible steps; stops at the first that fails and tells which it was.
int ThreeSteps(FailOnNth& failure) {
  for (int step = 1; step <= 3; ++step)
    if (failure.Fails()) return step;
  return 0;
}

TEST_CASE("FailOnNthTakesEveryErrorPathOnce") {
  std::vector<int> failed_at;
  auto clean =
      ForEachFailure(FailOnNth::Mode::kOnce, 10, [&](FailOnNth& f) { failed_at.push_back(ThreeSteps(f)); });
  CHECK(clean == 4);
  CHECK(failed_at == std::vector<int>{1, 2, 3, 0});
}

TEST_CASE("FailOnNthOnceLetsARetryThroughAndForeverDoesNot") {
  FailOnNth once(2), forever(2, FailOnNth::Mode::kForever);
  CHECK_FALSE(once.Fails());
  CHECK(once.Fails());
  CHECK_FALSE(once.Fails());
  CHECK_FALSE(forever.Fails());
  CHECK(forever.Fails());
  CHECK(forever.Fails());
}

TEST_CASE("ForEachFailureReportsAnOperationThatNeverGetsThrough") {
  CHECK(ForEachFailure(FailOnNth::Mode::kOnce, 5, [](FailOnNth& f) {
          while (!f.Fails()) {
          }
        }) == 0);
}

}  // namespace
}  // namespace trawl::test
