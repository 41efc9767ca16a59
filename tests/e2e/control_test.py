#!/usr/bin/env python3
"""The control API of a running daemon: what it tells, what it does, whom it refuses.

usage: control_test.py BUILD_FOLDER
"""
import http.client
import json
import os
import re
import socket
import stat
import subprocess
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, Ready, UnixConnection, ask

BUILD = os.path.abspath(sys.argv.pop(1))
TARGET = '[[target]]\nname = "web"\nseeds = ["${url}"]\nscope = "any"\n[control]\nsocket = "${folder}/sock"\n'
SMALL = ("--hosts", "3", "--degree", "4", "--depth", "2", "--external", "2", "--errors", "100")
LONG = ("--hosts", "3", "--degree", "6", "--depth", "5", "--external", "2", "--latency", "30")


DASHBOARD = 'dashboard = "127.0.0.1:0"\ntoken_file = "${folder}/token"\n'


class Running(Ready):
    def __init__(self, web=LONG, config=TARGET, environment=None):
        super().__init__(BUILD, web, config, environment)

    def served(self, port):
        """How many of its descriptors are sockets of the control API: listeners, and clients of them."""
        folder = f"/proc/{self.process.pid}/fd"
        inodes = set()
        for name in os.listdir(folder):
            try:
                inodes.add(os.readlink(os.path.join(folder, name)))
            except FileNotFoundError:
                pass
        with open("/proc/net/unix", encoding="utf-8") as file:
            ours = [line.split()[6] for line in file if line.rstrip().endswith(" " + self.path("sock"))]
        with open("/proc/net/tcp", encoding="ascii") as file:
            ours += [line.split()[9] for line in file if line.split()[1] == f"0100007F:{port:04X}"]
        return sum(f"socket:[{inode}]" in inodes for inode in ours)


