#include "storage/sqlite/invariants.h"

namespace trawl::storage::sqlite {
namespace {

constexpr Invariant kInvariants[] = {
    {"a URL has one row, and its number stands under its fingerprint",
     "SELECT u.url FROM url u LEFT JOIN url_number a ON a.id = u.id LEFT JOIN url_number_new b ON b.id = "
     "u.id "
     "WHERE u.n IS NOT coalesce(a.n, b.n) OR (a.id IS NOT NULL AND b.id IS NOT NULL) UNION ALL "
     "SELECT 'url ' || n FROM (SELECT n FROM url_number UNION ALL SELECT n FROM url_number_new) WHERE n NOT "
     "IN (SELECT n FROM url)",
     // Of two rows one stays a finding.
     "DELETE FROM url_number_new; DELETE FROM url_number; INSERT INTO url_number SELECT id, min(n) FROM url "
     "GROUP BY id;"},
    {"a URL has a known state", "SELECT url FROM url WHERE state NOT IN (0, 1, 2, 3)", ""},
    {"a URL is left out for a reason, and no other has one",
     "SELECT url FROM url WHERE (state = 3) <> (skip IN (SELECT number FROM skip_reasons))",
     // A reason without the state says nothing; a state without a reason is left to a person.
     "UPDATE url SET skip = 0, rule = NULL WHERE state <> 3 AND skip <> 0;"},
    {"a URL belongs to a host", "SELECT url FROM url WHERE host NOT IN (SELECT n FROM host)", ""},
    {"a visit belongs to a URL", "SELECT 'visit ' || n FROM visit WHERE url NOT IN (SELECT n FROM url)",
     "DELETE FROM visit WHERE url NOT IN (SELECT n FROM url);"},
    {"a redirect belongs to a visit",
     "SELECT 'visit ' || visit FROM redirect WHERE visit NOT IN (SELECT n FROM visit)",
     "DELETE FROM redirect WHERE visit NOT IN (SELECT n FROM visit);"},
    {"a page belongs to a URL and to a visit of it",
     "SELECT coalesce((SELECT url FROM url WHERE n = p.url), 'url ' || p.url) FROM page p "
     "LEFT JOIN visit v ON v.n = p.visit AND v.url = p.url LEFT JOIN url u ON u.n = p.url "
     "WHERE v.n IS NULL OR u.n IS NULL",
     ""},
    {"a text belongs to a page",
     "SELECT 'visit ' || visit FROM page_text WHERE visit NOT IN (SELECT visit FROM page)",
     "DELETE FROM page_text WHERE visit NOT IN (SELECT visit FROM page);"},
    {"a main content belongs to a page",
     "SELECT 'visit ' || visit FROM page_main WHERE visit NOT IN (SELECT visit FROM page)",
     "DELETE FROM page_main WHERE visit NOT IN (SELECT visit FROM page);"},
    {"a link belongs to a page",
     "SELECT 'visit ' || (n >> 16) FROM link WHERE n >> 16 NOT IN (SELECT visit FROM page)",
     "DELETE FROM link WHERE n >> 16 NOT IN (SELECT visit FROM page);"},
    {"an item belongs to a page and a rule",
     "SELECT 'visit ' || (n >> 16) FROM item WHERE n >> 16 NOT IN (SELECT visit FROM page) OR rule NOT IN "
     "(SELECT n FROM rule)",
     "DELETE FROM item WHERE n >> 16 NOT IN (SELECT visit FROM page) OR rule NOT IN (SELECT n FROM rule);"},
    {"structured data belongs to a page",
     "SELECT 'visit ' || (n >> 16) FROM statement WHERE n >> 16 NOT IN (SELECT visit FROM page)",
     "DELETE FROM statement WHERE n >> 16 NOT IN (SELECT visit FROM page);"},
    {"a robots.txt belongs to a host", "SELECT origin FROM robots_txt WHERE host NOT IN (SELECT n FROM host)",
     "DELETE FROM robots_txt WHERE host NOT IN (SELECT n FROM host);"},
    {"a place in the queue is of a queued URL of that host",
     "SELECT 'place ' || q.host || '/' || q.priority || '/' || q.seq FROM pending q "
     "LEFT JOIN url u ON u.n = q.url AND u.state = 0 AND u.host = q.host WHERE u.n IS NULL",
     "DELETE FROM pending WHERE NOT EXISTS (SELECT 1 FROM url u WHERE u.n = pending.url AND u.state = 0 AND "
     "u.host = pending.host);"},
    {"a URL has one place in the queue",
     "SELECT u.url FROM pending q JOIN url u ON u.n = q.url GROUP BY q.url HAVING count(*) > 1",
     "DELETE FROM pending WHERE (host, priority, seq) IN (SELECT host, priority, seq FROM (SELECT host, "
     "priority, seq, "
     "row_number() OVER (PARTITION BY url ORDER BY priority, seq) AS nth FROM pending) WHERE nth > 1);"},
    {"a queued URL has a place in the queue",
     "SELECT url FROM url WHERE state = 0 AND n NOT IN (SELECT url FROM pending)",
     // Behind all others of its host: how it stood is gone.
     "INSERT INTO pending(host, priority, seq, url, due, attempts) SELECT host, 255, "
     "(SELECT coalesce(max(seq), 0) FROM pending) + row_number() OVER (ORDER BY n), n, 0, 0 FROM url "
     "WHERE state = 0 AND n NOT IN (SELECT url FROM pending);"},
    {"a time to be fetched again is a URL's",
     "SELECT 'url ' || url FROM revisit WHERE url NOT IN (SELECT n FROM url)",
     "DELETE FROM revisit WHERE url NOT IN (SELECT n FROM url);"},
    {"a URL that is left out is not fetched again",
     "SELECT u.url FROM revisit r JOIN url u ON u.n = r.url WHERE u.state = 3",
     "DELETE FROM revisit WHERE url IN (SELECT n FROM url WHERE state = 3);"},
    {"a URL that is to be fetched again waits for its time or in the queue, not for both",
     "SELECT u.url FROM revisit r JOIN url u ON u.n = r.url WHERE u.state IN (0, 1, 2) AND (u.state = 0) <> "
     "(r.due IS "
     "NULL)",
     // One that is in no queue and has no time is due an interval after its last visit.
     "UPDATE revisit SET due = CASE WHEN u.state = 0 THEN NULL ELSE coalesce((SELECT at FROM visit WHERE n = "
     "u.visit), "
     "0) + interval_ms END FROM url u WHERE u.n = revisit.url AND u.state IN (0, 1, 2) AND (u.state = 0) <> "
     "(revisit.due IS NULL);"},
    {"a body belongs to a URL, a WARC file and, when it is a revisit, to a whole one",
     "SELECT 'visit ' || b.visit FROM body b LEFT JOIN url u ON u.n = b.url LEFT JOIN warc_file f ON f.n = "
     "b.file "
     "LEFT JOIN body o ON o.visit = b.original WHERE u.n IS NULL OR f.n IS NULL OR b.offset + b.length > "
     "f.bytes "
     "OR (b.kind = 1) <> (o.kind IS 0)",
     ""},
    {"the last visit of a URL is there",
     "SELECT u.url FROM url u LEFT JOIN visit v ON v.n = u.visit WHERE u.visit IS NOT NULL AND v.n IS NULL",
     "UPDATE url SET visit = (SELECT max(n) FROM visit WHERE url = url.n) WHERE visit IS NOT NULL AND visit "
     "NOT IN "
     "(SELECT n FROM visit);"},
    {"a URL knows the number of its visits",
     "SELECT u.url FROM url u LEFT JOIN (SELECT url, count(*) AS visits FROM visit GROUP BY url) c ON c.url "
     "= u.n "
     "WHERE u.visits <> coalesce(c.visits, 0)",
     "UPDATE url SET visits = 0 WHERE visits <> 0 AND n NOT IN (SELECT url FROM visit);"
     "UPDATE url SET visits = c.visits FROM (SELECT url, count(*) AS visits FROM visit GROUP BY url) c "
     "WHERE c.url = url.n AND url.visits <> c.visits;"},
    {"a host knows the number of its URLs that are left out",
     "SELECT h.name FROM host h LEFT JOIN (SELECT host, count(*) AS urls FROM url WHERE state = 3 GROUP BY "
     "host) c ON c.host = h.n WHERE h.skipped <> coalesce(c.urls, 0)",
     "UPDATE host SET skipped = coalesce((SELECT c.urls FROM (SELECT host, count(*) AS urls FROM url WHERE "
     "state = 3 GROUP BY host) c WHERE c.host = host.n), 0);"},
    {"a URL that is only counted has no row", "SELECT u.url FROM unlisted x JOIN url u ON u.id = x.id",
     "DELETE FROM unlisted WHERE id IN (SELECT id FROM url);"
     "UPDATE skip_count SET urls = coalesce((SELECT c.urls FROM (SELECT skip_count, count(*) AS urls FROM "
     "unlisted GROUP BY 1) c WHERE c.skip_count = skip_count.n), 0);"},
    {"URLs that have no row are counted by host, reason and rule",
     "SELECT 'count ' || s.n FROM skip_count s LEFT JOIN (SELECT skip_count, count(*) AS urls FROM unlisted "
     "GROUP BY 1) c ON c.skip_count = s.n WHERE s.urls <> coalesce(c.urls, 0)",
     "UPDATE skip_count SET urls = coalesce((SELECT c.urls FROM (SELECT skip_count, count(*) AS urls FROM "
     "unlisted GROUP BY 1) c WHERE c.skip_count = skip_count.n), 0);"},
    {"what is near belongs to a page, and the visits that were looked at are there",
     "SELECT 'url ' || url FROM near WHERE url NOT IN (SELECT url FROM page) OR first NOT IN (SELECT url "
     "FROM "
     "near) UNION ALL SELECT 'visit ' || visit FROM near_cover WHERE visit > (SELECT coalesce(max(n), 0) "
     "FROM "
     "visit)",
     // All of it is found anew.
     "DELETE FROM near; DELETE FROM near_quarter; DELETE FROM near_again; UPDATE near_cover SET visit = 0;"},
    {"a URL that no page links to is known",
     "SELECT 'url ' || url FROM orphan WHERE url NOT IN (SELECT n FROM url)",
     "DELETE FROM orphan WHERE url NOT IN (SELECT n FROM url);"},
    {"a host knows the number of its URLs that wait",
     "SELECT h.name FROM host h LEFT JOIN (SELECT host, count(*) AS urls FROM pending GROUP BY host) c ON "
     "c.host = h.n WHERE h.queued <> coalesce(c.urls, 0)",
     "UPDATE host SET queued = coalesce((SELECT c.urls FROM (SELECT host, count(*) AS urls FROM pending "
     "GROUP "
     "BY host) c WHERE c.host = host.n), 0);"},
    {"a page knows its host", "SELECT u.url FROM page p JOIN url u ON u.n = p.url WHERE p.host <> u.host",
     "UPDATE page SET host = u.host FROM url u WHERE u.n = page.url AND page.host <> u.host;"},
    {"a host knows the number of its pages",
     "SELECT h.name FROM host h LEFT JOIN (SELECT u.host AS host, count(*) AS pages FROM page p JOIN url u "
     "ON u.n = p.url "
     "GROUP BY u.host) c ON c.host = h.n WHERE h.pages <> coalesce(c.pages, 0)",
     "UPDATE host SET pages = coalesce((SELECT c.pages FROM (SELECT u.host AS host, count(*) AS pages FROM "
     "page p "
     "JOIN url u ON u.n = p.url GROUP BY u.host) c WHERE c.host = host.n), 0);"},
    {"a target knows the number of its pages",
     "SELECT t.name FROM target t LEFT JOIN (SELECT u.target AS target, count(*) AS pages FROM page p JOIN "
     "url u "
     "ON u.n = p.url GROUP BY u.target) c ON c.target = t.n WHERE t.pages <> coalesce(c.pages, 0)",
     "UPDATE target SET pages = coalesce((SELECT c.pages FROM (SELECT u.target AS target, count(*) AS pages "
     "FROM page p "
     "JOIN url u ON u.n = p.url GROUP BY u.target) c WHERE c.target = target.n), 0);"},
};

}  // namespace

std::span<const Invariant> Invariants() {
  return kInvariants;
}

}  // namespace trawl::storage::sqlite
