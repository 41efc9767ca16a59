SELECT count(*) FROM visits WHERE outcome = 'redirect';
--| ~ 1[01]

SELECT count(*), max(reason) FROM skipped;
--| 1 | redirect_limit

SELECT count(*) FROM pages WHERE status = 200;
--| 0
