SELECT url, status, truncated, bytes FROM pages WHERE url LIKE '%big%' ORDER BY url;
--| ${web}/nasty/big/1 | 200 | 0 | ~ 10486\d\d
--| ${web}/nasty/big/50 | 200 | 1 | 10485760

SELECT title, truncated FROM pages WHERE url LIKE '%/p/1';
--| Host 0 page 1 | 0

-- Ten MiB were taken from the wire, not fifty.
SELECT max(bytes_wire) BETWEEN 10485760 AND 12000000 FROM visits;
--| 1

SELECT outcome FROM visits WHERE url LIKE '%bomb%';
--| ~ ok|too_large|decode_failed
