#!/usr/bin/env python3
"""What the daemon tells the service manager, heard on a socket of our own (sd_notify(3)).

usage: service_manager_test.py BUILD_FOLDER
"""
import os
import re
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon

BUILD = os.path.abspath(sys.argv.pop(1))
TARGET = '[[target]]\nname = "web"\nseeds = ["${url}"]\n'
SLOW = ("--degree", "5", "--depth", "3", "--latency", "300")


class ServiceManager(unittest.TestCase):
    def test_ready_comes_after_the_seeds_are_stored(self):
        with Daemon(BUILD, SLOW, TARGET) as daemon:
            daemon.start()
            daemon.hear("^READY=1$")
            self.assertGreaterEqual(daemon.rows("SELECT known FROM progress")[0][0], 1)

    def test_a_status_line_says_how_it_goes(self):
        with Daemon(BUILD, SLOW, TARGET) as daemon:
            daemon.start()
            status = daemon.hear("^STATUS=")
            self.assertRegex(status, r"^STATUS=\d+\.\d pages/s, \d+ in flight, \d+ queued, \d+ pages, \d+ errors$")

    def test_the_watchdog_is_fed_in_time_and_not_while_the_loop_stands_still(self):
        with Daemon(BUILD, SLOW, TARGET, {"WATCHDOG_USEC": "600000"}) as daemon:
            daemon.start()
            daemon.hear("^READY=1$")
            times = []
            for _ in range(8):
                daemon.hear("^WATCHDOG=1$", timeout=0.6)
                times.append(time.monotonic())
            self.assertLess(max(b - a for a, b in zip(times, times[1:])), 0.6)
            daemon.process.send_signal(signal.SIGSTOP)
            with self.assertRaises(AssertionError):
                while True:  # what was sent before it stopped
                    daemon.hear("^WATCHDOG=1$", timeout=0.8)

    def test_a_watchdog_meant_for_another_process_is_not_fed(self):
        with Daemon(BUILD, SLOW, TARGET, {"WATCHDOG_USEC": "300000", "WATCHDOG_PID": "1"}) as daemon:
            daemon.start()
            daemon.hear("^STATUS=")
            with self.assertRaises(AssertionError):
                daemon.hear("^WATCHDOG=1$", timeout=1)

    def test_sigterm_says_stopping_drains_and_ends_with_success(self):
        with Daemon(BUILD, SLOW, TARGET) as daemon:
            daemon.start()
            daemon.wait_for(lambda: os.path.exists(daemon.path("trawl.db")) and
                            daemon.rows("SELECT count(*) FROM sqlite_master WHERE name = 'visits'")[0][0] and
                            daemon.rows("SELECT count(*) FROM visits")[0][0] > 0)
            began = time.monotonic()
            daemon.process.terminate()
            daemon.hear("^STOPPING=1$", timeout=2)
            self.assertEqual(daemon.process.wait(10), 0)
            self.assertLess(time.monotonic() - began, 10)
            self.assertEqual(daemon.rows("SELECT end_reason FROM runs"), [("stopped",)])
            self.assertEqual(daemon.rows("SELECT count(*) FROM visits WHERE outcome <> 'ok'"), [(0,)])

    def test_a_reload_before_it_is_ready_ends_nobody(self):
        with Daemon(BUILD, SLOW, TARGET) as daemon:
            for wait in (0.02, 0.05, 0.1):
                daemon.start()
                ignored = daemon.wait_for(lambda: self.ignores_or_catches(daemon.process.pid, signal.SIGHUP))
                self.assertTrue(ignored)
                end = time.monotonic() + wait
                while time.monotonic() < end:
                    daemon.process.send_signal(signal.SIGHUP)
                daemon.hear("^READY=1$")
                daemon.process.terminate()
                self.assertEqual(daemon.process.wait(15), 0)

    @staticmethod
    def ignores_or_catches(pid, number):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            masks = dict(line.split(":\t") for line in file if line.startswith(("SigIgn", "SigCgt", "Name")))
        held = int(masks["SigIgn"], 16) | int(masks["SigCgt"], 16)
        return masks["Name"].strip() == "trawl" and held >> (number - 1) & 1

    def test_a_wrong_configuration_ends_with_78_and_never_says_ready(self):
        with Daemon(BUILD, SLOW, TARGET + "scoop = 'host'\n") as daemon:
            daemon.start()
            self.assertEqual(daemon.process.wait(10), 78)
            self.assertTrue(re.search(r"trawl\.toml:\d+:\d+: .*scoop", daemon.stderr()), daemon.stderr())
            with self.assertRaises(AssertionError):
                daemon.hear("READY", timeout=0.1)


if __name__ == "__main__":
    unittest.main()
