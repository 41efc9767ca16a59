#include "crawler/signal_reader.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <csignal>
#include <vector>

#include "tests/support/catch.h"

using namespace trawl::crawler;

namespace {

// Of this thread alone: what is raised here waits for a reader. Restores what was.
class Held {
 public:
  Held() {
    const sigset_t signals = SignalSet({SIGUSR1, SIGUSR2});
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    const sigset_t signals = SignalSet({SIGUSR1, SIGUSR2});
    const timespec now{};
    while (::sigtimedwait(&signals, nullptr, &now) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_;
};

Awaitable<void> ReadAll(SignalReader& reader, std::vector<int>& read, bool& ended) {
  while (const std::optional<int> signal = co_await reader.Next()) read.push_back(*signal);
  ended = true;
}

struct Reading {
  explicit Reading(std::initializer_list<int> signals) : reader(context.get_executor(), SignalSet(signals)) {
    asio::co_spawn(context, ReadAll(reader, read, ended), asio::detached);
  }
  void Turn() {
    context.restart();
    context.run_one_for(std::chrono::seconds(10));
    context.poll();
  }

  asio::io_context context{1};
  SignalReader reader;
  std::vector<int> read;
  bool ended = false;
};

}  // namespace

TEST_CASE("signal_reader:WhatCameBeforeTheReaderIsReadAndOfOneKindOnlyOne") {
  const Held held;
  for (int i = 0; i < 100; ++i) ::raise(SIGUSR1);
  Reading reading({SIGUSR1});
  reading.Turn();
  CHECK(reading.read == std::vector<int>{SIGUSR1});
  ::raise(SIGUSR1);
  reading.Turn();
  CHECK(reading.read == std::vector<int>{SIGUSR1, SIGUSR1});
}

TEST_CASE("signal_reader:EachReaderHearsItsOwnSignalsAlone") {
  const Held held;
  Reading one({SIGUSR1}), other({SIGUSR2});
  for (int i = 0; i < 100; ++i) ::raise(SIGUSR2);
  ::raise(SIGUSR1);
  one.Turn();
  other.Turn();
  CHECK(one.read == std::vector<int>{SIGUSR1});
  CHECK(other.read == std::vector<int>{SIGUSR2});
}

TEST_CASE("signal_reader:CancelEndsTheWait") {
  const Held held;
  Reading reading({SIGUSR1});
  reading.context.poll();
  CHECK_FALSE(reading.ended);
  reading.reader.Cancel();
  reading.Turn();
  CHECK(reading.ended);
  CHECK(reading.read.empty());
}

TEST_CASE("signal_reader:ASignalThatTheProcessIsToIgnoreIsNotHeeded") {
  struct sigaction before {
  }, ignore{};
  ignore.sa_handler = SIG_IGN;
  REQUIRE(::sigaction(SIGUSR1, &ignore, &before) == 0);
  const sigset_t heeded = HeededSignals({SIGUSR1, SIGUSR2});
  ::sigaction(SIGUSR1, &before, nullptr);
  CHECK(::sigismember(&heeded, SIGUSR1) == 0);
  CHECK(::sigismember(&heeded, SIGUSR2) == 1);
}
