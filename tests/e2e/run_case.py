#!/usr/bin/env python3
"""Runs one end-to-end case: the real `trawl` against a small web, then SQL against the database it made.

usage: run_case.py CASE_FOLDER --trawl PATH [--synthetic-web PATH] [--keep] [--verbose]

A case is a folder:
  site/         files served to every host on one port of 127.0.0.1; site.NAME/ are those of the host NAME alone
  trawl.toml    the configuration, as a user would write it
  case.toml     optional: what is special
  expect.sql    queries with the rows they must give

In trawl.toml, case.toml, expect.sql and the served files these words are replaced:
  ${site} http://127.0.0.1:PORT   ${port}   ${tls} https://127.0.0.1:PORT   ${tls_port}   ${closed} a port where nobody
  listens   ${mute} a port that never answers   ${dns} address of a DNS server   ${work} the folder of this run   ${case} the case's folder
  ${web} http://127.0.0.1:PORT of trawl_synthetic_web   ${web_port}   ${now} in a served body: when it is served, to the
  second (2026-01-31T23:59:59Z)

case.toml:
  about = "one sentence"
  needs = ["openssl"]              programs without which the case is skipped
  tls = true                       serve on ${tls_port} too, with a certificate signed by itself
  synthetic = ["--hosts", "3"]     start trawl_synthetic_web with these arguments
  [dns]  "name.test" = "127.0.0.1" what the DNS server knows; any other name does not exist
  [files]  "name" = "content"      written to ${work} before the first run
  [[serve]]                        an answer that a file cannot give; see Rule in site_server.py:
    path, host, status, type, headers, body, repeat = [text, n], file, gzip, packed, chunked, delay, raw, cut, times,
    etag, cookie
  [[run]]                          one start of trawl; without any, one with the defaults:
    args = ["crawl", "-c", "${work}/trawl.toml", "--db", "${work}/trawl.db", "--summary", "json"]
    more = []                      added to args
    stdin = ""                     what it reads
    exit = 0
    stdout = [], stderr = []       regular expressions that must be found
    not_stderr = []                regular expressions that must not be found
    timeout = 60                   seconds; then the case fails
    open_files = 100               the limit of descriptors, soft and hard, in place of the runner's
    until = "/path"                leave it running once the server has seen this path; later:
    stop = "TERM" | "INT" | "KILL" (or several: "TERM, INT") sent when all other runs have ended, or at once with
    at_once = true

expect.sql: each query ends with ';' and is followed by its rows, in order, one a line:
  SELECT url, status FROM pages ORDER BY url;
  --| ${site}/ | 200
  --| ${site}/b | ~ 4..        "~ " and a regular expression for the whole value; * is any value; NULL is null
  -- none                      instead of rows: the query must give none
A query without either is an error of the case. "-- database: NAME" before the first query names another file than trawl.db;
"-- database: none" stands alone: no database must have come to be.
The server's own account is the table server.requests (run, host, path, status, at, ended, cookie,
if_none_match); runs count from 1; seconds.
With trawl_synthetic_web there are server.web (host, path, status, at, ended, complete, connection), its log, and
server.web_urls (depth, status, url), what a crawler from ${web}/ that follows every host must meet.

Checked besides, each time: the exit code, that no process is left behind, the integrity of the database, that no URL
stands twice in `pages`.
"""
import argparse
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import process_tree
import site_server

DEFAULT_ARGS = ["crawl", "-c", "${work}/trawl.toml", "--db", "${work}/trawl.db", "--summary", "json"]
CASE_KEYS = {"about", "needs", "tls", "synthetic", "dns", "files", "serve", "run"}
RUN_KEYS = {"stdin", "args", "more", "exit", "stdout", "stderr", "not_stderr", "timeout", "until", "stop", "at_once",
            "open_files"}


class Failure(Exception):
    pass


