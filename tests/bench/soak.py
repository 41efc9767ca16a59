#!/usr/bin/env python3
"""A long crawl of many hosts, some faulty, with every page visited again: does the daemon grow, and is its database whole?
Run by hand on a release build, for an hour.

usage: soak.py BUILD_FOLDER [--minutes N] [--hosts N] [--warm-up MINUTES]

Prints a line a minute, and at the end the slope of the resident memory after the warm-up (least squares, percent an hour), the
range of descriptors and threads, and what trawl doctor says. Ends with 1 when memory grows by more than 1 % an hour, threads or
descriptors by more than the fetches under way explain, or the doctor finds something.
"""
import argparse
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from daemon import Daemon, UnixConnection, ask
from wait_bench import resident_mb, slope

CONFIG = """[[target]]
name = "web"
scope = "any"
seeds = ["${url}"]
recrawl = "5min"
[control]
socket = "${folder}/sock"
"""


def look(daemon):
    pid = daemon.process.pid
    connection = UnixConnection(daemon.path("sock"), timeout=60)
    status = ask(connection, "GET", "/status")[1]
    connection.close()
    return {"mb": resident_mb(pid), "descriptors": len(os.listdir(f"/proc/{pid}/fd")), "threads": len(os.listdir(f"/proc/{pid}/task")),
            "in_flight": status["in_flight"], "pages": status["pages"], "visits": status["visits"], "known": status["known"],
            "lag": status["loop_lag_ms"], "workers": status["parser"]["workers"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--hosts", type=int, default=10000)
    parser.add_argument("--warm-up", type=float, default=10)
    a = parser.parse_args()
    web = ("--hosts", str(a.hosts), "--degree", "4", "--depth", "2", "--external", "2", "--latency", "200", "--errors", "50")
    with Daemon(os.path.abspath(a.build), web, CONFIG) as daemon:
        daemon.start()
        daemon.hear("^READY=1$")
        began, seen = time.monotonic(), []
        while (now := time.monotonic() - began) < a.minutes * 60:
            time.sleep(min(5, max(0, a.minutes * 60 - now)))
            if daemon.process.poll() is not None:
                sys.exit(f"the daemon ended: {daemon.stderr()[-2000:]}")
            seen.append((time.monotonic() - began, look(daemon)))
            if len(seen) % 12 == 0:
                print(f"{seen[-1][0] / 60:.0f} min: {seen[-1][1]}", flush=True)
        daemon.process.terminate()
        daemon.process.wait(30)
        doctor = daemon.trawl("doctor", "--db", daemon.path("trawl.db"), timeout=600)
    warm = [(at, one) for at, one in seen if at >= a.warm_up * 60] or seen
    mean = sum(one["mb"] for _, one in warm) / len(warm)
    percent = slope([(at, one["mb"]) for at, one in warm]) * 3600 / mean * 100
    others = [one["descriptors"] - one["in_flight"] for _, one in warm]
    threads = {one["threads"] for _, one in warm}
    print(f"{mean:.0f} MB, {percent:+.2f} % an hour after {a.warm_up:g} min; descriptors beside fetches {min(others)} to {max(others)}; threads {sorted(threads)}; "
          f"{seen[-1][1]['visits']} visits, {seen[-1][1]['known']} URLs; doctor {'finds nothing' if doctor.returncode == 0 else doctor.stdout}")
    sys.exit(1 if percent > 1 or len(threads) > 1 or doctor.returncode else 0)


if __name__ == "__main__":
    main()
