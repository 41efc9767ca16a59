#include "storage/reports/reports.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>

#include "storage/reports/tree_sizes.h"
#include "storage/sqlite/shorthand.h"

// Where an index has the rows in the order that is wanted, the limit stands inside, before what a row needs
// beyond its key is looked up. What is counted is counted by a host or in an index that has nothing else;
// only status-codes reads every visit.

namespace trawl::storage {
namespace {

/// [[root, bytes], ...]; the log, whose pages are not in the file yet, under -1.
std::string SizesAsJson(const std::string& path) {
  std::string json;
  for (const TreeSize& tree : SizesOfTrees(path))
    json += (json.empty() ? "[[" : ",[") + std::to_string(tree.root) + "," + std::to_string(tree.bytes) + "]";
  std::error_code none;
  const std::uintmax_t log = std::filesystem::file_size(path + "-wal", none);
  if (!json.empty() && !none) json += ",[-1," + std::to_string(log) + "]";
  return json.empty() ? json : json + "]";
}

constexpr Report kReports[] = {
    {"broken-links",
     "URLs whose last visit failed for good, each with the page that named it first (all of them: view "
     "broken_links)",
     "",
     R"sql(
SELECT u.url AS target, v.status AS status, (SELECT name FROM outcomes WHERE number = v.outcome) AS outcome,
  s.url AS source,
  (SELECT l.anchor FROM page p JOIN link l ON l.n >= p.visit << 16 AND l.n < (p.visit + 1) << 16 AND l.target = u.id
   WHERE p.url = u.source LIMIT 1) AS anchor
FROM (SELECT v.url AS n FROM visit v INDEXED BY visit_broken
        CROSS JOIN url u ON u.n = v.url AND u.visit = v.n AND u.state IN (1, 2)
      WHERE v.outcome > 2 OR v.status >= 400 ORDER BY v.url LIMIT ?1) b
  JOIN url u ON u.n = b.n LEFT JOIN visit v ON v.n = u.visit LEFT JOIN url s ON s.n = u.source
ORDER BY b.n)sql",
     ""},
    {"errors-by-host", "hosts whose visits failed, those with most first", "", R"sql(
SELECT name AS host, errors, pages, ip, waiting_for, @time(blocked_until) AS blocked_until
FROM host WHERE errors > 0 ORDER BY errors DESC, name LIMIT ?1)sql",
     ""},
    {"errors-by-reason", "how visits failed, the most frequent way first, with the newest example", "", R"sql(
SELECT o.name AS outcome, f.status AS status, f.visits AS visits, o.sentence AS meaning, u.url AS example,
  v.detail AS detail
FROM (SELECT outcome, status, count(*) AS visits, max(n) AS newest FROM visit
      WHERE outcome > 2 OR status >= 400 GROUP BY outcome, status) f
  JOIN outcomes o ON o.number = f.outcome JOIN visit v ON v.n = f.newest JOIN url u ON u.n = v.url
ORDER BY f.visits DESC, 1, 2 LIMIT ?1)sql",
     ""},
    {"slow-hosts", "hosts by how long their first byte takes on average, the slowest first", "", R"sql(
SELECT name AS host, first_byte_ms / answers AS first_byte_ms, first_byte_max_ms AS slowest_ms, answers, pages, delay_ms
FROM host WHERE answers > 0 ORDER BY 2 DESC, name LIMIT ?1)sql",
     ""},
    {"duplicates",
     "contents that stand at several URLs, those with most copies first (all of them: view duplicates)", "",
     R"sql(
SELECT printf('%016x', d.content_hash) AS content_hash, d.copies AS copies, p.bytes AS bytes, f.url AS first,
  l.url AS another
FROM (SELECT content_hash, count(*) AS copies, min(url) AS first, max(url) AS last FROM page
      WHERE status = 200 AND bytes > 0 GROUP BY content_hash HAVING count(*) > 1
      ORDER BY 2 DESC, 3 LIMIT ?1) d
  JOIN page p ON p.url = d.first JOIN url f ON f.n = d.first JOIN url l ON l.n = d.last
ORDER BY d.copies DESC, d.first)sql",
     ""},
    {"near-duplicates",
     "pages that say nearly the same as one stored before them, those with most such copies first (all of "
     "them: view "
     "near_duplicates; the newest pages are compared once the crawl has a moment for it)",
     "",
     R"sql(
SELECT f.url AS url, n.copies AS near_copies, n.distance AS distance, p.title AS title, l.url AS another
FROM (SELECT first, count(*) AS copies, max(distance) AS distance, max(url) AS last FROM near
      WHERE first IS NOT NULL AND distance IS NOT NULL GROUP BY first ORDER BY 2 DESC, 1 LIMIT ?1) n
  JOIN page p ON p.url = n.first JOIN url f ON f.n = n.first JOIN url l ON l.n = n.last
ORDER BY n.copies DESC, n.first)sql",
     ""},
    {"changed", "pages that changed, went or came back, the newest first", "", R"sql(
SELECT u.url AS url, @time(c.at) AS at, k.name AS kind, p.title AS title, p.status AS status
FROM (SELECT n, url, at, kind FROM change ORDER BY n DESC LIMIT ?1) c
  JOIN change_kinds k ON k.number = c.kind JOIN url u ON u.n = c.url LEFT JOIN page p ON p.url = c.url
ORDER BY c.n DESC)sql",
     ""},
    {"redirects", "redirects, the newest first, and what became of where they lead", "", R"sql(
SELECT s.url AS source, t.url AS target, r.status AS status, @time(v.at) AS at,
  (SELECT status FROM visit WHERE n = t.visit) AS target_status,
  (SELECT o.name FROM visit w JOIN outcomes o ON o.number = w.outcome WHERE w.n = t.visit) AS target_outcome
FROM (SELECT visit, target, status FROM redirect ORDER BY visit DESC LIMIT ?1) r
  JOIN visit v ON v.n = r.visit JOIN url s ON s.n = v.url LEFT JOIN url t ON t.n = @url(r.target)
ORDER BY r.visit DESC)sql",
     ""},
    {"missing-titles", "HTML pages without a title", "", R"sql(
SELECT u.url AS url, p.words AS words, p.bytes AS bytes, p.depth AS depth, @time(p.fetched_at) AS fetched_at
FROM (SELECT url FROM page INDEXED BY page_untitled WHERE title IS NULL AND status = 200 AND content_type IN
      (SELECT n FROM word WHERE text LIKE 'text/html%' OR text LIKE 'application/xhtml+xml%')
      ORDER BY url LIMIT ?1) m
  JOIN page p ON p.url = m.url JOIN url u ON u.n = m.url
ORDER BY m.url)sql",
     ""},
    {"queue-by-host",
     "hosts by what waits for them, the longest queue first, each with the time of the first in it", "",
     R"sql(
SELECT h.name AS host, h.queued AS queued,
  @time((SELECT due FROM pending WHERE host = h.n ORDER BY priority, seq LIMIT 1)) AS next_due_at,
  h.waiting_for AS waiting_for, @time(h.blocked_until) AS blocked_until, h.delay_ms AS delay_ms
FROM host h WHERE h.queued > 0 ORDER BY h.queued DESC, h.n LIMIT ?1)sql",
     ""},
    {"robots",
     "what robots.txt of a host said and when, newest first, and which of its lines have kept how many URLs "
     "out",
     "HOST",
     R"sql(
SELECT r.origin AS origin, (SELECT name FROM outcomes WHERE number = r.outcome) AS outcome, r.status AS status,
  @time(r.fetched_at) AS fetched_at, @time(r.expires_at) AS expires_at, r.crawl_delay_ms AS crawl_delay_ms,
  r.body AS body, r.renewal_error AS renewal_error, (SELECT group_concat(line, char(10)) FROM (
    SELECT @word(x.rule) || ' (' || sum(x.urls) || ')' AS line FROM (
      SELECT rule, count(*) AS urls FROM url WHERE state = 3 AND skip = 6 AND host = h.n GROUP BY rule
      UNION ALL SELECT rule, urls FROM skip_count WHERE skip = 6 AND host = h.n AND urls > 0) x
    WHERE x.rule > 0 GROUP BY x.rule ORDER BY sum(x.urls) DESC, x.rule LIMIT 50)) AS lines
FROM host h JOIN robots_txt r ON r.host = h.n WHERE h.name = lower(?2) OR r.origin = lower(?2)
ORDER BY r.fetched_at DESC, r.origin LIMIT ?1)sql",
     ""},
    {"orphans",
     "pages known from a seed, sitemap or redirect alone: no page has linked to them so far (of an earlier "
     "trawl's "
     "database only links that were stored count)",
     "",
     R"sql(
SELECT u.url AS url, p.title AS title, s.url AS redirect, u.depth AS depth, p.status AS status
FROM (SELECT o.url AS url FROM orphan o CROSS JOIN page p ON p.url = o.url ORDER BY o.url LIMIT ?1) o
  JOIN url u ON u.n = o.url JOIN page p ON p.url = o.url LEFT JOIN url s ON s.n = u.source
ORDER BY o.url)sql",
     ""},
    {"skipped-by-reason", "URLs that were left out, by reason and rule, with an example", "", R"sql(
SELECT r.name AS reason, @word(x.rule) AS rule, x.urls AS urls, u.url AS example
FROM (SELECT skip, rule, sum(urls) AS urls, min(first) AS first FROM
       (SELECT skip, coalesce(rule, 0) AS rule, count(*) AS urls, min(n) AS first FROM url WHERE state = 3
        GROUP BY url.skip, url.host, url.rule
        UNION ALL SELECT skip, rule, sum(urls), NULL FROM skip_count WHERE urls > 0 GROUP BY skip, rule)
      GROUP BY skip, rule ORDER BY 3 DESC, 1, 2 LIMIT ?1) x
  JOIN skip_reasons r ON r.number = x.skip LEFT JOIN url u ON u.n = x.first
ORDER BY x.urls DESC, x.skip, x.rule)sql",
     ""},
    {"status-codes", "visits by the status of their answer; 0 is none", "", R"sql(
SELECT status, count(*) AS visits, sum(bytes_wire) AS bytes_wire FROM visit GROUP BY status ORDER BY 2 DESC, 1
LIMIT ?1)sql",
     ""},
    {"content-types", "pages by their content type", "", R"sql(
SELECT @word(t.content_type) AS content_type, t.pages AS pages
FROM (SELECT content_type, count(*) AS pages FROM page GROUP BY content_type ORDER BY 2 DESC, 1 LIMIT ?1) t
ORDER BY t.pages DESC, t.content_type)sql",
     ""},
    {"items",
     "fields of item rules by how often pages lacked them, the worst first: a rate that rises tells of a "
     "changed layout",
     "", R"sql(
SELECT rule, field, missing_rate, missing, items, empty_pages, pages, required, type
FROM item_fields ORDER BY missing_rate DESC, required DESC, rule, place LIMIT ?1)sql",
     ""},
    {"storage",
     "bytes of each table and index, the largest first (reads the whole of a database that was made without "
     "room for maps; asked as plain SQL, what is known without: how many rows a table has at most)",
     "", R"sql(
WITH d AS MATERIALIZED (SELECT name, pgsize, unused FROM dbstat WHERE aggregate = TRUE),
all_pages AS (SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size)
SELECT d.name AS name, coalesce(s.type, 'table') AS type, d.pgsize AS bytes,
  round(100.0 * d.pgsize / a.bytes, 1) AS percent, NULL AS rows, d.unused AS unused_bytes
FROM d JOIN all_pages a LEFT JOIN sqlite_schema s ON s.name = d.name
UNION ALL
SELECT '(no table)', 'free', a.bytes - t.bytes, round(100.0 * (a.bytes - t.bytes) / a.bytes, 1), NULL, NULL
FROM all_pages a, (SELECT sum(pgsize) AS bytes FROM d) t WHERE a.bytes > t.bytes
ORDER BY bytes DESC, name LIMIT ?1)sql",
     R"sql(
