#include <iterator>

#include "storage/sqlite/schema.h"

// The tables. Measured with tests/bench/store_bench.cc (CPU a page at 50,000 pages), three choices decide
// size and speed:
//  - Rows of a URL are numbered in the order of discovery (`n`), so that nearly every insert and update lands
//  on a page
//    of the B-tree that is in memory already. 74 us; with the fingerprint itself as the key of wide rows, 122
//    us. Its fingerprint leads to the number by two narrow tables, merged bit by bit (url_numbers.h): 129 us
//    at 300,000 pages where a plain index took 142.
//  - What belongs to a visit (text, links) is keyed by the visit's number, which only grows: pure appends, no
//  index.
//    A link holds the fingerprint of its target, so that writing forty links looks nothing up.
//  - Strings that repeat (content types, addresses, kinds of links) are numbers of a dictionary. In all 7.7
//  KB a page,
//    where the same rows with URLs as text take 14.5 KB and 182 us.
// Times are milliseconds since 1970, UTC. Fingerprints are XXH3-64 read as signed. Tables are named in the
// singular; people read the views, in the plural.

namespace trawl::storage::sqlite {
namespace {

constexpr std::string_view kFirst = R"sql(
CREATE TABLE run(
  n INTEGER PRIMARY KEY,
  started INTEGER NOT NULL,
  ended INTEGER,
  end_reason TEXT,
  version TEXT NOT NULL,
  config TEXT NOT NULL,
  pages INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE target(n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE word(n INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE outcomes(number INTEGER PRIMARY KEY, name TEXT NOT NULL, sentence TEXT NOT NULL);
CREATE TABLE skip_reasons(number INTEGER PRIMARY KEY, name TEXT NOT NULL);

CREATE TABLE host(
  n INTEGER PRIMARY KEY,
  id INTEGER NOT NULL UNIQUE,        -- fingerprint of the name
  name TEXT NOT NULL,
  ip TEXT,
  pages INTEGER NOT NULL DEFAULT 0,  -- URLs with a row in page
  errors INTEGER NOT NULL DEFAULT 0, -- visits that failed
  bytes INTEGER NOT NULL DEFAULT 0,  -- read from the network
  delay_ms INTEGER,
  waiting_for TEXT,
  blocked_until INTEGER,
  backoffs INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE robots(
  origin TEXT PRIMARY KEY,
  host INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  status INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  crawl_delay_ms INTEGER,
  body TEXT NOT NULL
);
CREATE INDEX robots_host ON robots(host);

CREATE TABLE url(
  n INTEGER PRIMARY KEY,             -- in the order of discovery
  id INTEGER NOT NULL,               -- fingerprint of the URL
  host INTEGER NOT NULL,
  state INTEGER NOT NULL,            -- 0 queued, 1 done, 2 failed, 3 excluded
  skip INTEGER NOT NULL,             -- with state 3: number in skip_reasons
  target INTEGER,
  depth INTEGER NOT NULL,
  redirects INTEGER NOT NULL,
  source INTEGER,                    -- n of the URL that named it; NULL for a seed
  seen INTEGER NOT NULL,             -- time
  visit INTEGER,                     -- the last one
  visits INTEGER NOT NULL,
  rule INTEGER,                      -- word
  url TEXT NOT NULL
);
CREATE UNIQUE INDEX url_id ON url(id);
CREATE INDEX url_failed ON url(n) WHERE state = 2;

CREATE TABLE pending(
  host INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  url INTEGER NOT NULL,
  due INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  PRIMARY KEY(host, priority, seq)
) WITHOUT ROWID;

CREATE TABLE visit(
  n INTEGER PRIMARY KEY,
  url INTEGER NOT NULL,
  run INTEGER NOT NULL,
  at INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  status INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  ip INTEGER,                        -- word
  protocol INTEGER,                  -- word
  bytes_wire INTEGER NOT NULL,
  bytes_body INTEGER NOT NULL,
  dns_ms INTEGER,
  connect_ms INTEGER,
  tls_ms INTEGER,
  first_byte_ms INTEGER,
  total_ms INTEGER,
  parse_ms INTEGER,
  detail TEXT
);
CREATE INDEX visit_error ON visit(n) WHERE outcome <> 0 OR status >= 400;
CREATE TABLE redirect(
  visit INTEGER PRIMARY KEY,
  target INTEGER NOT NULL,           -- fingerprint
  status INTEGER NOT NULL
);

CREATE TABLE page(
  url INTEGER PRIMARY KEY,
  visit INTEGER NOT NULL,            -- the one that gave this content, its text and its links
  status INTEGER NOT NULL,
  content_type INTEGER,              -- word
  charset INTEGER,                   -- word
  language INTEGER,                  -- word
  words INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  content_hash INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  truncated INTEGER NOT NULL,
  links INTEGER NOT NULL,
  title TEXT,
  description TEXT,
  canonical TEXT,
  etag TEXT,
  last_modified TEXT
);
CREATE TABLE page_text(visit INTEGER PRIMARY KEY, text TEXT NOT NULL);

CREATE TABLE link_kind(
  n INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  rel TEXT NOT NULL,
  external INTEGER NOT NULL,
  UNIQUE(kind, rel, external)
);
CREATE TABLE link(
  n INTEGER PRIMARY KEY,             -- visit * 65536 + place in the document
  target INTEGER NOT NULL,           -- fingerprint
  kind INTEGER NOT NULL,
  anchor TEXT NOT NULL
);
)sql";

// What a target has used of its max_pages, and an index that names the URLs a restart does not take for
// known: in the order of discovery, so that it is only appended to.
constexpr std::string_view kTargetPages = R"sql(
ALTER TABLE target ADD COLUMN pages INTEGER NOT NULL DEFAULT 0; -- URLs with a row in page
UPDATE target SET pages = (SELECT count(*) FROM page p JOIN url u ON u.n = p.url WHERE u.target = target.n);
CREATE INDEX url_unsettled ON url(n, id) WHERE state = 3 AND skip IN (9, 10);
)sql";

// What reports ask of a large crawl (storage/reports): counters of answers beside those of errors, and
// indexes that hold few rows, or whose rows come in the order of discovery for each value, so that they are
// appended to in few places. Only that of contents takes inserts anywhere: 20 bytes a page.
constexpr std::string_view kReports = R"sql(
ALTER TABLE host ADD COLUMN answers INTEGER NOT NULL DEFAULT 0;           -- visits with a first byte
ALTER TABLE host ADD COLUMN first_byte_ms INTEGER NOT NULL DEFAULT 0;     -- of them all together
ALTER TABLE host ADD COLUMN first_byte_max_ms INTEGER NOT NULL DEFAULT 0; -- of the slowest
UPDATE host SET (answers, first_byte_ms, first_byte_max_ms) = (sums.answers, sums.total, sums.slowest)
  FROM (SELECT u.host AS host, count(*) AS answers, sum(v.first_byte_ms) AS total, max(v.first_byte_ms) AS slowest
        FROM visit v JOIN url u ON u.n = v.url WHERE v.first_byte_ms IS NOT NULL GROUP BY u.host) AS sums
  WHERE host.n = sums.host;
CREATE INDEX url_excluded ON url(skip, rule) WHERE state = 3;
CREATE INDEX url_unnamed ON url(n) WHERE source IS NULL;
CREATE INDEX visit_failure ON visit(outcome, status) WHERE outcome > 2 OR status >= 400;
CREATE INDEX page_content ON page(content_hash) WHERE status = 200 AND bytes > 0;
CREATE INDEX page_type ON page(content_type);
CREATE INDEX page_untitled ON page(url) WHERE title IS NULL;
)sql";

// Where exchanges stand in the WARC files of the folder <database>.warc. What a row needs of its visit stands
// here too, for visits may be deleted when they are old (storage.keep_visits).
constexpr std::string_view kBodies = R"sql(
CREATE TABLE warc_file(
  n INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL             -- that count: what a crash left behind them is cut off
);
CREATE TABLE body(
  visit INTEGER PRIMARY KEY,
  url INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,             -- 0 a response with its payload, 1 a revisit of it, 2 a 304
  original INTEGER,                  -- with kind 1: the visit whose response has the payload
  file INTEGER NOT NULL,
  offset INTEGER NOT NULL,           -- of the record's gzip member, and its length
  length INTEGER NOT NULL,
  bytes INTEGER NOT NULL,            -- of the payload
  digest TEXT,                       -- of the payload
  record TEXT NOT NULL               -- WARC-Record-ID
);
CREATE INDEX body_url ON body(url);
CREATE INDEX body_payload ON body(digest) WHERE kind = 0;
)sql";

// Sitemaps among the URLs, what pages say to search engines, the copy of robots.txt that serves on while it
// cannot be renewed, and a third reason that leaves a URL unsettled. The table of receipts gives its name to
// the view.
constexpr std::string_view kSitemaps = R"sql(
ALTER TABLE url ADD COLUMN sitemap INTEGER NOT NULL DEFAULT 0; -- 0: a page; else a sitemap, so many indexes deep
CREATE INDEX url_sitemap ON url(n) WHERE sitemap > 0;
ALTER TABLE page ADD COLUMN noindex INTEGER NOT NULL DEFAULT 0;
DROP VIEW IF EXISTS hosts;
ALTER TABLE robots RENAME TO robots_txt;
ALTER TABLE robots_txt ADD COLUMN renewal_error TEXT;
DROP INDEX url_unsettled;
CREATE INDEX url_unsettled ON url(n, id) WHERE state = 3 AND skip IN (9, 10, 12);
)sql";

// When what was fetched is fetched again, what came of it, and the cookies of each target.
constexpr std::string_view kRecrawl = R"sql(
ALTER TABLE target ADD COLUMN recrawl_ms INTEGER;  -- first interval; NULL: no revisits
ALTER TABLE page ADD COLUMN gone_at INTEGER;       -- found missing twice in a row
CREATE TABLE revisit(
  url INTEGER PRIMARY KEY,
  due INTEGER,                       -- NULL while it is in the queue
  interval_ms INTEGER NOT NULL,
  misses INTEGER NOT NULL            -- last visits in a row that found 404 or 410
);
CREATE INDEX revisit_due ON revisit(due) WHERE due IS NOT NULL;
CREATE TABLE change_kinds(number INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO change_kinds VALUES (1, 'changed'), (2, 'gone'), (3, 'back');
CREATE TABLE change(
  n INTEGER PRIMARY KEY,
  url INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,             -- number in change_kinds
  old_hash INTEGER NOT NULL,
  new_hash INTEGER                   -- NULL: gone
);
CREATE INDEX change_url ON change(url);
CREATE TABLE cookie(
  target INTEGER NOT NULL,
  domain TEXT NOT NULL,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  host_only INTEGER NOT NULL,
  value TEXT NOT NULL,
  secure INTEGER NOT NULL,
  http_only INTEGER NOT NULL,
  same_site INTEGER NOT NULL,        -- 0 not given, 1 none, 2 lax, 3 strict
  created INTEGER NOT NULL,
  expires INTEGER,                   -- NULL: with the database
  PRIMARY KEY(target, domain, path, name, host_only)
) WITHOUT ROWID;
)sql";

// What item rules and structured data give. Rows are keyed by the visit and their place on its page, as links
// are. A rule and its fields stay when the configuration no longer has them, so that old rows can be read.
constexpr std::string_view kItems = R"sql(
CREATE TABLE rule(n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, current INTEGER NOT NULL);
CREATE TABLE rule_field(
  rule INTEGER NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  place INTEGER NOT NULL,            -- among the rule's fields
  type TEXT NOT NULL,
  list INTEGER NOT NULL,
  required INTEGER NOT NULL,
  current INTEGER NOT NULL,
  PRIMARY KEY(rule, name)
) WITHOUT ROWID;
CREATE TABLE item(
  n INTEGER PRIMARY KEY,             -- visit * 65536 + place on the page
  rule INTEGER NOT NULL,
  position INTEGER NOT NULL,         -- among the page's items of the rule; 0: the rule found none
  data TEXT NOT NULL,
  defaulted TEXT
);
CREATE INDEX rule_items ON item(rule);
CREATE TABLE statement(
  n INTEGER PRIMARY KEY,             -- visit * 65536 + place on the page
  kind INTEGER NOT NULL,             -- word
  data TEXT NOT NULL
);
)sql";

