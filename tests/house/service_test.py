#!/usr/bin/env python3
"""cmake --install, and the systemd unit that it installs.

usage: service_test.py SOURCE_FOLDER BUILD_FOLDER
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, BUILD = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
ANALYZE = shutil.which("systemd-analyze")
EXPOSURE = 15  # of 100: what "systemd-analyze security" calls OK ends at 20


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **more)


class Installed(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.prefix = os.path.join(self.folder.name, "opt")
        self.install()
        self.unit = os.path.join(self.prefix, "lib/systemd/system/trawl.service")

    def install(self, *more, **environment):
        done = run("cmake", "--install", BUILD, "--prefix", self.prefix, *more, env=dict(os.environ, **environment))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def path(self, name):
        return os.path.join(self.prefix, name)

    def analyze(self, *arguments):
        if ANALYZE is None:
            self.skipTest("systemd-analyze is not installed")
        return run(ANALYZE, *arguments)

    def test_the_installed_program_finds_its_parser_and_its_configuration_is_good(self):
        self.assertFalse(os.path.exists(self.path("bin/trawl-parser")))
        checked = run(self.path("bin/trawl"), "check", "-c", self.path("etc/trawl/trawl.toml"))
        self.assertEqual(checked.returncode, 0, checked.stderr)
        read = run(self.path("bin/trawl"), "try", "-", input="<title>found</title>")
        self.assertEqual(read.returncode, 0, read.stderr)
        self.assertIn("found", read.stdout)

    def test_a_configuration_that_is_there_stays(self):
        with open(self.path("etc/trawl/trawl.toml"), "w") as file:
            file.write("# mine\n")
        self.assertIn("Kept", self.install())
        with open(self.path("etc/trawl/trawl.toml")) as file:
            self.assertEqual(file.read(), "# mine\n")

    def test_the_places_in_the_unit_are_those_of_the_prefix(self):
        with open(self.unit) as file:
            start = re.search(r"^ExecStart=(.*)$", file.read(), re.M)[1]
        self.assertEqual(start, f"{self.prefix}/bin/trawl daemon -c {self.prefix}/etc/trawl/trawl.toml")
        root = os.path.join(self.folder.name, "root")
        self.prefix = "/usr"
        self.install(DESTDIR=root)
        self.assertTrue(os.path.exists(f"{root}/etc/trawl/trawl.toml"))
        with open(f"{root}/usr/lib/systemd/system/trawl.service") as file:
            self.assertIn("\nExecStart=/usr/bin/trawl daemon -c /etc/trawl/trawl.toml\n", file.read())

    def test_systemd_finds_nothing_wrong_with_the_unit(self):
        verified = self.analyze("verify", "--man=no", self.unit)
        self.assertEqual((verified.returncode, verified.stderr), (0, ""))

    def test_the_exposure_of_the_unit_stays_below_the_threshold(self):
        judged = self.analyze("security", "--offline=yes", f"--threshold={EXPOSURE}", self.unit)
        self.assertEqual(judged.returncode, 0, judged.stdout)
        self.assertIn("Overall exposure level", judged.stdout)

    def test_a_unit_without_hardening_is_past_the_threshold(self):
        with open(self.unit) as file:
            bare = re.sub(r"^(Protect|Private|Restrict|SystemCall|Capability|NoNew).*\n", "", file.read(), flags=re.M)
        with open(self.unit, "w") as file:
            file.write(bare)
        self.assertNotEqual(self.analyze("security", "--offline=yes", f"--threshold={EXPOSURE}", self.unit).returncode, 0)


if __name__ == "__main__":
    unittest.main()
