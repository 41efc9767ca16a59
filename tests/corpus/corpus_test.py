#!/usr/bin/env python3
"""Every page that can be reached is stored, none that cannot: trawl against an independent reading of the same files.

usage: corpus_test.py --trawl PATH (--cache FOLDER | --site FOLDER) [--start PAGE] [--work FOLDER] [--keep]

With --cache, the pages are those of Debian's python3.N-doc, downloaded there once. With --site, any folder of HTML files;
/private/ in it is disallowed by the robots.txt that is served.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import compare
import crawl
import nginx_site
import process_tree
import python_doc


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trawl", required=True)
    parser.add_argument("--cache")
    parser.add_argument("--site")
    parser.add_argument("--start", default="index.html")
    parser.add_argument("--work")
    parser.add_argument("--keep", action="store_true", help="keep database and server log, and say where they are")
    parser.add_argument("--timeout", type=float, default=600)
    a = parser.parse_args()
    nginx_site.skip_without_nginx()
    root = a.site or python_doc.python_doc(a.cache)
    process_tree.adopt_orphans()
    wanted = compare.expected(root, a.start)
    work = tempfile.mkdtemp(prefix="trawl-corpus-", dir=a.work)
    problems = []
    with nginx_site.NginxSite(root, work) as site:
        database = os.path.join(work, "trawl.db")
        config = crawl.write_config(work, site.url("/" + a.start))
        started = time.monotonic()
        run = subprocess.run(crawl.command(a.trawl, config, database), capture_output=True, text=True, timeout=a.timeout,
                             check=False)
        took = time.monotonic() - started
        if run.returncode != 0:
            problems.append(f"exit code {run.returncode}: {run.stderr[-2000:]}")
        if left := process_tree.orphans({site.process.pid}):
            problems.append(f"left processes behind: {left}")
        requests = site.requests()
        difference = compare.Difference(wanted, database, site.url(""))
        print(difference.report())
        html = [r for r in requests if r["html"] and r["status"] == 200]
        print(f"{took:.1f} s, {len(difference.got) / took:.0f} pages/s; the server answered {len(requests)} requests, "
              f"{len(html)} of them pages; summary: {json.dumps(run.stdout.strip())}")
        if len(html) != len({r["path"] for r in html}):
            problems.append("the server was asked for a page twice")
        if private := [r for r in requests if r["path"].startswith("/private/")]:
            problems.append(f"robots.txt was not obeyed: {private[:3]}")
    if not difference.ok():
        problems.append("the stored pages are not the reachable ones")
    if len(wanted.pages) < 2:
        problems.append("nothing to reach: is the start page right?")
    if a.keep:
        print(f"kept: {work}")
    else:
        shutil.rmtree(work, ignore_errors=True)
    for problem in problems:
        print("FAILED " + problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
