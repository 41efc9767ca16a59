SELECT replace(url, '${site}', '') FROM pages ORDER BY url;
--| /
--| /a.html
--| /b.html
--| /c.html
--| /d.html
--| /e.html

SELECT replace(url, '${site}', ''), level, replace(source, '${site}', ''), detail FROM sitemaps ORDER BY url;
--| /deep2.xml | 2 | /index.xml.gz | index: 1 sitemaps, 0 URLs, 0 new and queued
--| /deep3.xml | 3 | /deep2.xml | index: 2 sitemaps, 0 URLs, 0 new and queued
--| /deep4.xml | 4 | /deep3.xml | xml: 4 URLs, 2 new and queued, 2 left by crawl.max_sitemap_urls
--| /gone.xml | 2 | /index.xml.gz | no sitemap: it declares entities
--| /index.xml.gz | 1 | NULL | index: 4 sitemaps, 0 URLs, 0 new and queued
--| /index4.xml | 4 | /deep3.xml | index: 1 sitemaps, 0 URLs, 0 new and queued
--| /one.xml.gz | 2 | /index.xml.gz | xml: 2 URLs, 2 new and queued
--| /too-deep.xml | 5 | /index4.xml | NULL
--| /two.xml | 2 | /index.xml.gz | xml: 1 URLs, 1 new and queued

SELECT replace(url, '${site}', ''), reason, rule FROM skipped;
--| /too-deep.xml | sitemap_limit | more than 3 indexes within each other