// A fourth reason that leaves a URL unsettled, and by which rules each reason was judged last.
constexpr std::string_view kJudgements = R"sql(
DROP INDEX url_unsettled;
CREATE INDEX url_unsettled ON url(n, id) WHERE state = 3 AND skip IN (4, 9, 10, 12);
CREATE TABLE judgement(skip INTEGER PRIMARY KEY, rules INTEGER NOT NULL);
)sql";

// What a sitemap says of how often a page changes.
constexpr std::string_view kHints = R"sql(
ALTER TABLE url ADD COLUMN hint_hours INTEGER NOT NULL DEFAULT 0; -- it is said to change so often; 0: nothing is said
)sql";

// How far URLs lie off their target's site, and a fifth reason that leaves a URL unsettled.
constexpr std::string_view kHops = R"sql(
ALTER TABLE url ADD COLUMN hops INTEGER NOT NULL DEFAULT 0;       -- links away from the scope of its target
DROP INDEX url_unsettled;
CREATE INDEX url_unsettled ON url(n, id) WHERE state = 3 AND skip IN (4, 9, 10, 12, 14);
)sql";

// Excluded URLs of a host past storage.skipped_per_host, which have no row: what is kept of them.
constexpr std::string_view kSkipCounts = R"sql(
ALTER TABLE host ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;   -- excluded URLs that have a row
UPDATE host SET skipped = c.urls FROM (SELECT host, count(*) AS urls FROM url WHERE state = 3 GROUP BY host) AS c
  WHERE c.host = host.n;
