#!/usr/bin/env python3
"""How the daemon serves its operator: how soon it is ready, what slow listeners cost the crawl, how it takes many signals.
Run by hand on a release build.

usage: service_bench.py BUILD_FOLDER start [--database FILE] [--rounds N]     from exec to READY, seconds; FILE is copied first
       service_bench.py BUILD_FOLDER clients [--clients N] [--seconds N]      pages/s and lag without and with N clients of
                                                                              /events that take nothing
       service_bench.py BUILD_FOLDER signals [--signals N]                    SIGTERM and SIGHUP at random moments under load

trawl_report_bench FOLDER 167000 makes a database of a million URLs.
"""
import argparse
import os
import random
import resource
import shutil
import signal
import socket
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from daemon import Daemon, UnixConnection, ask
from wait_bench import late_buckets, percentile, quantile_ms

CONTROL = '[control]\nsocket = "${folder}/sock"\n'
TARGET = '[[target]]\nname = "web"\nscope = "any"\nseeds = ["${url}"]\n'
LARGE = ("--hosts", "200", "--degree", "8", "--depth", "6", "--latency", "20")


def ready_s(daemon):
    began = time.monotonic()
    daemon.start()
    daemon.hear("^READY=1$", timeout=120)
    return time.monotonic() - began


def end(daemon):
    began = time.monotonic()
    daemon.process.terminate()
    code = daemon.process.wait(120)
    took = time.monotonic() - began
    # Before it handles signals, while it is being loaded, it ends as any program does.
    assert code in (0, -signal.SIGTERM, -signal.SIGHUP), (code, daemon.stderr()[-2000:])
    return took


def starts(a):
    took = []
    for _ in range(a.rounds):
        with Daemon(a.build, ("--degree", "2", "--depth", "2", "--latency", "1000"), CONTROL + TARGET) as daemon:
            if a.database:
                shutil.copyfile(a.database, daemon.path("trawl.db"))
            took.append(ready_s(daemon))
            known = ask(UnixConnection(daemon.path("sock"), timeout=60), "GET", "/status")[1]["known"]
            end(daemon)
    print(f"ready after {statistics.median(took):.3f} s (median), {max(took):.3f} s (worst of {a.rounds}), with {known} URLs known")


def rate_and_lag(daemon, seconds):
    """Pages a second and the p99 of the loop's lag in ms, over so many seconds."""
    def look():
        connection = UnixConnection(daemon.path("sock"), timeout=60)
        pages = ask(connection, "GET", "/status")[1]["pages"]
        late = late_buckets(ask(connection, "GET", "/metrics")[1])
        connection.close()
        return time.monotonic(), pages, late
    began, pages, late = look()
    time.sleep(seconds)
    ended, pages_then, late_then = look()
    return (pages_then - pages) / (ended - began), quantile_ms(late, late_then, 0.99)


def listener(path):
    """One that has asked for the events and takes none of them: its kernel buffer is small and stays full."""
    client = socket.socket(socket.AF_UNIX)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(path)
    client.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
    return client


def clients(a):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    alone, heard, lag_alone, lag_heard = [], [], [], []
    with Daemon(a.build, LARGE, CONTROL + TARGET) as daemon:
        ready_s(daemon)
        time.sleep(3)
        for _ in range(a.rounds):
            rate, lag = rate_and_lag(daemon, a.seconds)
            alone.append(rate)
            lag_alone.append(lag)
            # Who takes nothing for ten seconds is dropped, and comes again.
            attached = [listener(daemon.path("sock")) for _ in range(a.clients)]
            rate, lag = rate_and_lag(daemon, a.seconds)
            heard.append(rate)
            lag_heard.append(lag)
            for client in attached:
                client.close()
        end(daemon)
    fewer = 1 - statistics.median(heard) / statistics.median(alone)
    print(f"alone {statistics.median(alone):.0f} pages/s, lag p99 {statistics.median(lag_alone):.1f} ms; with {a.clients} slow clients "
          f"{statistics.median(heard):.0f} pages/s ({-100 * fewer:+.1f} %), lag p99 {statistics.median(lag_heard):.1f} ms; medians of {a.rounds} rounds")


def signals(a):
    rng, stops, reloads = random.Random(a.seed), [], 0
    with Daemon(a.build, LARGE, CONTROL + TARGET) as daemon:
        ready_s(daemon)
        for _ in range(a.signals):
            time.sleep(rng.uniform(0, 0.6))
            if rng.random() < 0.5:
                daemon.process.send_signal(signal.SIGHUP)
                reloads += 1
                continue
            stops.append(end(daemon))
            daemon.start()
            if rng.random() < 0.8:  # else a signal comes while it starts
                daemon.hear("^READY=1$", timeout=60)
        stops.append(end(daemon))
        twice = daemon.rows("SELECT count(*) FROM (SELECT url FROM visits GROUP BY url HAVING count(*) > 1)")[0][0]
        pages, bad = daemon.rows("SELECT count(*) FROM pages")[0][0], daemon.rows("SELECT count(*) FROM visits WHERE outcome <> 'ok'")[0][0]
        runs = daemon.rows("SELECT end_reason, count(*) FROM runs GROUP BY 1")
        doctor = daemon.trawl("doctor", "--db", daemon.path("trawl.db"), timeout=600)
    print(f"{len(stops)} stops, the longest {max(stops):.2f} s, p50 {percentile(stops, 0.5):.2f} s; {reloads} reloads; {pages} pages, {twice} URLs fetched "
          f"twice, {bad} visits that failed; runs ended {runs}; doctor {'finds nothing' if doctor.returncode == 0 else doctor.stdout}")
    sys.exit(1 if twice or bad or max(stops) > 10 or doctor.returncode else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("what", choices=("start", "clients", "signals"))
    parser.add_argument("--database", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--signals", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    a.build = os.path.abspath(a.build)
    {"start": starts, "clients": clients, "signals": signals}[a.what](a)


if __name__ == "__main__":
    main()
