#!/usr/bin/env python3
"""kill -9 costs fetches, never results: the crawl is killed at random moments and started again each time.

usage: kill_test.py --trawl PATH (--cache FOLDER | --site FOLDER) [--start PAGE] [--kills N] [--seed N] [--work FOLDER] [--keep]

Each kill takes the main process alone, as the kernel's out-of-memory killer would: its parser processes must end by themselves.
Checked after each kill: no process is left; the database is whole, by integrity_check and by trawl doctor; nothing that the database had acknowledged is gone.
At the end: the set of pages is the reachable one, none stands there twice, and no more was fetched again than was in flight.
The moments are drawn over the time that an undisturbed crawl takes, which is measured first; the seed is printed.
"""
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import compare
import crawl
import nginx_site
import process_tree
import program

IN_FLIGHT = 100 + 50  # connections_per_host of the crawl, and as many again as wait for their commit, about


def start(a, config, database):
    return subprocess.Popen(crawl.command(a.trawl, config, database), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process, timeout):
    try:
        _, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None, "still running after the time limit"
    return process.returncode, err.decode("utf-8", "replace")[-1000:]


def undisturbed(a, work, site):
    """Seconds from the start to the first page, and to the end."""
    database, before = os.path.join(work, "calm.db"), site.log_size()
    config = crawl.write_config(work, site.url("/" + a.start))
    began = time.time()
    code, err = finish(start(a, config, database), a.timeout)
    took = time.time() - began
    if code != 0:
        sys.exit(f"FAILED the undisturbed crawl: exit code {code}: {err}")
    pages = [r["at"] for r in site.requests(before) if r["html"]]
    return max(0.01, min(pages) - began), took


def main():
    parser = program.arguments(__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    a = parser.parse_args()
    root = program.begin(a)
    wanted = compare.expected(root, a.start)
    with program.work_folder(a, "kill") as work:
        return program.verdict(check(a, root, wanted, work))


def check(a, root, wanted, work):
    """What is wrong with crawls that were killed, and with the last one that was not."""
    moments, problems = random.Random(a.seed), []
    with nginx_site.NginxSite(root, work) as site:
        known = {site.process.pid}
        first, whole = undisturbed(a, work, site)
        print(f"seed {a.seed}; an undisturbed crawl: first page after {first:.2f} s, end after {whole:.2f} s", flush=True)
        config, database = crawl.write_config(work, site.url("/" + a.start)), os.path.join(work, "trawl.db")
        before, acknowledged, landed = site.log_size(), set(), 0
        for number in range(1, a.kills + 1):
            process = start(a, config, database)
            # Spread over start-up and a share of the work, so that most runs get on but few get to the end.
            moment = moments.uniform(0.5 * first, first + 2.0 * (whole - first) / a.kills)
            time.sleep(moment)
            running = process.poll() is None
            landed += running
            if running:
                process.send_signal(signal.SIGKILL)
            code, err = finish(process, 30)
            if code not in (-signal.SIGKILL, 0):
                problems.append(f"run {number}: exit code {code}: {err}")
            if left := process_tree.orphans(known):
                problems.append(f"kill {number}: left processes behind: {left}")
            pages = set()
            if os.path.exists(database):
                pages, trouble = look(a.trawl, database)
                problems += [f"kill {number}: {t}" for t in trouble]
            if lost := acknowledged - pages:
                problems.append(f"kill {number}: {len(lost)} stored pages are gone, e.g. {min(lost)}")
            acknowledged = pages
            print(f"kill {number} after {moment:.2f} s{'' if running else ' (it had ended)'}: {len(pages)} pages stored", flush=True)
        code, err = finish(start(a, config, database), a.timeout)
        if code != 0:
            problems.append(f"last run: exit code {code}: {err}")
        if left := process_tree.orphans(known):
            problems.append(f"last run: left processes behind: {left}")
        difference = compare.Difference(wanted, database, site.url(""))
        print(difference.report())
        pages = [r["path"] for r in site.requests(before) if r["html"] and r["status"] == 200]
        again = len(pages) - len(set(pages))
        print(f"{again} pages were fetched again, over {landed} kills that met a running crawl")
        if again > landed * IN_FLIGHT:
            problems.append(f"more was fetched again than can have been in flight ({landed} x {IN_FLIGHT})")
        if landed < a.kills / 2:
            problems.append(f"only {landed} of {a.kills} kills met a running crawl: the test proves too little")
        if not difference.ok():
            problems.append("the stored pages are not the reachable ones")
    return problems


def look(trawl, database):
    """The pages stored, and what is wrong with the database."""
    trouble = []
    doctor = subprocess.run([trawl, "doctor", "--db", database, "--format", "csv"], capture_output=True, text=True)
    if doctor.returncode != 0:
        wrong = [line for line in doctor.stdout.splitlines() if ",problem," in line]
        trouble.append(f"doctor ends with {doctor.returncode}: {wrong or doctor.stderr}")
    try:
        if (check := crawl.rows(database, "PRAGMA integrity_check")) != [("ok",)]:
            trouble.append(f"integrity_check: {check[:3]}")
        found = crawl.rows(database, "SELECT url FROM pages", first=True)
    except sqlite3.OperationalError as error:
        # Killed before the schema was committed: an empty file is a whole database.
        if "no such table" in str(error) and not crawl.rows(database, "SELECT name FROM sqlite_master"):
            return set(), trouble
        return set(), trouble + [str(error)]
    if len(found) != len(set(found)):
        trouble.append("a URL stands twice in pages")
    return set(found), trouble


if __name__ == "__main__":
    sys.exit(main())
