// How long each report and what people ask of each view takes on a crawl of a given size. Not a test: run it
// by hand, in a release build.
//   trawl_report_bench FOLDER PAGES   writes FOLDER/reports.db (40 links a page, 6 new URLs of which one is
//   left
//                                     out; one visit in 20 fails, one in 25 is a redirect; one page in 10 is
//                                     a copy, one in 8 nearly says what an earlier one says, one in 50 has no
//                                     title, one in 5 a date; all are to be visited again), unless it is
//                                     there, and asks everything twice
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
    // On one host in eight, 320 pages in a row.
    batch.page->simhash =
        page % 8 == 3 ? Mix(page % kHosts + page / 64000 * kHosts) ^ 1ULL << page % 61 : Mix(page);
    if (page % 5 == 0) batch.page->published_at = "2024-01-31T22:30:00.000Z";
    batch.revisit = storage::Revisit{batch.visit->at + std::chrono::hours(24), std::chrono::hours(24), 0};
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

/// Brings what an earlier trawl wrote up to date, and waits until all pages are compared, as an idle daemon
/// does.
bool Update(const std::string& path) {
  config::StorageOptions options;
  options.path = path;
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&begin] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const storage::OpenedStore opened = storage::OpenStore(options);
  if (!opened.store || !opened.store->BeginRun({TimeOf(0), "bench", "", {"bench"}})) {
    std::fprintf(stderr, "%s\n", opened.error.c_str());
    return false;
  }
  std::printf("opened after %.1f s\n", seconds());
  for (bool compared = false; !compared;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    storage::Query(
        path, "SELECT 1 FROM near_cover WHERE visit = (SELECT max(n) FROM visit)",
        [](const std::vector<std::string>&) {},
        [&compared](const std::vector<storage::Value>&) { return compared = true; });
  }
  std::printf("compared after %.1f s\n", seconds());
  return opened.store->Close({TimeOf(1), "done"}).has_value();
}

struct Question {
  const char* name;
  const char* sql;
};

// As README, the dashboard and the daemon's answers over HTTP ask, and each view by its host or its kind.
constexpr Question kQuestions[] = {
    {"pages newest", "SELECT fetched_at, url, title FROM pages ORDER BY fetched_ms DESC LIMIT 101"},
    {"pages published",
     "SELECT published_at, title, main_text FROM pages WHERE published_at IS NOT NULL ORDER BY published_at "
     "DESC "
     "LIMIT 10"},
    {"pages of a host", "SELECT url, title FROM pages WHERE host = 'www.host18.example'"},
    {"visits newest", "SELECT * FROM visits ORDER BY visit DESC LIMIT 101"},
    {"errors newest", "SELECT * FROM errors ORDER BY visit DESC LIMIT 101"},
    {"errors of a host",
     "SELECT * FROM errors WHERE host = 'www.host18.example' ORDER BY visit DESC LIMIT 101"},
    {"errors by host",
     "SELECT host, outcome, status, count(*), max(detail) FROM errors GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT "
     "100"},
    {"skipped of a host", "SELECT url, reason FROM skipped WHERE host = 'www.host18.example'"},
    {"skipped by reason", "SELECT url, host FROM skipped WHERE reason = 'denied' LIMIT 1000"},
    {"skip_counts",
     "SELECT reason, rule, sum(urls), count(*) FROM skip_counts GROUP BY 1, 2 ORDER BY 3 DESC"},
    {"skip_counts host", "SELECT * FROM skip_counts WHERE host = 'www.host18.example'"},
    {"redirects", "SELECT source, target, status FROM redirects LIMIT 100"},
    {"hosts by queue", "SELECT * FROM hosts ORDER BY queued DESC, pages DESC LIMIT 101"},
    {"hosts slowest", "SELECT host, first_byte_ms FROM hosts ORDER BY first_byte_ms DESC LIMIT 10"},
    {"queue of a host",
     "SELECT url, due_at, attempts FROM queue WHERE host = 'www.host18.example' AND priority IS NOT NULL "
     "ORDER BY "
     "priority, seq LIMIT 10"},
    {"queue all of it", "SELECT url, due_at FROM queue WHERE host = 'www.host18.example'"},
    {"queue revisits",
     "SELECT url, due_at, due_ms FROM queue WHERE priority IS NULL ORDER BY due_ms LIMIT 10"},
    {"changes newest", "SELECT at, kind, url FROM changes ORDER BY change DESC LIMIT 20"},
    {"duplicates",
     "SELECT content_hash, copies, url FROM duplicates ORDER BY copies DESC, content_hash LIMIT 20"},
    {"near_duplicates", "SELECT url, near, distance FROM near_duplicates ORDER BY near LIMIT 20"},
    {"near of a host", "SELECT url, near FROM near_duplicates WHERE host = 'www.host11.example'"},
    {"broken_links", "SELECT source, target, status, anchor FROM broken_links LIMIT 200"},
    {"metrics", "SELECT * FROM metrics"},
    {"progress", "SELECT * FROM progress"},
};

/// Asks, twice; prints both times.
template <class Ask>
void Time(std::string_view name, Ask ask) {
  double took[2];
  std::uint64_t rows = 0;
  for (double& one : took) {
    rows = 0;
    const auto begin = std::chrono::steady_clock::now();
    const storage::QueryError error = ask([](const std::vector<std::string>&) {},
                                          [&rows](const std::vector<storage::Value>&) { return ++rows > 0; });
    if (!error.ok) std::fprintf(stderr, "%s\n", error.message.c_str());
    one = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  }
  std::printf("%-18s %8.1f ms  (first %8.1f ms)  %llu rows\n", std::string(name).c_str(), took[1], took[0],
              static_cast<unsigned long long>(rows));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: trawl_report_bench FOLDER PAGES\n");
    return 64;
  }
  const std::string path = std::string(argv[1]) + "/reports.db";
  if (!std::filesystem::exists(path) && !Fill(path, std::strtoull(argv[2], nullptr, 10))) return 1;
  if (!Update(path)) return 1;
  for (const storage::Report& report : storage::Reports())
    Time(report.name, [&](auto header, auto row) {
      return storage::RunReport(path, report, "www.host18.example", 101, header, row);
    });
  for (const Question& question : kQuestions)
    Time(question.name,
         [&](auto header, auto row) { return storage::Query(path, question.sql, header, row); });
}
