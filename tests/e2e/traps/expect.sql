SELECT replace(url, '${site}', ''), reason, rule FROM skipped ORDER BY url;
--| /a/x/a/x/a/x/a/y | trap | segment "a" 4 times
--| /cal/2031/5 | trap | crawl.max_query_variants = 4
--| /d/1/2/3/4/5/6/7/8/9 | trap | 10 path segments
--| /list?sort=e&page=5 | trap | crawl.max_query_variants = 4
--| ~ /more/. | duplicate | crawl.max_near_duplicates = 2
--| ~ /more/. | duplicate | crawl.max_near_duplicates = 2
--| ~ /next/. | duplicate | crawl.max_duplicates = 3
--| /r?t=1&t=1&t=1&t=1 | trap | parameter "t=1" 4 times

SELECT path, count(*) FROM server.requests WHERE path LIKE '/list%' OR path LIKE '/next%' OR path LIKE '/a/%' OR path LIKE '/q%' OR path LIKE '/r?%' OR path LIKE '/cal%' OR path LIKE '/d/%'
GROUP BY substr(path, 1, 3) ORDER BY 1;
--| ~ /a/x.* | 1
--| ~ /cal.* | 4
--| ~ /d/.* | 1
--| ~ /list.* | 5
--| ~ /next.* | 3
--| ~ /q.* | 1

-- What is nearly the same, each with the first of them.
SELECT count(*), count(DISTINCT near), max(distance) <= 3, min(title), min(near_title), min(host) FROM near_duplicates;
--| 3 | 1 | 1 | lost | lost | 127.0.0.1

SELECT count(*) FROM pages WHERE simhash IS NOT NULL AND length(simhash) = 16;
--| 4
