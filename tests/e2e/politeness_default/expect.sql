SELECT count(*) FROM pages;
--| 3

SELECT count(*) FROM (SELECT at - lag(ended) OVER (ORDER BY at) AS gap FROM server.requests WHERE path <> '/robots.txt')
WHERE gap < 1.0;
--| 0
