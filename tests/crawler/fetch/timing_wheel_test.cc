#include "crawler/fetch/timing_wheel.h"

#include <random>
#include <vector>

#include "tests/support/catch.h"

namespace trawl::test {
namespace {

using crawler::TimingWheel;
using std::chrono::milliseconds;

struct Alarm final : TimingWheel::Entry {
  void Expire() override {
    ++rings;
    if (then) then->Ring();
  }
  void Ring() { wheel->Disarm(*this); }
  int rings = 0;
  Alarm* then = nullptr;
  TimingWheel* wheel = nullptr;
};

const TimingWheel::Clock::time_point kStart{};

TEST_CASE("AnAlarmRingsAtItsTimeAndAtMostATickLate") {
  for (const int due : {1, 19, 20, 21, 399, 1000, 41'000, 60'000, 130'001}) {
    Alarm alarm;
    TimingWheel fresh(kStart);
    fresh.Arm(alarm, kStart + milliseconds(due));
    int rang = -1;
    for (int now = 0; now <= due + 40 && rang < 0; ++now) {
      fresh.Advance(kStart + milliseconds(now));
      if (alarm.rings > 0) rang = now;
    }
    INFO(due);
    CHECK(rang >= due);
    CHECK(rang <= due + TimingWheel::kTick.count());
    CHECK(fresh.empty());
  }
}

TEST_CASE("AMovedAlarmRingsOnceAtItsNewTime") {
  TimingWheel wheel(kStart);
  Alarm alarm;
  wheel.Arm(alarm, kStart + milliseconds(100));
  wheel.Arm(alarm, kStart + milliseconds(500));
  wheel.Advance(kStart + milliseconds(480));
  CHECK(alarm.rings == 0);
  wheel.Advance(kStart + milliseconds(520));
  CHECK(alarm.rings == 1);
  wheel.Advance(kStart + milliseconds(90'000));
  CHECK(alarm.rings == 1);
}

TEST_CASE("ADeadAlarmIsForgotten") {
  TimingWheel wheel(kStart);
  {
    Alarm alarm;
    wheel.Arm(alarm, kStart + milliseconds(40));
  }
  CHECK(wheel.empty());
  wheel.Advance(kStart + milliseconds(1000));
}

TEST_CASE("AnAlarmMayDisarmAnotherOfTheSameTick") {
  TimingWheel wheel(kStart);
  Alarm first, second;
  first.then = &second;
  second.wheel = &wheel;
  wheel.Arm(first, kStart + milliseconds(40));
  wheel.Arm(second, kStart + milliseconds(40));
  wheel.Advance(kStart + milliseconds(60));
  CHECK(first.rings == 1);
  CHECK(second.rings == 0);
  CHECK(wheel.empty());
}

TEST_CASE("ALongPauseRingsAllThatIsDueAndNothingElse") {
  TimingWheel wheel(kStart);
  std::vector<Alarm> alarms(5000);
  std::mt19937 random(7);
  std::vector<int> due(alarms.size());
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    due[i] = static_cast<int>(random() % 200'000);
    wheel.Arm(alarms[i], kStart + milliseconds(due[i]));
  }
  wheel.Advance(kStart + milliseconds(100'000));
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    if (due[i] <= 100'000 - 20) CHECK(alarms[i].rings == 1);
    if (due[i] > 100'000) CHECK(alarms[i].rings == 0);
  }
  wheel.Advance(kStart + milliseconds(200'020));
  CHECK(wheel.empty());
}

}  // namespace
}  // namespace trawl::test
