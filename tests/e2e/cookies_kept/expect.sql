SELECT path, run, status, cookie FROM server.requests WHERE path = '/wait' ORDER BY at;
--| /wait | 1 | * | ~ .*session=s3cret.*
--| /wait | 2 | 200 | ~ .*session=s3cret.*

SELECT title FROM pages WHERE url = '${site}/wait';
--| members

-- Those without an end are kept with the database.
SELECT name, value, http_only, expires FROM cookie WHERE name = 'session';
--| session | s3cret | 1 | NULL
