SELECT url FROM pages ORDER BY url;
--| ${site}/
--| ${site}/a.html
--| ${site}/after.html
--| ${site}/slow.html
--| ${site}/z.html

-- At most what was in flight is asked again: one connection, so one page beside those whose commit was under way.
SELECT count(*) BETWEEN 6 AND 9 FROM server.requests WHERE path <> '/robots.txt';
--| 1

SELECT count(*) FROM server.requests WHERE run = 4;
--| 0

-- A run that was killed has no end of its own making.
SELECT count(*), max(end_reason) FROM runs;
--| 3 | *
