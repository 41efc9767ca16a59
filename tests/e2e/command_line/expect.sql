SELECT url, depth FROM pages ORDER BY url;
--| ${site}/ | 0
--| ${site}/a.html | 1
--| ${site}/other.html | 0

SELECT url, reason FROM skipped;
--| ${site}/b.html | depth
