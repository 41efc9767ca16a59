SELECT DISTINCT outcome FROM visits;
--| refused_private

SELECT count(DISTINCT url) FROM visits WHERE url NOT LIKE '%/robots.txt';
--| 5

SELECT count(*) FROM pages;
--| 0

SELECT count(*) FROM server.requests;
--| 0
