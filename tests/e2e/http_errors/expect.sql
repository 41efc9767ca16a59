SELECT path, count(*) FROM server.requests WHERE path <> '/robots.txt' GROUP BY path ORDER BY path;
--| / | 1
--| /broken | 3
--| /busy | 2
--| /gone | 1
--| /missing.html | 1

SELECT url, status, outcome, max(attempt), count(*) FROM visits WHERE url NOT LIKE '%/robots.txt' GROUP BY url, status ORDER BY url, status;
--| ${site}/ | 200 | ok | 1 | 1
--| ${site}/broken | 500 | http_error | 3 | 3
--| ${site}/busy | 200 | ok | 2 | 1
--| ${site}/busy | 503 | http_error | 1 | 1
--| ${site}/gone | 410 | http_error | 1 | 1
--| ${site}/missing.html | 404 | http_error | 1 | 1

SELECT url, status FROM errors WHERE url NOT LIKE '%/robots.txt' AND status < 500 ORDER BY url;
--| ${site}/gone | 410
--| ${site}/missing.html | 404

-- Retry-After was waited for, from the end of the answer that said it.
SELECT max(at) - min(ended) >= 1.0 FROM server.requests WHERE path = '/busy';
--| 1

SELECT url, title FROM pages WHERE url = '${site}/busy';
--| ${site}/busy | better now
