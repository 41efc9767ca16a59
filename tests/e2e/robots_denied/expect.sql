SELECT url FROM pages WHERE content_type LIKE 'text/html%' ORDER BY url;
--| ${site}/
--| ${site}/nofollow.html
--| ${site}/private/open.html

-- The receipt: which line of robots.txt kept the URL out.
SELECT url, rule LIKE '%5%' OR rule LIKE '%/private/%' OR rule LIKE '%pdf%' FROM skipped WHERE reason = 'robots' ORDER BY url;
--| ${site}/paper.pdf | 1
--| ${site}/private/secret.html | 1

SELECT path, count(*) FROM server.requests WHERE path IN ('/robots.txt', '/private/secret.html', '/paper.pdf', '/hidden.html')
GROUP BY path;
--| /robots.txt | 1
