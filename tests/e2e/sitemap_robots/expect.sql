SELECT replace(url, ':${port}', '') FROM pages WHERE url LIKE '%docs.test%' ORDER BY url;
--| http://docs.test/docs/
--| http://docs.test/docs/broken1.html
--| http://docs.test/docs/broken2.html
--| http://docs.test/docs/high.html
--| http://docs.test/docs/linked.html
--| http://docs.test/docs/list?page=1&page=1&page=1&page=1
--| http://docs.test/docs/low.html
--| http://docs.test/docs/new.html
--| http://docs.test/docs/old.html

-- A target without: nothing but its seed and what that links to. One with a list: that, and nothing of robots.txt.
SELECT replace(url, ':${port}', '') FROM pages WHERE url NOT LIKE '%docs.test%' AND content_type LIKE 'text/html%' ORDER BY url;
--| http://listed.test/
--| http://listed.test/from-list.html
--| http://none.test/

SELECT replace(url, ':${port}', ''), level, outcome, detail FROM sitemaps ORDER BY url;
--| http://docs.test/broken.xml | 1 | ok | ~ xml: 2 URLs, 2 new and queued; not well-formed.*
--| http://docs.test/secret.xml | 1 | NULL | NULL
--| http://docs.test/sitemap.xml | 1 | ok | xml: 8 URLs, 5 new and queued
--| http://listed.test/mine.txt | 1 | ok | text: 2 URLs, 1 new and queued
--| http://other.test/sitemap.xml | 1 | NULL | NULL

SELECT replace(url, ':${port}', ''), reason, coalesce(rule, '') <> '' FROM skipped ORDER BY url;
--| http://docs.test/docs/denied.html | denied | 1
--| http://docs.test/elsewhere.html | scope | 1
--| http://docs.test/secret.xml | robots | 1
--| http://other.test/docs/x.html | scope | 1
--| http://other.test/outside.html | scope | 1
--| http://other.test/sitemap.xml | scope | 1

-- A higher priority first, then the newer one; the seed's link comes by its own priority.
SELECT path FROM server.requests WHERE path IN ('/docs/high.html', '/docs/new.html', '/docs/old.html', '/docs/low.html') ORDER BY at;
--| /docs/high.html
--| /docs/new.html
--| /docs/old.html
--| /docs/low.html

-- A sitemap is no page.
SELECT count(*) FROM pages WHERE url LIKE '%.xml' OR url LIKE '%.txt';
--| 0

SELECT count(*) FROM server.requests WHERE host = 'other.test' OR path = '/secret.xml' OR (host = 'listed.test' AND path LIKE '%.xml');
--| 0
