"""The documentation of Python as real input that nobody of this project wrote: some 500 pages, from a Debian package."""
import fcntl
import glob
import os
import re
import subprocess
import sys


def _package():
    return _known_package() or (subprocess.run(["apt-get", "-qq", "update"], check=False, timeout=300) and _known_package())


def _known_package():
    names = subprocess.run(["apt-cache", "search", "--names-only", r"^python3\.[0-9]+-doc$"], capture_output=True, text=True,
                           check=False).stdout
    versions = sorted(int(v) for v in re.findall(r"^python3\.(\d+)-doc ", names, re.M))
    return f"python3.{versions[-1]}-doc" if versions else None


def python_doc(cache):
    """The folder of the pages, downloaded into `cache` when it is not there yet. Ends the program with a line that tells
    ctest of a skipped test when the package cannot be had."""
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _unpacked(cache)
        if found:
            return found
        try:
            package = _package()
            if package:
                subprocess.run(["apt-get", "-q", "download", package], cwd=cache, check=True, capture_output=True, timeout=300)
                archive = sorted(glob.glob(os.path.join(cache, package + "_*.deb")))[-1]
                subprocess.run(["dpkg-deb", "-x", archive, os.path.join(cache, "root")], check=True, capture_output=True)
        except (OSError, subprocess.SubprocessError, IndexError) as error:
            print(f"SKIPPED: the package of Python's documentation cannot be had: {error}")
            sys.exit(0)
        found = _unpacked(cache)
        if not found:
            print("SKIPPED: no package python3.N-doc is known to apt-cache after apt-get update")
            sys.exit(0)
        return found


def _unpacked(cache):
    for page in glob.glob(os.path.join(cache, "root/usr/share/doc/python3*/html/contents.html")):
        return os.path.dirname(page)
    return None
