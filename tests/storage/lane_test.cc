#include "storage/lane.h"

#include <signal.h>

#include <atomic>
#include <future>
#include <vector>

#include "tests/support/catch.h"

using namespace trawl::storage;

TEST_CASE("A lane runs its jobs in order on one thread of its own") {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  {
    Lane lane("test");
    for (int i = 0; i < 100; ++i) {
      CHECK(lane.Post([&, i] {
        order.push_back(i);
        threads.push_back(std::this_thread::get_id());
      }));
    }
  }
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) {
    CHECK(order[static_cast<std::size_t>(i)] == i);
    CHECK(threads[static_cast<std::size_t>(i)] == threads[0]);
  }
  CHECK(threads[0] != std::this_thread::get_id());
}

TEST_CASE("What is posted first overtakes all that waits, in its own order, and runs before the end too") {
  std::promise<void> entered, release;
  std::string order;
  {
    Lane lane("test");
    lane.Post([&] {
      entered.set_value();
      release.get_future().wait();
    });
    entered.get_future().wait();
    for (const char job : {'c', 'd'}) CHECK(lane.Post([&order, job] { order += job; }));
    for (const char job : {'a', 'b'}) CHECK(lane.PostFirst([&order, job] { order += job; }));
    release.set_value();
  }
  CHECK(order == "abcd");
}

TEST_CASE("A lane takes jobs that cannot be copied, and lets them go when they have run") {
  Lane lane("test");
  auto owned = std::make_shared<int>(7);
  const std::weak_ptr<int> watched = owned;
  std::promise<int> answer;
  lane.Post([held = std::make_unique<std::shared_ptr<int>>(std::move(owned)), &answer] {
    answer.set_value(**held);
  });
  CHECK(answer.get_future().get() == 7);
  lane.Stop();
  CHECK(watched.expired());
}

TEST_CASE("A lane rests when nothing more waits, and again at the moment that the rest names") {
  std::atomic<int> jobs{0};
  std::vector<int> jobs_at_rest;
  std::promise<void> first;
  std::promise<void> third;
  Lane lane("test", [&]() -> std::optional<Lane::Time> {
    jobs_at_rest.push_back(jobs);
    if (jobs_at_rest.size() == 1) first.set_value();
    if (jobs_at_rest.size() == 3) third.set_value();
    // The second time it asks to be called again at once, the third time no more.
    return jobs_at_rest.size() == 2 ? std::optional(Lane::Time::min()) : std::nullopt;
  });
  lane.Post([&jobs] { ++jobs; });
  first.get_future().wait();
  lane.Post([&jobs] { ++jobs; });
  third.get_future().wait();
  lane.Stop();
  CHECK(jobs_at_rest == std::vector<int>{1, 2, 2});
}

TEST_CASE("A lane whose rest is far away runs what comes meanwhile") {
  std::atomic<int> rests{0};
  std::promise<void> rested;
  Lane lane("test", [&]() -> std::optional<Lane::Time> {
    if (++rests == 1) rested.set_value();
    return std::chrono::steady_clock::now() + std::chrono::hours(1);
  });
  lane.Post([] {});
  rested.get_future().wait();
  std::promise<void> ran;
  lane.Post([&ran] { ran.set_value(); });
  ran.get_future().wait();
  lane.Stop();
  CHECK(rests <= 2);
}

TEST_CASE("A stop runs what is queued: later jobs are refused") {
  int jobs = 0;
  Lane lane("test");
  for (int i = 0; i < 10; ++i) lane.Post([&jobs] { ++jobs; });
  lane.Stop();
  CHECK(jobs == 10);
  CHECK_FALSE(lane.Post([] {}));
  lane.Stop();
}

TEST_CASE("Several threads may post at once") {
  std::atomic<int> jobs{0};
  {
    Lane lane("test");
    std::vector<std::thread> posters;
    for (int i = 0; i < 4; ++i) {
      posters.emplace_back([&] {
        for (int k = 0; k < 250; ++k) lane.Post([&jobs] { ++jobs; });
      });
    }
    for (std::thread& poster : posters) poster.join();
  }
  CHECK(jobs == 1000);
}

TEST_CASE("No signal that asks the process for something is taken by a lane") {
  Lane lane("test");
  std::promise<sigset_t> mask;
  lane.Post([&mask] {
    sigset_t blocked;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    mask.set_value(blocked);
  });
  const sigset_t blocked = mask.get_future().get();
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) CHECK(::sigismember(&blocked, signal) == 1);
  CHECK(::sigismember(&blocked, SIGSEGV) == 0);
  sigset_t own;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &own);
  CHECK(::sigismember(&own, SIGTERM) == 0);
}
