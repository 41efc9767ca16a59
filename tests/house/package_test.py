#!/usr/bin/env python3
"""The .deb: what is in it, and that it installs, runs and purges cleanly over a copy of this system's files.

usage: package_test.py SOURCE_FOLDER BUILD_FOLDER
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, BUILD = (os.path.abspath(path) for path in sys.argv[1:3])
del sys.argv[1:3]

# As root, in mounts of its own: an overlay over the root, entered by chroot, gone with the process.
OVERLAY = """
set -e
mount -t tmpfs none "$1/layers"
mkdir "$1/layers/upper" "$1/layers/work" "$1/layers/root"
mount -t overlay overlay -o lowerdir=/,upperdir="$1/layers/upper",workdir="$1/layers/work" "$1/layers/root"
mount --bind /dev "$1/layers/root/dev"
mount -t proc proc "$1/layers/root/proc"
mkdir -p "$1/layers/root/run/trawl_package"
cp "$2" "$1/layers/root/run/trawl_package/trawl.deb"
exec chroot "$1/layers/root" sh -ec "$3"
"""

LIFE = """
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
dpkg --purge trawl >/dev/null 2>&1 || true
dpkg -i /run/trawl_package/trawl.deb >/dev/null
trawl --version
trawl check -c /etc/trawl/trawl.toml
id -un trawl
test -s /usr/share/man/man1/trawl.1.gz
cd /tmp
trawl try --json /usr/share/doc/trawl/README.md | head -c 1
echo
trawl crawl --db /tmp/package.db --set crawl.private_addresses=allow --set http.retries=0 --summary json http://127.0.0.1:9/ | cut -c 1-20
echo 'mine' >>/etc/trawl/trawl.toml
mkdir -p /var/lib/trawl && touch /var/lib/trawl/trawl.db
dpkg --remove trawl >/dev/null
test -e /etc/trawl/trawl.toml && test -e /var/lib/trawl/trawl.db && echo kept
dpkg --purge trawl >/dev/null 2>&1
find /etc /usr /var -xdev -newer /run/trawl_package/trawl.deb -name '*trawl*' | grep -v '^/var/lib/dpkg' || true
echo purged
"""


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, (command[:4], done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        run("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-G", "DEB", "-B", cls.folder.name)
        cls.deb, = glob.glob(os.path.join(cls.folder.name, "*.deb"))

    def test_what_is_in_it(self):
        files = {line.split()[-1].lstrip(".") for line in run("dpkg-deb", "--contents", self.deb).splitlines()}
        for path in ("/usr/bin/trawl", "/usr/libexec/trawl/trawl-parser", "/usr/lib/systemd/system/trawl.service",
                     "/usr/lib/sysusers.d/trawl.conf", "/etc/trawl/trawl.toml", "/usr/share/man/man1/trawl.1.gz",
                     "/usr/share/man/man5/trawl.toml.5.gz", "/usr/share/bash-completion/completions/trawl",
                     "/usr/share/zsh/vendor-completions/_trawl", "/usr/share/fish/vendor_completions.d/trawl.fish",
                     "/usr/share/doc/trawl/copyright"):
            self.assertIn(path, files)
        self.assertFalse([f for f in files if f.startswith(("/usr/local", "/home", "/tmp"))])
        self.assertEqual(run("dpkg-deb", "--info", self.deb, "conffiles"), "/etc/trawl/trawl.toml\n")
        depends = run("dpkg-deb", "--field", self.deb, "Depends")
        for library in ("libssl3", "libsqlite3-0", "libgumbo", "libseccomp2", "systemd"):
            self.assertIn(library, depends)

    def test_it_installs_runs_and_purges_cleanly(self):
        if os.geteuid() != 0 or not shutil.which("unshare"):
            self.skipTest("an overlay over the root needs root")
        os.mkdir(os.path.join(self.folder.name, "layers"))
        probe = subprocess.run(["unshare", "-m", "sh", "-c", OVERLAY, "sh", self.folder.name, self.deb, "true"], capture_output=True, text=True)
        if probe.returncode != 0:
            self.skipTest("no overlay over the root here: " + probe.stderr.strip())
        out = run("unshare", "-m", "--pid", "--fork", "--net", "sh", "-c", OVERLAY, "sh", self.folder.name, self.deb, LIFE)
        version, good, account, json, summary, kept, *rest = out.splitlines()
        self.assertRegex(version, r"^trawl \d+\.\d+")
        self.assertEqual(good, "/etc/trawl/trawl.toml: good, 1 target")
        self.assertEqual((account, json, kept), ("trawl", "{", "kept"))
        self.assertTrue(summary.startswith('{"end_reason":"done"'))
        self.assertEqual(rest, ["purged"])


if __name__ == "__main__":
    unittest.main()