class Tells(unittest.TestCase):
    def test_the_socket_is_for_owner_and_group_and_goes_with_the_daemon(self):
        with Running(SMALL) as daemon:
            self.assertEqual(stat.S_IMODE(os.stat(daemon.path("sock")).st_mode), 0o660)
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(10), 0)
            self.assertFalse(os.path.exists(daemon.path("sock")))

    def test_figures_agree_with_the_database(self):
        with Running(SMALL) as daemon:
            daemon.idle()
            status = daemon.status()
            self.assertEqual(status["state"], "crawling")
            self.assertEqual(status["pages"], daemon.rows("SELECT count(*) FROM pages WHERE status = 200")[0][0])
            self.assertEqual(status["visits"], daemon.rows("SELECT count(*) FROM visits")[0][0])
            self.assertEqual(status["errors"], daemon.rows("SELECT count(*) FROM errors")[0][0])
            self.assertEqual(status["known"], daemon.rows("SELECT known FROM progress")[0][0])
            self.assertGreater(status["parser"]["workers"], 0)
            self.assertGreater(status["memory_bytes"], 1 << 20)
            code, targets = daemon.get("/targets")
            self.assertEqual([(t["name"], t["paused"]) for t in targets["targets"]], [("web", False)])
            for path, columns in (("/hosts", "host"), ("/queue", "url"), ("/errors", "at"), ("/pages", "fetched_at")):
                code, rows = daemon.get(path)
                self.assertEqual((code, rows["columns"][0]), (200, columns))
            self.assertEqual(len(daemon.get("/hosts")[1]["rows"]), 3)
            self.assertEqual(len(daemon.get("/hosts?filter=127.0.0.2")[1]["rows"]), 1)
            self.assertEqual(len(daemon.get("/hosts?limit=2")[1]["rows"]), 2)
            self.assertEqual(daemon.get("/hosts?filter=" + "%27%20OR%201%3D1--")[1]["rows"], [])

    def test_one_target_and_one_host_have_a_status_of_their_own(self):
        two = TARGET.replace("[control]", '[[target]]\nname = "t&w"\nseeds = ["http://127.0.0.9:9/"]\nwindow = "00:00-23:59"\n[control]')
        with Running(SMALL, two) as daemon:
            def done():
                status = daemon.status()
                return status["pages"] > 20 and status["queued"] + status["in_flight"] + status["parsing"] == 0
            daemon.wait_for(done)
            listed = {target["name"]: target for target in daemon.told("/targets")["targets"]}
            for name in ("web", "t&w"):
                told = daemon.told("/status?target=" + urllib.parse.quote(name, safe=""))
                self.assertEqual(told.pop("crawl"), "crawling")
                self.assertEqual(told, listed[name])
            self.assertEqual(listed["web"]["pages"], daemon.rows("SELECT count(*) FROM pages WHERE target = 'web'")[0][0])
            self.assertEqual(listed["web"]["errors"], daemon.status()["errors"] - listed["t&w"]["errors"])
            self.assertEqual((listed["web"]["paused"], listed["web"]["paused_for"], listed["web"]["paused_until"]), (False, "", None))
            code, refused = daemon.get("/status?target=none")
            self.assertEqual((code, refused["error"]), (404, 'there is no target "none"; there are: web, t&w'))
            host = daemon.told("/status?host=127.0.0.2")
            columns, row = (daemon.told("/hosts?host=127.0.0.2")[part] for part in ("columns", "rows"))
            self.assertEqual({name: host[name] for name in columns}, dict(zip(columns, row[0])))
            self.assertEqual((len(row), host["paused"], host["queued"]), (1, False, 0))
            daemon.post("/pause", {"host": "127.0.0.2"})
            self.assertTrue(daemon.told("/status?host=127.0.0.2")["paused"])
            self.assertEqual(daemon.get("/status?host=elsewhere.test")[0], 404)
            self.assertEqual(daemon.get("/status?host=127.0.0.2&target=web")[0], 400)
            for path in ("/pages", "/errors", "/error-reasons", "/queue", "/hosts"):
                self.assertEqual(daemon.get(path + "?target=none")[0], 404, path)
            by_host = [row[2] for row in daemon.told("/error-reasons?host=127.0.0.1")["rows"]]
            self.assertEqual(sum(by_host), daemon.rows("SELECT count(*) FROM errors WHERE host = '127.0.0.1' AND status >= 400")[0][0])
            self.assertEqual(daemon.told("/error-reasons?host=127.0.0.1&target=t%26w")["rows"], [])
            urls = [row[1] for row in daemon.told("/pages?host=127.0.0.3")["rows"]]
            self.assertTrue(urls and all("//127.0.0.3:" in url for url in urls), urls)
            sock = ("--socket", daemon.path("sock"))
            shown = daemon.trawl("status", "--target", "t&w", *sock).stdout
            self.assertRegex(shown, r"\Atarget t&w; the crawl: crawling\n  pages    0, \d+ errors in this run\n  queue    0 URLs\n")
            self.assertIn("  window   00:00-23:59, ", shown)
            daemon.trawl("pause", "--target", "web", *sock)
            self.assertRegex(daemon.trawl("status", "--target", "web", *sock).stdout, r"\Atarget web, paused; the crawl: crawling\n")
            self.assertRegex(daemon.trawl("status", "--host", "127.0.0.2", *sock).stdout,
                             r"\Ahost 127\.0\.0\.2, 127\.0\.0\.2; the crawl: crawling\n  waiting  for paused\n")
            wrong = daemon.trawl("status", "--target", "none", *sock)
            self.assertEqual((wrong.returncode, wrong.stderr), (1, 'trawl status: there is no target "none"; there are: web, t&w\n'))
            self.assertEqual(daemon.trawl("status", "--target", "web", "--host", "x", *sock).returncode, 64)

    def test_redirects_and_unchanged_pages_are_no_errors(self):
        with Running(SMALL) as daemon:
            daemon.idle()
            daemon.post("/add", {"urls": [daemon.url + "nasty/redirect-endless/0"]})
            daemon.wait_for(lambda: daemon.rows("SELECT count(*) FROM visits WHERE outcome = 'redirect'")[0][0] > 9)
            daemon.idle()
            code, answer = daemon.get("/error-reasons")
            self.assertEqual((code, answer["columns"]), (200, ["outcome", "status", "visits", "example"]))
            reported = daemon.trawl("report", "errors-by-reason", "--format", "jsonl", "--db", daemon.path("trawl.db"))
            expected = [json.loads(line) for line in reported.stdout.splitlines()]
            self.assertGreater(len(expected), 0)
            self.assertEqual(answer["rows"], [[row[column] for column in answer["columns"]] for row in expected])

    def test_metrics_are_prometheus_text_with_unique_families(self):
        with Running(SMALL) as daemon:
            daemon.idle()
            code, text = daemon.get("/metrics")
            self.assertEqual(code, 200)
            samples, families = {}, set()
            for line in text.splitlines():
                if line.startswith("# TYPE "):
                    _, _, name, kind = line.split()
                    self.assertNotIn(name, families)
                    self.assertIn(kind, ("counter", "gauge", "histogram"))
                    families.add(name)
                    if kind == "histogram":
                        families.update(name + part for part in ("_bucket", "_sum", "_count"))
                elif not line.startswith("# HELP "):
                    match = re.fullmatch(r'(trawl_[a-z_]+)(\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? (-?[0-9.e+-]+)', line)
                    self.assertTrue(match, line)
                    self.assertIn(match[1], families)
                    samples[match[1] + (match[2] or "")] = float(match[3])
            self.assertEqual(samples["trawl_pages_total"], daemon.rows("SELECT count(*) FROM pages WHERE status = 200")[0][0])
            visits = daemon.rows("SELECT count(*) FROM visits")[0][0]
            outcomes = {name: count for name, count in samples.items() if name.startswith("trawl_visits_by_outcome_total{") and count}
            self.assertEqual(outcomes, {f'trawl_visits_by_outcome_total{{outcome="{outcome}"}}': count for outcome, count in
                                        daemon.rows("SELECT outcome, count(*) FROM visits GROUP BY outcome")})
            self.assertEqual(samples['trawl_stage_seconds_count{stage="fetch"}'], visits)
            self.assertEqual(samples['trawl_stage_seconds_bucket{stage="fetch",le="+Inf"}'], visits)
            self.assertGreaterEqual(samples['trawl_stage_seconds_count{stage="commit"}'], visits)
            buckets = [count for name, count in samples.items() if name.startswith('trawl_stage_seconds_bucket{stage="parse"')]
            self.assertEqual(buckets, sorted(buckets))
            self.assertEqual(samples["trawl_loop_late_seconds_count"], samples['trawl_loop_late_seconds_bucket{le="+Inf"}'])

    def test_sql_reads_and_never_writes_and_ends_in_time(self):
        with Running(SMALL) as daemon:
            code, answer = daemon.post("/sql", {"sql": "SELECT 1 AS one, 'x' AS text, NULL AS empty"})
            self.assertEqual((code, answer), (200, {"columns": ["one", "text", "empty"], "rows": [[1, "x", None]], "more": False}))
            for sql in ("DELETE FROM page", "SELECT 1; SELECT 2", "PRAGMA journal_mode=DELETE", "ATTACH '/etc/passwd' AS p", "nonsense"):
                self.assertEqual(daemon.post("/sql", {"sql": sql})[0], 400, sql)
            self.assertEqual(daemon.post("/sql", {"query": "SELECT 1"})[0], 400)
            code, answer = daemon.post("/sql", {"sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"})
            self.assertEqual((code, len(answer["rows"]), answer["more"]), (200, 1000, True))
            other = UnixConnection(daemon.path("sock"), timeout=15)
            other.request("POST", "/sql", '{"sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 1 FROM n WHERE i < 0"}')
            slowest = 0
            began = time.monotonic()
            while time.monotonic() - began < 1:  # the loop answers meanwhile
                before = time.monotonic()
                daemon.status()
                slowest = max(slowest, time.monotonic() - before)
            self.assertLess(slowest, 0.5)
            answer = other.getresponse()
            self.assertEqual(answer.status, 400)
            self.assertIn(b"too long", answer.read())

    def test_every_report_is_told_as_sql_that_runs(self):
        with Running(SMALL) as daemon:
            daemon.idle()
            reports = daemon.get("/reports")[1]["reports"]
            self.assertIn("broken-links", [report["name"] for report in reports])
            for report in reports:
                self.assertNotRegex(report["sql"], r"\?[12]|@time|@word")
                status, answer = daemon.post("/sql", {"sql": report["sql"]})
                without_sizes = report["name"] == "storage" and "no such table: dbstat" in str(answer)
                self.assertTrue(status == 200 or without_sizes, (report["name"], answer))

    def test_the_calendar_counts_what_falls_due_by_hour_and_by_day(self):
        with Running(SMALL, TARGET.replace("[control]", 'recrawl = "26h"\n[control]')) as daemon:
            daemon.idle()
            scheduled, pages = daemon.rows("SELECT count(*), sum(interval_ms = 26 * 3600000) FROM queue WHERE interval_ms IS NOT NULL")[0]
            status, told = daemon.get("/calendar")
            self.assertEqual((status, len(told["hours"]), len(told["days"]), told["overdue"], told["later"]), (200, 48, 30, 0, 0))
            self.assertGreater(pages, 5)
            self.assertGreater(scheduled, pages)  # sitemaps are read again within a day
            self.assertEqual((sum(told["hours"][25:27]), sum(told["hours"])), (pages, scheduled))
            self.assertEqual((told["days"][1], sum(told["days"])), (pages, scheduled))

    def test_explain_asks_the_daemon_what_a_url_waits_for_now(self):
        with Running() as daemon:
            daemon.wait_for(lambda: daemon.rows("SELECT count(*) FROM pages")[0][0] > 3)
            url = daemon.rows("SELECT url FROM queue LIMIT 1")[0][0]
            path = "/explain?url=" + urllib.parse.quote(url, safe="")
            status, told = ask(daemon.connection, "GET", path)
            self.assertEqual((status, told["url"], told["now"]["crawl"], told["now"]["host_known"]), (200, url, "crawling", "yes"))
            host = daemon.rows("SELECT host FROM queue LIMIT 1")[0][0]
            ask(daemon.connection, "POST", "/pause", {"host": host})
            ask(daemon.connection, "POST", "/pause", {"target": "web"})
            shown = daemon.trawl("explain", "--socket", daemon.path("sock"), url)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn("now       the crawl is crawling; target web is paused; its host waits for paused\n", shown.stdout)
            self.assertIn("scope     target web takes it\n", shown.stdout)
            as_json = json.loads(daemon.trawl("explain", "--socket", daemon.path("sock"), "--json", url).stdout)
            self.assertEqual(as_json["now"]["target_state"], "paused")
            # With a configuration the question is what that one would do.
            self.assertNotIn("  now  ", daemon.trawl("explain", "-c", daemon.path("trawl.toml"), url).stdout)
            self.assertEqual(ask(daemon.connection, "GET", "/explain?url=mailto:x")[0], 400)
            self.assertEqual(ask(daemon.connection, "GET", "/explain")[0], 400)
            for more in (("-c", daemon.path("trawl.toml")), ("--set", "crawl.max_depth=1")):
                wrong = daemon.trawl("explain", "--socket", daemon.path("sock"), *more, daemon.url)
                self.assertEqual((wrong.returncode, wrong.stdout), (64, ""))
                self.assertIn("--socket asks a daemon", wrong.stderr)
            wrong = daemon.trawl("explain", "--socket", daemon.path("sock"), "ftp://a.test/")
            self.assertEqual(wrong.returncode, 64)
            self.assertIn("is no URL to crawl", wrong.stderr)
        gone = subprocess.run([os.path.join(BUILD, "trawl"), "explain", "--socket", "/nonexistent", url], capture_output=True, text=True, check=False)
        self.assertEqual((gone.returncode, "no daemon is running there" in gone.stderr), (74, True))