WITH file AS (SELECT page_count * page_size AS bytes, freelist_count * page_size AS free
  FROM pragma_page_count, pragma_page_size, pragma_freelist_count),
counted(name, rows) AS (VALUES ('url', (SELECT max(n) FROM url)), ('visit', (SELECT max(n) FROM visit)),
  ('page', (SELECT sum(pages) FROM host)), ('pending', (SELECT sum(queued) FROM host)),
  ('host', (SELECT max(n) FROM host)), ('word', (SELECT max(n) FROM word)), ('change', (SELECT max(n) FROM change)))
SELECT '(all)' AS name, 'file' AS type, bytes AS bytes, 100.0 AS percent, NULL AS rows, NULL AS unused_bytes FROM file
UNION ALL SELECT '(no table)', 'free', free, round(100.0 * free / bytes, 1), NULL, NULL FROM file
UNION ALL SELECT name, 'table', NULL, NULL, coalesce(rows, 0), NULL FROM counted
ORDER BY bytes DESC, rows DESC, name LIMIT ?1)sql",
     R"sql(
SELECT CASE d.root WHEN -1 THEN '(log)' WHEN 0 THEN '(no table)' WHEN 1 THEN 'sqlite_schema' ELSE coalesce(s.name, '(dropped)') END AS name,
  CASE d.root WHEN -1 THEN 'log' WHEN 0 THEN 'free' ELSE coalesce(s.type, 'table') END AS type, d.bytes AS bytes,
  round(100.0 * d.bytes / sum(d.bytes) OVER (), 1) AS percent, NULL AS rows, NULL AS unused_bytes
