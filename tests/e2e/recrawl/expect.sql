-- Each run fetches each URL once: what falls due meanwhile is the next run's.
SELECT run, count(*) FROM server.requests WHERE path <> '/robots.txt' GROUP BY run;
--| 1 | 5
--| 2 | 5
--| 3 | 5

SELECT run, status, if_none_match FROM server.requests WHERE path = '/same' ORDER BY run;
--| 1 | 200 | NULL
--| 2 | 304 | "v1"
--| 3 | 304 | "v1"

SELECT status, outcome FROM visits WHERE url = '${site}/same' ORDER BY at;
--| 200 | ok
--| 304 | not_modified
--| 304 | not_modified

SELECT title, text, visits, etag, fetched_at > changed_at FROM pages WHERE url = '${site}/same';
--| same | the same | 3 | "v1" | 1

SELECT url, kind, old_hash <> new_hash FROM changes ORDER BY url;
--| ${site}/gone | gone | NULL
--| ${site}/other | changed | 1

-- What is gone stays, marked; once missing is not gone.
SELECT title, status, text, gone_at IS NOT NULL FROM pages WHERE url IN ('${site}/gone', '${site}/flaky') ORDER BY 1;
--| flaky | 200 | here | 0
--| gone | 200 | still to be read | 1

-- All wait for the next run, what is gone twice as long.
SELECT url, interval_ms, attempts FROM queue ORDER BY url;
--| ${site}/ | 1 | 0
--| ${site}/flaky | 1 | 0
--| ${site}/gone | 2 | 0
--| ${site}/other | 1 | 0
--| ${site}/same | 1 | 0

SELECT end_reason FROM runs;
--| done
--| done
--| done
