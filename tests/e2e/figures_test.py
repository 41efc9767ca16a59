#!/usr/bin/env python3
"""What the control API tells in figures and lists: by target, sorted over all hosts, by stage, of memory and of storage.

usage: figures_test.py BUILD_FOLDER
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Ready

BUILD = os.path.abspath(sys.argv.pop(1))
TARGET = '[[target]]\nname = "web"\nseeds = ["${url}"]\nscope = "any"\n[control]\nsocket = "${folder}/sock"\n'
SMALL = ("--hosts", "3", "--degree", "4", "--depth", "2", "--external", "2", "--errors", "100")


class Running(Ready):
    def __init__(self, web, config=TARGET):
        super().__init__(BUILD, web, config)


class Figures(unittest.TestCase):
    def test_lists_are_of_one_target_where_asked(self):
        config = TARGET.replace('scope = "any"', 'scope = "host"').replace(
            "[control]", '[[target]]\nname = "other"\nseeds = ["${url}nasty/none"]\nscope = "prefix"\nmax_pages = 1\n'
                         '[[target]]\nname = "later"\nseeds = ["${url}nasty/silent"]\nscope = "prefix"\nrecrawl = "1d"\n[control]')
        with Running((*SMALL, "--errors", "300"), config) as daemon:
            daemon.wait_for(lambda: (s := daemon.status())["queued"] == 0 and s["stages"]["first_byte"] == 1 and s["stages"]["storing"] + s["parsing"] == 0)
            told = {one["name"]: one for one in daemon.told("/targets")["targets"]}
            for name in ("web", "other", "later"):
                pages = daemon.rows(f"SELECT count(*) FROM pages WHERE target = '{name}' AND url NOT LIKE '%/sitemap.xml'")[0][0]
                self.assertEqual(told[name]["pages"], pages, name)
                rows = daemon.told(f"/pages?target={name}&limit=1000")["rows"]
                self.assertEqual(sorted(row[1] for row in rows), sorted(url for url, in daemon.rows(f"SELECT url FROM pages WHERE target = '{name}'")))
                errors = daemon.told(f"/errors?target={name}&limit=1000")["rows"]
                in_database = daemon.rows("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', v.at / 1000.0, 'unixepoch'), u.url FROM visit v JOIN url u ON u.n = v.url "
                                          f"JOIN target t ON t.n = u.target WHERE t.name = '{name}' AND (v.outcome <> 0 OR v.status >= 400) ORDER BY v.n DESC")
                self.assertEqual([tuple(row[:2]) for row in errors], in_database)
                self.assertEqual(told[name]["errors"], len(errors))
            self.assertGreater(told["web"]["errors"], 3)
            self.assertEqual([told[name]["queued"] for name in ("web", "other", "later")], [0, 0, 1])
            self.assertEqual([row[:2] for row in daemon.told("/queue?target=later")["rows"]], [[daemon.url + "nasty/silent", "127.0.0.1"]])
            self.assertEqual(daemon.told("/queue?target=web")["rows"], [])
            self.assertEqual(sorted(row[0] for row in daemon.told("/queue")["rows"]), sorted(url for url, in daemon.rows("SELECT url FROM queue")))
            self.assertEqual([row[0] for row in daemon.told("/hosts?target=web")["rows"]], ["127.0.0.1"])
            for path in ("/hosts", "/queue", "/errors", "/pages"):
                self.assertEqual(daemon.get(path + "?target=none")[0], 404)
            self.assertEqual(daemon.told("/errors?host=127.0.0.1&target=other"), daemon.told("/errors?target=other"))

    def test_hosts_are_sorted_over_all_of_them(self):
        with Running(SMALL) as daemon:
            daemon.idle()
            for sort in ("host", "ip", "pages", "errors", "bytes", "queued", "first_byte_ms"):
                for order in ("asc", "desc"):
                    answer = daemon.told(f"/hosts?sort={sort}&order={order}")
                    place = answer["columns"].index(sort)
                    values = [row[place] for row in answer["rows"]]
                    self.assertEqual((len(values), values), (3, sorted(values, reverse=order == "desc")), (sort, order))
                    first = daemon.told(f"/hosts?sort={sort}&order={order}&limit=1")
                    self.assertEqual((first["rows"], first["more"]), (answer["rows"][:1], True))
            averages = daemon.rows("SELECT host, CAST(avg(first_byte_ms) AS INTEGER) FROM visits WHERE first_byte_ms IS NOT NULL GROUP BY host")
            answer = daemon.told("/hosts?sort=first_byte_ms")
            self.assertEqual(dict(averages), {row[0]: row[answer["columns"].index("first_byte_ms")] for row in answer["rows"]})
            self.assertEqual([row[0] for row in daemon.told("/hosts?filter=0.0.2&sort=pages")["rows"]], ["127.0.0.2"])
            for wrong in ("sort=waiting_for", "sort=1", "sort=pages;", "order=up"):
                self.assertEqual(daemon.get("/hosts?" + wrong)[0], 400, wrong)

    def test_what_is_under_way_is_told_by_its_stage(self):
        silent = TARGET.replace('"${url}"', '"${url}nasty/silent", "${url}nasty/drip"').replace('"any"', '"prefix"')
        with Running(SMALL, silent) as daemon:
            stages = daemon.wait_for(lambda: (s := daemon.status()["stages"])["first_byte"] == 1 and s["body"] == 1 and sum(s.values()) == 2 and s)
            self.assertEqual(list(stages), ["dns", "connect", "tls", "first_byte", "body", "parsing", "storing"])
            self.assertRegex(daemon.get("/metrics")[1], r'trawl_stage_documents\{stage="body"\} 1\n')
            # Pages of the site may still come between the two that hang.
            line = "  stages   dns 0, connect 0, tls 0, first byte 1, body 1, parsing 0, storing 0\n"
            daemon.wait_for(lambda: line in daemon.trawl("status", "--socket", daemon.path("sock")).stdout)

    def test_the_memory_of_parser_processes_and_the_lag_of_storage_are_told(self):
        with Running(SMALL) as daemon:
            daemon.idle()
            workers = [pid for pid in os.listdir("/proc") if pid.isdigit() and self.is_worker_of(pid, daemon.process.pid)]
            parser = daemon.wait_for(lambda: (p := daemon.status()["parser"])["memory_bytes"] and p["workers"] == len(workers) and p)
            with_pages = sum(self.resident(pid) for pid in workers)
            self.assertLess(abs(parser["memory_bytes"] - with_pages), 0.2 * with_pages)
            storage = daemon.status()["storage"]
            self.assertEqual(storage["lag_ms"], 0)
            self.assertGreater(storage["last_commit_ms"], 0)
            metrics = daemon.get("/metrics")[1]
            for name in ("parser_resident_memory_bytes", "storage_lag_seconds", "storage_last_commit_seconds"):
                self.assertRegex(metrics, rf"\ntrawl_{name} [0-9.e+-]+\n")

    @staticmethod
    def is_worker_of(pid, daemon):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if b"--worker" not in file.read():
                    return False
            for _ in range(2):  # through the zygote
                with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                    pid = file.read().rpartition(")")[2].split()[1]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return int(pid) == daemon

    @staticmethod
    def resident(pid):
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    unittest.main()