FROM (SELECT json_extract(value, '$[0]') AS root, json_extract(value, '$[1]') AS bytes FROM json_each(?2)) d
  LEFT JOIN sqlite_schema s ON s.rootpage = d.root AND d.root > 1
ORDER BY bytes DESC, name LIMIT ?1)sql",
     SizesAsJson},
};

}  // namespace

std::span<const Report> Reports() {
  return kReports;
}

const Report* FindReport(std::string_view name) {
  const auto found = std::find_if(std::begin(kReports), std::end(kReports),
                                  [name](const Report& report) { return report.name == name; });
  return found == std::end(kReports) ? nullptr : found;
}

std::string PlainSql(const Report& report, std::size_t rows, std::string_view argument) {
  std::string literal = "'";
  for (const char c : argument) literal += c == '\'' ? std::string("''") : std::string(1, c);
  // What there is a measure for reads much without it, a whole table in one step that cannot be given up.
  const std::string expanded = sqlite::Expanded(report.measure != nullptr ? report.otherwise : report.sql);
  const std::string values[] = {std::to_string(rows), literal + "'"};
  std::string sql;
  for (std::size_t at = expanded.find_first_not_of('\n'); at < expanded.size(); ++at) {
    const bool parameter = expanded[at] == '?' && at + 1 < expanded.size();
    const std::size_t which =
        parameter ? static_cast<std::size_t>(expanded[at + 1] - '1') : std::size(values);
    if (which < std::size(values)) {
      sql += values[which];
      ++at;
    } else {
      sql += expanded[at];
    }
  }
  return sql;
}

