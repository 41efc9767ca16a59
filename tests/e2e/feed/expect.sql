SELECT replace(url, '${site}', ''), content_type FROM pages ORDER BY url;
--| / | text/html
--| /atom.xml | text/xml
--| /data.xml | application/xml
--| /one.html | text/html
--| /rss | application/rss+xml; charset=utf-8
--| /two.html | text/html

SELECT replace(source, '${site}', ''), replace(target, '${site}', ''), kind, external FROM links WHERE source NOT LIKE '%/' ORDER BY 1, 2 NULLS LAST;
--| /atom.xml | /two.html | item | 0
--| /rss | /one.html | item | 0
--| /rss | http://elsewhere.test/x.html | item | 1
--| /rss | NULL | media | 0

SELECT url, reason FROM skipped;
--| http://elsewhere.test/x.html | scope

SELECT count(*) FROM sitemaps;
--| 0
