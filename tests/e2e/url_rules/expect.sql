SELECT url, title FROM pages ORDER BY url;
--| ${site}/ | Start
--| ${site}/a.html | A
--| ${site}/a.html?x=1&y=2 | A

SELECT source, target, status FROM redirects;
--| ${site}/moved | ${site}/a.html | 302

SELECT path, count(*) FROM server.requests WHERE path <> '/robots.txt' GROUP BY path ORDER BY path;
--| / | 1
--| /a.html | 1
--| /a.html?x=1&y=2 | 1
--| /moved | 1
