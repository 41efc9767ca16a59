SELECT url FROM pages ORDER BY url;
--| http://a.test:${port}/docs/
--| http://a.test:${port}/docs/more/

SELECT url, reason, source FROM skipped ORDER BY url;
--| http://a.test:${port}/docsy.html | scope | http://a.test:${port}/docs/
--| http://a.test:${port}/other/ | scope | http://a.test:${port}/docs/
--| http://b.test:${port}/ | scope | http://a.test:${port}/docs/

-- The robots.txt of a host that is out of scope is not asked for either.
SELECT host, path FROM server.requests ORDER BY path;
--| a.test | /docs/
--| a.test | /docs/more/
--| a.test | /robots.txt
