#!/usr/bin/env python3
"""A crawl of very many slow hosts, as the server sees it: how many fetches it holds at once, at which rate pages come, what they
cost, how late the event loop is meanwhile, and how soon the daemon answers its operator.

usage: wait_bench.py BUILD_FOLDER SLOWWEB [--hosts N] [--pages N] [--latency MS] [--fetches N] [--seconds N] [--server-cpu N --client-cpus LIST]
                     [--set key=value]...

SLOWWEB is a program that is started as "SLOWWEB PORT -latency MS -hosts N -pages N": it serves pages that link to each other,
so many of each host, for 127.0.0.1 and the hosts behind it after so many milliseconds, and at /__stats JSON with pages, held and peak_held. Each host
gets one connection. The ideal rate is fetches / latency.
"""
import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from daemon import UnixConnection, ask

TICK = os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    """Of a process, and of the children it has waited for."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK


def resident_mb(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def parsers_s(pid):
    """CPU of the parser processes: those that live, and through the zygote those that were replaced."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return sum(cpu_s(int(child)) + parsers_s(int(child)) for child in file.read().split())


def slope(points):
    """Least squares: pages a second."""
    mean_x, mean_y = (statistics.fmean(p[i] for p in points) for i in (0, 1))
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def pinned(cpus):
    return ["taskset", "-c", cpus] if cpus else []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def host(n):
    """The hosts behind 127.0.0.1 as slowweb numbers them."""
    return f"127.0.{n // 254}.{1 + n % 254}"


def configuration(a, port):
    seeds = ", ".join(f'"http://{host(n)}:{port}/p/0"' for n in range(a.hosts))
    return (f'[crawl]\nprivate_addresses = "allow"\nmax_fetches = {a.fetches}\n'
            f'[politeness]\ndelay = "0s"\nip_delay = "0s"\nmax_latency_delay = "0s"\nconnections_per_host = 1\n'
            f'[http]\nretries = 0\n[storage]\npath = "trawl.db"\n'
            f'[[target]]\nname = "slow"\nscope = "any"\nseeds = [{seeds}]\n')


def answers_ms(folder, rounds=200):
    """How long the daemon takes to answer, milliseconds, by what it was asked."""
    took = {}
    connection = UnixConnection(os.path.join(folder, "trawl.db.sock"), timeout=60)
    for _ in range(rounds):
        for method, path, body in (("GET", "/status", None), ("POST", "/pause", {"host": host(3)}),
                                   ("POST", "/resume", {"host": host(3)})):
            began = time.monotonic()
            status = ask(connection, method, path, body)[0]
            took.setdefault(path, []).append((time.monotonic() - began) * 1000)
            assert status == 200, (path, status)
        time.sleep(0.02)
    path = os.path.join(folder, "trawl.toml")
    with open(path, encoding="ascii") as file:
        text = file.read()
    for n in range(rounds):
        with open(path, "w", encoding="ascii") as file:
            file.write(f"{text}max_depth = {1000 + n % 2}\n")
        began = time.monotonic()
        assert ask(connection, "POST", "/reload", {})[0] == 200
        took.setdefault("/reload", []).append((time.monotonic() - began) * 1000)
        time.sleep(0.02)
    connection.close()
    return {path: f"p50 {percentile(v, 0.5):.1f} p99 {percentile(v, 0.99):.1f} max {max(v):.1f}" for path, v in took.items()}


def late_buckets(text):
    """The histogram of the loop's lag in the daemon's metrics: [(bound in ms, looks at most that late)]."""
    found = re.findall(r'^trawl_loop_late_seconds_bucket\{le="([^"]+)"\} (\S+)$', text, re.M)
    return [(float(bound) * 1000, float(count)) for bound, count in found]


