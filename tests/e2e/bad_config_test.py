#!/usr/bin/env python3
"""A hundred configurations that are wrong: each is refused with its place and key, and starts nothing.

usage: bad_config_test.py BUILD_FOLDER
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

TRAWL = os.path.join(os.path.abspath(sys.argv.pop(1)), "trawl")
SEEDS = "seeds = ['http://127.0.0.1/']\n"
# What is wrong of itself: the file, and what the message says of it.
SPECIAL = {
    "syntax": ("[crawl\nmax_pages = 1\n", r":1:\d+: .*not TOML"),
    "duplicate key": ("[crawl]\nmax_pages = 1\nmax_pages = 2\n", r":3:\d+: .*not TOML"),
    "duplicate section": ("[crawl]\n[http]\n[crawl]\n", r":3:\d+: .*not TOML"),
    "NUL": ("[crawl]\nmax_pages = 1\0\n", r":2:14: .*NUL"),
    "ten megabytes": ("# " + "x" * (10 << 20), r"10 MB|10485762|larger|at most"),
    "binary": ("\x7fELF\x02\x01\x01", r":1:\d+: .*not TOML"),
    "unknown section": ("[crwal]\nmax_pages = 1\n", r":1:2: crwal: .*did you mean crawl\?"),
    "unknown key": ("[crawl]\nmax_page = 1\n", r":2:1: crawl\.max_page: .*did you mean crawl\.max_pages\?"),
    "out of range": ("[crawl]\nmax_depth = -1\n", r":2:\d+: crawl\.max_depth: "),
    "bad time": ("[http]\ntimeout = '60 fortnights'\n", r":2:\d+: http\.timeout: "),
    "bad size": ("[http]\nmax_body = '1 furlong'\n", r":2:\d+: http\.max_body: "),
    "bad regex": (f"[[target]]\n{SEEDS}allow = ['(']\n", r":3:\d+: target\.allow"),
    "bad scope": (f"[[target]]\n{SEEDS}scope = 'galaxy'\n", r":3:\d+: target\.scope: "),
    "bad seed": ("[[target]]\nseeds = ['not a url']\n", r":2:\d+: target\.seeds: "),
    "bad selector": (f"[[target]]\n{SEEDS}[[target.item]]\nname = 'x'\nfields.t = 'a['\n", r":5:\d+: target\.item.*fields\.t"),
}


def knobs():
    """Every key that is documented, by its section."""
    listed = subprocess.run([TRAWL, "check", "--keys"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^([a-z_]+(?:\.[a-z_]+)+)\b", listed, re.M)


class BadConfig(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def refused(self, text, pattern, *command):
        path = os.path.join(self.folder, "bad.toml")
        with open(path, "w", encoding="latin-1") as file:
            file.write(text)
        run = subprocess.run([TRAWL, *command, "-c", path], cwd=self.folder, capture_output=True, text=True, timeout=30,
                             check=False)
        self.assertEqual(run.returncode, 78, run.stderr)
        self.assertRegex(run.stderr, re.escape(path) + pattern)
        self.assertEqual(os.listdir(self.folder), ["bad.toml"], "something was started")

    def test_what_is_wrong_of_itself(self):
        for name, (text, pattern) in SPECIAL.items():
            for command in ("check", "daemon", "crawl"):
                with self.subTest(name, command=command):
                    self.refused(text, "[^\n]*" + pattern, command)

    def test_every_key_refuses_what_is_of_another_type(self):
        keys = knobs()
        self.assertGreater(len(keys), 85)
        for key in keys:
            section, _, name = key.rpartition(".")
            with self.subTest(key):
                if section == "target.item.fields":
                    text = f"[[target]]\n{SEEDS}[[target.item]]\nname = 'x'\nfields.f = {{ {name} = 1979-05-27 }}\n"
                elif section == "target.item":
                    text = f"[[target]]\n{SEEDS}[[target.item]]\n{name} = 1979-05-27\n"
                elif section.partition(".")[0] == "target":
                    text = f"[[target]]\n{key.partition('.')[2]} = 1979-05-27\n"
                else:
                    text = f"[{section}]\n{name} = 1979-05-27\n"
                self.refused(text, rf"[^\n]*:\d+:\d+: [a-z_.]*{name}", "check")


if __name__ == "__main__":
    unittest.main()
