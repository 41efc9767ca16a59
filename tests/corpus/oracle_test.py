#!/usr/bin/env python3
"""The second opinion must itself be right where it is asked."""
import os
import tempfile
import unittest

from oracle import Reachable, read_page, resolve

BASE = "http://h/a/b/c.html?q=1"


class Resolve(unittest.TestCase):
    def test_references(self):
        for reference, url in {
            "d.html": "http://h/a/b/d.html", "./d": "http://h/a/b/d", "../d": "http://h/a/d", "../../../d": "http://h/d",
            "..": "http://h/a/", ".": "http://h/a/b/", "": BASE, "#top": BASE, "?x": "http://h/a/b/c.html?x",
            "/d//e": "http://h/d//e", "//k/x": "http://k/x", "http://H:80/x": "http://h/x", "HTTP://h:81": "http://h:81/",
            "http:x": "http://h/a/b/x", "https:x": "https://x/", "a b": "http://h/a/b/a%20b", " d\n": "http://h/a/b/d",
            "d\\e": "http://h/a/b/d/e", "%7Ed/%2e%2E/e": "http://h/a/b/e", "%c3%a9": "http://h/a/b/%C3%A9",
            "\u00e9": "http://h/a/b/%C3%A9", "%zz": "http://h/a/b/%zz", "x?": "http://h/a/b/x", "?a'b": "http://h/a/b/c.html?a%27b",
            "a'b": "http://h/a/b/a'b", "http://u:p@h/": "http://h/", "x?a/../b": "http://h/a/b/x?a/../b",
            "a%2Fb": "http://h/a/b/a%2Fb", "{x}": "http://h/a/b/%7Bx%7D",
        }.items():
            with self.subTest(reference):
                self.assertEqual(resolve(reference, BASE), url)

    def test_what_is_no_link(self):
        for reference in ("mailto:a@b", "javascript:x()", "data:,x", "ftp://h/", "x" * 2048):
            self.assertIsNone(resolve(reference, BASE))


class ReadPage(unittest.TestCase):
    def links(self, text):
        return read_page(text.encode()).links

    def test_kinds(self):
        self.assertEqual(self.links("<a href=1><area href=2><iframe src=3></iframe><link rel=next href=4><img src=5>"
                                    "<link rel=stylesheet href=6><script src=7></script><A HREF='8'/>"), list("12348"))

    def test_where_no_markup_is(self):
        self.assertEqual(self.links("<!-- <a href=1> --><script><a href=2></script><title><a href=3></title>"
                                    "<textarea><a href=4></textarea><noscript><a href=5></noscript>"), ["5"])

    def test_character_references(self):
        self.assertEqual(self.links("<a href='?a=1&amp;b&copy=2&lt;&#65;&unknown;'>"), ["?a=1&b&copy=2<A&unknown;"])

    def test_first_attribute_and_base_win(self):
        page = read_page(b"<a href=1 href=2><base href=/x/><base href=/y/>")
        self.assertEqual((page.links, page.base), (["1"], "/x/"))

    def test_nofollow_and_refresh(self):
        self.assertEqual(self.links("<a rel='x NoFollow' href=1><meta http-equiv=Refresh content=\"0; URL='2'\">"), ["2"])
        self.assertTrue(read_page(b"<meta name=robots content='noindex, NOFOLLOW'>").nofollow)


class Walk(unittest.TestCase):
    def test_folder(self):
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "sub"))
            os.mkdir(os.path.join(root, "private"))
            for name, text in {"index.html": "<a href=sub><a href=private/x.html><a href=a.txt><a href=gone.html>"
                               "<a href=d%.html><a href=sub/.html>", "d%.html": "", "sub/.html": "",
                               "sub/index.html": "<base href=/><a href=b.html?x=1>", "b.html": "<a href=http://other/>",
                               "private/x.html": "", "a.txt": "<a href=c.html>", "c.html": ""}.items():
                with open(os.path.join(root, name), "w", encoding="ascii") as file:
                    file.write(text)
            found = Reachable(root, "http://h:1/index.html", ["/private/"])
            self.assertEqual(found.pages, {"http://h:1/index.html": 0, "http://h:1/sub/": 1, "http://h:1/b.html?x=1": 2})
            self.assertEqual(found.redirects, {"http://h:1/sub": "http://h:1/sub/"})


if __name__ == "__main__":
    unittest.main()
