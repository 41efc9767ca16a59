SELECT url, target FROM pages;
--| ${site}/ | inside

SELECT DISTINCT outcome FROM visits WHERE url LIKE 'http://inside.test%';
--| refused_private
