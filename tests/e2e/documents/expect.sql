SELECT url, status, outcome FROM visits WHERE url NOT LIKE '%/robots.txt' ORDER BY url;
--| ${site}/ | 200 | ok
--| ${site}/binary.html | 200 | ok
--| ${site}/empty.html | 200 | ok
--| ${site}/from-gzip.html | 200 | ok
--| ${site}/gzip-chunked.html | 200 | ok
--| ${site}/gzip.html | 200 | ok
--| ${site}/latin1.html | 200 | ok
--| ${site}/meta.html | 200 | ok
--| ${site}/no-content | 204 | ok
--| ${site}/plain | 200 | ok
--| ${site}/untyped | 200 | ok
--| ${site}/utf16.html | 200 | ok

SELECT url, title, charset FROM pages WHERE url LIKE '%latin1%' OR url LIKE '%meta%' OR url LIKE '%utf16%' ORDER BY url;
--| ${site}/latin1.html | Größe 1 | windows-1252
--| ${site}/meta.html | Привет | windows-1251
--| ${site}/utf16.html | 日本語 | UTF-16LE

SELECT url, title, bytes FROM pages WHERE url LIKE '%gzip%' OR url LIKE '%empty%' ORDER BY url;
--| ${site}/empty.html | * | 0
--| ${site}/from-gzip.html | linked from gzip | 47
--| ${site}/gzip-chunked.html | compressed chunks | 47
--| ${site}/gzip.html | compressed | 71

SELECT count(*) FROM links WHERE target LIKE '%not-a-link%';
--| 0
