SELECT count(*) FROM pages;
--| 4

-- From the end of an answer to the next request, seen by the server: never less than Crawl-delay.
SELECT count(*) FROM (SELECT at - lag(ended) OVER (ORDER BY at) AS gap FROM server.requests WHERE path <> '/robots.txt')
WHERE gap < 0.5;
--| 0

SELECT crawl_delay_ms, robots_status FROM hosts;
--| 500 | 200
