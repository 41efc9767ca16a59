#include "parser/respawn_throttle.h"

#include "tests/support/catch.h"

using namespace std::chrono_literals;
using trawl::Duration;
using trawl::parser::RespawnThrottle;

namespace {

struct Throttle : RespawnThrottle {
  Time now{1h};
  std::uint64_t answered = 0;

  /// The pause that so many deaths, `apart` from each other, begin in the end; nothing when none.
  std::optional<Duration> Die(std::size_t times, Duration apart = 1ms) {
    std::optional<Duration> pause;
    for (std::size_t i = 0; i < times; ++i) {
      now += apart;
      pause = OnDeath(now, answered);
    }
    return pause;
  }
};

}  // namespace

TEST_CASE("The fifth death in a window begins a pause, the fourth does not", "[throttle]") {
  Throttle throttle;
  CHECK_FALSE(throttle.Die(4).has_value());
  CHECK(throttle.Wait(throttle.now) == 0ms);
  CHECK(throttle.Die(1) == 1s);
  CHECK(throttle.Wait(throttle.now) == 1s);
  CHECK(throttle.Wait(throttle.now + 999ms) == 1ms);
  CHECK(throttle.Wait(throttle.now + 1s) == 0ms);
}

TEST_CASE("Deaths at the window's length count, one past it do not", "[throttle]") {
  Throttle inside, outside;
  CHECK(inside.Die(5, RespawnThrottle::kWindow / 4) == 1s);
  CHECK_FALSE(outside.Die(5, RespawnThrottle::kWindow / 4 + 1ms).has_value());
  CHECK_FALSE(outside.Die(50, RespawnThrottle::kWindow / 4 + 1ms).has_value());
}

TEST_CASE("Pauses double up to the longest", "[throttle]") {
  Throttle throttle;
  for (const Duration pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    CHECK(throttle.Die(5) == pause);
    throttle.now += pause;
  }
}

TEST_CASE("A quiet window after a pause ends the story", "[throttle]") {
  Throttle throttle;
  CHECK(throttle.Die(5) == 1s);
  throttle.now += 1s;
  CHECK(throttle.Die(5) == 2s);
  throttle.now += 2s + RespawnThrottle::kWindow + 1ms;
  CHECK(throttle.Die(5) == 1s);
}

TEST_CASE("Poisonous pages among good ones begin no pause", "[throttle]") {
  Throttle throttle;
  for (int i = 0; i < 1000; ++i) {
    throttle.answered += 2;
    CHECK_FALSE(throttle.Die(1).has_value());
  }
}

TEST_CASE("Fewer answers than deaths are a crash loop", "[throttle]") {
  Throttle throttle;
  CHECK_FALSE(throttle.Die(1).has_value());
  throttle.answered = RespawnThrottle::kDeaths - 1;
  CHECK(throttle.Die(4) == 1s);
}

TEST_CASE("A fork that fails is tried again after a while, and shortens no pause", "[throttle]") {
  Throttle throttle;
  throttle.OnForkFailure(throttle.now);
  CHECK(throttle.Wait(throttle.now) == RespawnThrottle::kFirstPause);
  Throttle paused;
  paused.Die(5);
  paused.now += 1s;
  CHECK(paused.Die(5) == 2s);
  paused.OnForkFailure(paused.now);
  CHECK(paused.Wait(paused.now) == 2s);
}
