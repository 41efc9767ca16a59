#!/usr/bin/env python3
"""kill -9 at random moments of a crawl of the synthetic web, again and again on one database: after each the server's log is
held against the rows.

usage: kill_loop_test.py BUILD_FOLDER [KILLS [SEED]]

The moments are drawn by what the server has served since the start, and a little time, so that a busy machine meets the same
ones. Checked after each kill: the file is whole and trawl doctor is content; nothing that was stored is gone; what is stored was
served. At the end: the pages are those that the web says, none twice and each visited once, and no more was fetched again than
can have been on its way.
"""
import collections
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import unittest
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]
import process_tree
from daemon import Daemon

FETCHES = 30
AGAIN = 2 * FETCHES  # of a kill: what is in flight, and as many as wait for their commit at most
CONFIG = '[[target]]\nname = "web"\nseeds = ["${url}"]\nscope = "any"\n'
WEB = ("--hosts", "8", "--depth", "4", "--external", "1", "--latency", "30")


class KillLoop(unittest.TestCase):
    def admin(self, path):
        with urllib.request.urlopen(self.daemon.admin + path, timeout=60) as answer:
            return answer.read().decode("ascii").splitlines()

    def served(self):
        """How often each page was answered whole."""
        log = [json.loads(line) for line in self.admin("/__log")]
        port = self.daemon.url.rstrip("/").rpartition(":")[2]
        return collections.Counter(f'http://{r["host"]}:{port}{r["path"]}' for r in log if r["path"] != "/robots.txt" and r["complete"])

    def start(self):
        return subprocess.Popen([os.path.join(BUILD, "trawl"), "crawl", "-c", self.daemon.path("trawl.toml"), "--set",
                                 f"crawl.max_fetches={FETCHES}"], cwd=self.daemon.folder, stdout=subprocess.DEVNULL,
                                stderr=self.daemon.errors)

    def stored(self):
        """The pages of a database that is whole."""
        if not os.path.exists(self.daemon.path("trawl.db")):
            return []
        self.assertEqual(self.daemon.rows("PRAGMA integrity_check"), [("ok",)])
        doctor = self.daemon.trawl("doctor", "--db", self.daemon.path("trawl.db"), "--format", "csv")
        self.assertEqual(doctor.returncode, 0, doctor.stdout + doctor.stderr)
        try:
            return [url for url, in self.daemon.rows("SELECT url FROM pages")]
        except sqlite3.OperationalError:
            self.assertEqual(self.daemon.rows("SELECT name FROM sqlite_master"), [])  # killed before there was a schema
            return []

    def test_nothing_is_lost_and_little_is_fetched_again(self):
        print(f"seed {SEED}", file=sys.stderr)
        moments = random.Random(SEED)
        degree = "5" if KILLS <= 50 else "7"  # large enough that most kills meet a crawl that is not done
        with Daemon(BUILD, (*WEB, "--degree", degree), CONFIG) as self.daemon:
            self.daemon.write_config()
            acknowledged, landed = set(), 0
            known = {self.daemon.web.pid}
            for number in range(KILLS):
                with self.subTest(kill=number, seed=SEED):
                    enough = sum(self.served().values()) + moments.choice((0, 1, 20, 60, 100))
                    process = self.start()
                    end = time.monotonic() + 60
                    while process.poll() is None and sum(self.served().values()) < enough and time.monotonic() < end:
                        time.sleep(0.01)
                    time.sleep(moments.uniform(0, 0.1))
                    landed += process.poll() is None
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    self.assertEqual(process_tree.orphans(known), [])
                    pages = self.stored()
                    self.assertEqual(len(pages), len(set(pages)))
                    self.assertEqual(acknowledged - set(pages), set())
                    self.assertEqual(set(pages) - set(self.served()), set())
                    acknowledged = set(pages)
            self.assertGreater(landed, KILLS / 2)
            self.assertEqual(self.start().wait(120), 0, self.daemon.stderr())
            wanted = [line.split(maxsplit=2) for line in self.admin("/__urls")]
            pages = self.stored()
            self.assertEqual(sorted(pages), sorted(url for _, status, url in wanted if status == "200"))
            self.assertEqual(self.daemon.rows("SELECT url, count(*) FROM visits GROUP BY url HAVING count(*) > 1"), [])
            again = sum(count - 1 for count in self.served().values())
            print(f"{landed} kills met a running crawl of {len(pages)} pages; {again} were fetched again", file=sys.stderr)
            self.assertLessEqual(again, landed * AGAIN)


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv[1])
    KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    process_tree.adopt_orphans()
    unittest.main(argv=sys.argv[:1])
