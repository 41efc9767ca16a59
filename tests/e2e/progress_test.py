#!/usr/bin/env python3
"""What a crawl shows while it runs: on a terminal one block, drawn over itself; elsewhere nothing that steers a terminal. And
what it does when the terminal goes.

usage: progress_test.py BUILD_FOLDER
"""
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = os.path.abspath(sys.argv.pop(1))
BLOCK = re.compile(r"  pages +([\d,]+) +\d+/s\n  queue +([\d,]+)   ([\d,]+) hosts\n  flight +([\d,]+)   [\d,]+ being stored\n"
                   r"  errors +([\d,]+)   \d\d:\d\d   [^\n]*\n")


class Progress(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        web = subprocess.Popen([os.path.join(BUILD, "trawl_synthetic_web"), "--hosts", "3", "--latency", "40"],
                               stdout=subprocess.PIPE, text=True)
        self.addCleanup(web.stdout.close)
        self.addCleanup(web.wait)
        self.addCleanup(web.terminate)
        url = f"http://{web.stdout.readline().split()[-1]}/"
        self.database = os.path.join(folder.name, "trawl.db")
        self.command = [os.path.join(BUILD, "trawl"), "crawl", "--db", self.database]
        for setting in ("crawl.private_addresses=allow", "politeness.delay=0s", "politeness.ip_delay=0s", "target.scope=any"):
            self.command += ["--set", setting]
        self.command.append(url)

    def on_terminal(self, kind):
        ours, theirs = pty.openpty()
        with subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
                              env=dict(os.environ, TERM=kind)) as crawl:
            os.close(theirs)
            shown = b""
            try:
                while piece := os.read(ours, 65536):
                    shown += piece
            except OSError:  # EIO: the other end is closed
                pass
            self.assertEqual(crawl.wait(60), 0)
        os.close(ours)
        return shown.decode().replace("\r\n", "\n")

    def test_a_terminal_has_one_block_that_is_drawn_over_itself(self):
        first, *later = self.on_terminal("xterm").split("\033[4A")
        self.assertTrue(later, "it was drawn once")
        blocks = [BLOCK.fullmatch(text.replace("\033[K", "")) for text in (first, *later[:-1])]
        self.assertTrue(all(blocks), first)
        last = BLOCK.match(later[-1].replace("\033[K", ""))
        pages = [int(block[1].replace(",", "")) for block in (*blocks, last)]
        self.assertEqual(pages, sorted(pages))
        self.assertGreater(pages[-1], 0)
        self.assertEqual((last[2], last[4]), ("0", "0"))

    def test_elsewhere_nothing_steers_a_terminal(self):
        self.assertNotIn("\033", self.on_terminal("dumb"))
        crawl = subprocess.run(self.command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(crawl.returncode, 0, crawl.stderr)
        self.assertNotIn("\033", crawl.stderr)

    def rows(self, sql):
        database = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return database.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []  # it is being made
        finally:
            database.close()

    def end_after_hangup(self, *before):
        """How the run ends to which a hangup comes after its first visit."""
        with subprocess.Popen([*before, *self.command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as crawl:
            end = time.monotonic() + 20
            while not os.path.exists(self.database) or not self.rows("SELECT 1 FROM visits LIMIT 1"):
                self.assertLess(time.monotonic(), end)
                self.assertIsNone(crawl.poll())
            crawl.send_signal(signal.SIGHUP)
            self.assertEqual(crawl.wait(60), 0)
        return self.rows("SELECT end_reason FROM runs")

    def test_when_the_terminal_goes_the_crawl_ends_as_by_ctrl_c(self):
        self.assertEqual(self.end_after_hangup(), [("stopped",)])

    def test_under_nohup_it_goes_on(self):
        self.assertEqual(self.end_after_hangup("nohup"), [("done",)])


if __name__ == "__main__":
    unittest.main()