def quantile_ms(before, after, part):
    """Between the bounds of its bucket as if the looks in it were spread evenly."""
    counts = [now - then for (_, now), (_, then) in zip(after, before)]
    wanted, lower, below = counts[-1] * part, 0, 0
    for (bound, _), count in zip(after, counts):
        if count >= wanted:
            return lower if bound == float("inf") else lower + (bound - lower) * (wanted - below) / max(count - below, 1)
        lower, below = bound, count
    return lower


def measure(a, folder, server_url, daemon):
    stats = lambda: json.load(urllib.request.urlopen(server_url + "/__stats", timeout=30))
    # One that is idle for a minute is closed by the daemon.
    told_of = lambda path: ask(UnixConnection(os.path.join(folder, "trawl.db.sock")), "GET", path)[1]
    metrics = lambda: late_buckets(told_of("/metrics"))
    began, points, peak, full_at, at_full, late, resident = time.monotonic(), [], 0, None, None, [], 0
    while (now := time.monotonic()) < began + a.seconds:
        seen = stats()
        peak = max(peak, seen["peak_held"])
        resident = max(resident, resident_mb(daemon.pid))
        if full_at is None and seen["held"] >= 0.95 * a.fetches:
            full_at = now
            late = metrics()
            at_full = (now, seen["pages"], cpu_s(daemon.pid), parsers_s(daemon.pid))
        if full_at is not None and now > full_at + a.latency / 1000:
            points.append((now, seen["pages"]))
        time.sleep(0.5)
    if len(points) < 10:
        raise SystemExit(f"the server never held {0.95 * a.fetches:.0f} requests for long enough: at most {peak}")
    pages = stats()["pages"] - at_full[1]
    told = told_of("/status")
    late_now = metrics()
    lags = [s["loop_lag_ms"] for s in told_of("/history")["samples"]][-int(a.seconds - (full_at - began)):]
    took = answers_ms(folder)
    ideal = a.fetches * 1000 / a.latency
    rate = slope(points)
    return {"held_at_once": peak, "pages_s": round(rate), "of_ideal": round(rate / ideal, 3), "errors": told["errors"],
            "main_us_a_page": round((cpu_s(daemon.pid) - at_full[2]) * 1e6 / pages),
            "parser_us_a_page": round((parsers_s(daemon.pid) - at_full[3]) * 1e6 / pages), "rss_mb": round(resident),
            "loop_lag_ms": f"p50 {quantile_ms(late, late_now, 0.5):.1f} p99 {quantile_ms(late, late_now, 0.99):.1f}, "
                           f"the worst of each second: p50 {percentile(lags, 0.5):.1f} p99 {percentile(lags, 0.99):.1f}",
            "answers_ms": took}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("slowweb")
    parser.add_argument("--hosts", type=int, default=10000)
    parser.add_argument("--pages", type=int, default=100, help="of each host")
    parser.add_argument("--latency", type=int, default=12000)
    parser.add_argument("--fetches", type=int, default=10000)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--server-cpu", default="")
    parser.add_argument("--client-cpus", default="")
    parser.add_argument("--set", action="append", default=[], help="a setting of the crawl")
    a = parser.parse_args()
    port = free_port()
    server = subprocess.Popen([*pinned(a.server_cpu), "prlimit", "--nofile=20000:20000", os.path.abspath(a.slowweb), str(port),
                               "-latency", str(a.latency), "-hosts", str(a.hosts), "-pages", str(a.pages)],
                              stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "trawl.toml"), "w", encoding="ascii") as file:
            file.write(configuration(a, port))
        daemon = subprocess.Popen([*pinned(a.client_cpus), os.path.join(os.path.abspath(a.build), "trawl"), "daemon", "-c",
                                   "trawl.toml", *(word for text in a.set for word in ("--set", text))], cwd=folder)
        try:
            while not os.path.exists(os.path.join(folder, "trawl.db.sock")):
                if daemon.poll() is not None:
                    raise SystemExit("trawl did not start")
                time.sleep(0.1)
            print(json.dumps(measure(a, folder, url, daemon), indent=1))
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait()
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
