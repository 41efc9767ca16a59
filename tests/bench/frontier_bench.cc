// What the frontier costs, from a hundred thousand known URLs to as many as are asked for, a second of CPU.
// Not a test: run it by hand, in a release build.
//   trawl_frontier_bench [N ...]    default 100000 1000000 10000000; 100000000 needs 1.3 GB
//
// seen+enqueue: a link is looked up, and when it is new (one in three is) put in its host's queue.
// next: a URL is handed out, its host released, the URL finished, the head refilled from a store that answers
// at once (its rows are computed). Half of what is known is queued when that begins.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "crawler/frontier/frontier.h"

namespace {

using namespace trawl;
using namespace trawl::crawler;

/// The CPU time of this one thread, so that what else the machine does hardly counts.
struct CpuClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CpuClock>;
  static constexpr bool is_steady = true;
  static time_point now() {
    timespec at{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return time_point(std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec));
  }
};

constexpr std::uint64_t kMostHosts = 20'000;
constexpr std::uint64_t kQueuedOfHost =
    25;  ///< at least, so that small worlds do not measure the making of hosts
constexpr std::uint64_t kHandedOut = 1'000'000;

double Seconds(CpuClock::time_point since) {
  return std::chrono::duration<double>(CpuClock::now() - since).count();
}

double RssMegabytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  file >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

/// The n-th URL of the world; its host is n % hosts, its place in the order n.
UrlId IdOf(std::uint64_t n) {
  n ^= n >> 31;
  n *= 0x7FB5D329728EA185ULL;
  n ^= n >> 27;
  n *= 0x81DADEF4BC2DD44DULL;
  return static_cast<UrlId>(n ^ n >> 33);
}

storage::QueuedUrl Row(HostId host, std::uint64_t seq) {
  storage::QueuedUrl url;
  url.id = IdOf(seq);
  url.place.key = {host, 21, seq};
  url.url = "https://www.host-of-the-world.example/some/folder/of/it/page-" + std::to_string(seq) + ".html";
  url.target = 0;
  return url;
}

void Measure(std::uint64_t known) {
  Frontier frontier;
  const HostPolicy policy;
  const std::uint64_t hosts = std::clamp<std::uint64_t>(known / 2 / kQueuedOfHost, 1, kMostHosts);
  std::vector<std::string> names(hosts);
  for (std::uint64_t i = 0; i < hosts; ++i) names[i] = "www.host-" + std::to_string(i) + ".example";
  const std::uint64_t done = known / 2;  // known, and fetched before
  for (std::uint64_t n = 1; n <= done; ++n) frontier.Discover(IdOf(known + n));

  auto start = CpuClock::now();
  std::uint64_t links = 0, back = 1;
  for (std::uint64_t n = 1; n <= known - done; ++n) {
    for (int again = 0; again < 2; ++again, ++links) {
      back = (back * 6364136223846793005ULL + 1442695040888963407ULL);
      if (frontier.Discover(IdOf(known + 1 + (back >> 16) % done))) std::abort();
    }
    ++links;
    if (!frontier.Discover(IdOf(n))) std::abort();
    const auto host = static_cast<HostId>(n % hosts);
    storage::QueuedUrl url = Row(host, n);
    url.place.key = frontier.NewPlace(host, 21);
    frontier.Add(names[n % hosts], policy, std::move(url));
  }
  const double enqueue = static_cast<double>(links) / Seconds(start);
  const double rss = RssMegabytes();

  Instant now{std::chrono::seconds(1'700'000'000)};
  const std::uint64_t hand_out = std::min(kHandedOut, (known - done) / 2);
  start = CpuClock::now();
  double longest = 0;
  std::vector<FetchTask> open;
  for (std::uint64_t given = 0; given < hand_out;) {
    const auto before = CpuClock::now();
    std::optional<FetchTask> task = frontier.Next(now);
    longest = std::max(longest, Seconds(before));
    if (task) {
      ++given;
      open.push_back(std::move(*task));
      continue;
    }
    for (const FetchTask& one : open) {
      frontier.Release(one.host, now, std::chrono::milliseconds(50));
      frontier.Finish(one.url.place.key);
    }
    open.clear();
    while (const auto request = frontier.NextRefill()) {
      std::vector<storage::QueuedUrl> rows;
      const auto host = static_cast<std::uint64_t>(request->host);
      std::uint64_t seq = request->after.seq == 0 ? host : request->after.seq + hosts;
      if (seq == 0) seq = hosts;
      for (; seq <= known - done && rows.size() < request->limit; seq += hosts)
        rows.push_back(Row(request->host, seq));
      const bool complete = rows.size() < request->limit;
      frontier.EndRefill(request->host, std::move(rows), complete, now);
    }
    const auto ready = frontier.NextReady();
    if (!ready) break;
    now = std::max(now + std::chrono::milliseconds(1), *ready);
  }
  const double next = static_cast<double>(hand_out) / Seconds(start);
  std::printf("%11llu %16.0f %12.0f %14.2f %10.0f %14.1f\n", static_cast<unsigned long long>(known), enqueue,
              next, longest * 1e3, rss, rss * 1e6 / static_cast<double>(known));
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::uint64_t> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::strtoull(argv[i], nullptr, 10));
  if (sizes.empty()) sizes = {100'000, 1'000'000, 10'000'000};
  std::printf("%11s %16s %12s %14s %10s %14s\n", "known", "seen+enqueue/s", "next/s", "longest ms", "RSS MB",
              "bytes a known");
  for (const std::uint64_t known : sizes) {
    std::fflush(stdout);
    const pid_t child = fork();  // each in a process of its own, so that RSS is its own
    if (child == 0) {
      Measure(known);
      std::fflush(stdout);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) return 1;
  }
  return 0;
}