class Run:
    def __init__(self, number, table, expand, trawl, work):
        unknown = set(table) - RUN_KEYS
        if unknown:
            raise Failure(f"case.toml: [[run]] has unknown keys {sorted(unknown)}")
        self.number, self.table, self.expand = number, table, expand
        self.args = [trawl] + [expand(a) for a in table.get("args", DEFAULT_ARGS) + table.get("more", [])]
        if "open_files" in table:
            self.args = ["sh", "-c", f'ulimit -n {table["open_files"]} && exec "$@"', "sh"] + self.args
        self.out, self.err = (os.path.join(work, f"{name}.{number}") for name in ("stdout", "stderr"))
        self.process = None

    def start(self, work):
        env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        with tempfile.TemporaryFile() as given, open(self.out, "wb") as out, open(self.err, "wb") as err:
            given.write(self.expand(self.table.get("stdin", "")).encode())
            given.seek(0)
            self.process = subprocess.Popen(self.args, stdin=given, stdout=out, stderr=err, cwd=work,
                                            env=env, start_new_session=True)

    def stop(self):
        for name in self.table.get("stop", "TERM").split(", "):
            self.process.send_signal(getattr(signal, "SIG" + name))

    def finish(self, known):
        """`known`: other processes that may still run."""
        name = f"run {self.number} ({' '.join(self.args[1:3])})"
        try:
            code = self.process.wait(self.table.get("timeout", 60))
        except subprocess.TimeoutExpired:
            raise Failure(f"{name}: still running after {self.table.get('timeout', 60)} s") from None
        if left := process_tree.orphans(known):
            raise Failure(f"{name}: left processes behind: {left}")
        wanted = self.table.get("exit", 0)
        if self.table.get("stop") == "KILL":
            wanted = -signal.SIGKILL
        problems = [] if code == wanted else [f"exit code {code} instead of {wanted}"]
        for stream, path in (("stdout", self.out), ("stderr", self.err)):
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
            for pattern in self.table.get(stream, []):
                if not re.search(self.expand(pattern), text):
                    problems.append(f"{stream} has nothing like {pattern!r}")
            for pattern in self.table.get("not_" + stream, []):
                if re.search(self.expand(pattern), text):
                    problems.append(f"{stream} has {pattern!r}")
        if problems:
            raise Failure(f"{name}: " + "; ".join(problems))

    def clear(self):
        if self.process and self.process.poll() is None:
            for pid in process_tree.tree(self.process.pid):
                kill(pid)
            self.process.wait()


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def parse_expectations(text):
    """Gives (database name, [(line number, query, rows or None)])."""
    database, checks, query, rows, start = "trawl.db", [], "", None, 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if match := re.match(r"--\s*database:\s*(\S+)$", stripped):
            database = match[1]
        elif stripped.startswith("--|"):
            if not checks or query.strip():
                raise Failure(f"expect.sql:{number}: rows before the end of a query")
            if checks[-1][2] is None:
                checks[-1][2] = []
            checks[-1][2].append([cell.strip() for cell in stripped[3:].split(" | ")])
        elif stripped == "-- none":
            if not checks or query.strip():
                raise Failure(f"expect.sql:{number}: '-- none' before the end of a query")
            checks[-1][2] = []
        elif stripped.startswith("--") or not stripped:
            continue
        else:
            start = start if query.strip() else number
            query += line + "\n"
            if stripped.endswith(";"):
                checks.append([start, query, None])
                query = ""
    if query.strip():
        raise Failure(f"expect.sql:{start}: query without ';'")
    for line, _, rows in checks:
        if rows is None:
            raise Failure(f"expect.sql:{line}: says neither rows nor '-- none'")
    return database, checks


def cell_matches(wanted, value):
    if wanted == "*":
        return True
    if value is None:
        return wanted == "NULL"
    if wanted.startswith("~ "):
        return re.fullmatch(wanted[2:], str(value), re.S) is not None
    return wanted == str(value)


