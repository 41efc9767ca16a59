#include "storage/sqlite/search_rows.h"

namespace trawl::storage::sqlite {
namespace {

constexpr std::int64_t kStep = 50;  // pages: some ten milliseconds

constexpr std::string_view kMake = R"sql(
CREATE VIEW page_words AS
SELECT v.n AS visit, p.title AS title, p.description AS description, t.text AS text
FROM visit v JOIN page p ON p.url = v.url AND p.visit = v.n LEFT JOIN page_text t ON t.visit = v.n;
CREATE VIRTUAL TABLE page_search USING fts5(title, description, text, content = 'page_words',
  content_rowid = 'visit', tokenize = 'unicode61 remove_diacritics 2');
CREATE TABLE page_search_cover(url INTEGER NOT NULL); -- pages of URLs up to this number are in page_search
)sql";

constexpr std::string_view kDrop =
    "DROP TABLE page_search; DROP VIEW page_words; DROP TABLE page_search_cover;";

}  // namespace

void SearchRows::Prepare(Connection& db, bool wanted) {
  const bool there = db.Int("SELECT 1 FROM sqlite_schema WHERE name = 'page_search'").has_value();
  if (there == wanted) return;
  db.Exec("BEGIN IMMEDIATE");
  db.Exec(wanted ? kMake : kDrop);
  // A database without pages is covered whole: nothing is left to be added by steps.
  if (wanted)
    db.Exec(
        "INSERT INTO page_search_cover SELECT CASE WHEN EXISTS (SELECT 1 FROM page) THEN 0 "
        "ELSE 9223372036854775807 END");
  db.Exec("COMMIT");
}

SearchRows::SearchRows(Connection& db)
    : db_(db),
      add_(db.Prepare("INSERT INTO page_search(rowid, title, description, text) VALUES (?, ?, ?, ?)")),
      remove_(db.Prepare("INSERT INTO page_search(page_search, rowid, title, description, text) "
                         "SELECT 'delete', visit, title, description, text FROM page_words WHERE visit = ?")),
      last_(db.Prepare(
          "SELECT max(url), count(*) FROM (SELECT url FROM page WHERE url > ? ORDER BY url LIMIT ?)")),
      step_(db.Prepare("INSERT INTO page_search(rowid, title, description, text) "
                       "SELECT p.visit, p.title, p.description, t.text FROM page p LEFT JOIN page_text t "
                       "ON t.visit = p.visit WHERE p.url > ? AND p.url <= ?")),
      cover_(db.Prepare("UPDATE page_search_cover SET url = ?")),
      covered_(db.Int("SELECT url FROM page_search_cover").value_or(0)) {}

void SearchRows::Add(std::int64_t url, std::int64_t visit, std::string_view title,
                     std::string_view description, std::string_view text) {
  if (url <= covered_) add_.With(visit, TextOrNull{title}, TextOrNull{description}, TextOrNull{text}).Run();
}

void SearchRows::Remove(std::int64_t url, std::int64_t visit) {
  if (url <= covered_) remove_.With(visit).Run();
}

bool SearchRows::Step() {
  if (complete() || !last_.With(covered_, kStep).Step()) return false;
  const std::int64_t last = last_.Int(0);
  const bool end = last_.Int(1) < kStep;
  last_.Reset();
  step_.With(covered_, last).Run();
  covered_ = end ? INT64_MAX : last;
  cover_.With(covered_).Run();
  return true;
}

}  // namespace trawl::storage::sqlite
