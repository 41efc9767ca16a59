// What a page costs on its way through the parser processes, apart from parsing it.
//
//   trawl_parse_bench FOLDER [PAGES] [IN_FLIGHT] [WORKERS]
//
// sends the .html files below FOLDER through a pool, over and over until PAGES (default 9999) are answered,
// with IN_FLIGHT (default 16) waiting at any time. Prints CPU microseconds a page: of the loop (job out,
// answer in, validated), of the workers beside what parsing itself took, and of parsing; the workers' only up
// to 9999 pages, since a worker that is replaced takes its figures with it. And the most memory that a worker
// had: its peak, all of it and what is its own alone.

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

struct Bench {
  ParsePool& pool;
  const std::vector<std::string>& pages;
  std::size_t left;
  std::size_t next = 0;
  std::size_t failed = 0, links = 0;
  std::size_t peak_kib = 0, own_kib = 0;
  double bytes = 0, answer_bytes = 0, parse_us = 0, copy_us = 0;

  void LookAtMemory() {
    for (const pid_t pid : pool.pids()) {
      peak_kib = std::max(peak_kib, MemoryOf(pid, "VmHWM"));
      own_kib = std::max(own_kib, MemoryOf(pid, "RssAnon"));
    }
  }

  asio::awaitable<void> Run() {
    while (left > 0) {
      --left;
      const std::string& page = pages[next++ % pages.size()];
      trawl::parser::PageJob job;
      job.url = "http://example.org/folder/page.html";
      job.content_type = "text/html";
      const double before = LoopCpu();  // in a crawl the body is there already
      job.body = page;
      copy_us += LoopCpu() - before;
      bytes += double(page.size());
      const ParseAnswer answer = co_await pool.Parse(std::move(job));
      failed += answer.outcome != trawl::Outcome::kOk;
      links += answer.page.links.size();
      parse_us += answer.page.parse_us;
      answer_bytes += double(answer.page.storage.size());
      if (next % 500 == 0) LookAtMemory();
    }
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
  Bench bench{pool, pages, Argument(argc, argv, 2, kOneLife)};
  const std::size_t total = bench.left, in_flight = Argument(argc, argv, 3, 16);
  const std::vector<pid_t> workers = pool.pids();
  double worker_us = 0;
  for (const pid_t pid : workers) worker_us -= CpuOf(pid);
  double loop_us = -LoopCpu();
  std::size_t running = in_flight;
  for (std::size_t i = 0; i < in_flight; ++i) {
    asio::co_spawn(loop, bench.Run(), [&](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
      if (--running == 0) loop.stop();
    });
  }
  loop.run();
  loop_us += LoopCpu() - bench.copy_us;
  for (const pid_t pid : workers) worker_us += CpuOf(pid);

  const double count = double(total);
  std::printf("%zu pages of %.1f KB, answers of %.1f KB with %.1f links, %zu failed\n", total,
              bench.bytes / count / 1e3, bench.answer_bytes / count / 1e3, double(bench.links) / count,
              bench.failed);
  std::printf("us a page: loop %.1f, parsing %.1f\n", loop_us / count, bench.parse_us / count);
  if (total <= kOneLife)
    std::printf("workers beside parsing %.1f us a page, with the loop %.1f\n",
                (worker_us - bench.parse_us) / count, (loop_us + worker_us - bench.parse_us) / count);
  std::printf("memory of a worker at most: %.1f MiB, of it %.1f its own\n", double(bench.peak_kib) / 1024,
              double(bench.own_kib) / 1024);
  loop.restart();
  pool.Close([&loop] { loop.stop(); });
  loop.run();
  return 0;
}
