SELECT depth, count(*) FROM pages GROUP BY depth ORDER BY depth;
--| 0 | 1
--| 1 | 3
--| 2 | 9

SELECT reason, count(*) FROM skipped GROUP BY reason;
--| depth | 27
