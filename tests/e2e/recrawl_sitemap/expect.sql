-- The second run reads a sitemap for the first time. Of what it lists as changed since the first run the third visits
-- what is dated within reason; all else waits for its month.
SELECT path, count(*) FROM server.requests WHERE path <> '/robots.txt' GROUP BY path ORDER BY path;
--| / | 1
--| /future | 1
--| /new | 2
--| /old | 1
--| /second.xml | 1

SELECT kind, url FROM changes;
--| changed | ${site}/new

SELECT detail FROM sitemaps;
--| xml: 3 URLs, 0 new and queued, 1 brought forward

SELECT replace(url, '${site}', ''), interval_ms / 86400000 FROM queue ORDER BY url;
--| / | 30
--| /future | 30
--| /new | 30
--| /old | 30
--| /second.xml | 1