QueryError RunReport(const std::string& path, const Report& report, const std::string& argument,
                     std::int64_t rows,
                     const std::function<void(const std::vector<std::string>& columns)>& header,
                     const std::function<bool(const std::vector<Value>& row)>& row) {
  if (report.measure != nullptr) {
    if (std::string measured = report.measure(path); !measured.empty()) {
      QueryError told =
          Query(path, sqlite::Expanded(report.quick), header, row, {}, {rows, std::move(measured)});
      if (told.ok || !told.usage) return told;
    }
  }
  std::vector<Value> parameters = {rows};
  if (!report.argument.empty()) parameters.emplace_back(argument);
  QueryError error = Query(path, sqlite::Expanded(report.sql), header, row, {}, parameters);
  // Decided when the statement is prepared: no header and no row was given yet.
  const bool lacks = error.usage && error.message.starts_with("no such table");
  if (lacks && !report.otherwise.empty())
    error = Query(path, sqlite::Expanded(report.otherwise), header, row, {}, parameters);
  if (error.usage && !error.given_up && error.message.starts_with("no such")) {
    error.message = path + " was written by an earlier trawl, without what this report reads (" +
                    error.message.substr(0, error.message.find('\n')) +
                    "); the next crawl into it brings it up to date";
    error.usage = false;
  }
  return error;
}

}  // namespace trawl::storage
