// Opens many fetches at once and prints what each costs while it waits, and what a page costs when it comes.
//
//   fetch_bench wait  HOST:PORT COUNT [https]         COUNT fetches of /p/<n> to COUNT addresses 127.a.b.c; the server's
//                                                      latency must be longer than it takes to open them
//   fetch_bench pages HOST:PORT CONNECTIONS SECONDS [PATH] [https]   kept-alive connections, one page after another
//   fetch_bench shake HOST:PORT CONNECTIONS SECONDS    full TLS handshakes, one page each, no resumption

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <map>
#include <string>

#include "crawler/fetch/fetcher.h"

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
  tally.Add(co_await fetcher.Fetch(std::move(request)));
}

int Wait(const std::string& scheme, const std::string& port, unsigned count) {
  asio::io_context loop(1);
  Fetcher fetcher(loop.get_executor(), BenchOptions());
  Tally warm, tally;
  // One exchange and one idle state first: code, tables and the loop's own memory are not the price of a fetch.
  const std::string warm_url = scheme + "://" + HostOf(0) + ":" + port + "/robots.txt";
  asio::co_spawn(loop, FetchOne(fetcher, warm_url, warm), Rethrow());
  loop.run();
  ::malloc_trim(0);
  const long before = ResidentKib();
  const double cpu = CpuSeconds();
  const auto begun = Clock::now();
  for (unsigned n = 0; n < count; ++n) {
    std::string url = scheme + "://" + HostOf(n) + ":" + port + "/p/" + std::to_string(n);
    asio::co_spawn(loop, FetchOne(fetcher, std::move(url), tally), Rethrow());
    if (n % 64 == 63) loop.poll();  // opens as a crawl does, and not all in one turn of the loop
  }
  loop.restart();
  const auto until_open = begun + std::chrono::seconds(60);
  long peak = 0;
  while (tally.done == 0 && Clock::now() < until_open) {
    loop.run_one_for(std::chrono::milliseconds(50));
    peak = ResidentKib();
  }
  const double opening = CpuSeconds() - cpu;
  const long waiting = peak - before;
  loop.run();
  const double all = CpuSeconds() - cpu;
  const double wall = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf("waiting %u  memory %ld KiB = %.2f KiB each  cpu until the first answer %.1f us each, in all %.1f us each  wall %.2f s\n",
              count, waiting, double(waiting) / count, opening * 1e6 / count, all * 1e6 / count, wall);
  tally.Print();
  return tally.outcomes["ok"] == count ? 0 : 1;
}

struct Run {
  Fetcher& fetcher;
  Clock::time_point end;
  Tally tally;
};

asio::awaitable<void> FetchMany(Run& run, std::string url) {
  while (Clock::now() < run.end) {
    FetchRequest request;
    request.url = url;
    run.tally.Add(co_await run.fetcher.Fetch(std::move(request)));
  }
}

int Pages(const std::string& scheme, const std::string& port, unsigned connections, int seconds, const std::string& path) {
  asio::io_context loop(1);
  Fetcher fetcher(loop.get_executor(), BenchOptions());
  Run run{fetcher, Clock::now() + std::chrono::seconds(seconds), {}};
  const double cpu = CpuSeconds();
  for (unsigned n = 0; n < connections; ++n) {
    asio::co_spawn(loop, FetchMany(run, scheme + "://127.0.0.1:" + port + path), Rethrow());
  }
  loop.run();
  const double used = CpuSeconds() - cpu;
  std::printf("pages %llu in %d s = %.0f/s  cpu %.2f us each  body %.0f bytes each\n",
              static_cast<unsigned long long>(run.tally.done), seconds, double(run.tally.done) / seconds,
              used * 1e6 / double(run.tally.done), double(run.tally.bytes) / double(run.tally.done));
  run.tally.Print();
  return 0;
}

int Usage() {
  std::fprintf(stderr, "usage: fetch_bench wait PORT COUNT [https] | pages PORT CONNECTIONS SECONDS [PATH] [https]\n");
  return 64;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int n) { return n < argc ? std::string(argv[n]) : std::string(); };
  const std::string what = argument(1);
  if (what == "wait" && argc >= 4) {
    return Wait(argument(4) == "https" ? "https" : "http", argument(2), static_cast<unsigned>(std::atoi(argv[3])));
  }
  if (what == "pages" && argc >= 5) {
    const std::string path = argc > 5 ? argument(5) : "/p/1?d=0";
    return Pages(argument(6) == "https" ? "https" : "http", argument(2), static_cast<unsigned>(std::atoi(argv[3])),
                 std::atoi(argv[4]), path);
  }
  return Usage();
}