CREATE TABLE skip_count(
  n INTEGER PRIMARY KEY,
  host INTEGER NOT NULL,
  skip INTEGER NOT NULL,
  rule INTEGER NOT NULL,             -- word; 0: none
  urls INTEGER NOT NULL,             -- rows of unlisted
  UNIQUE(host, skip, rule)
);
CREATE TABLE unlisted(
  id INTEGER PRIMARY KEY,            -- fingerprint
  skip_count INTEGER NOT NULL
);
)sql";

// What a page is about, who wrote it when, what it is alike and how its language is known. The main content
// has a table of its own for the same reason as the text.
constexpr std::string_view kContent = R"sql(
ALTER TABLE page ADD COLUMN author TEXT;
ALTER TABLE page ADD COLUMN published TEXT;           -- ISO 8601
ALTER TABLE page ADD COLUMN simhash INTEGER;          -- NULL: too little text
ALTER TABLE page ADD COLUMN language_source INTEGER;  -- word; NULL with a language: declared
CREATE TABLE page_main(visit INTEGER PRIMARY KEY, text TEXT NOT NULL);
)sql";

// So that a sitemap, of which no page is stored, is asked for conditionally.
constexpr std::string_view kSitemapValidators = R"sql(
ALTER TABLE revisit ADD COLUMN etag TEXT;             -- of a sitemap that was read whole
ALTER TABLE revisit ADD COLUMN last_modified TEXT;    -- likewise
)sql";

