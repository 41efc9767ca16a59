SELECT count(*) FROM visits WHERE outcome = 'redirect';
--| ~ 1[01]

SELECT count(*), max(reason), max(rule) FROM skipped;
--| 1 | redirect_limit | crawl.max_redirects = 10

SELECT count(*) FROM pages WHERE status = 200;
--| 0
