#!/usr/bin/env python3
"""How soon a crawl that knows very many URLs fetches again: from the start of the program to the first request at the server.

usage: resume_bench.py BUILD_FOLDER [N ...]      default 1000000 10000000; the latter needs 3 GB of disk

The database is made by Trawl itself and then filled with N rows of URLs, half of them queued, of 20,000 hosts, which are
addresses of this machine (127.0.0.0/8). Each N is started three times, as after a kill -9; the page cache is warm.
"""
import argparse
import os
import random
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time

HOSTS = 20_000
ROUNDS = 3


class Server:
    """Answers everything with an empty page, and knows when the first request came."""

    def __init__(self):
        self.listener = socket.create_server(("0.0.0.0", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.first = threading.Event()
        self.at = 0.0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            if connection.recv(65536) and not self.first.is_set():
                self.at = time.monotonic()
                self.first.set()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.close()


def start(trawl, database, port):
    return subprocess.Popen(
        [trawl, "crawl", "--db", database, "--set", "crawl.private_addresses=allow", "--set", "politeness.robots=ignore",
         "--set", "target.scope=any", "--set", "target.sitemaps=false", f"http://127.0.0.1:{port}/"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def fill(database, urls, port):
    """Rows as a crawl leaves them, but for fingerprints, which are random numbers."""
    db = sqlite3.connect(database)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;")
    word = random.Random(urls).getrandbits
    first = db.execute("SELECT max(n) + 1 FROM host").fetchone()[0]
    db.executemany("INSERT INTO host(n, id, name) VALUES (?, ?, ?)",
                   ((first + i, word(63), f"127.{1 + i // 62500}.{i // 250 % 250}.{1 + i % 250}") for i in range(HOSTS)))
    begin = db.execute("SELECT max(n) + 1 FROM url").fetchone()[0]
    seq = db.execute("SELECT coalesce(max(seq), 0) + 1 FROM pending").fetchone()[0]
    target = db.execute("SELECT n FROM target").fetchone()[0]
    db.executemany("INSERT INTO url(n, id, host, state, skip, target, depth, redirects, seen, visits, url) "
                   "VALUES (?, ?, ?, ?, 0, ?, 1, 0, 0, ?, ?)",
                   ((begin + i, word(64) - (1 << 63), first + i % HOSTS, i % 2, target, 0,
                     f"http://127.{1 + i % HOSTS // 62500}.{i % HOSTS // 250 % 250}.{1 + i % HOSTS % 250}:{port}/folder/page-{i}")
                    for i in range(urls)))
    db.execute("INSERT INTO url_number SELECT id, n FROM url WHERE n >= ? ORDER BY id", (begin,))
    db.execute("INSERT INTO pending(host, priority, seq, url, due, attempts) "
               "SELECT host, 21, ? + row_number() OVER (ORDER BY host, n), n, 0, 0 FROM url WHERE n >= ? AND state = 0", (seq, begin))
    db.commit()
    queued = db.execute("SELECT count(*) FROM pending").fetchone()[0]
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return queued


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("n", nargs="*", type=int)
    options = parser.parse_args()
    trawl = os.path.join(options.build, "trawl")
    print(f"{'known':>11} {'queued':>11} {'first request s':>16} {'CPU s':>8} {'RSS MB':>8} {'database MB':>12}")
    for urls in options.n or [1_000_000, 10_000_000]:
        with tempfile.TemporaryDirectory(prefix="trawl-resume-") as folder:
            database = os.path.join(folder, "trawl.db")
            server = Server()
            if start(trawl, database, server.port).wait() != 0:
                raise SystemExit("the crawl that makes the database failed")
            queued = fill(database, urls, server.port)
            took, cpu, rss = [], [], []
            for _ in range(ROUNDS):
                server.first.clear()
                began = time.monotonic()
                crawl = start(trawl, database, server.port)
                if not server.first.wait(600):
                    raise SystemExit("no request came in ten minutes")
                took.append(server.at - began)
                with open(f"/proc/{crawl.pid}/stat", encoding="ascii") as file:
                    cpu.append(sum(map(int, file.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK"))
                with open(f"/proc/{crawl.pid}/statm", encoding="ascii") as file:
                    rss.append(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6)
                crawl.send_signal(signal.SIGKILL)
                crawl.wait()
            size = os.path.getsize(database) / 1e6
            print(f"{urls:>11} {queued:>11} {statistics.median(took):>16.2f} {statistics.median(cpu):>8.2f} "
                  f"{statistics.median(rss):>8.0f} {size:>12.0f}", flush=True)


if __name__ == "__main__":
    main()