// So that each report, and a view in the order or by the filter that people ask for most, answers at once on
// a large crawl too. A host counts what waits for it, and a page knows its host; the indexes hold few rows,
// or their rows come in the order of time, or of discovery for each value.
constexpr std::string_view kAnswers = R"sql(
ALTER TABLE host ADD COLUMN queued INTEGER NOT NULL DEFAULT 0;    -- rows of pending
UPDATE host SET queued = q.urls FROM (SELECT host, count(*) AS urls FROM pending GROUP BY host) AS q
  WHERE q.host = host.n;
CREATE INDEX host_name ON host(name);
CREATE UNIQUE INDEX skip_reason_name ON skip_reasons(name);
ALTER TABLE page ADD COLUMN host INTEGER NOT NULL DEFAULT 0;
UPDATE page SET host = u.host FROM url u WHERE u.n = page.url;
CREATE INDEX page_host ON page(host);
CREATE INDEX page_fetched ON page(fetched_at);
CREATE INDEX page_published ON page(published) WHERE published IS NOT NULL;
CREATE INDEX visit_broken ON visit(url) WHERE outcome > 2 OR status >= 400;
DROP INDEX url_excluded;
DROP INDEX page_content;
-- SQLite reads the row for a column of the condition, too, unless the index has it.
CREATE INDEX url_excluded ON url(skip, host, rule, state) WHERE state = 3;
CREATE INDEX page_content ON page(content_hash, status, bytes) WHERE status = 200 AND bytes > 0;
)sql";

