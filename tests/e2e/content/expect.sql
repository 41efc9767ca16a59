SELECT url, author, published_at FROM pages ORDER BY url;
--| ${site}/ | NULL | NULL
--| ${site}/deep.html | NULL | NULL
--| ${site}/news.html | Ada Writer, Bo Second | 2024-01-31T22:30:00.000Z
--| ${site}/odd.html | The Editors | NULL
--| ${site}/plain.html | One Author | 2023-05-17

-- The article and nothing around it; a page without running text has none, one too deep for a tree is stored all the same.
SELECT url, main_text FROM pages ORDER BY url;
--| ${site}/ | NULL
--| ${site}/deep.html | NULL
--| ${site}/news.html | ~ The river rose in the night, and .* on the third day\.$
--| ${site}/odd.html | ~ Nobody can say .* in which month\.$
--| ${site}/plain.html | ~ Of the hills, .* to the sea\.$

SELECT count(*) FROM pages WHERE main_text LIKE '%Home%' OR main_text LIKE '%Imprint%';
--| 0

SELECT count(*) FROM pages WHERE text LIKE '%Home%' AND text LIKE '%Imprint%';
--| 3

SELECT name, ended IS NOT NULL FROM run, (SELECT 'page_main' AS name) WHERE (SELECT count(*) FROM page_main) = 3;
--| page_main | 1
