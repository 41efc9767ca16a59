#!/usr/bin/env python3
"""Judges the politeness of a crawler from the server's side.

usage: check_log.py [--gap SECONDS] [--per-host N] [--agent PART] [--key host|address] [--no-private] SOURCE

SOURCE is the address of the admin port of trawl_synthetic_web (http://127.0.0.1:PORT) or a file with the lines of its /__log.
For each host (as the Host field names it, or by address) it looks at:
  --gap S       at least S seconds from the end of an answer to the start of the next request (only with --per-host 1).
                The end is when the server's last byte went out, never later than when the client had it, so no polite
                client is accused; answers that the client broke off (complete = false) are left out.
  --per-host N  at most N requests at the same moment
  --no-private  no request for /private/...
Prints one line of figures, then up to 20 violations. Exit 1 when there is any, 2 when there is nothing to judge.
"""
import argparse
import collections
import json
import sys
import urllib.request


def read_log(source):
    if source.startswith("http://"):
        with urllib.request.urlopen(source.rstrip("/") + "/__log", timeout=60) as answer:
            lines = answer.read().decode("ascii").splitlines()
    else:
        with open(source, encoding="ascii") as file:
            lines = file.read().splitlines()
    return [json.loads(line) for line in lines]


def judge(requests, gap=None, per_host=None, key="host", no_private=False):
    """Returns (figures, violations): a dict, and a list of sentences."""
    hosts = collections.defaultdict(list)
    for request in requests:
        hosts[request[key]].append(request)
    violations, smallest, peak = [], None, 0
    for host, served in sorted(hosts.items()):
        served.sort(key=lambda r: r["start_us"])
        # Concurrency: walk starts and ends in time order; an end at the same moment as a start comes first.
        moments = sorted([(r["start_us"], 1) for r in served] + [(r["end_us"], 0) for r in served])
        active = 0
        for at, kind in moments:
            active += 1 if kind else -1
            peak = max(peak, active)
            if kind and per_host and active > per_host:
                violations.append(f"{host}: {active} requests at the same moment, {at / 1e6:.3f} s")
        for before, after in zip(served, served[1:]):
            if not before["complete"]:
                continue
            pause = (after["start_us"] - before["end_us"]) / 1e6
            smallest = pause if smallest is None else min(smallest, pause)
            if gap is not None and pause < gap:
                violations.append(f"{host}: {pause:.3f} s between {before['path']} and {after['path']}, "
                                  f"{after['start_us'] / 1e6:.3f} s")
        if no_private:
            violations += [f"{host}: {r['path']} is disallowed" for r in served if r["path"].startswith("/private/")]
    figures = {"requests": len(requests), "hosts": len(hosts), "smallest_gap_s": smallest, "peak_per_host": peak}
    return figures, violations


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("--gap", type=float)
    parser.add_argument("--per-host", type=int)
    parser.add_argument("--agent", default="", help="only requests whose User-Agent holds this")
    parser.add_argument("--key", choices=["host", "address"], default="host")
    parser.add_argument("--no-private", action="store_true")
    a = parser.parse_args()
    requests = [r for r in read_log(a.source) if a.agent in r["agent"]]
    if not requests:
        print("no requests in the log", file=sys.stderr)
        return 2
    figures, violations = judge(requests, a.gap, a.per_host, a.key, a.no_private)
    print(json.dumps(figures))
    for sentence in violations[:20]:
        print("VIOLATION " + sentence)
    if len(violations) > 20:
        print(f"and {len(violations) - 20} more")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