def check_rows(line, query, wanted, rows):
    matches = len(rows) == len(wanted) and all(
        len(w) == len(r) and all(map(cell_matches, w, r)) for w, r in zip(wanted, rows))
    if matches:
        return None
    show = lambda lines: "\n".join("      " + l for l in lines[:25]) or "      (none)"
    return (f"expect.sql:{line}: {' '.join(query.split())}\n    expected:\n" +
            show([" | ".join(w) for w in wanted]) + "\n    got:\n" +
            show([" | ".join("NULL" if c is None else str(c) for c in r) for r in rows]))


def load_synthetic(db, admin):
    """What trawl_synthetic_web served and what it expects, as tables."""
    def lines(path):
        with urllib.request.urlopen(admin + path, timeout=60) as answer:
            return answer.read().decode("ascii").splitlines()
    db.execute("CREATE TABLE server.web (host TEXT, path TEXT, status INTEGER, at REAL, ended REAL, complete INTEGER, "
               "connection INTEGER)")
    db.execute("CREATE TABLE server.web_urls (depth INTEGER, status INTEGER, url TEXT PRIMARY KEY)")
    db.executemany("INSERT INTO server.web VALUES (:host, :path, :status, :start_us / 1e6, :end_us / 1e6, :complete, :connection)",
                   map(json.loads, lines("/__log")))
    db.executemany("INSERT INTO server.web_urls VALUES (?, ?, ?)", (line.split(" ", 2) for line in lines("/__urls")))


def check_database(folder, work, expand, requests, admin):
    with open(os.path.join(folder, "expect.sql"), encoding="utf-8") as file:
        name, checks = parse_expectations(expand(file.read()))
    if name == "none":
        left = [f for f in os.listdir(work) if f.endswith(".db")]
        return [f"a database came to be: {left}"] if left else []
    if not checks:
        return ["expect.sql has no query"]
    path = os.path.join(work, name)
    if not os.path.exists(path):
        return [f"{name} was not made"]
    db = sqlite3.connect(path)
    problems = []
    if (result := db.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
        problems.append(f"integrity_check: {result}")
    if twice := db.execute("SELECT url FROM pages GROUP BY url HAVING count(*) > 1").fetchall():
        problems.append(f"twice in pages: {twice}")
    db.execute("ATTACH ':memory:' AS server")
    db.execute("CREATE TABLE server.requests (run INTEGER, host TEXT, path TEXT, status INTEGER, at REAL, ended REAL, "
               "cookie TEXT, if_none_match TEXT)")
    db.executemany("INSERT INTO server.requests VALUES (:run, :host, :path, :status, :at, :ended, :cookie, :if_none_match)",
                   requests)
    if admin:
        load_synthetic(db, admin)
    for line, query, wanted in checks:
        try:
            problems.append(check_rows(line, query, wanted, db.execute(query).fetchall()))
        except sqlite3.Error as error:
            problems.append(f"expect.sql:{line}: {error}")
    db.close()
    return [p for p in problems if p]


def closed_port():
    """A port of 127.0.0.1 that is bound, so that nobody else takes it, and not listening."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder, holder.getsockname()[1]


def mute_port():
    """A port of 127.0.0.1 whose connections are never made: its queue is full, so that the kernel drops each SYN."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    filling = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        filling.append(client)
    return [listener, *filling], listener.getsockname()[1]


def start_synthetic(program, arguments):
    process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)
    ports = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\nadmin on 127\.0\.0\.1:(\d+)\n",
                         process.stdout.readline() + process.stdout.readline())
    if not ports:
        process.kill()
        raise Failure("trawl_synthetic_web did not start")
    return process, int(ports[1]), f"http://127.0.0.1:{ports[2]}"


