-- Run 2: the seed that was out of scope, and what it leads to on a shorter way. Run 3: what scope, depth and a deny
-- expression had kept out. Run 4: nothing. What robots.txt forbids stays out although it is a seed.
SELECT run, host, path FROM server.requests WHERE path <> '/robots.txt' ORDER BY run, host, path;
--| 1 | a.test | /
--| 1 | a.test | /1.html
--| 2 | a.test | /far.html
--| 2 | b.test | /
--| 3 | a.test | /2.html
--| 3 | a.test | /denied.html
--| 3 | c.test | /

SELECT url, reason FROM skipped;
--| http://a.test:${port}/private | robots

SELECT url, depth, target FROM pages WHERE url NOT LIKE '%a.test%' OR url LIKE '%far%' ORDER BY url;
--| http://a.test:${port}/far.html | 1 | second
--| http://b.test:${port}/ | 0 | second
--| http://c.test:${port}/ | 1 | first

SELECT count(*) FROM queue;
--| 0
