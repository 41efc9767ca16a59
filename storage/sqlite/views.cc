#include <vector>

#include "storage/sqlite/schema.h"
#include "storage/sqlite/shorthand.h"

// What people query: the columns are promises, more may follow at the end, none is renamed. Plain SQL only,
// so that any sqlite3 reads them; @time, @word and @url are those of storage/sqlite/shorthand.h. A scalar subquery
// costs nothing where its column is not asked for.

namespace trawl::storage::sqlite {
namespace {

struct Template {
  std::string_view name;
  std::string_view select;
};

constexpr Template kTemplates[] = {
    {"pages", R"sql(
SELECT u.url AS url, h.name AS host, (SELECT name FROM target WHERE n = u.target) AS target, p.status AS status,
  @word(p.content_type) AS content_type, @word(p.charset) AS charset, @word(p.language) AS language,
  p.title AS title, p.description AS description, p.canonical AS canonical,
  (SELECT text FROM page_text WHERE visit = p.visit) AS text, p.words AS words, p.depth AS depth, p.bytes AS bytes,
  printf('%016x', p.content_hash) AS content_hash, p.etag AS etag, p.last_modified AS last_modified,
  @time(p.first_seen) AS first_seen, @time(p.fetched_at) AS fetched_at, @time(p.changed_at) AS changed_at,
  u.visits AS visits, p.truncated AS truncated, p.links AS links,
  p.noindex AS noindex, @time(p.gone_at) AS gone_at, u.hops AS hops,
  (SELECT text FROM page_main WHERE visit = p.visit) AS main_text, p.author AS author, p.published AS published_at,
  CASE WHEN p.simhash IS NOT NULL THEN printf('%016x', p.simhash) END AS simhash,
  CASE WHEN p.language IS NOT NULL THEN coalesce(@word(p.language_source), 'declared') END AS language_source,
  p.fetched_at AS fetched_ms
FROM page p JOIN url u ON u.n = p.url JOIN host h ON h.n = p.host)sql"},
    {"visits", R"sql(
SELECT u.url AS url, @time(v.at) AS at, v.status AS status,
  (SELECT name FROM outcomes WHERE number = v.outcome) AS outcome, v.attempt AS attempt, @word(v.ip) AS ip,
  @word(v.protocol) AS protocol, v.bytes_wire AS bytes_wire, v.bytes_body AS bytes_body, v.dns_ms AS dns_ms,
  v.connect_ms AS connect_ms, v.tls_ms AS tls_ms, v.first_byte_ms AS first_byte_ms, v.total_ms AS total_ms,
  v.parse_ms AS parse_ms, v.detail AS detail, (SELECT name FROM host WHERE n = u.host) AS host, v.run AS run,
  v.n AS visit
FROM visit v JOIN url u ON u.n = v.url)sql"},
    {"errors", R"sql(
SELECT u.url AS url, @time(v.at) AS at, v.status AS status,
  (SELECT name FROM outcomes WHERE number = v.outcome) AS outcome, v.attempt AS attempt, @word(v.ip) AS ip,
  @word(v.protocol) AS protocol, v.bytes_wire AS bytes_wire, v.bytes_body AS bytes_body, v.dns_ms AS dns_ms,
  v.connect_ms AS connect_ms, v.tls_ms AS tls_ms, v.first_byte_ms AS first_byte_ms, v.total_ms AS total_ms,
  v.parse_ms AS parse_ms, v.detail AS detail, (SELECT name FROM host WHERE n = u.host) AS host, v.run AS run,
  v.n AS visit
FROM visit v JOIN url u ON u.n = v.url
WHERE v.outcome <> 0 OR v.status >= 400)sql"},
    {"links", R"sql(
SELECT s.url AS source, t.url AS target, k.kind AS kind, k.rel AS rel, l.anchor AS anchor, k.external AS external
FROM link l JOIN visit v ON v.n = l.n >> 16 JOIN url s ON s.n = v.url
  LEFT JOIN url t ON t.n = @url(l.target) LEFT JOIN link_kind k ON k.n = l.kind)sql"},
    {"skipped", R"sql(
SELECT u.url AS url, k.name AS reason, @word(u.rule) AS rule, (SELECT url FROM url WHERE n = u.source) AS source,
  @time(coalesce((SELECT at FROM visit WHERE n = u.visit), u.seen)) AS at, h.name AS host
FROM url u JOIN skip_reasons k ON k.number = u.skip JOIN host h ON h.n = u.host
WHERE u.state = 3)sql"},
    // How many URLs were left out, those included that have no row in `skipped`.
    {"skip_counts", R"sql(
SELECT (SELECT name FROM host WHERE n = c.host) AS host, (SELECT name FROM skip_reasons WHERE number = c.skip) AS reason,
  @word(c.rule) AS rule, sum(c.urls) AS urls, sum(c.listed) AS listed
FROM (SELECT host, skip, coalesce(rule, 0) AS rule, count(*) AS urls, count(*) AS listed FROM url WHERE state = 3
        GROUP BY url.skip, url.host, url.rule
      UNION ALL SELECT host, skip, rule, urls, 0 FROM skip_count WHERE urls > 0) c
GROUP BY c.host, c.skip, c.rule)sql"},
    {"redirects", R"sql(
SELECT s.url AS source, t.url AS target, r.status AS status, @time(v.at) AS at
FROM redirect r JOIN visit v ON v.n = r.visit JOIN url s ON s.n = v.url LEFT JOIN url t ON t.n = @url(r.target))sql"},
    {"items", R"sql(
SELECT u.url AS url, r.name AS rule, i.position AS position, i.data AS data, @time(v.at) AS fetched_at,
  i.defaulted AS defaulted
FROM item i JOIN visit v ON v.n = i.n >> 16 JOIN url u ON u.n = v.url JOIN rule r ON r.n = i.rule
WHERE i.position > 0)sql"},
    // Of every field of every rule that is configured: how often the pages did not give it.
    {"item_fields", R"sql(
WITH total AS MATERIALIZED (
  SELECT rule, count(DISTINCT n >> 16) AS pages, sum(position = 0) AS empty_pages, sum(position > 0) AS items
  FROM item GROUP BY rule),
given AS MATERIALIZED (
  SELECT i.rule AS rule, e.key AS field, count(*) AS items
  FROM item i JOIN json_each(i.data) e WHERE i.position > 0 AND e.type <> 'null' GROUP BY 1, 2),
filled AS MATERIALIZED (SELECT rule, defaulted FROM item WHERE defaulted IS NOT NULL),
counted AS (
  SELECT r.name AS rule, f.name AS field, f.type AS type, f.required AS required, f.place AS place,
    coalesce(t.pages, 0) AS pages, coalesce(t.empty_pages, 0) AS empty_pages, coalesce(t.items, 0) AS items,
    (SELECT count(*) FROM filled d WHERE d.rule = r.n AND instr(' ' || d.defaulted || ' ', ' ' || f.name || ' ') > 0)
      AS defaulted,
    coalesce((SELECT g.items FROM given g WHERE g.rule = r.n AND g.field = f.name), 0) AS given
  FROM rule r JOIN rule_field f ON f.rule = r.n LEFT JOIN total t ON t.rule = r.n
  WHERE r.current AND f.current)
SELECT rule AS rule, field AS field, type AS type, required AS required, pages AS pages, empty_pages AS empty_pages,
  items AS items, items - given + defaulted AS missing,
  CASE WHEN items > 0 THEN round((items - given + defaulted) * 1.0 / items, 4) END AS missing_rate,
  items - given AS nulls, defaulted AS defaulted, place AS place
FROM counted)sql"},
    {"structured", R"sql(
SELECT u.url AS url, @word(s.kind) AS kind, s.data AS data, (s.n & 65535) + 1 AS position
FROM statement s JOIN visit v ON v.n = s.n >> 16 JOIN url u ON u.n = v.url)sql"},
    {"hosts", R"sql(
SELECT h.name AS host, h.ip AS ip, h.pages AS pages, h.errors AS errors, h.bytes AS bytes, h.delay_ms AS delay_ms,
  (SELECT status FROM robots_txt WHERE host = h.n ORDER BY fetched_at DESC LIMIT 1) AS robots_status,
  (SELECT crawl_delay_ms FROM robots_txt WHERE host = h.n ORDER BY fetched_at DESC LIMIT 1) AS crawl_delay_ms,
  coalesce(h.waiting_for, CASE WHEN h.queued > 0 THEN 'turn' END) AS waiting_for, @time(h.blocked_until) AS blocked_until,
  h.queued AS queued, h.answers AS answers,
  CASE WHEN h.answers > 0 THEN h.first_byte_ms / h.answers END AS first_byte_ms,
  CASE WHEN h.answers > 0 THEN h.first_byte_max_ms END AS first_byte_max_ms
FROM host h)sql"},
    {"robots", R"sql(
SELECT (SELECT name FROM host WHERE n = r.host) AS host, r.origin AS origin, r.status AS status,
  (SELECT name FROM outcomes WHERE number = r.outcome) AS outcome, @time(r.fetched_at) AS fetched_at,
  @time(r.expires_at) AS expires_at, r.crawl_delay_ms AS crawl_delay_ms, r.renewal_error AS renewal_error, r.body AS body
FROM robots_txt r)sql"},
    {"sitemaps", R"sql(
SELECT u.url AS url, (SELECT name FROM host WHERE n = u.host) AS host, u.sitemap AS level,
  (SELECT url FROM url WHERE n = u.source) AS source, @time(v.at) AS fetched_at, v.status AS status,
  (SELECT name FROM outcomes WHERE number = v.outcome) AS outcome, v.detail AS detail
FROM url u LEFT JOIN visit v ON v.n = u.visit WHERE u.sitemap > 0)sql"},
    {"queue", R"sql(
SELECT u.url AS url, h.name AS host, q.priority AS priority, u.depth AS depth, @time(q.due) AS due_at,
  q.attempts AS attempts, q.seq AS seq, (SELECT interval_ms FROM revisit WHERE url = q.url) AS interval_ms,
  u.hops AS hops, q.due AS due_ms
FROM pending q JOIN url u ON u.n = q.url JOIN host h ON h.n = q.host
UNION ALL
SELECT u.url, h.name, CAST(NULL AS INTEGER), u.depth, @time(r.due), CAST(0 AS INTEGER), CAST(NULL AS INTEGER),
  r.interval_ms, u.hops, r.due
FROM revisit r JOIN url u ON u.n = r.url JOIN host h ON h.n = u.host WHERE r.due IS NOT NULL)sql"},
    {"changes", R"sql(
SELECT u.url AS url, @time(c.at) AS at, (SELECT name FROM change_kinds WHERE number = c.kind) AS kind,
  printf('%016x', c.old_hash) AS old_hash, CASE WHEN c.new_hash IS NOT NULL THEN printf('%016x', c.new_hash) END AS new_hash,
  (SELECT name FROM host WHERE n = u.host) AS host, c.n AS change
FROM change c JOIN url u ON u.n = c.url)sql"},
    {"runs", R"sql(
SELECT @time(r.started) AS started_at, @time(r.ended) AS ended_at, r.end_reason AS end_reason, r.version AS version,
  r.pages AS pages, r.config AS config, r.n AS run
FROM run r)sql"},
    {"duplicates", R"sql(
WITH d AS MATERIALIZED (
  SELECT content_hash, count(*) AS copies FROM page WHERE status = 200 AND bytes > 0
  GROUP BY content_hash HAVING count(*) > 1)
SELECT printf('%016x', d.content_hash) AS content_hash, d.copies AS copies, u.url AS url, p.title AS title,
  p.bytes AS bytes
FROM page p JOIN d ON d.content_hash = p.content_hash JOIN url u ON u.n = p.url
WHERE p.status = 200 AND p.bytes > 0)sql"},
    // Pages of a host whose simhashes are at most three bits apart, each with the earliest of them, as far as
    // they were compared. Copies of the earliest are in `duplicates`.
    {"near_duplicates", R"sql(
SELECT u.url AS url, f.url AS near, n.distance AS distance, p.title AS title, q.title AS near_title, h.name AS host
FROM near n CROSS JOIN host h ON h.n = n.host CROSS JOIN page p ON p.url = n.url CROSS JOIN page q ON q.url = n.first
  CROSS JOIN url u ON u.n = n.url CROSS JOIN url f ON f.n = n.first
WHERE n.first IS NOT NULL AND n.distance IS NOT NULL)sql"},
    // Links have no index by target: all are read, each looked up among what is broken before anything else.
    {"broken_links", R"sql(
WITH b AS MATERIALIZED (
  SELECT u.id, u.url, v.status, v.outcome
  FROM visit v CROSS JOIN url u ON u.n = v.url AND u.visit = v.n AND u.state IN (1, 2)
  WHERE v.outcome > 2 OR v.status >= 400)
SELECT s.url AS source, b.url AS target, b.status AS status,
  (SELECT name FROM outcomes WHERE number = b.outcome) AS outcome,
  (SELECT kind FROM link_kind WHERE n = l.kind) AS kind, l.anchor AS anchor
FROM link l CROSS JOIN b ON b.id = l.target CROSS JOIN visit v ON v.n = l.n >> 16 CROSS JOIN url s ON s.n = v.url)sql"},
    {"bodies", R"sql(
SELECT u.url AS url, @time(b.at) AS at, f.name AS file, b.offset AS offset, b.length AS length, b.bytes AS bytes,
  b.digest AS digest, CASE b.kind WHEN 0 THEN 'response' ELSE 'revisit' END AS record,
  (SELECT o.url FROM body a JOIN url o ON o.n = a.url WHERE a.visit = b.original) AS original
FROM body b JOIN url u ON u.n = b.url JOIN warc_file f ON f.n = b.file)sql"},
    // What a graph of a crawl is made of, as rows: what the daemon gives at /metrics, for who has the file
    // alone.
    {"metrics", R"sql(
SELECT 'pages' AS name, NULL AS label, (SELECT count(*) FROM page) AS value
UNION ALL SELECT 'urls', 'known', (SELECT count(*) FROM url)
UNION ALL SELECT 'urls', 'queued', (SELECT coalesce(sum(queued), 0) FROM host)
UNION ALL SELECT 'urls', 'to_revisit', (SELECT count(*) FROM revisit WHERE due IS NOT NULL)
UNION ALL SELECT 'hosts', h.waiting_for, count(*) FROM host h GROUP BY h.waiting_for
UNION ALL SELECT 'visits', (SELECT name FROM outcomes WHERE number = v.outcome), count(*) FROM visit v GROUP BY v.outcome
UNION ALL SELECT 'skipped', (SELECT name FROM skip_reasons WHERE number = u.skip), sum(u.urls) FROM
  (SELECT skip, count(*) AS urls FROM url WHERE state = 3 GROUP BY skip UNION ALL SELECT skip, urls FROM skip_count) u
  GROUP BY u.skip
UNION ALL SELECT 'bytes_wire', NULL, (SELECT sum(bytes_wire) FROM visit)
UNION ALL SELECT 'runs', r.end_reason, count(*) FROM run r GROUP BY r.end_reason)sql"},
    {"progress", R"sql(
SELECT (SELECT coalesce(max(n), 0) FROM url) AS known, (SELECT coalesce(sum(queued), 0) FROM host) AS queued,
  (SELECT coalesce(sum(pages), 0) FROM host) AS pages, (SELECT coalesce(sum(errors), 0) FROM host) AS errors,
  (SELECT coalesce(sum(bytes), 0) FROM host) AS bytes, (SELECT count(*) FROM host) AS hosts,
  (SELECT @time(started) FROM run ORDER BY n DESC LIMIT 1) AS started_at,
  (SELECT end_reason FROM run ORDER BY n DESC LIMIT 1) AS end_reason,
  (SELECT count(*) FROM revisit WHERE due IS NOT NULL) AS scheduled)sql"},
};

}  // namespace

std::span<const View> Views() {
  static const std::vector<View> views = [] {
    std::vector<View> all;
    for (const Template& entry : kTemplates) {
      all.push_back({entry.name, "CREATE VIEW " + std::string(entry.name) + " AS" + Expanded(entry.select)});
    }
    return all;
  }();
  return views;
}

}  // namespace trawl::storage::sqlite
