SELECT replace(url, ':${port}', ''), noindex FROM pages WHERE url LIKE '%obeys%' ORDER BY url;
--| http://obeys.test/ | 0
--| http://obeys.test/followed.html | 0
--| http://obeys.test/header.html | 0
--| http://obeys.test/meta.html | 1
--| http://obeys.test/none.html | 1
--| http://obeys.test/other.html | 0

SELECT replace(url, ':${port}', ''), reason, rule FROM skipped ORDER BY url;
--| http://obeys.test/by-header.html | nofollow | X-Robots-Tag: nofollow
--| http://obeys.test/by-link.html | nofollow | rel=nofollow
--| http://obeys.test/by-meta.html | nofollow | meta robots: nofollow

SELECT count(*) FROM pages WHERE url LIKE '%follows.test%/by-%';
--| 3
