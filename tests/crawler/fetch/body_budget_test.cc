#include "crawler/fetch/body_budget.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <vector>

#include "tests/crawler/fetch/fetch_loop.h"
#include "tests/support/catch.h"
#include "tests/support/scripted_server.h"

namespace trawl::test {
namespace {

using crawler::BodyBudget;
using crawler::FetchRequest;
using crawler::FetchResult;

TEST_CASE("TheOldestMayAlwaysReadAndOthersWhileThereIsRoom") {
  boost::asio::io_context loop;
  BodyBudget budget(MiB(16), MiB(1));
  CHECK(budget.always() == 4);
  CHECK(budget.limit() == MiB(11).count);
  std::vector<std::unique_ptr<BodyBudget::Share>> shares;
  for (int i = 0; i < 12; ++i)
    shares.push_back(std::make_unique<BodyBudget::Share>(budget, loop.get_executor()));
  for (int i = 0; i < 10; ++i) shares[i]->Hold(MiB(1).count);
  CHECK(shares[11]->MayRead());
  shares[10]->Hold(MiB(1).count - 1);
  CHECK(shares[11]->MayRead());
  shares[10]->Hold(MiB(1).count);
  CHECK_FALSE(shares[11]->MayRead());
  CHECK_FALSE(shares[4]->MayRead());
  for (int i = 0; i < 4; ++i) CHECK(shares[i]->MayRead());
  shares.erase(shares.begin());  // now there are four older ones still, and room
  CHECK(budget.held() == MiB(10).count);
  CHECK(shares[10]->MayRead());
  CHECK(shares[3]->MayRead());
  shares.clear();
  CHECK(budget.held() == 0);
}

TEST_CASE("ALittleBudgetStillLetsOneBodyThrough") {
  boost::asio::io_context loop;
  BodyBudget budget(MiB(8), MiB(10));
  CHECK(budget.always() == 1);
  CHECK(budget.limit() == 0);
  BodyBudget::Share first(budget, loop.get_executor()), second(budget, loop.get_executor());
  CHECK(first.MayRead());
  CHECK_FALSE(second.MayRead());
}

TEST_CASE("ManyLargeBodiesAtOnceStayWithinTheLimitAndAllArrive") {
  const std::string body(MiB(1).count, 'b');
  ScriptedServer server([&](Peer& peer) {
    peer.ReadHead();
    peer.Send(Answer(body, "Connection: close\r\n"));
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.crawl.memory_max = MiB(16);
  options.http.max_body = MiB(1);
  // Shorter than all of them take together: who waits for room is not blamed.
  options.http.min_rate = MiB(1);
  FetchLoop loop(options);
  std::vector<FetchRequest> requests(64);
  for (FetchRequest& request : requests) {
    request.url = server.Url();
    request.max_body = MiB(2);
  }
  std::uint64_t peak = 0;
  const std::vector<FetchResult> results =
      loop.GetAll(std::move(requests), [&] { peak = std::max(peak, loop.fetcher().counts().body_bytes); });
  for (const FetchResult& result : results) {
    INFO(result.detail);
    CHECK(result.outcome == Outcome::kOk);
    CHECK(result.body.size() == body.size());
  }
  CHECK(peak <= options.crawl.memory_max.count / 2);
  CHECK(peak > MiB(2).count);
  CHECK(loop.fetcher().counts().body_bytes == 0);
}

}  // namespace
}  // namespace trawl::test
