SELECT url FROM pages;
--| ${site}/

-- One who does not obey does not ask.
SELECT path FROM server.requests;
--| /
