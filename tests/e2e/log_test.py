#!/usr/bin/env python3
"""What a crawl and a daemon say on stderr, through real pipes: to the journal, to a file, as JSON.

usage: log_test.py BUILD_FOLDER
"""
import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon

BUILD = os.path.abspath(sys.argv.pop(1))
WEB = ("--degree", "3", "--depth", "2")
TARGET = '[[target]]\nname = "web"\nseeds = ["${url}"]\nmax_pages = 5\n'


class Logged(Daemon):
    """Starts the program with a pipe for stderr, which may pass for the journal's stream."""

    def __init__(self, config=TARGET):
        super().__init__(BUILD, WEB, config)

    def run(self, command, *arguments, journal=False):
        self.write_config()
        out, theirs = os.pipe()
        environment = dict(os.environ, NOTIFY_SOCKET=self.path("notify"))
        if journal:
            stream = os.fstat(theirs)
            environment["JOURNAL_STREAM"] = f"{stream.st_dev}:{stream.st_ino}"
        self.process = subprocess.Popen([os.path.join(BUILD, "trawl"), command, "-c", self.path("trawl.toml"), *arguments],
                                        cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=self.errors, stderr=theirs)
        os.close(theirs)
        self.out = os.fdopen(out)

    def lines(self):
        """All, once it has ended."""
        with self.out:
            return self.out.read().splitlines()


class Log(unittest.TestCase):
    def test_a_service_tells_the_journal_what_it_does_with_priorities(self):
        with Logged() as daemon:
            daemon.run("daemon", journal=True)
            daemon.hear("^READY=1$")
            daemon.write_config(TARGET + "scoop = 1\n")
            self.assertEqual(daemon.trawl("reload", "-c", daemon.path("trawl.toml"), "--socket", daemon.path("trawl.db.sock")).returncode, 78)
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(15), 0)
            lines = daemon.lines()
        self.assertEqual([line for line in lines if not re.match(r"<[3-7]>\S", line)], [])
        said = "\n".join(lines)
        for pattern in (r"^<6>trawl \S+ has started database=\S+/trawl\.db targets=1 pid=\d+$", r"^<6>ready: .* queued=\d+ known=\d+$",
                        r"^<4>not reloaded: \S+trawl\.toml:\d+:\d+: target\.scoop: ", r"^<6>stopping: .* asked_by=\"a signal\"$",
                        r"^<6>the crawl has ended: stopped pages=\d+ visits=\d+ errors=\d+ queued=\d+$"):
            self.assertRegex(said, re.compile(pattern, re.M))

    def test_a_wrong_configuration_is_an_error_a_line_in_the_journal(self):
        with Logged(TARGET + "scoop = 1\nmax_pages_per_host = -1\n") as daemon:
            daemon.run("daemon", journal=True)
            self.assertEqual(daemon.process.wait(10), 78)
            lines = daemon.lines()
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertRegex(line, r"^<3>\S+trawl\.toml:\d+:\d+: target\.")

    def test_every_line_of_the_json_log_is_an_object_and_debug_has_every_visit(self):
        with Logged() as crawl:
            crawl.run("crawl", "--log-format", "json", "--log-level", "debug", "--summary", "none")
            self.assertEqual(crawl.process.wait(30), 0)
            events = [json.loads(line) for line in crawl.lines()]
            visited = {event["url"] for event in events if event["event"] == "visit"}
            self.assertEqual(visited, {row[0] for row in crawl.rows("SELECT url FROM visits")})
        self.assertEqual([event["event"] for event in events if event["event"] not in ("visit", "ready")], ["started", "ended"])
        self.assertTrue(all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", event["at"]) for event in events))

    def test_a_crawl_into_a_file_says_when_and_how_urgent(self):
        with Logged() as crawl:
            crawl.run("crawl", "--log-level", "info")
            self.assertEqual(crawl.process.wait(30), 0)
            for line in crawl.lines():
                self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: ")


if __name__ == "__main__":
    unittest.main()