class Does(unittest.TestCase):
    def settled(self, daemon):
        """Pages once nothing is in flight any more."""
        daemon.wait_for(lambda: daemon.status()["in_flight"] + daemon.status()["parsing"] == 0)
        return daemon.status()["pages"]

    def test_the_crawl_pauses_and_resumes(self):
        with Running() as daemon:
            daemon.wait_for(lambda: daemon.status()["pages"] > 20)
            self.assertEqual(daemon.post("/pause"), (200, {"paused": True}))
            self.assertEqual(daemon.status()["state"], "paused")
            pages = self.settled(daemon)
            daemon.turn(1)
            self.assertEqual(daemon.status()["pages"], pages)
            self.assertEqual(daemon.post("/resume"), (200, {"paused": False}))
            daemon.wait_for(lambda: daemon.status()["pages"] > pages + 20)

    def test_a_host_pauses_alone_and_stays_paused_over_a_restart(self):
        with Running() as daemon:
            daemon.wait_for(lambda: daemon.status()["hosts"] == 3 and daemon.status()["pages"] > 20)
            self.assertEqual(daemon.post("/pause", {"host": "127.0.0.2"})[0], 200)
            self.settled_host(daemon, "127.0.0.2")
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(15), 0)
            daemon.begin()
            self.settled_host(daemon, "127.0.0.2")
            self.assertEqual(daemon.post("/resume", {"host": "127.0.0.2"})[0], 200)
            before = self.pages_of(daemon, "127.0.0.2")
            daemon.wait_for(lambda: self.pages_of(daemon, "127.0.0.2") > before)
            self.assertEqual(daemon.post("/pause", {"host": "nobody.example"})[0], 404)

    def pages_of(self, daemon, host):
        return daemon.rows(f"SELECT pages FROM hosts WHERE host = '{host}'")[0][0]

    def settled_host(self, daemon, host):
        """The host brings nothing while another brings twenty pages, once what was in flight is stored."""
        for _ in range(5):
            before, other = self.pages_of(daemon, host), self.pages_of(daemon, "127.0.0.1")
            daemon.wait_for(lambda: self.pages_of(daemon, "127.0.0.1") >= other + 20)
            after = self.pages_of(daemon, host)
            if after == before:
                return
        self.assertEqual(after, before)

    def test_a_target_pauses_alone(self):
        config = TARGET.replace('scope = "any"', 'scope = "host"').replace(
            "[control]", '[[target]]\nname = "other"\nseeds = ["${other}"]\n[control]')
        with Daemon(BUILD, LONG, config) as daemon:
            daemon.config = daemon.config.replace("${other}", daemon.url.replace("127.0.0.1", "127.0.0.2"))
            daemon.start()
            daemon.hear("^READY=1$")
            connection = UnixConnection(daemon.path("sock"))
            daemon.wait_for(lambda: ask(connection, "GET", "/status")[1]["pages"] > 40)
            self.assertEqual(ask(connection, "POST", "/pause", {"target": "other"})[0], 200)
            self.settled_host(daemon, "127.0.0.2")
            self.assertEqual([t["paused"] for t in ask(connection, "GET", "/targets")[1]["targets"]], [False, True])
            self.assertEqual(ask(connection, "POST", "/resume", {"target": "other"})[0], 200)
            before = self.pages_of(daemon, "127.0.0.2")
            daemon.wait_for(lambda: self.pages_of(daemon, "127.0.0.2") > before)
            self.assertEqual(ask(connection, "POST", "/pause", {"target": "none"})[0], 404)

    def test_urls_are_added_and_each_hears_what_became_of_it(self):
        with Running(SMALL, TARGET.replace('"any"', '"host"')) as daemon:
            daemon.idle()
            inside, outside = daemon.url + "nasty/empty-title", daemon.url.replace("127.0.0.1", "127.0.0.3") + "p/7"
            code, answer = daemon.post("/add", {"urls": [inside, daemon.url, outside, "mailto:x@example.org"]})
            self.assertEqual([r["result"] for r in answer["results"]], ["queued", "known", "outside", "not_crawlable"])
            daemon.wait_for(lambda: daemon.rows(f"SELECT count(*) FROM visits WHERE url = '{inside}'") == [(1,)])
            code, answer = daemon.post("/add", {"urls": [outside], "target": "web", "priority": 0})
            self.assertEqual([r["result"] for r in answer["results"]], ["queued"])
            daemon.wait_for(lambda: daemon.rows(f"SELECT count(*) FROM visits WHERE url = '{outside}'") == [(1,)])
            for body, code in (({"urls": "x"}, 400), ({}, 400), ({"urls": [1]}, 400), ({"urls": [], "target": "none"}, 404),
                               ({"urls": [], "priority": 256}, 400), ({"urls": [], "priority": 255}, 200), ("{", 400),
                               ({"urls": ["x"] * 10001}, 413)):
                self.assertEqual(daemon.post("/add", body)[0], code, str(body)[:80])

    def test_stop_drains_and_what_comes_later_is_refused(self):
        with Running(LONG[:-1] + ("5000",)) as daemon:
            daemon.wait_for(lambda: daemon.status()["in_flight"] > 0)
            self.assertEqual(daemon.post("/stop"), (200, {"stopping": True}))
            self.assertEqual(daemon.status()["state"], "stopping")
            self.assertEqual(daemon.post("/pause")[0], 409)
            self.assertEqual(daemon.post("/add", {"urls": []})[0], 409)
            self.assertEqual(daemon.process.wait(12), 0)
            self.assertEqual(daemon.rows("SELECT count(*) FROM visits WHERE outcome <> 'ok'"), [(0,)])

    def test_stop_now_does_not_wait(self):
        with Running(LONG[:-1] + ("8000",)) as daemon:
            daemon.wait_for(lambda: daemon.status()["in_flight"] > 0)
            began = time.monotonic()
            self.assertEqual(daemon.post("/stop", {"now": True})[0], 200)
            self.assertEqual(daemon.process.wait(5), 0)
            self.assertLess(time.monotonic() - began, 3)

    def test_a_socket_left_behind_is_replaced_and_one_in_use_is_not(self):
        with Running(SMALL) as daemon:
            daemon.process.kill()
            daemon.process.wait()
            self.assertTrue(os.path.exists(daemon.path("sock")))
            daemon.start()
            daemon.hear("^READY=1$")
            with Daemon(BUILD, SMALL, TARGET.replace("${folder}", daemon.folder)) as second:
                second.start()
                self.assertEqual(second.process.wait(10), 74)
                self.assertIn("somebody listens there already", second.stderr())
            connection = UnixConnection(daemon.path("sock"))
            self.assertEqual(ask(connection, "GET", "/status")[0], 200)


