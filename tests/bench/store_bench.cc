// How many pages a second the writer lane stores, what that costs and how large it gets. Not a test: run it
// by hand, in a release build.
//   trawl_store_bench FOLDER PAGES [naive] [normal] [prune]
//                                                     writes FOLDER/bench.db: visit, page with 5 KB of text,
//   40 links, 6 new
//                                                     URLs with their places in the queue, one commit at a
//                                                     time
//   naive: the same rows with their URLs as text, in groups of 500 pages, to compare the bytes with
//   normal: synchronous = NORMAL
//   prune: each page is visited three times more, then old visits go and the file shrinks: what its steps
//   cost

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "config/options.h"
#include "storage/open_store.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/open_database.h"
#include "storage/sqlite/writer.h"
#include "tests/bench/made_up_crawl.h"

namespace {

using namespace trawl;
using namespace trawl::bench;

double CpuOf(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

struct Figures {
  double seconds = 0;  // until all is acknowledged; what the end of a run compares and folds away comes after
  double cpu = 0;      // of storage threads meanwhile
};

Figures RunTrawl(const std::string& path, std::uint64_t pages, config::Durability durability) {
  config::StorageOptions options;
  options.path = path;
  options.durability = durability;
  storage::OpenedStore opened = storage::OpenStore(options);
  if (!opened.store || !opened.store->BeginRun({TimeOf(0), "bench", "", {"bench"}})) {
    std::fprintf(stderr, "%s\n", opened.error.c_str());
    std::exit(1);
  }
  storage::Store& store = *opened.store;
  Web web;
  std::atomic<std::uint64_t> failed{0}, told{0};
  auto count = [&](Result<void> result) {
    failed += result ? 0 : 1;
    ++told;
  };
  const auto begin = std::chrono::steady_clock::now();
  const double cpu_begin = CpuOf(CLOCK_PROCESS_CPUTIME_ID) - CpuOf(CLOCK_THREAD_CPUTIME_ID);
  store.Write(Seed(web), count);
  for (std::uint64_t page = 0; page < pages; ++page) {
    while (store.queued_bytes() > options.queue_max.count) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    store.Write(BatchOf(web, page), count);
  }
  while (told < pages + 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const double cpu = CpuOf(CLOCK_PROCESS_CPUTIME_ID) - CpuOf(CLOCK_THREAD_CPUTIME_ID) - cpu_begin;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  const bool closed = store.Close({TimeOf(pages), "done"}).has_value();
  if (failed != 0 || !closed) {
    std::fprintf(stderr, "%llu batches were not stored\n", static_cast<unsigned long long>(failed.load()));
    std::exit(1);
  }
  return {wall.count(), cpu};
}

/// The same rows as a first draft would keep them: URLs as text wherever one is named.
Figures RunNaive(const std::string& path, std::uint64_t pages) {
  storage::sqlite::Connection::Failure failure;
  auto db = storage::sqlite::Connection::Open(path, storage::sqlite::OpenMode::kCreate, failure);
  db->Text("PRAGMA journal_mode = WAL");
  db->Exec(
      "PRAGMA synchronous = FULL;"
      "CREATE TABLE urls(url TEXT PRIMARY KEY, host TEXT, state TEXT, depth INT, source TEXT, first_seen "
      "TEXT);"
      "CREATE TABLE queue(url TEXT PRIMARY KEY, host TEXT, priority INT, seq INT, due_at TEXT, attempts INT);"
      "CREATE TABLE visits(id INTEGER PRIMARY KEY, url TEXT, at TEXT, outcome TEXT, status INT, attempt INT, "
      "ip TEXT,"
      " protocol TEXT, bytes_wire INT, bytes_body INT, dns_ms INT, first_byte_ms INT, total_ms INT, parse_ms "
      "INT);"
      "CREATE TABLE pages(url TEXT PRIMARY KEY, host TEXT, status INT, content_type TEXT, charset TEXT, "
      "language TEXT,"
      " title TEXT, description TEXT, text TEXT, words INT, depth INT, bytes INT, content_hash TEXT, etag "
      "TEXT,"
      " last_modified TEXT, fetched_at TEXT);"
      "CREATE TABLE links(source TEXT, target TEXT, kind TEXT, rel TEXT, anchor TEXT, external INT);");
  auto url_row = db->Prepare("INSERT INTO urls VALUES (?, ?, 'queued', 4, ?, ?)");
  auto queue_row = db->Prepare("INSERT INTO queue VALUES (?, ?, 1, ?, ?, 0)");
  auto leave = db->Prepare("DELETE FROM queue WHERE url = ?");
  auto done = db->Prepare("UPDATE urls SET state = 'done' WHERE url = ?");
  auto visit_row =
      db->Prepare("INSERT INTO visits VALUES (NULL, ?, ?, 'ok', 200, 1, ?, ?, 9000, 28000, 0, 30, 40, 1)");
  auto page_row =
      db->Prepare("INSERT INTO pages VALUES (?, ?, 200, ?, ?, 'en', ?, ?, ?, 800, 3, 28000, ?, ?, ?, ?)");
  auto link_row = db->Prepare("INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)");
  Web web;
  const std::string at = "2026-01-01T00:00:00.000Z";
  const auto begin = std::chrono::steady_clock::now();
  const double cpu_begin = CpuOf(CLOCK_PROCESS_CPUTIME_ID);
  for (std::uint64_t page = 0; page < pages; ++page) {
    if (page % 500 == 0) db->Exec("BEGIN");
    const WriteBatch batch = BatchOf(web, page);
    const std::string url = web.Url(page);
    const std::string host = Web::HostName(page);
    leave.With(url).Run();
    done.With(url).Run();
    visit_row.With(url, at, batch.visit->ip, batch.visit->protocol).Run();
    const storage::Page& row = *batch.page;
    page_row
        .With(url, host, row.content_type, row.charset, row.title, row.description, row.text,
              std::to_string(row.content_hash), row.etag, row.last_modified, at)
        .Run();
    for (std::size_t i = 0; i < batch.links.size(); ++i) {
      const storage::Link& link = batch.links[i];
      const std::uint64_t target = i < kNewUrls ? page * kNewUrls + 1 + i : web.LinkTarget(page, i);
      link_row.With(url, web.Url(target), link.kind, link.rel, link.anchor, link.external).Run();
    }
    for (const storage::NewUrl& fresh : batch.urls) {
      url_row.With(fresh.url, fresh.host_name, url, at).Run();
      queue_row.With(fresh.url, fresh.host_name, static_cast<std::int64_t>(fresh.queue->key.seq), at).Run();
    }
    if (page % 500 == 499 || page + 1 == pages) db->Exec("COMMIT");
    if (db->wal_pages() > 8192) db->Checkpoint();
  }
  if (db->failed()) std::fprintf(stderr, "%s\n", db->failure().message.c_str());
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  return {wall.count(), CpuOf(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin};
}

void Visit(storage::sqlite::Writer& writer, std::uint64_t page, Instant at) {
  WriteBatch batch;
  storage::Visit visit;
  visit.url = static_cast<UrlId>(Mix(page));
  visit.host = Web::HostOf(page);
  visit.at = at;
  visit.outcome = Outcome::kNotModified;
  visit.status = 304;
  visit.ip = "192.0.2.17";
  visit.protocol = "http/1.1";
  batch.visit = visit;
  batch.subject = visit.url;
  batch.state = storage::UrlState::kDone;
  if (!writer.Apply(batch)) std::exit(1);
}

/// Two visits of three are old enough to go.
void RunPrune(const std::string& path, std::uint64_t pages) {
  using std::chrono::steady_clock;
  config::StorageOptions options;
  options.path = path;
  options.keep_visits = std::chrono::hours(1);
  std::string error;
  const auto db = storage::sqlite::OpenForWriting(options, "", error);
  if (!db) return void(std::fprintf(stderr, "%s\n", error.c_str()));
  storage::sqlite::Writer writer(*db, options);
  writer.BeginRun({TimeOf(0), "bench", "", {"bench"}});
  Web web;
  if (!writer.Apply(Seed(web))) std::exit(1);
  const auto commit_now_and_then = [&writer](std::uint64_t page) {
    if (page % 200 != 199) return;
    writer.Commit();
    writer.CheckpointIfDue();
  };
  for (std::uint64_t page = 0; page < pages; ++page) {
    if (!writer.Apply(BatchOf(web, page))) std::exit(1);
    commit_now_and_then(page);
  }
  for (int round = 1; round <= 3; ++round) {
    for (std::uint64_t page = 0; page < pages; ++page) {
      Visit(writer, page, TimeOf(page) + std::chrono::hours(round));
      commit_now_and_then(page);
    }
  }
  writer.Commit();
  db->Checkpoint();
  const auto size_before = std::filesystem::file_size(path);
  int steps = 0;
  steady_clock::duration all{}, longest{};
  for (bool more = true; more; ++steps) {
    const auto begin = steady_clock::now();
    more = writer.Tidy();
    all += steady_clock::now() - begin;
    longest = std::max(longest, steady_clock::now() - begin);
  }
  db->Checkpoint();
  const auto ms = [](steady_clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  };
  std::printf(
      "prune: %llu visits left of %llu, %.1f MB of the file given back, %d steps, %.0f ms, the longest "
      "%.1f\n",
      static_cast<unsigned long long>(db->Int("SELECT count(*) FROM visit").value_or(0)),
      static_cast<unsigned long long>(4 * pages),
      static_cast<double>(size_before - std::filesystem::file_size(path)) / 1e6, steps, ms(all), ms(longest));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: trawl_store_bench FOLDER PAGES [naive] [normal] [prune]\n");
    return 64;
  }
  const std::vector<std::string> words(argv + 3, argv + argc);
  const bool naive = std::find(words.begin(), words.end(), "naive") != words.end();
  const bool normal = std::find(words.begin(), words.end(), "normal") != words.end();
  const std::uint64_t pages = std::strtoull(argv[2], nullptr, 10);
  const std::string path = std::string(argv[1]) + "/bench.db";
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(path + suffix);

  if (std::find(words.begin(), words.end(), "prune") != words.end()) {
    RunPrune(path, pages);
    return 0;
  }
  const Figures figures =
      naive ? RunNaive(path, pages)
            : RunTrawl(path, pages, normal ? config::Durability::kNormal : config::Durability::kFull);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double count = static_cast<double>(pages);
  std::printf("%s: %llu pages, %.1f s, %.0f pages/s, %.1f us CPU a page%s, %.0f bytes a page, peak %ld MB\n",
              naive ? "naive" : "trawl", static_cast<unsigned long long>(pages), figures.seconds,
              count / figures.seconds, figures.cpu * 1e6 / count, naive ? " (with making them)" : "",
              static_cast<double>(std::filesystem::file_size(path)) / count, usage.ru_maxrss / 1024);
}
