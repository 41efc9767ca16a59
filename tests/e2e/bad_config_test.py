#!/usr/bin/env python3
"""More than a hundred configurations that are wrong: each is refused with its place and key, within a second of CPU, and starts
nothing.

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
    "ten megabytes": ("# " + "x" * (10 << 20), r":1:1: larger than 1 MiB"),
    "ten megabytes of targets": (f"[[target]]\n{SEEDS}" * (10 << 20 >> 5), r":1:1: larger than 1 MiB"),
    "a megabyte of brackets": ("a = " + "[" * 1_000_000, r":1:\d+: nests deeper than 100"),
    "a megabyte of dots": ("a" + ".a" * 400_000 + " = 1\n", r":1:\d+: nests deeper than 100"),
    "a megabyte of quotes": ("a = " + "'" * 1_000_000, r":1:\d+: not TOML"),
    "NUL at the start": ("\0", r":1:1: holds a NUL"),
    "not UTF-8": ("[http]\nuser_agent = '\xff\xfe'\n", r":2:\d+: .*not TOML"),
    "no end of a string": ("[http]\nuser_agent = 'x\n[crawl]\n", r":\d+:\d+: .*not TOML"),
    "a table over a value": ("crawl = 1\n", r":1:\d+: crawl: is a whole number"),
    "a value over a table": ("[crawl]\n[crawl.max_pages]\nx = 1\n", r":\d+:\d+: crawl\.max_pages"),
    "target as a table": ("[target]\nname = 'x'\n", r":1:\d+: target: is not a list"),
    "a thousand times wrong": ("[crawl]\n" + "".join(f"k{n} = 1\n" for n in range(1000)), r":101:1: crawl\.k99: "),
    "above the range": ("[crawl]\nmax_depth = 65536\n", r":2:\d+: crawl\.max_depth: 65536 is out of range"),
    "above all numbers": ("[crawl]\nmax_pages = 99999999999999999999\n", r":2:\d+: .*not TOML"),
    "an item of another type": (f"[[target]]\n{SEEDS}deny = ['x', 1]\n", r":3:14: target\.deny: "),
    "no seeds": ("[[target]]\nname = 'x'\n", r":1:\d+: target\.seeds: a target needs seeds"),
    "a name twice": (f"[[target]]\n{SEEDS}name = 'x'\n[[target]]\n{SEEDS}name = 'x'\n", r":6:\d+: target\.name: .*:3"),
    "bad network": (f"[[target]]\n{SEEDS}private_networks = ['10.0.0.0/33']\n", r":3:\d+: target\.private_networks"),
    "bad port": (f"[[target]]\n{SEEDS}ports = ['70000']\n", r":3:\d+: target\.ports"),
    "a seed outside of its ports": (f"[[target]]\n{SEEDS}ports = ['8080']\n", r":3:\d+: target\.ports"),
    "look-ahead": (f"[[target]]\n{SEEDS}deny = ['ok', '(?=x)']\n", r":3:\d+: target\.deny"),
    "an expression that grows": (f"[[target]]\n{SEEDS}deny = ['((a{{1000}}){{1000}}){{1000}}']\n", r":3:\d+: target\.deny"),
    "bad XPath": (f"[[target]]\n{SEEDS}[[target.item]]\nname = 'x'\nfields.t = {{ xpath = '//a[' }}\n", r":5:\d+: target.*fields\.t"),
    "bad field type": (f"[[target]]\n{SEEDS}[[target.item]]\nname = 'x'\nfields.t = {{ css = 'a', type = 'x' }}\n", r":5:\d+: .*type"),
    "two sources of a field": (f"[[target]]\n{SEEDS}[[target.item]]\nname = 'x'\nfields.t = {{ css = 'a', meta = 'b' }}\n", r":5:\d+: .*several places"),
    "an item without fields": (f"[[target]]\n{SEEDS}[[target.item]]\nname = 'x'\n", r":3:\d+: target\.item\.fields: "),
    "two ways to log in": (f"[[target]]\n{SEEDS}http.user = 'a'\nhttp.password = 'b'\nhttp.bearer_token = 'c'\n", r":5:\d+: target\.http\.bearer_token"),
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

# Times of the day and durations, by key: what each must not be.
TIMES = {
    "target.window": ("8-9", "25:00-26:00", "22:00", "22:00-24:01", "22:60-23:00", "22:00-06:00-08:00", "night", "-1:00-02:00"),
    "target.time_zone": ("Mars/Olympus", "a b", "../../etc/passwd", "/etc/localtime", "UTC\\u0000"),
    "target.recrawl": ("sometimes", "-1d", "1", "1d 2h", "adaptive 2"),
    "target.pause_on": ("half of 10", "0% of 10", "101% of 10", "50% of 0", "50%", "50 of 100"),
    "target.pause_for": ("-1s", "1", "31d", "1h30"),
    "http.timeout": ("60", "1e3s", "+1s", "1s ", "0x10s", "nans", "s", "1,5s", "99999999999999999999h", "-0.1s"),
    "politeness.delay": ("1", "1 sec", "1min30s", ""),
    "crawl.patience": ("forever", "1y"),
    "schedule.on_finish_timeout": ("5", "-1ms"),
    "schedule.time_zone": ("Europe/Atlantis", "GMT+99:99"),
}
CPU = 1.0  # seconds of the process and whatever it has started; a busy machine changes nothing of it


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
        with tempfile.TemporaryFile("w+", errors="replace") as said:
            process = subprocess.Popen([TRAWL, *command, "-c", path], cwd=self.folder, stdout=said, stderr=said)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            text = said.read()
        self.assertEqual(process.returncode, 78, text)
        self.assertRegex(text, re.escape(path) + pattern)
        self.assertLess(used.ru_utime + used.ru_stime, CPU)
        self.assertEqual(os.listdir(self.folder), ["bad.toml"], "something was started")

    def test_what_is_wrong_of_itself(self):
        for name, (text, pattern) in SPECIAL.items():
            for command in ("check", "daemon", "crawl"):
                with self.subTest(name, command=command):
                    self.refused(text, "[^\n]*" + pattern, command)

    def test_times_that_are_none(self):
        for key, values in TIMES.items():
            section, _, name = key.partition(".")
            for value in values:
                with self.subTest(key, value=value):
                    text = f'[[target]]\n{SEEDS}' if section == "target" else f"[{section}]\n"
                    line = text.count("\n") + 1
                    self.refused(f'{text}{name} = "{value}"\n', rf":{line}:\d+: {re.escape(key)}: ", "check")

    def test_there_are_more_than_a_hundred(self):
        self.assertGreater(len(SPECIAL) + sum(map(len, TIMES.values())) + len(knobs()), 140)

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
