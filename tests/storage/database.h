#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include "storage/query.h"
#include "storage/reports/reports.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/crawl.h"
#include "tests/support/temp_dir.h"

namespace trawl::test {

/// A folder with a database, opened and closed as a crawl would; rows are looked at the way that people look,
/// through Query.
struct Database {
  Database() { options.path = (folder / "trawl.db").string(); }

  /// The error when it does not open, else nothing; the run has begun then.
  std::string Open(const std::string& vfs = {}, storage::RunStart run = StartOfRun()) {
    std::string error;
    store = storage::sqlite::SqliteStore::Open(options, error, vfs);
    if (!store) return error;
    const Result<void> begun = store->BeginRun(run);
    return begun ? "" : begun.error().message();
  }
  Result<void> Close(std::string reason = "done") {
    const Result<void> closed = store->Close({At(60'000), std::move(reason)});
    store.reset();
    return closed;
  }
  /// As after a crash: the threads end, the run stays open.
  void Abandon() { store.reset(); }

  /// Rows as text, cells joined by '|', NULL as "NULL"; a failure as one row "error: ...".
  std::vector<std::string> Rows(const std::string& sql) const {
    return Lines([&](auto header, auto row) { return storage::Query(options.path, sql, header, row); });
  }
  /// The rows of a report, in the same way.
  std::vector<std::string> Report(const std::string& name, const std::string& argument = "",
                                  std::int64_t limit = -1) const {
    const storage::Report* report = storage::FindReport(name);
    if (report == nullptr) return {"error: no such report"};
    return Lines([&](auto header, auto row) {
      return storage::RunReport(options.path, *report, argument, limit, header, row);
    });
  }
  std::string Row(const std::string& sql) const {
    const std::vector<std::string> rows = Rows(sql);
    return rows.size() == 1 ? rows[0] : std::to_string(rows.size()) + " rows";
  }

  /// What SQLite says of the file; "ok" when it is whole. Longer than Query allows.
  std::string Check(const std::string& pragma = "quick_check") const {
    storage::sqlite::Connection::Failure failure;
    const auto db =
        storage::sqlite::Connection::Open(options.path, storage::sqlite::OpenMode::kReadOnly, failure);
    return db ? db->Text("PRAGMA " + pragma + "(1)").value_or(db->failure().message) : failure.message;
  }

  /// What must hold in every database at every moment; the sentences that do not.
  std::vector<std::string> Violations() const {
    static constexpr const char* kRules[] = {
        "SELECT 'queued without a place: ' || url FROM url u WHERE state = 0 AND NOT EXISTS "
        "(SELECT 1 FROM pending WHERE url = u.n)",
        "SELECT 'a place of a URL that is not queued: ' || seq FROM pending q WHERE NOT EXISTS "
        "(SELECT 1 FROM url WHERE n = q.url AND state = 0)",
        "SELECT 'two places of one URL: ' || url FROM pending GROUP BY url HAVING count(*) > 1",
        "SELECT 'two rows of one URL: ' || url FROM url GROUP BY url HAVING count(*) > 1",
        "SELECT 'excluded without a reason: ' || url FROM url WHERE (state = 3) <> (skip <> 0)",
        "SELECT 'a page without its URL or visit: ' || url FROM page p WHERE NOT EXISTS "
        "(SELECT 1 FROM url u JOIN visit v ON v.n = p.visit WHERE u.n = p.url AND v.url = u.n)",
        "SELECT 'a visit without its URL: ' || n FROM visit v WHERE NOT EXISTS (SELECT 1 FROM url WHERE n = "
        "v.url)",
        "SELECT 'a text without its page: ' || visit FROM page_text WHERE visit NOT IN (SELECT visit FROM "
        "page)",
        "SELECT 'a main content without its page: ' || visit FROM page_main WHERE visit NOT IN (SELECT visit "
        "FROM page)",
        "SELECT 'a link without its page: ' || n FROM link WHERE n >> 16 NOT IN (SELECT visit FROM page)",
        "SELECT 'an item without its page: ' || n FROM item WHERE n >> 16 NOT IN (SELECT visit FROM page)",
        "SELECT 'a statement without its page: ' || n FROM statement WHERE n >> 16 NOT IN (SELECT visit FROM "
        "page)",
        "SELECT 'miscounted visits: ' || url FROM url u WHERE visits <> (SELECT count(*) FROM visit WHERE "
        "url = u.n)",
        "SELECT 'scheduled and not to be: ' || url FROM revisit r WHERE due IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM url WHERE n = r.url AND state IN (1, 2))",
        "SELECT 'in the queue and due besides: ' || url FROM revisit r WHERE due IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM url WHERE n = r.url AND state = 0)",
        "SELECT 'miscounted URLs that are left out: ' || name FROM host h WHERE skipped <> "
        "(SELECT count(*) FROM url WHERE host = h.n AND state = 3)",
        "SELECT 'counted and with a row: ' || id FROM unlisted WHERE id IN (SELECT id FROM url)",
        "SELECT 'miscounted URLs without a row: ' || n FROM skip_count s WHERE urls <> (SELECT count(*) FROM "
        "unlisted WHERE skip_count = s.n)",
        "SELECT 'miscounted queue: ' || name FROM host h WHERE queued <> "
        "(SELECT count(*) FROM pending WHERE host = h.n)",
        "SELECT 'a page of another host: ' || url FROM page p WHERE host <> (SELECT host FROM url WHERE n = "
        "p.url)",
        "SELECT 'miscounted pages: ' || name FROM host h WHERE pages <> "
        "(SELECT count(*) FROM page p JOIN url u ON u.n = p.url WHERE u.host = h.n)",
        "SELECT 'miscounted pages of target: ' || name FROM target t WHERE pages <> "
        "(SELECT count(*) FROM page p JOIN url u ON u.n = p.url WHERE u.target = t.n)",
    };
    std::vector<std::string> all;
    if (const std::string file = Check(); file != "ok") all.push_back("damaged: " + file);
    for (const char* rule : kRules) {
      for (std::string& row : Rows(rule)) all.push_back(std::move(row));
    }
    return all;
  }

  template <class Ask>
  static std::vector<std::string> Lines(Ask ask) {
    std::vector<std::string> lines;
    const storage::QueryError error =
        ask([](const std::vector<std::string>&) {},
            [&lines](const std::vector<storage::Value>& cells) {
              std::string line;
              for (const storage::Value& cell : cells)
                line.append(&cell == cells.data() ? "" : "|").append(Shown(cell));
              lines.push_back(line);
              return true;
            });
    if (!error.ok) lines.push_back("error: " + error.message);
    return lines;
  }
  static std::string Shown(const storage::Value& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
    if (const auto* real = std::get_if<double>(&cell)) return std::to_string(*real);
    if (const auto* text = std::get_if<std::string>(&cell)) return *text;
    return "NULL";
  }

  TempDir folder;
  config::StorageOptions options;
  std::unique_ptr<storage::sqlite::SqliteStore> store;
};

inline std::string BytesOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void PutBytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace trawl::test