class Commands(unittest.TestCase):
    def test_each_command_does_what_it_says(self):
        with Running() as daemon:
            daemon.wait_for(lambda: daemon.status()["pages"] > 20)
            at = ("--socket", daemon.path("sock"))
            shown = daemon.trawl("status", *at)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""))
            self.assertRegex(shown.stdout, r"^trawl \S+, crawling, up 00:\d\d, pid \d+\n  pages +\d+ \(\d+\.\d/s\)")
            self.assertEqual(json.loads(daemon.trawl("status", "--json", *at).stdout)["pid"], daemon.process.pid)
            self.assertEqual(daemon.trawl("status", "-c", daemon.path("trawl.toml")).returncode, 0)
            self.assertEqual(daemon.trawl("pause", *at).stdout, "the crawl is paused\n")
            self.assertEqual(daemon.status()["state"], "paused")
            self.assertEqual(daemon.trawl("resume", *at).stdout, "the crawl goes on\n")
            self.assertEqual(daemon.status()["state"], "crawling")
            self.assertEqual(daemon.trawl("pause", "--host", "127.0.0.1", *at).returncode, 0)
            self.assertEqual(daemon.trawl("pause", "--target", "web", *at).returncode, 0)
            self.assertTrue(daemon.get("/targets")[1]["targets"][0]["paused"])
            wrong = daemon.trawl("pause", "--target", "none", *at)
            self.assertEqual((wrong.returncode, wrong.stderr), (1, 'trawl pause: there is no target "none"; there are: web\n'))
            self.assertEqual(daemon.trawl("pause", "--target", "web", "--host", "x", *at).returncode, 64)
            added = daemon.trawl("add", *at, "-", input=f"{daemon.url}nasty/none\n\n{daemon.url}\r\nfoo:bar\n")
            self.assertEqual(added.returncode, 1)
            self.assertEqual([line.split()[0] for line in added.stdout.splitlines()], ["queued", "known", "not_crawlable"])
            self.assertEqual(daemon.trawl("add", *at).returncode, 64)
            watch = subprocess.Popen([os.path.join(BUILD, "trawl"), "status", "--watch", *at], stdout=subprocess.PIPE, text=True)
            lines = [watch.stdout.readline() for _ in range(60)]
            watch.kill()
            watch.wait()
            watch.stdout.close()
            self.assertGreater(sum(line.startswith("trawl ") for line in lines), 1)
            self.assertIn("hosts with the longest queues\n", lines)
            self.assertIn("hosts whose first byte takes longest\n", lines)
            self.assertTrue(any(line.startswith("  stages   dns ") for line in lines), lines)
            self.assertTrue(any(re.search(r"commits \d+ ms behind, the last took \d+ ms$", line) for line in lines), lines)
            self.assertEqual(daemon.trawl("stop", *at).stdout, "stopping\n")
            self.assertEqual(daemon.process.wait(12), 0)
            gone = daemon.trawl("status", *at)
            self.assertEqual(gone.returncode, 74)
            self.assertIn("no daemon is running there", gone.stderr)


