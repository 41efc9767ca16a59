#!/usr/bin/env python3
"""How late the event loop is while each sync of the disk takes long, and while the log is folded into the database: a crawl of
the synthetic web by a daemon whose fsync and fdatasync are delayed.

usage: slow_disk_bench.py BUILD_FOLDER [--delay MS] [--seconds N] [--set key=value]...

Prints JSON: the loop's lag (p50 and p99 of all its looks, from /metrics), pages stored and syncs made meanwhile.
"""
import argparse
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]
from daemon import Daemon, UnixConnection, ask
from wait_bench import late_buckets, quantile_ms

CONFIG = '[[target]]\nname = "web"\nseeds = ["${url}"]\nscope = "any"\n[control]\nsocket = "${folder}/sock"\n'
WEB = ("--hosts", "50", "--degree", "20", "--depth", "5", "--external", "5", "--latency", "20", "--size", "20000")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--delay", type=int, default=1000, help="of each sync, milliseconds")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--set", action="append", default=[])
    a = parser.parse_args()
    build = os.path.abspath(a.build)
    with Daemon(build, WEB, CONFIG) as daemon:
        daemon.environment = {"LD_PRELOAD": os.path.join(build, "trawl_sick_disk.so"), "TRAWL_SYNC_DELAY_MS": str(a.delay),
                              "TRAWL_SYNC_LOG": daemon.path("syncs")}
        daemon.start(*(word for text in a.set for word in ("--set", text)))
        daemon.hear("^READY=1$", 120)
        connection = UnixConnection(daemon.path("sock"), timeout=60)
        told = lambda path: ask(connection, "GET", path)[1]
        pages = lambda: told("/status")["pages"]
        syncs = lambda: os.path.getsize(daemon.path("syncs"))
        daemon.wait_for(lambda: pages() > 0, 60)
        before, had, synced = late_buckets(told("/metrics")), pages(), syncs()
        time.sleep(a.seconds)
        after = late_buckets(told("/metrics"))
        print(json.dumps({"sync_delay_ms": a.delay, "syncs": syncs() - synced, "pages": pages() - had,
                          "loop_lag_ms": {name: round(quantile_ms(before, after, part), 2)
                                          for name, part in (("p50", 0.5), ("p99", 0.99))}}))
        connection.close()


if __name__ == "__main__":
    main()
