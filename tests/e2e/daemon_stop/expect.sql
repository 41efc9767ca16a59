SELECT url, target FROM pages ORDER BY url;
--| ${site}/ | site
--| ${site}/a.html | site
--| ${site}/slow.html | site

SELECT count(*) FROM server.requests WHERE path = '/' OR path = '/a.html';
--| 2

SELECT end_reason FROM runs ORDER BY started_at;
--| stopped
--| done
