"""The crawl that the corpus tests and the benchmark share: an operator's own site, as fast as it goes."""
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

# The defaults are for the sites of others. Here the server is ours: no delay, many connections, no depth limit.
CONFIG = """
[crawl]
private_addresses = "allow"
max_depth = 1000

[politeness]
delay = "0s"
ip_delay = "0s"
max_latency_delay = "0s"
connections_per_host = 100

[[target]]
name = "corpus"
seeds = ["{seed}"]
scope = "host"
"""

MAX_LINKS = 5000  # DOCUMENTED: links kept of one page


def write_config(work, seed):
    path = os.path.join(work, "trawl.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(seed=seed))
    return path


def command(trawl, config, database, more=()):
    return [trawl, "crawl", "-c", config, "--db", database, "--summary", "json", *more]


def html_pages(database):
    """The list of URLs, with repetitions if there were any."""
    return rows(database, "SELECT url FROM pages WHERE status = 200 AND content_type LIKE 'text/html%'", first=True)


def rows(database, query, first=False):
    base = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
    try:
        found = base.execute(query).fetchall()
    finally:
        base.close()
    return [row[0] for row in found] if first else found
