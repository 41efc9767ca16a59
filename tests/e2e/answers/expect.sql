SELECT source, target, anchor FROM broken_links;
--| ${site}/ | ${site}/gone.html | old one
