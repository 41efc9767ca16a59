SELECT count(*) FROM pages;
--| 10

SELECT count(*) FROM visits WHERE url NOT LIKE '%/robots.txt';
--| 10

SELECT DISTINCT reason, rule FROM skipped;
--| page_limit | max_pages = 10
