#include "crawler/turnstile.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <vector>

#include "crawler/async.h"
#include "tests/support/catch.h"

using namespace trawl::crawler;

namespace {

struct Crowd {
  asio::io_context context{1};
  Turnstile turnstile{context.get_executor(), 2};
  std::vector<int> past;
  std::vector<std::optional<Turnstile::Pass>> passes = std::vector<std::optional<Turnstile::Pass>>(9);

  Awaitable<void> Walk(int who) {
    passes[who] = co_await turnstile.Enter();
    past.push_back(who);
  }
  void Come(int who) { asio::co_spawn(context, Walk(who), asio::detached); }
  void Run() {
    context.restart();
    context.poll();
  }
};

}  // namespace

TEST_CASE("turnstile:AsManyAreLetPastAsItSaysAndTheOthersInTheirOrder") {
  Crowd crowd;
  for (int who = 0; who < 6; ++who) crowd.Come(who);
  crowd.Run();
  CHECK(crowd.past == std::vector<int>{0, 1});
  CHECK(crowd.turnstile.waiting() == 4);
  crowd.passes[1].reset();
  CHECK(crowd.past.size() == 2);  // not on the stack of who leaves
  crowd.Run();
  CHECK(crowd.past == std::vector<int>{0, 1, 2});
  crowd.passes[0].reset();
  crowd.passes[2].reset();
  crowd.Come(6);
  crowd.Run();
  CHECK(crowd.past == std::vector<int>{0, 1, 2, 3, 4});
  crowd.passes[3].reset();
  crowd.passes[4].reset();
  crowd.Run();
  CHECK(crowd.past == std::vector<int>{0, 1, 2, 3, 4, 5, 6});
  CHECK(crowd.turnstile.waiting() == 0);
  crowd.passes[5].reset();
  crowd.passes[6].reset();
  crowd.Come(7);
  crowd.Come(8);
  crowd.Run();
  CHECK(crowd.past.size() == 9);
}
