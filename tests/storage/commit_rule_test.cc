#include "storage/commit_rule.h"

#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::storage;
using namespace std::chrono_literals;

namespace {

constexpr CommitRule::Time kStart{1h};

CommitRule Rule() {
  return CommitRule(200ms, MiB(8));
}

}  // namespace

TEST_CASE("A lane that has rested commits the first batch at once") {
  CommitRule rule = Rule();
  CHECK_FALSE(rule.open());
  CHECK_FALSE(rule.Add(kStart, kStart, 100));
  CHECK(rule.Rest(kStart));
  rule.Committed(kStart + 3ms);
  CHECK_FALSE(rule.Rest(kStart + 1h));
}

TEST_CASE("A busy lane gathers for the pace after its last commit, and no longer") {
  CommitRule rule = Rule();
  rule.Add(kStart, kStart, 100);
  rule.Committed(kStart);
  rule.Add(kStart + 1ms, kStart + 1ms, 100);
  CHECK_FALSE(rule.Rest(kStart + 1ms));
  CHECK(rule.RestUntil() == kStart + CommitRule::kPace);
  rule.Add(kStart + 4ms, kStart + 4ms, 100);
  CHECK_FALSE(rule.Rest(kStart + CommitRule::kPace - 1ns));
  CHECK(rule.Rest(kStart + CommitRule::kPace));
}

TEST_CASE("Under load without a pause a batch waits for its commit as long as the age, not longer") {
  CommitRule rule = Rule();
  rule.Committed(kStart);
  // A batch each millisecond, so that the lane never rests.
  for (auto after = 1ms; after <= 200ms; after += 1ms) {
    CHECK_FALSE(rule.Add(kStart + after, kStart + after, 100));
  }
  CHECK(rule.Add(kStart + 201ms, kStart + 201ms, 100));
}

TEST_CASE("A group of the size commits, whatever waits") {
  CommitRule rule = Rule();
  CHECK_FALSE(rule.Add(kStart, kStart, MiB(8).count - 1));
  CHECK(rule.Add(kStart, kStart, 1));
  rule.Committed(kStart);
  CHECK_FALSE(rule.Add(kStart, kStart, 1));  // counting starts anew
}

TEST_CASE("What stood behind a commit longer than the age still gathers, for three quarters of it") {
  CommitRule rule = Rule();
  rule.Committed(kStart);  // of a disk that took two seconds
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(rule.Add(kStart - 1800ms + i * 10ms, kStart + i * 10us, 100));
  }
  CHECK(rule.Rest(kStart + 1ms));
  CHECK_FALSE(rule.Add(kStart - 500ms, kStart + CommitRule::kCatchUp - 1ms, 100));
  CHECK(rule.Add(kStart - 500ms, kStart + CommitRule::kCatchUp, 100));
}

TEST_CASE("An age of zero commits each batch by itself") {
  CommitRule rule(0ms, MiB(8));
  CHECK(rule.Add(kStart, kStart, 1));
  rule.Committed(kStart);
  CHECK(rule.Add(kStart, kStart, 1));
}
