#!/usr/bin/env python3
"""config/quickstart as a newcomer runs it, but for what installs and builds: the programs are there already.

usage: quickstart_test.py SOURCE_FOLDER BUILD_FOLDER
"""
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE, BUILD = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Quickstart(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.environment = dict(os.environ, TRAWL_BUILT=BUILD, TRAWL_WEB_PORT=free_port())

    def start(self, *arguments, **more):
        return subprocess.Popen([os.path.join(SOURCE, "config", "quickstart"), *arguments], cwd=self.folder.name,
                                env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, **more)

    def run_it(self, *arguments):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=110)
        return process.returncode, out, err

    def rows(self, sql):
        database = sqlite3.connect(f"file:{self.folder.name}/trawl.db?mode=ro", uri=True)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def web(self, *arguments):
        web = subprocess.Popen([os.path.join(BUILD, "trawl_synthetic_web"), *arguments], stdout=subprocess.PIPE, text=True)
        self.addCleanup(web.stdout.close)
        self.addCleanup(web.wait)
        self.addCleanup(web.terminate)
        return f"http://{web.stdout.readline().split()[-1]}/"

    def test_without_a_url_a_web_of_its_own_is_crawled_and_every_printed_query_answers(self):
        code, out, err = self.run_it()
        self.assertEqual(code, 0, err)
        self.assertEqual(self.rows("SELECT count(DISTINCT host) FROM pages"), [(7,)])
        self.assertEqual(self.rows("SELECT end_reason, pages FROM runs"), [("done", self.rows("SELECT count(*) FROM pages")[0][0])])
        self.assertGreater(self.rows("SELECT count(*) FROM skipped WHERE reason = 'robots'")[0][0], 0)
        self.assertRegex(out, r"Host \d page \d+")
        queries = re.findall(r"^  (\S*trawl query .*)$", out, re.M)
        self.assertEqual(len(queries), 3, out)
        for query in queries:
            answer = subprocess.run(["bash", "-c", query], cwd=self.folder.name, capture_output=True, text=True, timeout=60)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            self.assertGreater(len(answer.stdout.splitlines()), 2, f"{query} has no rows:\n{answer.stdout}")
        with socket.socket() as probe:
            refused = probe.connect_ex(("127.0.0.1", int(self.environment["TRAWL_WEB_PORT"])))
        self.assertNotEqual(refused, 0, "the web outlived the script")

    def test_a_url_on_this_machine_is_crawled_on_its_host_alone(self):
        url = self.web("--hosts", "3", "--degree", "3", "--depth", "2", "--external", "2")
        code, _, err = self.run_it(url)
        self.assertEqual(code, 0, err)
        self.assertEqual(self.rows("SELECT host, count(*) FROM pages GROUP BY host"), [("127.0.0.1", 13)])

    def test_settings_go_to_the_crawl(self):
        url = self.web("--degree", "3", "--depth", "2")
        code, _, err = self.run_it("--set", "crawl.max_pages=4", url)
        self.assertEqual(code, 0, err)
        self.assertEqual(self.rows("SELECT end_reason FROM runs"), [("max_pages",)])

    def test_control_c_keeps_what_was_stored_and_shows_it(self):
        process = self.start(start_new_session=True)
        database = os.path.join(self.folder.name, "trawl.db")
        began = time.monotonic()
        while time.monotonic() - began < 30:
            try:
                if self.rows("SELECT count(*) FROM pages")[0][0] > 0:
                    break
            except sqlite3.Error:
                self.assertIsNone(process.poll(), process.stderr.read() if process.poll() is not None else "")
            time.sleep(0.05)
        self.assertTrue(os.path.exists(database))
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(self.rows("SELECT end_reason FROM runs"), [("stopped",)])
        self.assertEqual(self.rows("SELECT count(*) FROM errors WHERE outcome = 'connect_failed'"), [(0,)])
        self.assertIn("Three questions", out)

    def test_a_public_site_needs_a_contact(self):
        self.environment.update(TRAWL_CONTACT="", HOME=self.folder.name, GIT_CONFIG_NOSYSTEM="1")
        code, _, err = self.run_it("https://example.org/")
        self.assertEqual(code, 64)
        self.assertIn("TRAWL_CONTACT", err)
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "trawl.db")))

    def test_what_is_no_url_is_refused(self):
        code, _, err = self.run_it("example.org")
        self.assertEqual(code, 64)
        self.assertIn("example.org", err)
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "trawl.db")))


if __name__ == "__main__":
    unittest.main()
