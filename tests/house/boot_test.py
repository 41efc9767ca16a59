#!/usr/bin/env python3
"""The .deb under a systemd that has booted: a container over a copy of this system's files, without a network, in which the
service is installed, crawls, reloads, loses a parser process, stands still until the watchdog restarts it, stops, is purged.

usage: boot_test.py SOURCE_FOLDER BUILD_FOLDER        needs root and systemd-nspawn (package systemd-container)

Nothing of this machine is changed: the files are an overlay in mounts of this test's own, the container is registered nowhere,
boots a target of its own in place of the machine's services, and ends with this test.
"""
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(sys.argv[2])
LIMIT = 150  # seconds for the whole story

# As root, in mounts of its own that are gone with the process. $1 a folder, $2 the .deb, $3 and $4 files for the container.
OUTSIDE = r"""
set -e
mount -t tmpfs -o mode=0755 none "$1/layers"
mkdir "$1/layers/upper" "$1/layers/work" "$1/layers/root"
mount -t overlay overlay -o lowerdir=/,upperdir="$1/layers/upper",workdir="$1/layers/work" "$1/layers/root"
root="$1/layers/root"
if [ "$2" = probe ]; then exit 0; fi
mount -t tmpfs -o mode=0755 none /run  # where systemd-nspawn keeps its own; /run of the machine is untouched
mkdir -p "$root/trawl_boot/site" "$root/etc/systemd/system"
cp "$2" "$root/trawl_boot/trawl.deb"
printf '%s\n' "$3" >"$root/trawl_boot/story"
printf '%s\n' "$4" >"$root/etc/systemd/system/trawl-boot.service"
printf '[Unit]\nRequires=basic.target trawl-boot.service\nAfter=basic.target\nAllowIsolate=yes\n' >"$root/etc/systemd/system/trawl-boot.target"
: >"$root/etc/fstab"
rm -f "$root/etc/machine-id"; : >"$root/etc/machine-id"
code=0
systemd-nspawn --quiet --boot --private-network --register=no --keep-unit --console=pipe --directory="$root" -- \
  systemd.unit=trawl-boot.target systemd.journald.forward_to_console=0 </dev/null >"$1/console" 2>&1 || code=$?
cat "$root/trawl_boot/out" || true
if [ "$code" != 0 ]; then tail -c 3000 "$1/console" >&2; tail -c 3000 "$root/trawl_boot/journal" >&2; fi
exit "$code"
"""

SERVICE = """[Unit]
After=basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh /trawl_boot/story
ExecStopPost=/bin/sh -c 'journalctl --boot --no-pager >/trawl_boot/journal; systemctl --no-block exit $EXIT_STATUS'
"""

