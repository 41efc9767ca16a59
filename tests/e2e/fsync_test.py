#!/usr/bin/env python3
"""A disk whose fsync fails: nothing later is acknowledged, the program ends with 74 and names file and cause, and goes on from
there when the disk is well again.

usage: fsync_test.py BUILD_FOLDER
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon

CONFIG = '[[target]]\nname = "web"\nseeds = ["${url}"]\nscope = "any"\n[control]\nsocket = "${folder}/sock"\n'
WEB = ("--hosts", "3", "--degree", "5", "--depth", "5", "--external", "2", "--latency", "20")


def sick(daemon):
    """The environment of a disk that fails while the file "broken" is there."""
    return {"LD_PRELOAD": os.path.join(BUILD, "trawl_sick_disk.so"), "TRAWL_SYNC_FAILS_WHILE": daemon.path("broken"),
            "TRAWL_SYNC_LOG": daemon.path("syncs")}


class Fsync(unittest.TestCase):
    def sound(self, daemon):
        doctor = daemon.trawl("doctor", "--db", daemon.path("trawl.db"), "--format", "csv")
        self.assertEqual(doctor.returncode, 0, doctor.stdout + doctor.stderr)

    def test_a_daemon_ends_at_the_first_failure_and_goes_on_at_the_next_start(self):
        with Daemon(BUILD, WEB, CONFIG) as daemon:
            daemon.environment = sick(daemon)
            daemon.start()
            daemon.hear("^READY=1$")
            daemon.wait_for(lambda: daemon.rows("SELECT count(*) FROM pages")[0][0] > 20)
            open(daemon.path("broken"), "w").close()
            self.assertEqual(daemon.process.wait(20), 74)
            self.assertRegex(daemon.stderr(), r"trawl\.db: .*fsync: input/output error")
            self.assertNotRegex(daemon.stderr(), r"(?i)assert|terminate called|sanitizer")
            with open(daemon.path("syncs")) as file:
                done, _, after = file.read().partition("!")
            self.assertTrue(done)
            self.assertNotIn(".", after)  # none came through behind it: nothing later can have been acknowledged
            stored = set(daemon.rows("SELECT url FROM pages"))
            self.sound(daemon)
            os.remove(daemon.path("broken"))
            daemon.start()
            daemon.wait_for(lambda: len(daemon.rows("SELECT url FROM pages")) > len(stored) + 20)
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(20), 0)
            self.assertLessEqual(stored, set(daemon.rows("SELECT url FROM pages")))
            self.sound(daemon)

    def test_a_crawl_that_cannot_begin_says_the_same(self):
        with Daemon(BUILD, WEB, CONFIG) as daemon:
            daemon.write_config()
            open(daemon.path("broken"), "w").close()
            began = daemon.trawl("crawl", "-c", daemon.path("trawl.toml"), env=dict(os.environ, **sick(daemon)))
            self.assertEqual(began.returncode, 74, began.stderr)
            self.assertRegex(began.stderr, r"trawl\.db: .*fsync: (?i:input/output error)")
            os.remove(daemon.path("broken"))
            well = daemon.trawl("crawl", "-c", daemon.path("trawl.toml"), "--set", "crawl.max_pages=5")
            self.assertEqual(well.returncode, 0, well.stderr)

    def test_bodies_that_cannot_be_synced_end_it_too(self):
        with Daemon(BUILD, WEB, CONFIG) as daemon:
            daemon.environment = sick(daemon)
            daemon.config = 'bodies = "warc"\n' + CONFIG
            daemon.start()
            daemon.wait_for(lambda: daemon.rows("SELECT count(*) FROM bodies")[0][0] > 10)
            open(daemon.path("broken"), "w").close()
            self.assertEqual(daemon.process.wait(20), 74)
            self.assertRegex(daemon.stderr(), r"trawl\.db: .*(in the folder that ends in \.warc|fsync)")
            self.sound(daemon)


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main()
