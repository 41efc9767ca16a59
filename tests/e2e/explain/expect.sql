SELECT count(*) FROM runs;
--| 1
