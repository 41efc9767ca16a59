SELECT depth, count(*) FROM pages GROUP BY depth ORDER BY depth;
--| 0 | 1
--| 1 | 3
--| 2 | 9

SELECT reason, rule, count(*) FROM skipped GROUP BY reason, rule;
--| depth | max_depth = 2 | 27
