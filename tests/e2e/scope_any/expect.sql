SELECT url FROM pages ORDER BY url;
--| http://a.test:${port}/docs/
--| http://a.test:${port}/docs/more/
--| http://a.test:${port}/docsy.html
--| http://a.test:${port}/other/
--| http://b.test:${port}/

SELECT host, count(*) FROM server.requests WHERE path = '/robots.txt' GROUP BY host ORDER BY host;
--| a.test | 1
--| b.test | 1

SELECT host, pages FROM hosts ORDER BY host;
--| ~ a\.test(:${port})? | 4
--| ~ b\.test(:${port})? | 1