class Refuses(unittest.TestCase):
    def test_what_is_no_request_of_the_api(self):
        with Running() as daemon:
            self.assertEqual(daemon.get("/nothing")[0], 404)
            self.assertEqual(daemon.post("/status")[0], 405)
            self.assertEqual(daemon.get("/stop")[0], 405)
            self.assertEqual(daemon.post("/sql", "x" * (1 << 20))[0], 400)
            other = UnixConnection(daemon.path("sock"))
            self.assertEqual(ask(other, "POST", "/sql", "x" * ((1 << 20) + 1))[0], 413)
            other = UnixConnection(daemon.path("sock"))
            self.assertEqual(ask(other, "GET", "/status", headers={"X-Long": "x" * (16 << 10)})[0], 431)
            for garbage in (b"\x16\x03\x01\x00\xee\x01\x00\x00\xea\x03\x03\r\n\r\n", b"GET /status\r\n\r\n", b"\r\n" * 40 + b"x\r\n\r\n"):
                with socket.socket(socket.AF_UNIX) as raw:
                    raw.settimeout(5)
                    raw.connect(daemon.path("sock"))
                    raw.sendall(garbage)
                    self.assertTrue(raw.recv(100).startswith(b"HTTP/1.1 400"), garbage)
            self.assertEqual(daemon.status()["state"], "crawling")

    def test_who_has_not_the_token_or_comes_from_elsewhere(self):
        with Running(LONG, TARGET + DASHBOARD) as daemon:
            self.assertEqual(stat.S_IMODE(os.stat(daemon.path("token")).st_mode), 0o600)
            port, token = daemon.dashboard()
            self.assertEqual(len(token), 64)
            self.assertNotIn(token, daemon.stderr())
            web = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            bearer = {"Authorization": "Bearer " + token}
            cases = [
                ({}, 401), ({"Authorization": "Bearer x"}, 401), ({"Authorization": "Bearer " + token[:-1]}, 401),
                ({"Authorization": "Bearer"}, 401), ({"Authorization": "Basic " + token}, 401), ({"Cookie": "trawl_token=x"}, 401),
                (bearer, 200), ({"Cookie": "a=b; trawl_token=" + token}, 200),
                (dict(bearer, Host="evil.example"), 421), (dict(bearer, Host=f"evil.example:{port}"), 421),
                (dict(bearer, Origin="http://evil.example"), 403), (dict(bearer, Origin="null"), 403),
                (dict(bearer, Origin=f"http://127.0.0.1:{port}"), 200), (dict(bearer, Host=f"localhost:{port}"), 200),
            ]
            for headers, code in cases:
                status, body = ask(web, "GET", "/status", headers=headers)
                self.assertEqual(status, code, headers)
                if code != 200:
                    self.assertEqual(list(body), ["error"])
            self.assertEqual(ask(web, "GET", "/?token=wrong")[0], 401)
            web.request("GET", "/?token=" + token)
            answer = web.getresponse()
            answer.read()
            self.assertEqual((answer.status, answer.getheader("Location")), (303, "/"))
            self.assertRegex(answer.getheader("Set-Cookie"), rf"^trawl_token={token}; .*HttpOnly; SameSite=Strict")
            self.assertEqual(ask(web, "POST", "/stop", headers={"Origin": "http://evil.example", "Cookie": "trawl_token=" + token})[0], 403)
            self.assertIsNone(daemon.process.poll())

    def test_a_dashboard_that_others_could_reach_or_a_token_that_others_can_read(self):
        for more, words in (('dashboard = "0.0.0.0:0"\n', "can be reached by others"),
                            ('dashboard = "127.0.0.1:0"\ntoken_file = "${folder}/open"\n', "can be read by others"),
                            ('dashboard = "127.0.0.1:0"\ntoken_file = "${folder}/short"\n', "holds no token")):
            with Daemon(BUILD, SMALL, TARGET + more) as daemon:
                for name, text, mode in (("open", "a" * 64, 0o644), ("short", "a" * 15, 0o600)):
                    with open(daemon.path(name), "w") as file:
                        file.write(text)
                    os.chmod(daemon.path(name), mode)
                daemon.start()
                self.assertEqual(daemon.process.wait(10), 78)
                self.assertIn(words, daemon.stderr())
                self.assertFalse(os.path.exists(daemon.path("sock")))

    def test_slow_and_greedy_clients_are_dropped_on_both_listeners_and_the_crawl_goes_on(self):
        with Running(LONG, TARGET + DASHBOARD) as daemon:
            port, token = daemon.dashboard()
            bearer = f"Authorization: Bearer {token}\r\nHost: 127.0.0.1:{port}\r\n"

            def on_socket():
                client = socket.socket(socket.AF_UNIX)
                client.connect(daemon.path("sock"))
                return client

            def on_tcp():
                client = socket.socket()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect(("127.0.0.1", port))
                return client
            daemon.status()  # so that its connection is open
            before = daemon.served(port)
            clients, listeners = [], (on_socket, on_tcp)
            for connect in listeners:
                for _ in range(100):  # within the header
                    clients.append(connect())
                    clients[-1].sendall(f"GET /status HTTP/1.1\r\n{bearer}".encode())
                for _ in range(50):  # within the body
                    clients.append(connect())
                    clients[-1].sendall(f'POST /sql HTTP/1.1\r\n{bearer}Content-Length: 1000\r\n\r\n{{"sql"'.encode())
                for _ in range(20):  # asks for megabytes, and takes none of them
                    clients.append(connect())
                    clients[-1].sendall(f"GET /chart.js HTTP/1.1\r\n{bearer}\r\n".encode() * 100)
                for length in ("1048577", "99999999999", "18446744073709551616"):
                    clients.append(connect())
                    clients[-1].sendall(f"POST /sql HTTP/1.1\r\n{bearer}Content-Length: {length}\r\n\r\n".encode() + b"x" * 4096)
                    clients[-1].settimeout(5)
                    self.assertRegex(clients[-1].recv(20), rb"^HTTP/1.1 4(13|00)", length)
            self.assertGreaterEqual(daemon.served(port), before + len(listeners) * 170)
            pages = daemon.status()["pages"]
            daemon.wait_for(lambda: daemon.status()["pages"] > pages + 50)
            daemon.wait_for(lambda: daemon.served(port) == before, 40)
            self.assertEqual(daemon.status()["state"], "crawling")
            self.assertEqual(daemon.rows("SELECT count(*) FROM visits WHERE outcome <> 'ok'"), [(0,)])
            pages = daemon.status()["pages"]
            daemon.wait_for(lambda: daemon.status()["pages"] > pages)
            for client in clients:
                client.close()


if __name__ == "__main__":
    unittest.main()
