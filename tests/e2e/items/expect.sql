-- Columns have the types of their fields, and what lacks a required field is left out.
SELECT url, position, title, price, typeof(price), amount, typeof(amount), in_stock, since, brand, summary FROM item_product ORDER BY url;
--| ${site}/p/1.html | 1 | Anvil, large | 1299.0 | real | 1299 | integer | 1 | 2024-02-29 | Acme | Made of steel
--| ${site}/p/2.html | 1 | Rope & hook | 1234.5 | real | NULL | null | 0 | NULL | NULL | none

SELECT title, element, large FROM item_product ORDER BY url;
--| Anvil, large | article | ${site}/img/a-large.png
--| Rope & hook | article | NULL

SELECT photos, tags FROM item_product WHERE position = 1 AND title LIKE 'Anvil%';
--| ["${site}/img/a-large.png","${site}/img/b-large.png"] | ["iron","heavy"]

SELECT value FROM item_product, json_each(photos) ORDER BY 1;
--| ${site}/img/a-large.png
--| ${site}/img/b-large.png

-- All items are there as JSON, the incomplete one too.
SELECT url, rule, position, json_extract(data, '$.title'), defaulted FROM items WHERE rule = 'product' ORDER BY url;
--| ${site}/p/1.html | product | 1 | Anvil, large | NULL
--| ${site}/p/2.html | product | 1 | Rope & hook | summary
--| ${site}/p/3.html | product | 1 | Bell | in_stock summary

-- A rule that changed, also in the case of its name: the column that it had is last, a number is still read as text.
SELECT position, price, link, old FROM item_offer ORDER BY position;
--| 1 | 1299 | ${site}/p/1.html | Anvil
--| 2 | NULL | ${site}/p/2.html | Rope & hook
--| 3 | 12.5 | ${site}/p/3.html | Bell

-- How often each field of the rules that are configured was missing.
SELECT rule, field, type, items, missing, missing_rate, pages, empty_pages FROM item_fields ORDER BY rule, place;
--| Offer | price | text | 3 | 1 | 0.3333 | 1 | 0
--| Offer | link | url | 3 | 0 | 0.0 | 1 | 0

-- A rule that is gone keeps its view; that it found nothing on a page is no row.
SELECT count(*) FROM item_nothing;
--| 0

-- What pages say for programs.
SELECT url, kind, data FROM structured ORDER BY url, kind;
--| ${site}/about.html | opengraph | ~ .*About the shop.*
--| ${site}/p/1.html | json-ld | ~ .*"brand".*
--| ${site}/p/1.html | opengraph | ~ .*Made of steel.*
--| ${site}/p/2.html | microdata | ~ .*"type":"https://schema.org/Product".*"name":"Rope & hook".*

-- A page that is too deep for a tree costs itself alone.
SELECT outcome FROM visits WHERE url LIKE '%deep.html';
--| parse_limit

SELECT count(*) FROM pages WHERE status = 200 AND title IS NOT NULL;
--| 5
