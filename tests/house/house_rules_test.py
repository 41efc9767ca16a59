#!/usr/bin/env python3
"""Each rule of the house is broken once in a small tree of its own, and must be found there and nowhere else."""
import os
import tempfile
import unittest

import house_rules

GOOD = {
    "config/a.h": "#pragma once\n#include <string>\n",
    "config/a.cc": '#include "config/a.h"\n\n#include <vector>\n',
    "crawler/cli/json.h": "#pragma once\n#include <boost/json/value.hpp>\n",
    "crawler/step.h": "#pragma once\nnamespace trawl::crawler {\nclass Pool;\nstruct Step {\n  int n;\n};\n}  // namespace trawl::crawler\n",
    "crawler/own.cc": "namespace trawl::crawler {\nnamespace {\nstruct Step {\n};\n}  // namespace\nclass Pool;\n}  // namespace trawl::crawler\n",
    "crawler/walk.cc": '#include <sys/stat.h>\n#include "config/a.h"\n#include "parser/p.h"\n#include "storage/s.h"\n',
}

# name, path, text, part of the one message
BAD = [
    ("config includes nothing of the house", "config/b.cc", '#include "parser/p.h"\n', "config/ may not include parser/"),
    ("parser does not know storage", "parser/b.cc", '#include "storage/s.h"\n', "parser/ may not include storage/"),
    ("storage does not know the crawler", "storage/b.cc", '#include "crawler/c.h"\n', "storage/ may not include crawler/"),
    ("no program includes tests", "crawler/b.cc", '#include "tests/support/catch.h"\n', "crawler/ may not include tests/"),
    ("includes name the folder", "parser/b.cc", '#include "p.h"\n', "from the root of the house"),
    ("a library only behind its door", "crawler/b.cc", "#include <boost/json/value.hpp>\n", "crawler/cli/json"),
    ("TLS only behind its door", "crawler/b.cc", "#include <openssl/ssl.h>\n", "crawler/fetch/tls"),
    ("no event loop in the parser", "parser/b.cc", "#include <boost/asio/post.hpp>\n", "crawler/"),
    ("an unlisted part of Boost", "crawler/b.cc", "#include <boost/regex.hpp>\n", "nobody"),
    ("an unlisted library", "parser/b.cc", "#include <curl/curl.h>\n", "has no door"),
    ("test library only behind its door", "tests/x/b.cc", "#include <catch2/catch.hpp>\n", "tests/support/catch"),
    ("own header first", "config/a.cc", '#include <vector>\n#include "config/a.h"\n', "its own header"),
    ("pragma once", "config/b.h", "#include <string>\n", "#pragma once"),
    ("one type of a name", "crawler/x/b.cc", "namespace trawl::crawler {\nenum class Step {\n};\n}  // namespace trawl::crawler\n",
     "is also a type of crawler/step.h"),
    ("a test's name in one piece", "tests/x/b.cc", 'TEST_CASE("one; two") {\n', "runs neither part"),
    ("ASCII", "config/b.cc", "// na\u00efve\n", "ASCII"),
    ("unfinished work", "config/b.cc", "// TO" + "DO later\n", "unfinished"),
    ("vague class", "config/b.cc", "class UrlManager {\n", "UrlManager"),
    ("vague file", "config/utils.cc", "\n", "says nothing"),
    ("vague folder", "crawler/common/b.cc", "\n", "says nothing"),
    ("a path of this machine", "tests/b.py", "open('/ho" + "me/me/x')\n", "path of one machine"),
    ("a tab", "config/b.cc", "\tint x;\n", "a tab"),
    ("trailing white space", "config/b.cc", "int x; \n", "end of the line"),
    ("top level", "docs/b.txt", "\n", "no top-level entry"),
]


def breaches_of(tree):
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return list(house_rules.breaches(root, house_rules.tracked(root)))


class HouseRulesTest(unittest.TestCase):
    def test_good_tree(self):
        self.assertEqual(breaches_of(GOOD), [])

    def test_each_rule(self):
        for name, path, text, message in BAD:
            with self.subTest(name):
                found = breaches_of({**GOOD, path: text})
                self.assertEqual(len(found), 1, found)
                self.assertIn(message, found[0][2])
                self.assertTrue(path.startswith(found[0][0]))


if __name__ == "__main__":
    unittest.main()
