SELECT host, path, run FROM server.requests WHERE path <> '/robots.txt' ORDER BY run, host, path;
--| a.test | / | 1
--| b.test | / | 1
--| a.test | /back | 2
--| c.test | / | 2
--| b.test | /deeper | 3

SELECT url, hops, depth FROM pages ORDER BY url;
--| http://a.test:${port}/ | 0 | 0
--| http://a.test:${port}/back | 0 | 2
--| http://b.test:${port}/ | 1 | 1
--| http://b.test:${port}/deeper | 2 | 2
--| http://c.test:${port}/ | 1 | 3

SELECT url, reason, rule FROM skipped ORDER BY url;
--| http://b.test:${port}/deepest | hops | external_hops = 2
--| http://b.test:${port}/private | robots | robots.txt line 3: Disallow: /private
