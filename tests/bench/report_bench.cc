// How long each report takes on a crawl of a given size. Not a test: run it by hand, in a release build.
//   trawl_report_bench FOLDER PAGES   writes FOLDER/reports.db (40 links a page, 6 new URLs of which one is
//   left out;
//                                     one visit in 20 fails, one in 25 is a redirect, one page in 10 is a
//                                     copy, one in 50 has no title), unless it is there, and runs every
//                                     report twice
// The second time is printed, then the first: the file is in the page cache by then, SQLite's own cache is
// empty.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "config/options.h"
#include "storage/open_store.h"
#include "storage/reports/reports.h"
#include "tests/bench/made_up_crawl.h"

namespace {

using namespace trawl;
using namespace trawl::bench;

/// The batch of a page, made to be what happens in a real crawl now and then.
WriteBatch VariedBatchOf(Web& web, std::uint64_t page) {
  WriteBatch batch = BatchOf(web, page);
  storage::NewUrl& left_out = batch.urls.back();
  left_out.queue.reset();
  left_out.state = storage::UrlState::kExcluded;
  left_out.skip = page % 3 == 0 ? storage::SkipReason::kDenied : storage::SkipReason::kScope;
  if (page % 3 == 0) left_out.rule = "[?&]sort=";
  if (page != 0 && (page % 20 == 7 || page % 25 == 3)) {
    const bool failed = page % 20 == 7;
    batch.visit->outcome = failed ? Outcome::kHttpError : Outcome::kRedirect;
    batch.visit->status = failed ? (page % 40 == 7 ? 404 : 500) : 301;
    batch.state = failed ? storage::UrlState::kFailed : storage::UrlState::kDone;
    if (!failed) batch.redirect = storage::Redirect{batch.urls.front().id, 301};
    batch.page.reset();
    batch.links.clear();
  } else {
    if (page % 10 == 1) batch.page->content_hash = Mix(page / 40);
    if (page % 50 == 2) batch.page->title = {};
  }
  return batch;
}

bool Fill(const std::string& path, std::uint64_t pages) {
  config::StorageOptions options;
  options.path = path;
  const storage::OpenedStore opened = storage::OpenStore(options);
  if (!opened.store || !opened.store->BeginRun({TimeOf(0), "bench", "", {"bench"}})) {
    std::fprintf(stderr, "%s\n", opened.error.c_str());
    return false;
  }
  Web web;
  const auto begin = std::chrono::steady_clock::now();
  opened.store->Write(Seed(web), [](Result<void>) {});
  for (std::uint64_t page = 0; page < pages; ++page) {
    while (opened.store->queued_bytes() > options.queue_max.count)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    opened.store->Write(VariedBatchOf(web, page), [](Result<void>) {});
  }
  const bool closed = opened.store->Close({TimeOf(pages), "done"}).has_value();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%llu pages written in %.1f s, %.0f bytes a page\n", static_cast<unsigned long long>(pages),
              took.count(),
              static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(pages));
  return closed;
}

double Milliseconds(const std::string& path, const storage::Report& report, std::uint64_t& rows) {
  rows = 0;
  const auto begin = std::chrono::steady_clock::now();
  const storage::QueryError error = storage::RunReport(
      path, report, "www.host7.example", 101, [](const std::vector<std::string>&) {},
      [&rows](const std::vector<storage::Value>&) { return ++rows > 0; });
  if (!error.ok) std::fprintf(stderr, "%s\n", error.message.c_str());
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: trawl_report_bench FOLDER PAGES\n");
    return 64;
  }
  const std::string path = std::string(argv[1]) + "/reports.db";
  if (!std::filesystem::exists(path) && !Fill(path, std::strtoull(argv[2], nullptr, 10))) return 1;
  for (const storage::Report& report : storage::Reports()) {
    std::uint64_t rows = 0;
    const double first = Milliseconds(path, report, rows);
    const double second = Milliseconds(path, report, rows);
    std::printf("%-18s %8.1f ms  (first %8.1f ms)  %llu rows\n", std::string(report.name).c_str(), second,
                first, static_cast<unsigned long long>(rows));
  }
}
