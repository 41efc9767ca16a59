SELECT DISTINCT outcome FROM visits;
--| tls_failed

SELECT count(*) FROM pages;
--| 0

-- Nothing of the first run reached the server's pages; the two others did.
SELECT run, count(*) FROM server.requests WHERE path = '/' GROUP BY run;
--| 2 | 1
--| 3 | 1
