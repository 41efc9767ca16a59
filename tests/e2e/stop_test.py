#!/usr/bin/env python3
"""Signals to a daemon that is to end: a second one ends it at once, none harms it, and the next start goes on where it was.

usage: stop_test.py BUILD_FOLDER
"""
import collections
import json
import os
import signal
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Ready

BUILD = os.path.abspath(sys.argv.pop(1))
CONNECTIONS, HOSTS = 10, 3
WEB = ("--hosts", str(HOSTS), "--degree", "4", "--depth", "3", "--external", "2", "--latency", "300")
CONFIG = '[[target]]\nname = "web"\nseeds = ["${url}"${more}]\nscope = "any"\n[control]\nsocket = "${folder}/sock"\n'
SILENT = ', "${url}nasty/silent"'  # takes the request and never answers


class Stopping(Ready):
    def __init__(self, more=""):
        super().__init__(BUILD, WEB, CONFIG.replace("${more}", more))

    def visits(self):
        return self.rows("SELECT count(*) FROM visits")[0][0]

    def lines(self, path):
        with urllib.request.urlopen(self.admin + path, timeout=60) as answer:
            return answer.read().decode("ascii").splitlines()

    def asked(self):
        """How often each URL was asked for, robots.txt apart."""
        log = [json.loads(line) for line in self.lines("/__log")]
        return collections.Counter((r["host"], r["path"]) for r in log if r["path"] != "/robots.txt")

    def stop_twice(self):
        self.process.terminate()
        self.hear("^STOPPING=1$")
        self.process.terminate()
        return self.process.wait(15)


class Stop(unittest.TestCase):
    def test_a_second_request_waits_for_nobody(self):
        with Stopping(SILENT) as daemon:
            daemon.wait_for(lambda: (s := daemon.status())["in_flight"] == 1 and s["queued"] + s["parsing"] == 0)
            began = time.monotonic()
            self.assertEqual(daemon.stop_twice(), 0)
            self.assertLess(time.monotonic() - began, 6)  # the first alone waits for eight seconds
            self.assertEqual(daemon.rows("SELECT end_reason FROM runs"), [("stopped",)])
            self.assertEqual(daemon.rows("SELECT count(*) FROM visits WHERE url LIKE '%silent'"), [(0,)])
            self.assertEqual(daemon.rows("SELECT attempts FROM queue WHERE url LIKE '%silent'"), [(0,)])

    def test_nothing_is_lost_and_only_what_was_in_flight_is_asked_for_again(self):
        stops = (20, 60, 120)
        with Stopping() as daemon:
            for visits in stops:
                daemon.wait_for(lambda: daemon.visits() >= visits)
                self.assertEqual(daemon.stop_twice(), 0)
                self.assertEqual(daemon.trawl("doctor", "--db", daemon.path("trawl.db")).returncode, 0)
                stored = daemon.visits()
                daemon.begin()
                self.assertGreaterEqual(daemon.visits(), stored)
            daemon.idle()
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(15), 0)
            wanted = {line.split(maxsplit=2)[2] for line in daemon.lines("/__urls")}
            visited = daemon.rows("SELECT url, count(*) FROM visits WHERE url NOT LIKE '%/sitemap.xml' GROUP BY url")
            self.assertEqual({url for url, _ in visited}, wanted)
            self.assertEqual([url for url, count in visited if count > 1], [])
            again = sum(count - 1 for count in daemon.asked().values())
            self.assertLessEqual(again, len(stops) * CONNECTIONS * HOSTS)

    def test_whatever_comes_until_the_end_is_reached_the_end_is_clean(self):
        for _ in range(3):
            with Stopping(SILENT) as daemon:
                daemon.wait_for(lambda: daemon.visits() > 5)
                while daemon.process.poll() is None:
                    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                        daemon.process.send_signal(number)
                self.assertEqual(daemon.process.returncode, 0)
                self.assertEqual(daemon.rows("SELECT end_reason FROM runs"), [("stopped",)])


if __name__ == "__main__":
    unittest.main()
