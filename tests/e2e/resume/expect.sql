SELECT url FROM pages ORDER BY url;
--| ${site}/
--| ${site}/a.html
--| ${site}/after.html
--| ${site}/slow.html
--| ${site}/z.html

-- Whatever had been answered is not asked again; what was in flight is.
SELECT path, count(*) FROM server.requests WHERE path <> '/robots.txt' AND path <> '/slow.html' GROUP BY path;
--| / | 1
--| /a.html | 1
--| /after.html | 1
--| /z.html | 1

SELECT count(*) FROM server.requests WHERE run = 3;
--| 0

SELECT end_reason FROM runs ORDER BY started_at;
--| stopped
--| done
--| done
