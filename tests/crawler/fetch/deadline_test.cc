#include "crawler/fetch/deadline.h"

#include <boost/asio/co_spawn.hpp>

#include <optional>
#include <semaphore>
#include <thread>

#include "tests/crawler/fetch/fetch_loop.h"
#include "tests/support/catch.h"
#include "tests/support/dns_server.h"
#include "tests/support/gate.h"
#include "tests/support/scripted_server.h"

namespace trawl::test {
namespace {

using crawler::FetchRequest;
using crawler::FetchResult;
using crawler::LookedUp;
using Clock = crawler::Timers::Clock;

FetchRequest Inside(const std::string& url) {
  FetchRequest request = To(url);
  request.allow_private = true;
  return request;
}

TEST_CASE("EveryStepHasItsDeadline") {
  Gate never;
  ScriptedServer silent([](Peer& peer) { peer.AwaitClose(); });
  ScriptedServer slow([](Peer& peer) {
    peer.ReadHead();
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    peer.AwaitClose();
  });
  DnsServer mute(DnsSilence());
  config::Options options = FetchLoop::DefaultOptions();
  options.dns.servers = {mute.Where()};
  options.dns.timeout = Duration(100);
  options.dns.tries = 1;
  options.http.first_byte_timeout = Duration(100);
  options.http.tls_timeout = Duration(120);
  FetchLoop loop(options);

  const FetchResult first_byte = loop.Get(silent.Url());
  CHECK(first_byte.outcome == Outcome::kTimeout);
  CHECK(first_byte.detail == "the first byte took longer than 100 ms");
  const FetchResult tls = loop.Get("https://127.0.0.1:" + std::to_string(silent.port()) + "/");
  CHECK(tls.outcome == Outcome::kTimeout);
  CHECK(tls.detail == "the TLS handshake took longer than 120 ms");
  const FetchResult dns = loop.Get("http://nobody.example/");
  CHECK(dns.outcome == Outcome::kDnsFailed);
  CHECK_FALSE(dns.absent);
  CHECK(dns.detail == "nobody.example: no answer from the name servers in time");

  FetchRequest request = To(slow.Url());
  request.timeout = Duration(200);
  const auto begun = Clock::now();
  const FetchResult whole = loop.Get(request);
  CHECK(whole.outcome == Outcome::kTimeout);
  CHECK(whole.detail == "the whole fetch took longer than 200 ms, last step: reading the answer");
  CHECK(whole.status == 200);
  CHECK(whole.body == "some");
  CHECK(Clock::now() - begun < std::chrono::milliseconds(1000));
  CHECK(loop.fetcher().counts().open == 0);
}

/// A server that sends a piece of fifty bytes at each beat of the client's loop, `pieces` of them.
class Beating final : private crawler::TimingWheel::Entry {
 public:
  Beating(FetchLoop& loop, int pieces)
      : timers_(loop.loop().get_executor()), server_([this, pieces](Peer& peer) {
          peer.ReadHead();
          peer.Send("HTTP/1.1 200 OK\r\n\r\n");
          for (int i = 0; i < pieces; ++i) {
            beat_.acquire();
            peer.Send(std::string(50, 'x'));
          }
        }) {
    timers_.ArmIn(*this, kPeriod);
  }
  ~Beating() {
    timers_.Disarm(*this);
    beat_.release(1'000);  // what is left is sent to nobody
  }
  std::string Url() const { return server_.Url(); }

 private:
  static constexpr Duration kPeriod{20};
  void Expire() override {
    beat_.release();
    timers_.ArmIn(*this, kPeriod);
  }
  crawler::Timers timers_;
  std::counting_semaphore<> beat_{0};
  ScriptedServer server_;
};

TEST_CASE("ADripEndsByItsRateAndASteadyStreamDoesNot") {
  config::Options options = FetchLoop::DefaultOptions();
  options.http.min_rate = {400};
  options.http.min_rate_window = Duration(500);
  ScriptedServer drip([](Peer& peer) {
    peer.ReadHead();
    peer.Send("HTTP/1.1 200 OK\r\n\r\n");
    peer.Send(std::string(100, 'x'));
    peer.AwaitClose();
  });
  FetchLoop loop(options);
  const FetchResult slow = loop.Get(drip.Url());
  CHECK(slow.outcome == Outcome::kTooSlow);
  CHECK(slow.detail == "119 bytes in 500 ms");
  CHECK(slow.body.size() == 100);

  const Beating steady(loop, 80);  // three windows at six times the rate
  const FetchResult whole = loop.Get(steady.Url());
  CHECK(whole.detail == "");
  CHECK(whole.outcome == Outcome::kOk);
  CHECK(whole.body.size() == 80 * 50);
  CHECK(whole.timings.total_ms >= 1500u);
}

TEST_CASE("AMinimumRateOfZeroNeverGivesUp") {
  config::Options options = FetchLoop::DefaultOptions();
  options.http.min_rate = {0};
  options.http.min_rate_window = Duration(1);
  FetchLoop loop(options);
  const Beating server(loop, 10);
  const FetchResult page = loop.Get(server.Url());
  CHECK(page.detail == "");
  CHECK(page.body.size() == 10 * 50);

  // The whole fetch ends nevertheless.
  ScriptedServer stuck([](Peer& peer) {
    peer.ReadHead();
    peer.Send("HTTP/1.1 200 OK\r\n\r\nsome");
    peer.AwaitClose();
  });
  FetchRequest request = To(stuck.Url());
  request.timeout = Duration(200);
  CHECK(loop.Get(request).detail == "the whole fetch took longer than 200 ms, last step: reading the answer");
}

TEST_CASE("AFetchTakesTheLookUpThatWasMadeForIt") {
  ScriptedServer server([](Peer& peer) {
    while (!peer.ReadHead().empty()) peer.Send(Answer("<p>hello"));
  });
  DnsServer names([](const std::string& name, DnsType type) {
    DnsReply reply;
    if (name == "sick.example") reply.code = 2;
    if (type == DnsType::kA) reply.addresses = {"127.0.0.1"};
    return reply;
  });
  config::Options options = FetchLoop::DefaultOptions();
  options.dns.servers = {names.Where()};
  FetchLoop loop(options);
  const auto resolve = [&](const std::string& host) {
    std::optional<LookedUp> found;
    const auto store = [&](std::exception_ptr, LookedUp one) { found = std::move(one); };
    boost::asio::co_spawn(loop.loop(), loop.fetcher().Resolve(host, Duration(5000)), store);
    while (!found) loop.loop().run_one();
    return std::move(*found);
  };
  FetchRequest request = To("http://page.example:" + std::to_string(server.port()) + "/");
  request.looked_up = resolve("page.example");
  REQUIRE(request.looked_up->addresses.size() == 1);
  request.looked_up->ms = 3000;
  const FetchResult page = loop.Get(request);
  CHECK(page.outcome == Outcome::kOk);
  CHECK(page.timings.dns_ms == 3000u);
  CHECK(page.timings.first_byte_ms >= 3000u);
  CHECK(page.timings.total_ms >= 3000u);
  CHECK(names.questions() == 2);
  ScriptedServer silent([](Peer& peer) { peer.AwaitClose(); });
  request.url = "http://page.example:" + std::to_string(silent.port()) + "/";
  request.timeout = Duration(3100);
  const auto begun = Clock::now();
  CHECK(loop.Get(request).outcome == Outcome::kTimeout);
  CHECK(Clock::now() - begun < std::chrono::milliseconds(2500));

  // A failure too: who asks and fetches has asked once.
  request = To("http://sick.example/");
  request.looked_up = resolve("sick.example");
  const int asked = names.questions();
  const FetchResult failed = loop.Get(request);
  CHECK(failed.outcome == Outcome::kDnsFailed);
  CHECK(failed.detail.starts_with("sick.example: "));
  CHECK(names.questions() == asked);
}

TEST_CASE("CancelEndsEveryFetchSoon") {
  ScriptedServer silent([](Peer& peer) { peer.AwaitClose(); });
  DnsServer mute(DnsSilence());
  config::Options options = FetchLoop::DefaultOptions();
  options.dns.servers = {mute.Where()};
  FetchLoop loop(options);
  std::vector<FetchResult> results;
  const std::string port = ":" + std::to_string(silent.port()) + "/";
  const auto store = [&](std::exception_ptr, FetchResult result) { results.push_back(std::move(result)); };
  for (const std::string& url :
       {"http://127.0.0.1" + port, "https://127.0.0.1" + port, std::string("http://nobody.example/")}) {
    boost::asio::co_spawn(loop.loop(), loop.fetcher().Fetch(Inside(url)), store);
  }
  while (silent.connections() < 2 || mute.questions() < 2)
    loop.loop().run_one_for(std::chrono::milliseconds(5));
  const auto begun = Clock::now();
  loop.fetcher().Cancel();
  while (results.size() < 3) loop.loop().run_one();
  CHECK(Clock::now() - begun < std::chrono::milliseconds(500));
  for (const FetchResult& result : results) {
    INFO(result.detail);
    CHECK(result.cancelled);
    CHECK(result.outcome == Outcome::kTimeout);
    CHECK(result.detail.find("cancelled while in step ") == 0);
  }
  const FetchResult late = loop.Get(silent.Url());
  CHECK(late.cancelled);
  CHECK(late.detail == "cancelled before it began");
}

TEST_CASE("CancelReachesAFetchBetweenTwoWaits") {
  // Cancelled after each number of handlers: also when what the fetch waited for has come and it has not yet
  // gone on, where there is nothing to interrupt.
  ScriptedServer silent([](Peer& peer) { peer.AwaitClose(); });
  for (const char* const scheme : {"http://", "https://"}) {
    bool last_step = false;
    for (int turns = 0; !last_step; ++turns) {
      FetchLoop loop;
      std::optional<FetchResult> result;
      const auto store = [&](std::exception_ptr, FetchResult got) { result = std::move(got); };
      const std::string url = scheme + std::string("127.0.0.1:") + std::to_string(silent.port()) + "/";
      const int before = silent.connections();
      boost::asio::co_spawn(loop.loop(), loop.fetcher().Fetch(Inside(url)), store);
      for (int i = 0; i < turns; ++i) loop.loop().run_one();
      // The kernel has connected by then, whatever the fetch knows of it.
      while (turns > 0 && silent.connections() == before) std::this_thread::yield();
      loop.fetcher().Cancel();
      const auto end = Clock::now() + std::chrono::seconds(5);
      while (!result && Clock::now() < end) loop.loop().run_one_for(std::chrono::milliseconds(100));
      INFO(scheme << turns);
      REQUIRE(result);
      CHECK(result->cancelled);
      last_step = result->detail.find("the first byte") != std::string::npos ||
                  result->detail.find("TLS handshake") != std::string::npos;
    }
  }
}

}  // namespace
}  // namespace trawl::test
