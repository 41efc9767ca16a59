SELECT url FROM server.web_urls WHERE status = 200 EXCEPT SELECT url FROM pages WHERE status = 200;
-- none
SELECT count(*) > 300 FROM pages WHERE status = 200;
--| 1
SELECT url, outcome, detail FROM errors WHERE status IS NULL OR status = 0;
-- none
