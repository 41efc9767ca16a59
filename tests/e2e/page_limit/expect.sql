SELECT count(*) FROM pages;
--| 10

SELECT count(*) FROM visits WHERE url NOT LIKE '%/robots.txt';
--| 10
