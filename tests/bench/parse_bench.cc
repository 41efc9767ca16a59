// What a page costs on its way through the parser processes, apart from parsing it.
//
//   trawl_parse_bench FOLDER [PAGES] [IN_FLIGHT] [WORKERS]
//
// sends the .html files below FOLDER through a pool, over and over until PAGES (default 9999) are answered,
// with IN_FLIGHT (default 16) waiting at any time, and in turn with that, some hundred pages each, parses the
// same pages in this process. Prints CPU microseconds a page: of the loop (job out, answer in, validated), of
// the workers, of parsing in one process, and what the way through the pool costs beside it; the workers'
// only up to 9999 pages, since a worker that is replaced takes its figures with it. And the most memory that
// a worker had: its peak, all of it and what is its own alone.

#include <time.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/options.h"
#include "crawler/parse_pool.h"
#include "parser/arena.h"
#include "parser/document_kinds.h"

namespace {

namespace asio = boost::asio;
using trawl::crawler::ParseAnswer;
using trawl::crawler::ParsePool;

double LoopCpu() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e6 + double(now.tv_nsec) / 1e3;
}

/// CPU microseconds of another process so far.
double CpuOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
  double nanoseconds = 0;
  file >> nanoseconds;
  return nanoseconds / 1e3;
}

/// KiB of a field of /proc/PID/status, 0 when the process is gone.
std::size_t MemoryOf(pid_t pid, const std::string& field) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(field + ":")) return std::strtoul(line.c_str() + field.size() + 1, nullptr, 10);
  }
  return 0;
}

std::vector<std::string> ReadPages(const std::filesystem::path& folder) {
  std::vector<std::string> pages;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".html") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    pages.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return pages;
}

// So many pages through the pool, then the same in this process: what slows the machine down meets both.
constexpr std::size_t kTurn = 500;
constexpr std::size_t kArena = 64 << 20;

struct Bench {
  ParsePool& pool;
  const std::vector<std::string>& pages;
  trawl::parser::Arena arena{kArena};
  std::size_t left = 0;  ///< of the turn
  std::size_t next = 0, next_here = 0;
  std::size_t failed = 0, links = 0, links_here = 0;
  std::size_t peak_kib = 0, own_kib = 0;
  double bytes = 0, answer_bytes = 0, copy_us = 0;

  void LookAtMemory() {
    for (const pid_t pid : pool.pids()) {
      peak_kib = std::max(peak_kib, MemoryOf(pid, "VmHWM"));
      own_kib = std::max(own_kib, MemoryOf(pid, "RssAnon"));
    }
  }

  // In a crawl the body is there already, so `spent` leaves out what it takes to make it.
  trawl::parser::PageJob Job(const std::string& page, double& spent) {
    trawl::parser::PageJob job;
    job.url = "http://example.org/folder/page.html";
    job.content_type = "text/html";
    const double before = LoopCpu();
    job.body = page;
    spent += LoopCpu() - before;
    return job;
  }

  asio::awaitable<void> Run() {
    while (left > 0) {
      --left;
      const std::string& page = pages[next++ % pages.size()];
      trawl::parser::PageJob job = Job(page, copy_us);
      bytes += double(page.size());
      const ParseAnswer answer = co_await pool.Parse(std::move(job));
      failed += answer.outcome != trawl::Outcome::kOk;
      links += answer.page.links.size();
      answer_bytes += double(answer.page.storage.size());
    }
  }

  /// CPU microseconds that the pages which have gone through the pool take in this process.
  double ParseHere() {
    double spent = 0, copying = 0;
    spent -= LoopCpu();
    for (; next_here < next; ++next_here) {
      const trawl::parser::PageJob job = Job(pages[next_here % pages.size()], copying);
      links_here += trawl::parser::ParseDocument(job, arena).links.size();
      arena.Reset();
    }
    return spent + LoopCpu() - copying;
  }
};

std::size_t Argument(int argc, char** argv, int at, std::size_t otherwise) {
  return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> pages = argc > 1 ? ReadPages(argv[1]) : std::vector<std::string>();
  if (pages.empty()) {
    std::fputs("usage: trawl_parse_bench FOLDER [PAGES] [IN_FLIGHT] [WORKERS]\n", stderr);
    return 64;
  }
  trawl::config::ParserOptions options;
  options.workers = static_cast<std::uint32_t>(Argument(argc, argv, 4, 1));
  const std::string program =
      (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "trawl-parser").string();
  auto zygote = trawl::parser::ZygoteClient::Start(options, program);
  if (!zygote) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), zygote.error().message().c_str());
    return 1;
  }
  asio::io_context loop(1);
  ParsePool pool(loop.get_executor(), std::move(*zygote), options);
  while (pool.counts().workers < options.workers) loop.run_one();

  constexpr std::size_t kOneLife = ParsePool::kPagesPerWorker - 1;
  Bench bench{pool, pages};
  const std::size_t total = Argument(argc, argv, 2, kOneLife), in_flight = Argument(argc, argv, 3, 16);
  const std::vector<pid_t> workers = pool.pids();
  double worker_us = 0, loop_us = 0, here_us = 0;
  for (const pid_t pid : workers) worker_us -= CpuOf(pid);
  while (bench.next < total) {
    bench.left = std::min(kTurn, total - bench.next);
    std::size_t running = in_flight;
    for (std::size_t i = 0; i < in_flight; ++i) {
      asio::co_spawn(loop, bench.Run(), [&](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
        if (--running == 0) loop.stop();
      });
    }
    loop.restart();
    loop_us -= LoopCpu();
    loop.run();
    loop_us += LoopCpu();
    bench.LookAtMemory();
    here_us += bench.ParseHere();
  }
  loop_us -= bench.copy_us;
  for (const pid_t pid : workers) worker_us += CpuOf(pid);

  const double count = double(total);
  std::printf("%zu pages of %.1f KB, answers of %.1f KB with %.1f links, %zu failed\n", total,
              bench.bytes / count / 1e3, bench.answer_bytes / count / 1e3, double(bench.links) / count,
              bench.failed);
  if (bench.links != bench.links_here) std::puts("the pages had other links in this process");
  std::printf("us a page: loop %.1f, parsing in one process %.1f\n", loop_us / count, here_us / count);
  if (total <= kOneLife)
    std::printf("workers %.1f us a page, with the loop %.1f: %.1f beside parsing\n", worker_us / count,
                (loop_us + worker_us) / count, (loop_us + worker_us - here_us) / count);
  std::printf("memory of a worker at most: %.1f MiB, of it %.1f its own\n", double(bench.peak_kib) / 1024,
              double(bench.own_kib) / 1024);
  loop.restart();
  pool.Close([&loop] { loop.stop(); });
  loop.run();
  return 0;
}
