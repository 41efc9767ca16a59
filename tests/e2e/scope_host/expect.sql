SELECT url FROM pages ORDER BY url;
--| http://a.test:${port}/docs/
--| http://a.test:${port}/docs/more/
--| http://a.test:${port}/docsy.html
--| http://a.test:${port}/other/

SELECT url, reason, rule FROM skipped;
--| http://b.test:${port}/ | scope | scope = "host"

SELECT target, external FROM links WHERE source = 'http://a.test:${port}/docs/' ORDER BY target;
--| http://a.test:${port}/docs/more/ | 0
--| http://a.test:${port}/docsy.html | 0
--| http://a.test:${port}/other/ | 0
--| http://b.test:${port}/ | 1
