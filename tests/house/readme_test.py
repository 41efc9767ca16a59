#!/usr/bin/env python3
"""What README.md tells people to do works: its configurations are accepted, its SQL finds rows, its files and links exist.

usage: readme_test.py SOURCE_FOLDER BUILD_FOLDER
"""
import http.server
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

SOURCE, BUILD = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
TRAWL = os.path.join(BUILD, "trawl")
with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as file:
    README = file.read()
PATHS = re.compile(r"`((?:config|parser|storage|crawler|tests)/[\w./-]+)`")
OF_RULES = re.compile(r"\bFROM item_")  # queries of the shop whose fields are configured
MAY_BE_EMPTY = {"broken_links", "changes", "duplicates", "queue", "sitemaps"}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def statements():
    return [q.strip() for block in blocks("sql") for q in block.split(";") if re.sub(r"--.*", "", q).strip()]


SHOP = {"/": b"<title>shop</title><a href=/products/7>seven</a>",
        "/products/7": b"""<h1>Seven</h1><b class=price>$7.50</b><img class=large src=/7.png>
          <script type="application/ld+json">{"@type":"Product","brand":"Acme"}</script>"""}


class Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = SHOP.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page or b"")))
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_):
        pass


class Readme(unittest.TestCase):
    def test_the_fields_of_its_shop_are_columns(self):
        config = next(block for block in blocks("toml") if "[[target.item]]" in block)
        queries = [q for q in statements() if OF_RULES.search(q)]
        self.assertGreaterEqual(len(queries), 2)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with tempfile.TemporaryDirectory() as folder:
            file, path = os.path.join(folder, "shop.toml"), os.path.join(folder, "trawl.db")
            with open(file, "w", encoding="utf-8") as out:
                out.write(config.replace("https://shop.example", f"http://127.0.0.1:{server.server_port}"))
            crawled = subprocess.run([TRAWL, "crawl", "-c", file, "--db", path, "--summary", "none", "--set", "politeness.delay=0s", "--set",
                                      "crawl.private_addresses=allow"], capture_output=True, text=True, timeout=60)
            server.shutdown()
            server.server_close()
            self.assertEqual(crawled.returncode, 0, crawled.stderr)
            database = sqlite3.connect(path)
            for query in queries:
                self.assertTrue(database.execute(query).fetchall(), query)
            self.assertEqual(database.execute("SELECT title, price, photos, brand FROM item_product").fetchall(),
                             [("Seven", 7.5, f'["http://127.0.0.1:{server.server_port}/7.png"]', "Acme")])
            database.close()

    def test_each_configuration_is_accepted(self):
        self.assertGreaterEqual(len(blocks("toml")), 2)
        for block in blocks("toml"):
            with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
                file.write(block)
                file.flush()
                checked = subprocess.run([TRAWL, "check", "-c", file.name], capture_output=True, text=True, timeout=30)
                self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_each_query_answers_from_the_database_of_a_real_crawl(self):
        queries = [q for q in statements() if not OF_RULES.search(q)]
        self.assertGreaterEqual(len(queries), 5)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "trawl.db")
            web = subprocess.Popen([os.path.join(BUILD, "trawl_synthetic_web"), "--degree", "5", "--depth", "2", "--errors", "100",
                                    "--robots", "mixed", "--hosts", "6", "--external", "2"], stdout=subprocess.PIPE, text=True)
            try:
                url = f"http://{web.stdout.readline().split()[-1]}/"
                settings = ["target.private_networks=[\"127.0.0.0/8\"]", "target.scope=any", "politeness.delay=0s",
                            "politeness.ip_delay=0s", "politeness.connections_per_host=10", "http.retries=0", "crawl.patience=0s"]
                crawled = subprocess.run([TRAWL, "crawl", "--db", path, "--summary", "none", url] +
                                         [word for setting in settings for word in ("--set", setting)],
                                         capture_output=True, text=True, timeout=90)
                self.assertEqual(crawled.returncode, 0, crawled.stderr)
            finally:
                web.terminate()
                web.wait()
                web.stdout.close()
            database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            for query in queries:
                rows = database.execute(query).fetchall()
                view = re.search(r"\bFROM (\w+)", query)[1]
                # The pages of this web have no dates.
                if view not in MAY_BE_EMPTY and "published_at IS NOT NULL" not in query:
                    self.assertTrue(rows, f"no rows: {query}")
                asked = subprocess.run([TRAWL, "query", "--db", path, "--format", "jsonl", query], capture_output=True, text=True,
                                       timeout=30)
                self.assertEqual(asked.returncode, 0, asked.stderr)
                self.assertEqual(len(asked.stdout.splitlines()), len(rows), query)
            database.close()

    def test_each_view_it_names_exists(self):
        named = set(re.findall(r"`(\w+)`", re.search(r"^Views: (.*?)\.\s+Columns", README, re.M | re.S)[1]))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "trawl.db")
            subprocess.run([TRAWL, "crawl", "--db", path, "--summary", "none", "--set", "http.retries=0", "--set", "crawl.patience=0s",
                            "http://127.0.0.1:9/"], capture_output=True, timeout=60)
            database = sqlite3.connect(path)
            views = {name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")}
            database.close()
        self.assertEqual(named - views, set())

    def test_each_file_it_names_exists(self):
        named = set(PATHS.findall(README)) | {p for p in re.findall(r"\]\((?!https?:)([^)#]+)\)", README)}
        self.assertGreater(len(named), 20)
        missing = {p for p in named if not os.path.exists(os.path.join(SOURCE, p)) and not os.path.exists(os.path.join(SOURCE, p + ".h"))}
        self.assertEqual(missing, set())

    def test_each_command_it_names_exists(self):
        commands = set(re.findall(r"^  (\w+) ", subprocess.run([TRAWL, "--help"], capture_output=True, text=True).stdout
                                  .split("Commands:")[1].split("\n\n")[0], re.M))
        named = set(re.findall(r"`trawl (\w+)", README))
        self.assertEqual(named - commands, set())


if __name__ == "__main__":
    unittest.main()
