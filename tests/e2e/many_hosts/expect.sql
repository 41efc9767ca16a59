-- Every page that can be reached is there, at its depth, and no other.
SELECT url FROM server.web_urls WHERE status = 200 EXCEPT SELECT url FROM pages WHERE status = 200;
-- none
SELECT url FROM pages WHERE status = 200 EXCEPT SELECT url FROM server.web_urls WHERE status = 200;
-- none
SELECT count(*) > 400, count(DISTINCT host) > 100 FROM pages WHERE status = 200;
--| 1 | 1

-- Broken pages have their status, each asked once.
SELECT u.url FROM server.web_urls u WHERE u.status <> 200 AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.url = u.url AND v.status = u.status);
-- none
SELECT host, path, count(*) FROM server.web WHERE path <> '/robots.txt' GROUP BY host, path HAVING count(*) > 1;
-- none

-- One request at a time and 100 ms from the end of an answer, on every host; 500 ms where robots.txt asks for it.
SELECT host, path, at - before FROM (SELECT host, path, at, lag(ended) OVER (PARTITION BY host ORDER BY at) AS before
  FROM server.web WHERE path <> '/robots.txt') WHERE at - before < 0.1;
-- none
SELECT host, path, at - before FROM (SELECT host, path, at, lag(ended) OVER (PARTITION BY host ORDER BY at) AS before
  FROM server.web WHERE path <> '/robots.txt') WHERE at - before < 0.5 AND host IN (SELECT substr(host, 1, instr(host || ':', ':') - 1)
  FROM hosts WHERE crawl_delay_ms = 500);
-- none
SELECT count(*) > 10 FROM hosts WHERE crawl_delay_ms = 500;
--| 1

-- What robots.txt keeps out was not asked, nor anything of a host whose robots.txt cannot be had.
SELECT count(*) FROM server.web WHERE path LIKE '/private/%';
--| 0
SELECT count(*), min(reason), max(reason) FROM skipped WHERE url LIKE '%/private/%';
--| ~ [1-9]\d* | robots | robots
SELECT host FROM server.web GROUP BY host HAVING max(path = '/robots.txt' AND status = 503) AND count(DISTINCT path) > 1;
-- none
SELECT host FROM server.web GROUP BY host HAVING min(at) < min(CASE WHEN path = '/robots.txt' THEN at END);
-- none
