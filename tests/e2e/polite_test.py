#!/usr/bin/env python3
"""A crawl of many hosts, killed and stopped again and again, as its servers see it: never two requests to a host at once, never
two closer than the delay, nothing that robots.txt forbids, and at the end every page was fetched.

usage: polite_test.py BUILD_FOLDER [--hosts N] [--degree N] [--delay SECONDS] [--kills N] [--every SECONDS]

A million requests to 10,000 hosts: --hosts 10000 --degree 10 --delay 0.5 --kills 20 --every 20
"""
import argparse
import ipaddress
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import check_log


def host(n):
    """Its address, as SyntheticSite::Address has it."""
    return str(ipaddress.IPv4Address("127.0.0.1") + n)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--hosts", type=int, default=250)
    parser.add_argument("--degree", type=int, default=4)
    parser.add_argument("--delay", type=float, default=0.3)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between kills, about")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    a = parser.parse_args()
    a.build = os.path.abspath(a.build)
    print(f"seed {a.seed}")
    chance = random.Random(a.seed)
    web = subprocess.Popen([os.path.join(a.build, "trawl_synthetic_web"), "--hosts", str(a.hosts), "--degree", str(a.degree),
                            "--depth", "2", "--links", "3", "--size", "2000", "--latency", "20", "--log-limit", "3000000"],
                           stdout=subprocess.PIPE, text=True)
    try:
        port = web.stdout.readline().split(":")[-1].strip()
        admin = "http://" + web.stdout.readline().split()[-1]
        with tempfile.TemporaryDirectory() as folder:
            code = crawl(a, chance, folder, port)
            database = os.path.join(folder, "trawl.db")
            doctor = subprocess.run([os.path.join(a.build, "trawl"), "doctor", "--db", database], capture_output=True, text=True,
                                    check=False)
            stored = int(subprocess.run([os.path.join(a.build, "trawl"), "query", "--format", "csv", "--db", database,
                                         "SELECT count(*) FROM pages"], capture_output=True, text=True,
                                        check=True).stdout.split()[-1])
        requests = check_log.read_log(admin)
        served = json.load(urllib.request.urlopen(admin + "/__stats"))
    finally:
        web.terminate()
        web.wait()
    wanted = a.hosts * (1 + a.degree + a.degree ** 2)
    figures, violations = check_log.judge(requests, gap=a.delay, per_host=1, no_private=True)
    print(json.dumps({**figures, "stored": stored, "wanted": wanted, "served": served.get("requests", served)}))
    problems = violations[:20]
    if code != 0:
        problems.append(f"the last crawl ended with {code}")
    if stored != wanted:
        problems.append(f"{stored} pages stored of {wanted}")
    if doctor.returncode != 0:
        problems.append("trawl doctor: " + doctor.stdout + doctor.stderr)
    for problem in problems:
        print("VIOLATION " + problem)
    return 1 if problems or len(violations) > 20 else 0


def crawl(a, chance, folder, port):
    """Kills the crawl, or asks it to stop, `kills` times; then lets it end. Its exit code."""
    seeds = ", ".join(f'"http://{host(n)}:{port}/"' for n in range(a.hosts))
    with open(os.path.join(folder, "trawl.toml"), "w", encoding="ascii") as file:
        file.write(f'[crawl]\nprivate_addresses = "allow"\n[politeness]\ndelay = "{int(a.delay * 1000)}ms"\n'
                   f'max_latency_delay = "{int(a.delay * 1000)}ms"\nip_delay = "0s"\n[[target]]\nname = "web"\nseeds = [{seeds}]\n')
    command = [os.path.join(a.build, "trawl"), "crawl", "-c", "trawl.toml", "--db", "trawl.db"]
    for _ in range(a.kills):
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return process.wait(chance.uniform(0.5, 1.5) * a.every)
        except subprocess.TimeoutExpired:
            process.send_signal(chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
            process.wait()
    return subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
