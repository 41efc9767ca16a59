SELECT url FROM pages ORDER BY url;
--| ${site}/
--| ${site}/keep/a.html
--| ${site}/maybe/yes.html

-- Why not, and which expression said so.
SELECT url, reason, rule FROM skipped ORDER BY url;
--| ${site}/else.html | not_allowed | no expression of allow
--| ${site}/keep/a.html?print=1 | denied | \?print=1
--| ${site}/maybe/not.html | denied | /maybe/not

SELECT count(*) FROM server.requests WHERE path IN ('/else.html', '/maybe/not.html', '/keep/a.html?print=1');
--| 0
