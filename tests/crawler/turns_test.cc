#include "crawler/turns.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <string>

#include "crawler/async.h"
#include "tests/support/catch.h"

using namespace trawl::crawler;
using namespace std::chrono_literals;

namespace {

/// Work that takes as long as it says, by a clock of the test.
struct Loop {
  asio::io_context context{1};
  Turns::Time now{};
  Turns turns{context.get_executor(), [this] { return now; }};
  std::string done;

  Awaitable<void> Work(char name, Turns::Time::duration takes) {
    co_await turns.Next();
    done += name;
    now += takes;
  }
  void Start(char name, Turns::Time::duration takes) {
    asio::co_spawn(context, Work(name, takes), asio::detached);
  }
};

}  // namespace

TEST_CASE("turns:EachHasItsTurnInTheOrderOfComing") {
  Loop loop;
  for (char name = 'a'; name <= 'f'; ++name) loop.Start(name, 0ms);
  loop.context.run();
  CHECK(loop.done == "abcdef");
  CHECK(loop.turns.waiting() == 0);
}

TEST_CASE("turns:WhenASliceIsSpentTheRestOfTheLoopComesFirst") {
  Loop loop;
  loop.Start('a', Turns::kSlice - 1ms);
  loop.Start('b', 1ms);
  loop.Start('c', Turns::kSlice * 5);
  loop.Start('d', 0ms);
  while (loop.turns.waiting() < 4) loop.context.run_one();
  asio::post(loop.context, [&loop] { loop.done += '|'; });
  loop.context.run_one();  // the first round, which was posted when the first one came
  CHECK(loop.done == "ab");
  loop.context.run();
  CHECK(loop.done == "ab|cd");
}
