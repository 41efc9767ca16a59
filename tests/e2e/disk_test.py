#!/usr/bin/env python3
"""A disk that runs low: the daemon waits, says so, and goes on by itself. On a small file system of its own.

usage: disk_test.py BUILD_FOLDER
"""
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, UnixConnection, ask

INSIDE = "TRAWL_DISK_TEST_INSIDE"  # set in the process that may mount
CONFIG = """
min_free = "16MiB"
min_free_share = 0
path = "${folder}/disk/trawl.db"
[[target]]
name = "web"
seeds = ["${url}"]
scope = "any"
[control]
socket = "${folder}/sock"
"""


class OnSmallDisk(Daemon):
    def __enter__(self):
        super().__enter__()
        os.mkdir(self.path("disk"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", self.path("disk")], check=True)
        return self

    def __exit__(self, *arguments):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        subprocess.run(["umount", self.path("disk")], check=True)
        super().__exit__(*arguments)

    def write_config(self, more=None):
        text = f'[crawl]\nprivate_addresses = "allow"\n[politeness]\ndelay = "0s"\nip_delay = "0s"\n[storage]{CONFIG}'
        with open(self.path("trawl.toml"), "w") as file:
            file.write(text.replace("${url}", self.url).replace("${folder}", self.folder))

    def fill(self):
        with open(self.path("disk/filler"), "wb") as file:
            file.write(bytes(20 << 20))

    def status(self):
        connection = UnixConnection(self.path("sock"))
        code, status = ask(connection, "GET", "/status")
        connection.close()
        assert code == 200, status
        return status


class Disk(unittest.TestCase):
    def test_a_daemon_that_starts_low_waits_and_goes_on_when_there_is_room(self):
        with OnSmallDisk(BUILD, ("--hosts", "2", "--degree", "2", "--depth", "2", "--external", "1")) as daemon:
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
            os.remove(daemon.path("disk/filler"))
            daemon.wait_for(lambda: (s := daemon.status())["pages"] > 10 and s["queued"] + s["in_flight"] == 0)
            self.assertEqual(daemon.status()["troubles"], {})
            daemon.fill()
            daemon.wait_for(lambda: daemon.status()["state"] == "disk_low")
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(20), 0)
            self.assertRegex(daemon.stderr(), r"(?s)fetching pauses: .*there is room on the disk again.*fetching pauses: ")


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv[1])
    if INSIDE not in os.environ:
        if subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode != 0:
            print("SKIPPED: file systems may not be mounted here")
            sys.exit(0)
        os.execvpe("unshare", ["unshare", "-m", sys.executable, __file__, BUILD], dict(os.environ, **{INSIDE: "1"}))
    unittest.main(argv=sys.argv[:1])