// Which pages are near which (storage/sqlite/near_rows.h). Filled in idle moments, from the first visit on.
constexpr std::string_view kNear = R"sql(
CREATE TABLE near(
  url INTEGER PRIMARY KEY,
  visit INTEGER NOT NULL,            -- that gave the page what stands here
  host INTEGER NOT NULL,
  simhash INTEGER NOT NULL,
  content_hash INTEGER NOT NULL,
  first INTEGER,                     -- URL of the earliest page of the host that it is near; NULL: of none
  distance INTEGER                   -- bits that differ; NULL: of none, or its content is the same
);
CREATE INDEX near_first ON near(first, distance) WHERE first IS NOT NULL;
CREATE TABLE near_quarter(
  host INTEGER NOT NULL,
  quarter INTEGER NOT NULL,          -- of the simhash, 0 to 3
  bits INTEGER NOT NULL,             -- of that quarter
  visit INTEGER NOT NULL,
  url INTEGER NOT NULL,
  simhash INTEGER NOT NULL,
  PRIMARY KEY(host, quarter, bits, visit)
) WITHOUT ROWID;
CREATE TABLE near_again(visit INTEGER PRIMARY KEY, url INTEGER NOT NULL); -- of near: to be compared again
CREATE TABLE near_cover(visit INTEGER NOT NULL);                         -- visits up to this one were looked at
INSERT INTO near_cover VALUES (0);
)sql";

// URLs that something else than a page has named and that no page has linked to so far.
constexpr std::string_view kOrphans = R"sql(
CREATE TABLE orphan(url INTEGER PRIMARY KEY, id INTEGER NOT NULL);
INSERT INTO orphan SELECT n, id FROM url WHERE source IS NULL;
INSERT OR IGNORE INTO orphan SELECT u.n, u.id FROM redirect r CROSS JOIN url u ON u.id = r.target
  LEFT JOIN page named_by ON named_by.url = u.source WHERE named_by.url IS NULL;
INSERT OR IGNORE INTO orphan SELECT n, id FROM url WHERE source IN (SELECT n FROM url WHERE sitemap > 0);
DELETE FROM orphan WHERE url IN (SELECT o.url FROM link l CROSS JOIN orphan o ON o.id = l.target
  LEFT JOIN page p ON p.url = o.url WHERE l.n >> 16 <> coalesce(p.visit, 0));
DROP INDEX url_unnamed;
)sql";

// Targets that wait, over a restart too.
constexpr std::string_view kPauses = R"sql(
CREATE TABLE target_pause(
  target INTEGER PRIMARY KEY,
  reason TEXT NOT NULL,              -- why it has paused by itself; empty: an operator has
  until INTEGER                      -- then it goes on by itself; NULL: when an operator says so
);
)sql";

// Where a URL's number stands under its fingerprint (storage/sqlite/url_numbers.h), in place of an index.
constexpr std::string_view kUrlNumbers = R"sql(
CREATE TABLE url_number(id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
CREATE TABLE url_number_new(id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
INSERT INTO url_number SELECT id, n FROM url INDEXED BY url_id ORDER BY id;
DROP INDEX url_id;
)sql";

constexpr Migration kMigrations[] = {
    {1, kFirst},
    {2, kTargetPages},
    {3, kReports},
    {4, kBodies},
    {5, kSitemaps},
    {6, kRecrawl},
    {7, kItems},
    {8, kJudgements},
    {9, kHints},
    {10, kHops},
    {11, kSkipCounts},
    {12, kContent},
    {13, kSitemapValidators},
    {14, kAnswers},
    {15, kNear},
    {16, kOrphans},
    {17, kPauses},
    {18, kUrlNumbers},
};

}  // namespace

std::span<const Migration> Migrations() {
  return kMigrations;
}

}  // namespace trawl::storage::sqlite
