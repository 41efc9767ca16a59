#include "crawler/fetch_window.h"

#include <deque>

#include "tests/support/catch.h"

using namespace trawl;
using namespace std::chrono_literals;
using crawler::FetchWindow;

namespace {

/// Pages that all take as long to fetch, and a store that takes one after the other.
struct Pipeline {
  FetchWindow window;
  Duration latency, storing;
  std::uint64_t limit = 10'000;
  Instant now{};
  std::deque<Instant> in_flight = {};  ///< when each has come
  std::uint64_t waiting = 0, stored = 0, most_waiting = 0;
  Instant store_free{};

  void RunUntil(Instant end) {
    for (; now < end; now += 1ms) {
      for (; !in_flight.empty() && in_flight.front() <= now; in_flight.pop_front()) {
        window.Fetched(latency);
        ++waiting;
      }
      most_waiting = std::max(most_waiting, waiting);
      for (; waiting > 0 && store_free <= now; store_free = std::max(store_free, now) + storing) {
        --waiting;
        ++stored;
        window.Stored(waiting, limit, now);
      }
      while (window.HasRoom(in_flight.size() + waiting) && in_flight.size() < limit)
        in_flight.push_back(now + latency);
    }
  }
};

}  // namespace

TEST_CASE("fetch_window:DoublesWithEachRoundWhileNothingPilesUp") {
  FetchWindow window;
  for (int page = 0; page < FetchWindow::kLeast; ++page) window.Stored(0, 5'000, Instant{});
  CHECK(window.size() == 2 * FetchWindow::kLeast);
  for (int page = 0; page < 100'000; ++page) window.Stored(0, 5'000, Instant{});
  CHECK(window.size() == 5'000);
  CHECK(window.HasRoom(5'000 + FetchWindow::kPile - 1));
  CHECK_FALSE(window.HasRoom(5'000 + FetchWindow::kPile));
}

TEST_CASE("fetch_window:BecomesWhatIsStoredWhileOnePageIsFetched") {
  Pipeline line{.window = {}, .latency = 5s, .storing = 10ms};
  line.RunUntil(Instant(200s));
  // 100 pages a second, 5 s each.
  CHECK(line.window.size() > 450);
  CHECK(line.window.size() < 650);
  const std::uint64_t before = line.stored;
  line.most_waiting = 0;
  line.RunUntil(Instant(300s));
  CHECK(line.stored - before > 9'800);
  CHECK(line.most_waiting < 4 * FetchWindow::kPile);
}

TEST_CASE("fetch_window:OpensAgainWhenTheStoreIsQuickAgain") {
  Pipeline line{.window = {}, .latency = 1s, .storing = 200ms};
  line.RunUntil(Instant(1000s));
  CHECK(line.window.size() < FetchWindow::kLeast * 2);
  line.storing = 1ms;
  line.RunUntil(Instant(1060s));
  CHECK(line.window.size() > 900);
}

TEST_CASE("fetch_window:KeepsAQuickServerAndASlowStoreBusyAndLetsNothingPileUpFromTheStart") {
  Pipeline line{.window = {}, .latency = 2ms, .storing = 5ms};
  line.RunUntil(Instant(60s));
  CHECK(line.stored > 11'900);
  CHECK(line.most_waiting < 4 * FetchWindow::kPile);
}
