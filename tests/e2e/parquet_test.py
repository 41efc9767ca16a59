#!/usr/bin/env python3
"""The README's way from a crawl to Parquet: what `trawl export` writes, DuckDB reads.

usage: parquet_test.py BUILD_FOLDER

Runs the README's own SQL with the program `duckdb`, else with the npm package @duckdb/node-api where Node finds it (NODE_PATH
counts); without either it is skipped.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]
import node
import site_server

TRAWL = os.path.join(os.path.abspath(sys.argv.pop(1)), "trawl")
README = os.path.join(HERE, "..", "..", "README.md")
PAGES = {"/": "<title>start</title><a href='/b'>b</a><a href='/c'>c</a>", "/b": "<title>Bells, \"new\"</title>one two three",
         "/c": "<p>no title"}
ASK = """
const { DuckDBInstance } = await use("@duckdb/node-api");
const connection = await (await DuckDBInstance.create(":memory:")).connect();
return (await connection.runAndReadAll(argument)).getRowObjectsJson();
"""


def by_program(sql, folder):
    if shutil.which("duckdb") is None:
        return None
    done = subprocess.run(["duckdb", "-json", "-c", sql], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "[]")


def duckdb(sql, folder):
    rows = by_program(sql, folder)
    return node.answer(ASK, sql, folder) if rows is None else rows


class Parquet(unittest.TestCase):
    def test_what_the_readme_says(self):
        with open(README, encoding="utf-8") as file:
            found = re.search(r'^trawl export (.+) && duckdb -c "(.+)"$', file.read(), re.M)
        self.assertIsNotNone(found, "the README has no line that ends in Parquet")
        with tempfile.TemporaryDirectory() as folder:
            if duckdb("SELECT 1 AS one", folder) is None:
                print("SKIPPED: neither duckdb nor @duckdb/node-api is there")
                return
            site = site_server.Site(folder, folder)
            self.addCleanup(site.close)
            site.rules = [site_server.Rule({"path": path, "body": body}, str) for path, body in PAGES.items()]
            url = f"http://127.0.0.1:{site.port}"
            subprocess.run([TRAWL, "crawl", url + "/", "--set", "crawl.private_addresses=allow", "--set", "politeness.delay=0s",
                            "--set", "politeness.ip_delay=0s"], cwd=folder, check=True, capture_output=True, timeout=60)
            subprocess.run([TRAWL, "export", *found[1].split()], cwd=folder, check=True, timeout=60)
            duckdb(found[2], folder)
            rows = duckdb("SELECT * FROM 'pages.parquet' ORDER BY url", folder)
            self.assertEqual([(row["url"][len(url):], row["title"]) for row in rows],
                             [("/", "start"), ("/b", "Bells, \"new\""), ("/c", None)])
            self.assertEqual(int(rows[1]["words"]), 3)


if __name__ == "__main__":
    unittest.main()
