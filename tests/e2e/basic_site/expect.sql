-- Relative, absolute and <base> links are followed; fragments, scripts, comments and other schemes are not.
SELECT url, status, depth, title FROM pages WHERE status = 200 AND content_type LIKE 'text/html%' ORDER BY url;
--| ${site}/ | 200 | 0 | Die kleine Seite
--| ${site}/a/one.html | 200 | 1 | One
--| ${site}/deep/er/four.html | 200 | 2 | Four
--| ${site}/deep/five.html | 200 | 2 | Five
--| ${site}/index.html | 200 | 1 | Die kleine Seite
--| ${site}/three.html?q=1&r=2 | 200 | 1 | Three
--| ${site}/two.html | 200 | 1 | Two

SELECT host, target, charset, language, description, canonical, bytes > 700, words FROM pages WHERE url = '${site}/';
--| ~ 127\.0\.0\.1(:${port})? | small | UTF-8 | de-AT | Ein Anfang & mehr | ${site}/index.html | 1 | 9

SELECT text LIKE '%Willkommen%', text LIKE '%Zwei Wörter.%', text LIKE '%color%', text LIKE '%hidden%', text LIKE '%commented%'
FROM pages WHERE url = '${site}/';
--| 1 | 1 | 0 | 0 | 0

SELECT target, kind, rel, anchor, external FROM links WHERE source = '${site}/' AND kind = 'a' ORDER BY target;
--| ${site}/a/one.html | a | next | Erste Seite | 0
--| ${site}/three.html?q=1&r=2 | a |  | Dritte | 0
--| ${site}/two.html | a |  | Zweite | 0

SELECT target, anchor FROM links WHERE source = '${site}/' AND kind = 'img';
--| ${site}/picture.png | Ein Bild

SELECT count(*) FROM server.requests WHERE path LIKE '%not-a-link%' OR path LIKE '%commented%' OR path LIKE '%#%';
--| 0

SELECT outcome, count(*) FROM visits WHERE url IN (SELECT url FROM pages) GROUP BY outcome;
--| ok | 7

SELECT count(*), max(pages), max(end_reason), max(ended_at) IS NOT NULL FROM runs;
--| 1 | 7 | done | 1
