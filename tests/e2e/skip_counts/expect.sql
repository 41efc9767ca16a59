SELECT host, reason, rule, urls, listed FROM skip_counts ORDER BY urls DESC, reason;
--| 127.0.0.1 | denied | /no/ | 41 | 10
--| 127.0.0.1 | robots | robots.txt line 2: Disallow: /private | 1 | 0
--| a.test | scope | scope = "host" | 1 | 1

SELECT count(*) FROM skipped WHERE host = '127.0.0.1';
--| 10

-- A link to a URL without a row has no address.
SELECT count(*), sum(target IS NULL) FROM links WHERE source = '${site}/';
--| 43 | 31

SELECT count(*) FROM queue;
--| 2
