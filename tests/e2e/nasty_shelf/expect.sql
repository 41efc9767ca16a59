SELECT max(end_reason), count(*) FROM runs;
--| ~ done|waiting | 1

-- Nothing is left over: what was found on the shelf was visited, or says why not.
SELECT target FROM links WHERE source = '${web}/nasty/' AND target NOT IN (SELECT url FROM visits);
-- none

SELECT replace(url, '${web}/nasty/', ''), outcome FROM visits WHERE url IN (SELECT target FROM links WHERE source = '${web}/nasty/')
AND attempt = 1 ORDER BY url;
--| attributes | ~ ok|parse_.*
--| bad-chunk | malformed
--| bare-lf | ~ ok|malformed
--| big | ok
--| binary | ok
--| calendar | ok
--| charset-lie | ok
--| chunks-endless | ~ ok|too_.*|timeout|parse_.*
--| close | connection_lost
--| coding-unknown | ~ ok|decode_failed
--| continue-flood | ~ malformed|timeout|too_.*
--| deep | ~ ok|parse_.*
--| drip | ~ timeout|too_slow|incomplete
--| empty | ok
--| endless | ~ ok|too_.*|timeout|parse_.*
--| error | http_error
--| gone | http_error
--| gzip-bad | decode_failed
--| gzip-bomb | ~ ok|too_large|decode_failed
--| gzip-cut | ~ incomplete|decode_failed
--| gzip-plain | decode_failed
--| gzip-stack | decode_failed
--| gzip-twice | ~ ok|too_large|decode_failed
--| header-long | ~ too_large|malformed
--| header-nul | malformed
--| headers-endless | ~ too_large|malformed
--| headers-many | ~ too_large|malformed
--| http09 | malformed
--| icy | ~ ok|malformed
--| late | ok
--| length-and-chunks | ~ ok|malformed
--| length-negative | malformed
--| length-twice | malformed
--| less-than | ~ ok|parse_.*
--| long-url | ok
--| many-links | ok
--| no-content | ok
--| no-reason | ~ ok|malformed
--| not-found | http_error
--| png | ok
--| redirect-bad | *
--| redirect-chain | redirect
--| redirect-endless | redirect
--| redirect-file | *
--| redirect-long | *
--| redirect-loop | redirect
--| redirect-nowhere | *
--| redirect-private | redirect
--| redirect-self | redirect
--| reset | connection_lost
--| reset-body | ~ incomplete|connection_lost
--| reset-head | connection_lost
--| session | ok
--| silent | timeout
--| slow-head | ~ ok|timeout
--| stall | ~ timeout|incomplete|too_slow
--| too-many | http_error
--| truncated | incomplete
--| truncated-chunks | incomplete
--| unavailable | http_error
--| unclosed | ~ ok|parse_.*

SELECT url, outcome FROM visits WHERE url = 'http://10.0.0.1/';
--| http://10.0.0.1/ | refused_private

-- A page of 20,000 links keeps 5,000 of them, and says that it kept not all.
SELECT truncated, (SELECT count(*) FROM links WHERE source = url) FROM pages WHERE url = '${web}/nasty/many-links';
--| 1 | 5000

-- A link longer than crawl.max_url is named where it was skipped; one past the hard limit is said to be cut off its page.
SELECT reason, count(*) FROM skipped WHERE length(url) > 2048 OR reason = 'too_long' GROUP BY reason;
--| too_long | 1
SELECT truncated FROM pages WHERE url = '${web}/nasty/long-url';
--| 1