# In the container. Each step says what came of it; `until` gives up after half a minute.
STORY = r"""
set -e
exec >/trawl_boot/out 2>&1
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
until_true() { i=0; until eval "$1"; do i=$((i+1)); if [ $i -gt 150 ]; then echo "never: $1"; systemctl status trawl --no-pager || true; exit 1; fi; sleep 0.2; done; }
ask() { trawl query --db /var/lib/trawl/trawl.db --format csv "$1" 2>/dev/null | tail -n 1 | tr -d '\r'; }
of() { systemctl show trawl --property "$1" --value; }
ip link set lo up
dpkg --purge trawl >/dev/null 2>&1 || true
dpkg -i /trawl_boot/trawl.deb >/dev/null 2>&1
echo "installed $(of LoadState)"
for i in $(seq 200); do echo "<title>$i</title><a href=/$((i*2)).html>a</a><a href=/$((i*2+1)).html>b</a>" >/trawl_boot/site/$i.html; done
python3 -m http.server --bind 127.0.0.1 --directory /trawl_boot/site 8000 >/dev/null 2>&1 &
site=$!
cat >/etc/trawl/trawl.toml <<'END'
[crawl]
private_addresses = "allow"
[politeness]
delay = "0s"
ip_delay = "0s"
[[target]]
name = "site"
seeds = ["http://127.0.0.1:8000/1.html"]
recrawl = "1s"
END
# As it ships, but for a watchdog that a test can wait for.
mkdir -p /etc/systemd/system/trawl.service.d
printf '[Service]\nWatchdogSec=3s\n' >/etc/systemd/system/trawl.service.d/short.conf
systemctl daemon-reload
systemctl start trawl
echo "ready $(of ActiveState) $(of NotifyAccess)"
until_true '[ "$(ask "SELECT count(*) FROM pages")" -ge 100 ]'
echo "crawled as $(stat -c %U:%a /var/lib/trawl/trawl.db) socket $(stat -c %a /run/trawl/control.sock)"
until_true 'of StatusText | grep -q "pages/s"'
echo "status"
printf '[[target]]\nname = "second"\nseeds = ["http://localhost:8000/7.html"]\n' >>/etc/trawl/trawl.toml
systemctl reload trawl
until_true 'journalctl -u trawl -p notice --no-pager | grep -q "reloaded: target second: added"'
until_true '[ "$(ask "SELECT count(*) FROM pages WHERE target = '"'second'"'")" -ge 1 ]'
echo "reloaded $(of NRestarts)"
worker=$(pgrep -f "trawl-parser --worker" | head -n 1)
kill -9 "$worker"
echo '<title>parsed by another</title>' >/trawl_boot/site/fresh.html
trawl add http://127.0.0.1:8000/fresh.html >/dev/null
until_true '[ "$(ask "SELECT count(*) FROM pages WHERE title = '"'parsed by another'"'")" = 1 ]'
echo "worker killed, goes on $(of NRestarts) $(of ActiveState)"
stopped=$(of MainPID)
kill -STOP "$stopped"
until_true '[ "$(of NRestarts)" = 1 ] && [ "$(of ActiveState)" = active ]'
until_true '[ "$(of MainPID)" != "$stopped" ]'
journalctl -u trawl --no-pager | grep -q "Watchdog timeout" && echo "watchdog restarted it"
before=$(ask "SELECT max(at) FROM visits")
until_true '[ "$(ask "SELECT max(at) FROM visits")" \> "$before" ]'
systemctl stop trawl
echo "stopped $(of ActiveState) $(of Result) $(ask "SELECT end_reason FROM runs ORDER BY started_at DESC LIMIT 1")"
trawl doctor --db /var/lib/trawl/trawl.db >/dev/null && echo "whole"
dpkg --purge trawl >/dev/null 2>&1
echo "purged $(of LoadState) $(ls -d /var/lib/trawl /run/trawl /usr/bin/trawl 2>/dev/null | wc -l)"
kill $site
"""

EXPECTED = ["installed loaded", "ready active main", "crawled as trawl:640 socket 660", "status", "reloaded 0",
            "worker killed, goes on 0 active", "watchdog restarted it", "stopped inactive success stopped", "whole", "purged not-found 0"]


def nspawn_cgroups():
    """Where systemd-nspawn makes its control groups: below that of this process, in each hierarchy that systemd knows."""
    with open("/proc/self/cgroup", encoding="ascii") as file:
        lines = [line.strip().split(":", 2) for line in file]
    found = []
    for _, controllers, path in lines:
        if controllers in ("", "name=systemd"):
            roots = ("/sys/fs/cgroup/systemd",) if controllers else ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")
            found += [os.path.join(root, path.lstrip("/"), name) for root in roots for name in ("payload", "supervisor")]
    return found


def remove_cgroups(groups):
    for group in groups:
        for folder, _, _ in os.walk(group, topdown=False):
            try:
                os.rmdir(folder)
            except OSError as error:
                print(f"{folder} stays: {error}", file=sys.stderr)


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(0)


def main():
    if os.geteuid() != 0:
        skip("a container needs root")
    if not shutil.which("systemd-nspawn") or not shutil.which("unshare"):
        skip("systemd-nspawn is not installed (package systemd-container)")
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "layers"))
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", OUTSIDE, "sh", folder]
        probe = subprocess.run([*enter, "probe"], capture_output=True, text=True, check=False)
        if probe.returncode != 0:
            skip("no overlay over the root here: " + probe.stderr.strip())
        packed = subprocess.run(["cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-G", "DEB", "-B", folder], capture_output=True,
                                text=True, check=False)
        if packed.returncode != 0:
            sys.exit(packed.stdout + packed.stderr)
        deb, = glob.glob(os.path.join(folder, "*.deb"))
        new_groups = [group for group in nspawn_cgroups() if not os.path.exists(group)]
        container = subprocess.Popen([*enter, deb, STORY, SERVICE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, errors = container.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            container.send_signal(signal.SIGKILL)  # --kill-child: all that it has started go with it
            out, errors = container.communicate()
            errors += f"\nnot within {LIMIT} s"
        finally:
            remove_cgroups(new_groups)
    steps = out.splitlines()
    if not steps and "cgroup" in errors.lower():
        skip("a container cannot boot here: " + errors.strip()[-300:])
    if steps != EXPECTED:
        sys.exit(f"expected:\n  " + "\n  ".join(EXPECTED) + "\ngot:\n  " + "\n  ".join(steps) + f"\n{errors[-6000:]}")
    print("\n".join(steps))


if __name__ == "__main__":
    main()
