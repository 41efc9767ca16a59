#!/usr/bin/env python3
"""A disk that runs low: the daemon waits, says so, and goes on by itself. One that is full: it ends with an exit code of its own,
and the next run goes on. On a small file system of its own.

usage: disk_test.py BUILD_FOLDER
"""
import errno
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, UnixConnection, ask

INSIDE = "TRAWL_DISK_TEST_INSIDE"  # set in the process that may mount
CONFIG = """
path = "${folder}/disk/trawl.db"
[[target]]
name = "web"
seeds = ["${url}"]
scope = "any"
[control]
socket = "${folder}/sock"
"""
GUARDED = 'min_free = "16MiB"\nmin_free_share = 0\n'
UNGUARDED = "min_free = 0\nmin_free_share = 0\n"
SMALL = ("--hosts", "2", "--degree", "2", "--depth", "2", "--external", "1")
LARGE = ("--hosts", "3", "--degree", "8", "--depth", "4", "--external", "1", "--latency", "20")


class OnSmallDisk(Daemon):
    def __init__(self, web, storage=GUARDED, megabytes=32):
        super().__init__(BUILD, web)
        self.storage, self.megabytes = storage, megabytes

    def __enter__(self):
        super().__enter__()
        os.mkdir(self.path("disk"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m", "tmpfs", self.path("disk")], check=True)
        return self

    def __exit__(self, *arguments):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        subprocess.run(["umount", self.path("disk")], check=True)
        super().__exit__(*arguments)

    def write_config(self, more=None):
        text = f'[crawl]\nprivate_addresses = "allow"\n[politeness]\ndelay = "0s"\nip_delay = "0s"\nconnections_per_host = 4\n[storage]\n{self.storage}{CONFIG}'
        with open(self.path("trawl.toml"), "w") as file:
            file.write(text.replace("${url}", self.url).replace("${folder}", self.folder))

    def fill(self, megabytes=20):
        with open(self.path("disk/filler"), "wb") as file:
            file.write(bytes(megabytes << 20))

    def leave(self, megabytes):
        """Fills all but so much."""
        disk = os.statvfs(self.path("disk"))
        self.fill(disk.f_bavail * disk.f_frsize // (1 << 20) - megabytes)

    def fill_up(self):
        """Until nothing more fits, whatever the crawl writes at the same time."""
        with open(self.path("disk/filler"), "ab", buffering=0) as file:
            for _ in range(100):
                try:
                    while file.write(bytes(4096)):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                time.sleep(0.01)

    def make_room(self):
        os.remove(self.path("disk/filler"))

    def asked(self, sql):
        told = self.trawl("query", "--db", self.path("disk/trawl.db"), "--format", "csv", sql)
        assert told.returncode == 0, told.stderr
        return told.stdout.splitlines()[1:]

    def pages(self):
        return self.asked("SELECT url FROM pages")

    def doctor(self):
        told = self.trawl("doctor", "--db", self.path("disk/trawl.db"), "--format", "csv")
        assert told.returncode == 0, told.stdout + told.stderr

    def crawl(self, *arguments):
        return self.trawl("crawl", "-c", self.path("trawl.toml"), "--summary", "json", *arguments)

    def status(self):
        connection = UnixConnection(self.path("sock"))
        code, status = ask(connection, "GET", "/status")
        connection.close()
        assert code == 200, status
        return status


class Disk(unittest.TestCase):
    def test_a_daemon_that_starts_low_waits_and_goes_on_when_there_is_room(self):
        with OnSmallDisk(SMALL) as daemon:
            daemon.fill()
            daemon.start()
            daemon.hear("^READY=1$")
            daemon.hear("^STATUS=fetching pauses: .* are free")
            status = daemon.status()
            self.assertEqual(status["state"], "disk_low")
            self.assertIn("storage.min_free wants 16 MiB", status["troubles"]["disk_low"])
            self.assertEqual((status["visits"], status["in_flight"]), (0, 0))
            self.assertGreater(status["queued"], 0)
            shown = daemon.trawl("status", "--socket", daemon.path("sock"))
            self.assertIn("trouble  fetching pauses", shown.stdout)
            daemon.make_room()
            daemon.wait_for(lambda: (s := daemon.status())["pages"] > 10 and s["queued"] + s["in_flight"] == 0)
            self.assertEqual(daemon.status()["troubles"], {})
            daemon.fill()
            daemon.wait_for(lambda: daemon.status()["state"] == "disk_low")
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(20), 0)
            self.assertRegex(daemon.stderr(), r"(?s)fetching pauses: .*there is room on the disk again.*fetching pauses: ")

    def test_one_that_runs_low_while_it_fetches_stores_what_is_under_way_and_goes_on(self):
        with OnSmallDisk((*LARGE, "--latency", "150"), megabytes=64) as daemon:
            daemon.start()
            daemon.hear("^READY=1$")
            daemon.wait_for(lambda: daemon.status()["pages"] > 50)
            daemon.leave(12)
            status = daemon.wait_for(lambda: (s := daemon.status())["state"] == "disk_low" and s["in_flight"] + s["parsing"] == 0 and s)
            self.assertGreater(status["queued"], 0)
            self.assertEqual(len(daemon.pages()), status["pages"])
            daemon.make_room()
            daemon.wait_for(lambda: daemon.status()["pages"] > status["pages"] + 50)
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(20), 0)
            daemon.doctor()

    def test_one_whose_disk_is_full_ends_with_74_and_the_next_run_goes_on(self):
        with OnSmallDisk(LARGE, UNGUARDED, 24) as daemon:
            daemon.start()
            daemon.hear("^READY=1$")
            daemon.wait_for(lambda: daemon.status()["pages"] > 50)
            connection = UnixConnection(daemon.path("sock"))
            code, answer = ask(connection, "POST", "/add", {"urls": [daemon.url + "acknowledged"]})
            connection.close()
            self.assertEqual((code, answer["results"][0]["result"]), (200, "queued"))
            before = daemon.status()["pages"]
            daemon.fill_up()
            self.assertEqual(daemon.process.wait(20), 74)
            self.assertRegex(daemon.stderr(), r"disk/trawl\.db: the disk is full")
            self.assertNotRegex(daemon.stderr(), r"(?i)assert|terminate called|sanitizer|signal 7")
            stored = set(daemon.pages())  # what there is can be read all the same
            self.assertGreaterEqual(len(stored), before)
            # Started again while it is full, it says the same and spoils nothing.
            again = daemon.crawl()
            self.assertEqual(again.returncode, 74, again.stderr)
            self.assertRegex(again.stderr, r"disk/trawl\.db: .*the disk is full")
            daemon.make_room()
            daemon.doctor()
            self.assertLessEqual(stored, set(daemon.pages()))  # the second run may have found room for a few more
            stored = set(daemon.pages())
            self.assertIn(daemon.url + "acknowledged", daemon.asked("SELECT url FROM queue UNION SELECT url FROM visits"))
            daemon.start()
            daemon.hear("^READY=1$")
            daemon.wait_for(lambda: daemon.status()["pages"] > 50)
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(20), 0)
            after = daemon.pages()
            self.assertLess(stored, set(after))
            self.assertEqual(len(after), len(set(after)))
            daemon.doctor()

    def test_a_crawl_on_a_full_disk_does_the_same(self):
        with OnSmallDisk(LARGE, UNGUARDED, 24) as daemon:
            daemon.write_config()
            daemon.fill_up()
            never = daemon.crawl()
            self.assertEqual(never.returncode, 74, never.stderr)
            self.assertRegex(never.stderr, r"disk/trawl\.db.*the disk is full")
            daemon.make_room()
            daemon.fill(22)  # room for the schema, not for the crawl
            cut = daemon.crawl()
            self.assertEqual(cut.returncode, 74, cut.stderr)
            self.assertIn('"end_reason":"storage_failed"', cut.stdout)
            daemon.make_room()
            daemon.doctor()
            stored = set(daemon.pages())
            further = daemon.crawl("--set", f"crawl.max_pages={len(stored) + 100}")
            self.assertEqual(further.returncode, 0, further.stderr)
            self.assertLess(stored, set(daemon.pages()))
            daemon.doctor()


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv[1])
    if INSIDE not in os.environ:
        mount = ["mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        ways = [way for way in ("-m", "-Urm") if subprocess.run(["unshare", way, *mount], capture_output=True).returncode == 0]
        if not ways:
            print("SKIPPED: file systems may not be mounted here, not in a user namespace either")
            sys.exit(0)
        os.execvpe("unshare", ["unshare", ways[0], sys.executable, __file__, BUILD], dict(os.environ, **{INSIDE: "1"}))
    unittest.main(argv=sys.argv[:1])