def run_case(folder, work, trawl, synthetic_web):
    case_file = os.path.join(folder, "case.toml")
    case = {}
    if os.path.exists(case_file):
        with open(case_file, "rb") as file:
            case = tomllib.load(file)
    if unknown := set(case) - CASE_KEYS:
        raise Failure(f"case.toml: unknown keys {sorted(unknown)}")
    for program in case.get("needs", []):
        if not shutil.which(program):
            print(f"SKIPPED: {program} is not installed")
            return
    site, names = site_server.Site(folder, work), site_server.Names()
    holder, closed = closed_port()
    fillers, mute = mute_port()
    web, admin, started = None, None, []
    try:
        names.names = case.get("dns", {})
        if case.get("tls"):
            site.use_tls()
        words = {"site": f"http://127.0.0.1:{site.port}", "port": site.port, "tls": f"https://127.0.0.1:{site.tls_port}",
                 "tls_port": site.tls_port, "closed": closed, "mute": mute, "dns": f"127.0.0.1:{names.port}", "work": work,
                 "case": folder, "now": "${now}"}
        if "synthetic" in case:
            web, web_port, admin = start_synthetic(synthetic_web, case["synthetic"])
            words |= {"web": f"http://127.0.0.1:{web_port}", "web_port": web_port}

        def expand(text):
            return re.sub(r"\$\{(\w+)\}", lambda m: str(words[m[1]]), text)

        def known():
            return {p.pid for p in [web, *(run.process for run in started)] if p and p.poll() is None}

        site.expand = expand
        site.rules = [site_server.Rule(table, expand) for table in case.get("serve", [])]
        for name, content in case.get("files", {}).items():
            with open(os.path.join(work, name), "w", encoding="utf-8") as file:
                file.write(expand(content))
        config = os.path.join(folder, "trawl.toml")
        if os.path.exists(config):
            with open(config, encoding="utf-8") as source, open(os.path.join(work, "trawl.toml"), "w",
                                                                encoding="utf-8") as target:
                target.write(expand(source.read()))
        for number, table in enumerate(case.get("run", [{}]), 1):
            site.run = number
            run = Run(number, table, expand, trawl, work)
            run.start(work)
            started.append(run)
            if "until" not in table:
                run.finish(known())
                continue
            if not site.wait_for(table["until"], table.get("timeout", 60)):
                raise Failure(f"run {number}: the server never saw {table['until']}")
            if table.get("at_once"):
                run.stop()
                run.finish(known())
        for run in started:
            if "until" in run.table and not run.table.get("at_once"):
                run.stop()
                run.finish(known())
        problems = check_database(folder, work, expand, site.requests, admin)
        if problems:
            raise Failure("\n".join(problems))
    finally:
        for run in started:
            run.clear()
        for pid, _ in process_tree.orphans({web.pid} if web else set(), grace=0):
            kill(pid)
        if web:
            web.kill()
            web.wait()
        site.close()
        names.close()
        for end in [holder, *fillers]:
            end.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case")
    parser.add_argument("--trawl", required=True)
    parser.add_argument("--synthetic-web", default="")
    parser.add_argument("--keep", action="store_true", help="keep the folder of the run, and say where it is")
    parser.add_argument("--verbose", action="store_true", help="print what trawl printed")
    a = parser.parse_args()
    folder = os.path.abspath(a.case)
    process_tree.adopt_orphans()
    work = tempfile.mkdtemp(prefix=f"trawl-e2e-{os.path.basename(folder)}-")
    try:
        run_case(folder, work, os.path.abspath(a.trawl), a.synthetic_web)
        failed = None
    except Failure as failure:
        failed = str(failure)
    if failed or a.verbose:
        for name in sorted(os.listdir(work)):
            if name.startswith(("stdout.", "stderr.")):
                with open(os.path.join(work, name), encoding="utf-8", errors="replace") as file:
                    text = file.read()
                print(f"--- {name}\n{text[-6000:]}", end="" if text.endswith("\n") else "\n")
    if failed:
        print(f"FAILED {os.path.basename(folder)}\n{failed}")
    if a.keep:
        print(f"kept: {work}")
    else:
        shutil.rmtree(work, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
