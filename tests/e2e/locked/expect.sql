SELECT count(*), max(end_reason) FROM runs;
--| 1 | *

SELECT url, title FROM pages WHERE url = '${site}/';
--| ${site}/ | start

SELECT count(*) FROM server.requests WHERE run = 2;
--| 0
