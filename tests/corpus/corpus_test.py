#!/usr/bin/env python3
"""Every page that can be reached is stored, none that cannot: trawl against an independent reading of the same files.

usage: corpus_test.py --trawl PATH (--cache FOLDER | --site FOLDER) [--start PAGE] [--work FOLDER] [--keep]

With --cache, the pages are those of Debian's python3.N-doc, downloaded there once. With --site, any folder of HTML files;
/private/ in it is disallowed by the robots.txt that is served.
"""
import json
import os
import subprocess
import sys
import time

import compare
import crawl
import nginx_site
import process_tree
import program


def main():
    a = program.arguments(__doc__).parse_args()
    root = program.begin(a)
    wanted = compare.expected(root, a.start)
    with program.work_folder(a, "corpus") as work:
        return program.verdict(check(a, root, wanted, work))


def check(a, root, wanted, work):
    """What is wrong with a crawl of the site."""
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
    return problems


if __name__ == "__main__":
    sys.exit(main())
