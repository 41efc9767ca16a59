SELECT count(*) FROM pages;
--| 12

SELECT count(*) FROM visits WHERE url NOT LIKE '%/robots.txt';
--| 12

SELECT end_reason, pages FROM runs ORDER BY started_at;
--| max_pages | 10
--| max_pages | 0
--| max_pages | 2
