SELECT url FROM pages WHERE status = 200 ORDER BY url;
--| http://a.test:${port}/
--| http://a.test:${port}/end.html

SELECT source, target, status FROM redirects ORDER BY source;
--| http://a.test:${port}/away | http://b.test:${port}/ | 308
--| http://a.test:${port}/chain/1 | http://a.test:${port}/chain/chain2 | 302
--| http://a.test:${port}/chain/chain2 | http://a.test:${port}/end.html | 307
--| http://a.test:${port}/loop/a | http://a.test:${port}/loop/b | 302
--| http://a.test:${port}/loop/b | http://a.test:${port}/loop/a | 302
--| http://a.test:${port}/moved | http://a.test:${port}/chain/1 | 301
--| http://a.test:${port}/self | http://a.test:${port}/self | 302

-- A redirect out of the target's scope goes no further, and says so.
SELECT url, reason FROM skipped WHERE url LIKE '%b.test%';
--| http://b.test:${port}/ | scope

-- Each URL of a loop is asked once.
SELECT path, count(*) FROM server.requests WHERE path LIKE '/loop/%' OR path = '/self' GROUP BY path ORDER BY path;
--| /loop/a | 1
--| /loop/b | 1
--| /self | 1

-- Every visit has its one outcome.
SELECT url, outcome FROM visits WHERE outcome <> 'ok' AND url NOT LIKE '%/robots.txt' AND outcome <> 'redirect' ORDER BY url;
--| http://a.test:${port}/nowhere | *
--| http://a.test:${port}/scheme | *
