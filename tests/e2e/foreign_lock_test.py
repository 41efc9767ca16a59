#!/usr/bin/env python3
"""A shell that has locked the database: the daemon waits, says so, and goes on when it is let.

usage: foreign_lock_test.py BUILD_FOLDER
"""
import os
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, UnixConnection, ask

TARGET = '[[target]]\nname = "web"\nseeds = ["${url}"]\nscope = "any"\n[control]\nsocket = "${folder}/sock"\n'
LONG = ("--hosts", "3", "--degree", "6", "--depth", "5", "--external", "2", "--latency", "30")


class ForeignLock(unittest.TestCase):
    def test_a_lock_held_for_long_is_told_and_costs_nothing(self):
        with Daemon(BUILD, LONG, TARGET) as daemon:
            daemon.start()
            daemon.hear("^READY=1$")
            connection = UnixConnection(daemon.path("sock"))
            troubles = lambda: ask(connection, "GET", "/status")[1]["troubles"]
            shell = sqlite3.connect(daemon.path("trawl.db"), isolation_level=None, timeout=20)
            daemon.wait_for(lambda: daemon.rows("SELECT count(*) FROM pages")[0][0] > 5)
            shell.execute("BEGIN IMMEDIATE")
            before = daemon.rows("SELECT count(*) FROM visits")[0][0]
            daemon.wait_for(lambda: "database_locked" in troubles())  # after SQLite's own patience, five seconds
            self.assertEqual(daemon.rows("SELECT count(*) FROM visits")[0][0], before)
            shell.execute("COMMIT")
            shell.close()
            daemon.wait_for(lambda: daemon.rows("SELECT count(*) FROM visits")[0][0] > before + 20)
            daemon.wait_for(lambda: troubles() == {})
            connection.close()
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(20), 0)
            self.assertRegex(daemon.stderr(), r"(?s)another program has locked the database.*no longer locked")
            self.assertEqual(daemon.rows("SELECT count(*) FROM (SELECT url FROM visits GROUP BY url HAVING count(*) > 1)"), [(0,)])


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main()
