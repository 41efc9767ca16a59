-- The crawls that could not be stored asked nothing of the server.
SELECT run, count(*) FROM server.requests GROUP BY run;
--| 4 | 2
