SELECT url, outcome FROM visits WHERE url NOT LIKE '%/robots.txt' ORDER BY replace(replace(url, ':${closed}/', ':/'), ':${mute}/', ':/');
--| http://127.0.0.1:${mute}/mute | timeout
--| http://127.0.0.1:${closed}/refused | connect_failed
--| ${site}/ | ok
--| ${site}/close | connection_lost
--| ${site}/cut | incomplete
--| ${site}/cut-chunks | incomplete
--| ${site}/garbage | malformed
--| ${site}/gzip-bad | decode_failed
--| ${site}/reset | connection_lost
--| ${site}/silent | timeout
--| ${site}/zstd-bad | decode_failed
--| http://no-such-host.test/unknown | dns_failed

-- What arrived of a body that was cut is kept, and flagged.
SELECT url, title, truncated FROM pages ORDER BY url;
--| ${site}/ | start | 0
--| ${site}/cut | cut | 1
--| ${site}/cut-chunks | cut chunks | 1

-- A time-out says at which step.
SELECT detail LIKE '%connecting took longer than 1 s%' FROM errors WHERE url LIKE '%/mute';
--| 1

-- Each error tells a person what happened.
SELECT count(*) FROM errors WHERE coalesce(detail, '') = '' AND url NOT LIKE '%/robots.txt';
--| 0
