#!/usr/bin/env python3
"""The comparison must see what is missing, what is too much and what is twice, and explain no more than it may."""
import os
import sqlite3
import tempfile
import unittest

import compare
import crawl

ORIGIN = "http://127.0.0.1:7"


class Compare(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        for name, text in {"index.html": "<a href=a.html><a href=b.html>", "a.html": "<a href=c.html>", "b.html": "<a href=index.html>",
                           "c.html": ""}.items():
            with open(os.path.join(self.folder.name, name), "w", encoding="ascii") as file:
                file.write(text)
        self.wanted = compare.expected(self.folder.name, "index.html")

    def tearDown(self):
        self.folder.cleanup()

    def difference(self, pages, truncated=(), skipped=(), kind="text/html; charset=utf-8"):
        path = os.path.join(self.folder.name, "trawl.db")
        base = sqlite3.connect(path)
        base.executescript("DROP TABLE IF EXISTS pages; DROP TABLE IF EXISTS skipped; CREATE TABLE skipped (url, reason);"
                           "CREATE TABLE pages (url, status, content_type, truncated)")
        base.executemany("INSERT INTO pages VALUES (?, 200, ?, ?)", [(f"{ORIGIN}/{p}", kind, p in truncated) for p in pages])
        base.executemany("INSERT INTO skipped VALUES (?, ?)", [(f"{ORIGIN}/{p}", reason) for p, reason in skipped])
        base.commit()
        base.close()
        return compare.Difference(self.wanted, path, ORIGIN)

    def test_same(self):
        self.assertTrue(self.difference(["index.html", "a.html", "b.html", "c.html"]).ok())

    def test_missing(self):
        found = self.difference(["index.html", "a.html", "c.html"])
        self.assertFalse(found.ok())
        self.assertEqual([m[0] for m in found.missing], ["http://site/b.html"])
        self.assertFalse(self.difference(["index.html", "a.html", "b.html", "c.html"], kind="text/plain").ok())

    def test_all_missing(self):
        self.assertFalse(self.difference([]).ok())

    def test_extra_and_twice(self):
        every = ["index.html", "a.html", "b.html", "c.html"]
        self.assertEqual(self.difference(every + ["d.html"]).extra, ["http://site/d.html"])
        self.assertEqual(self.difference(every + ["b.html"]).twice, [f"{ORIGIN}/b.html"])

    def test_a_cut_page_explains_only_what_it_alone_links_to(self):
        self.wanted.links["http://site/a.html"] = crawl.MAX_LINKS + 1
        self.assertTrue(self.difference(["index.html", "a.html", "b.html"], truncated=["a.html"]).ok())
        self.assertFalse(self.difference(["index.html", "a.html", "b.html"]).ok())
        self.assertFalse(self.difference(["index.html", "a.html", "c.html"], truncated=["a.html"]).ok())
        self.wanted.links["http://site/a.html"] = crawl.MAX_LINKS
        self.assertFalse(self.difference(["index.html", "a.html", "b.html"], truncated=["a.html"]).ok())

    def test_reasons(self):
        pages = ["index.html", "a.html", "c.html"]
        self.assertTrue(self.difference(pages, skipped=[("b.html", "trap")]).ok())
        self.assertFalse(self.difference(pages, skipped=[("b.html", "scope")]).ok())

    def test_start_is_never_explained(self):
        self.assertFalse(self.difference(["a.html", "b.html", "c.html"]).ok())


if __name__ == "__main__":
    unittest.main()
