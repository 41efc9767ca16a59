// Opens many fetches at once and prints what each costs while it waits, and what a page costs when it comes.
//
//   trawl_fetch_bench wait PORT COUNT        COUNT fetches of /p/<n> from COUNT addresses 127.0.b.c; the
//   server must
//                                            answer later than the last has begun
//   trawl_fetch_bench tls COUNT              the same over TLS, with a server of its own, in a process of its
//   own,
//                                            that answers once all have asked
//   trawl_fetch_bench pages PORT CONNECTIONS SECONDS [PATH] [https]
//                                            kept-alive connections, one page after another
//   trawl_fetch_bench steady PORT COUNT SECONDS
//                                            COUNT fetches at any time, each of COUNT addresses 127.0.b.c
//                                            again and again: the rate is that of the second half
//   trawl_fetch_bench handshakes PORT CONNECTIONS SECONDS [PATH]
//                                            each page over TLS from a name that was never asked before: a
//                                            full handshake each

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <string>

#include "crawler/fetch/fetcher.h"
#include "tests/support/gate.h"
#include "tests/support/scripted_server.h"

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using trawl::crawler::Fetcher;
using trawl::crawler::FetchRequest;
using trawl::crawler::FetchResult;

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Resident memory now, in KiB.
long ResidentKib() {
  std::ifstream statm("/proc/self/statm");
  long size = 0, resident = 0;
  statm >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

std::string HostOf(unsigned n) {
  return "127.0." + std::to_string((n / 250) % 250) + "." + std::to_string(1 + n % 250);
}

struct Tally {
  std::map<std::string, unsigned> outcomes;
  std::string detail;
  std::uint64_t bytes = 0, done = 0;
  void Add(const FetchResult& result) {
    ++done;
    ++outcomes[std::string(trawl::Name(result.outcome))];
    bytes += result.body.size();
    if (result.outcome != trawl::Outcome::kOk) detail = result.detail;
  }
  void Print() const {
    for (const auto& [name, count] : outcomes) std::printf("  %s %u", name.c_str(), count);
    std::printf("  %s\n", detail.c_str());
  }
};

trawl::config::Options BenchOptions() {
  trawl::config::Options options;
  options.crawl.private_addresses = trawl::config::PrivateAddresses::kAllow;
  options.crawl.max_fetches = 20'000;
  options.tls.verify = false;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return options;
}

struct Rethrow {
  void operator()(std::exception_ptr error) const {
    if (error) std::rethrow_exception(error);
  }
};

asio::awaitable<void> FetchOne(Fetcher& fetcher, std::string url, Tally& tally) {
  FetchRequest request;
  request.url = std::move(url);
  request.allow_private = true;
  tally.Add(co_await fetcher.Fetch(std::move(request)));
}

/// Begins `count` fetches, measures while all wait for the first answer, and lets them end.
int Measure(const trawl::config::Options& options, const std::string& warm_url, unsigned count,
            const std::function<std::string(unsigned)>& url) {
  asio::io_context loop(1);
  Fetcher fetcher(loop.get_executor(), options);
  Tally warm, tally;
  // One exchange first: code, tables and the loop's own memory are not the price of a fetch.
  asio::co_spawn(loop, FetchOne(fetcher, warm_url, warm), Rethrow());
  while (warm.done == 0) loop.run_one();
  ::malloc_trim(0);
  const long before = ResidentKib();
  const double cpu = CpuSeconds();
  const auto begun = Clock::now();
  for (unsigned n = 0; n < count; ++n) {
    asio::co_spawn(loop, FetchOne(fetcher, url(n), tally), Rethrow());
    if (n % 64 == 63) loop.poll();  // opens as a crawl does, and not all in one turn of the loop
  }
  long peak = 0;
  while (tally.done == 0) {
    loop.run_one_for(std::chrono::milliseconds(50));
    peak = ResidentKib();
  }
  const double opening = CpuSeconds() - cpu;
  const long waiting = peak - before;
  while (tally.done < count) loop.run_one();
  const double all = CpuSeconds() - cpu;
  const double wall = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf(
      "waiting %u  memory %ld KiB = %.2f KiB each  cpu until the first answer %.1f us each, in all %.1f us "
      "each"
      "  wall %.2f s\n",
      count, waiting, double(waiting) / count, opening * 1e6 / count, all * 1e6 / count, wall);
  tally.Print();
  return tally.outcomes["ok"] == count ? 0 : 1;
}

int Wait(const std::string& port, unsigned count) {
  const auto url = [&](unsigned n) { return "http://" + HostOf(n) + ":" + port + "/p/" + std::to_string(n); };
  return Measure(BenchOptions(), "http://127.0.0.1:" + port + "/robots.txt", count, url);
}

/// The server of WaitTls: answers /warm at once, and everything else when `count` requests are there.
[[noreturn]] void ServeTls(unsigned count, int port_out) {
  BenchOptions();
  trawl::test::TestAuthority authority;
  const trawl::test::Certificate certificate = authority.Sign({{"DNS:*.test"}});
  trawl::test::Gate all_asked;
  std::atomic<unsigned> asked = 0;
  trawl::test::ScriptedServer server(
      [&](trawl::test::Peer& peer) {
        const bool warm = peer.ReadHead().find(" /warm ") != std::string::npos;
        if (!warm && ++asked == count) all_asked.Open();
        if (!warm) all_asked.Pass();
        peer.Send(trawl::test::Answer("<p>here"));
        peer.AwaitClose();
      },
      {&certificate});
  const std::uint16_t port = server.port();
  if (::write(port_out, &port, sizeof port) != sizeof port) ::_exit(1);
  for (;;) ::pause();
}

int WaitTls(unsigned count) {
  int ends[2];
  if (::pipe(ends) != 0) return 1;
  const pid_t server = ::fork();
  if (server == 0) ServeTls(count, ends[1]);
  std::uint16_t port = 0;
  if (::read(ends[0], &port, sizeof port) != sizeof port) return 1;
  trawl::config::Options options = BenchOptions();
  const auto name = [](unsigned n) { return "h" + std::to_string(n) + ".test"; };
  for (unsigned n = 0; n <= count; ++n) options.dns.hosts.emplace_back(name(n), "127.0.0.1");
  const auto url = [&](unsigned n) { return "https://" + name(n) + ":" + std::to_string(port) + "/"; };
  const int result = Measure(options, url(count) + "warm", count, url);
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  return result;
}

struct Run {
  Fetcher& fetcher;
  Clock::time_point end;
  std::function<std::string()> next_url;
  unsigned under_way;
  Tally tally;
};

asio::awaitable<void> FetchMany(Run& run) {
  while (Clock::now() < run.end) {
    FetchRequest request;
    request.url = run.next_url();
    request.allow_private = true;
    run.tally.Add(co_await run.fetcher.Fetch(std::move(request)));
  }
  --run.under_way;
}

int Pages(const trawl::config::Options& options, unsigned connections, int seconds,
          const std::function<std::string()>& next_url) {
  asio::io_context loop(1);
  Fetcher fetcher(loop.get_executor(), options);
  Run run{fetcher, Clock::now() + std::chrono::seconds(seconds), next_url, connections, {}};
  const double cpu = CpuSeconds();
  for (unsigned n = 0; n < connections; ++n) asio::co_spawn(loop, FetchMany(run), Rethrow());
  while (run.under_way > 0) loop.run_one();
  const double used = CpuSeconds() - cpu;
  std::printf("pages %llu in %d s = %.0f/s  cpu %.2f us each  body %.0f bytes each\n",
              static_cast<unsigned long long>(run.tally.done), seconds, double(run.tally.done) / seconds,
              used * 1e6 / double(run.tally.done), double(run.tally.bytes) / double(run.tally.done));
  run.tally.Print();
  return 0;
}

asio::awaitable<void> FetchAgain(Run& run, std::string url) {
  while (Clock::now() < run.end) {
    FetchRequest request;
    request.url = url;
    request.allow_private = true;
    run.tally.Add(co_await run.fetcher.Fetch(std::move(request)));
  }
  --run.under_way;
}

int Steady(const std::string& port, unsigned count, int seconds) {
  asio::io_context loop(1);
  Fetcher fetcher(loop.get_executor(), BenchOptions());
  const auto begun = Clock::now();
  const auto middle = begun + std::chrono::milliseconds(seconds * 500);
  Run run{fetcher, begun + std::chrono::seconds(seconds), {}, count, {}};
  for (unsigned n = 0; n < count; ++n) {
    asio::co_spawn(loop, FetchAgain(run, "http://" + HostOf(n) + ":" + port + "/p/" + std::to_string(n)),
                   Rethrow());
    if (n % 64 == 63) loop.poll();
  }
  while (Clock::now() < middle) loop.run_one();
  const std::uint64_t first_half = run.tally.done;
  const double cpu = CpuSeconds();
  while (Clock::now() < run.end) loop.run_one();
  const double pages = double(run.tally.done - first_half);
  const double wall = std::chrono::duration<double>(Clock::now() - middle).count();
  std::printf("at once %u: %.0f pages/s  cpu %.1f us each  %ld KiB resident\n", count, pages / wall,
              (CpuSeconds() - cpu) * 1e6 / pages, ResidentKib());
  while (run.under_way > 0) loop.run_one();
  run.tally.Print();
  return run.tally.outcomes["ok"] == run.tally.done ? 0 : 1;
}

int Handshakes(const std::string& port, unsigned connections, int seconds, const std::string& path) {
  trawl::config::Options options = BenchOptions();
  options.http.idle_timeout = trawl::Duration(1);  // no name is asked twice
  const auto name = [](unsigned n) { return "h" + std::to_string(n) + ".test"; };
  constexpr unsigned kNames = 100'000;
  for (unsigned n = 0; n < kNames; ++n) options.dns.hosts.emplace_back(name(n), "127.0.0.1");
  unsigned n = 0;
  const auto next = [&] { return "https://" + name(n++ % kNames) + ":" + port + path; };
  const int result = Pages(options, connections, seconds, next);
  return n <= kNames ? result : 1;  // a name asked twice resumes its session
}

int Usage() {
  std::fprintf(stderr,
               "usage: trawl_fetch_bench wait PORT COUNT | tls COUNT | steady PORT COUNT SECONDS | pages "
               "PORT CONNECTIONS SECONDS [PATH] "
               "[https] | handshakes PORT CONNECTIONS SECONDS [PATH]\n");
  return 64;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int n) { return n < argc ? std::string(argv[n]) : std::string(); };
  const std::string what = argument(1);
  if (what == "wait" && argc >= 4) return Wait(argument(2), static_cast<unsigned>(std::atoi(argv[3])));
  if (what == "tls" && argc >= 3) return WaitTls(static_cast<unsigned>(std::atoi(argv[2])));
  if (what == "steady" && argc >= 5)
    return Steady(argument(2), static_cast<unsigned>(std::atoi(argv[3])), std::atoi(argv[4]));
  if (what == "pages" && argc >= 5) {
    const std::string url = (argument(6) == "https" ? "https" : "http") + ("://127.0.0.1:" + argument(2)) +
                            (argc > 5 ? argument(5) : "/p/1?d=0");
    return Pages(BenchOptions(), static_cast<unsigned>(std::atoi(argv[3])), std::atoi(argv[4]),
                 [&] { return url; });
  }
  if (what == "handshakes" && argc >= 5) {
    return Handshakes(argument(2), static_cast<unsigned>(std::atoi(argv[3])), std::atoi(argv[4]),
                      argc > 5 ? argument(5) : "/");
  }
  return Usage();
}
