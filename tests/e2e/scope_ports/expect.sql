SELECT replace(url, '${site}', '') FROM pages ORDER BY url;
--| /
--| /in

SELECT url, reason, rule FROM skipped ORDER BY url;
--| http://a.test/ | scope | ports = [${port}, 1-9]
--| https://a.test/ | scope | schemes = [http]
