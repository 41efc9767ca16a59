#!/usr/bin/env python3
"""A runner that cannot fail proves nothing: these cases must fail, each for its own reason, and the good one must not."""
import os
import shutil
import socket
import sys
import tempfile
import textwrap
import unittest

import run_case
import site_server

HERE = os.path.dirname(os.path.abspath(__file__))

# Plays trawl: fetches one page of the site and stores it. What it does wrong is named by its first argument.
PLAYER = """
import os, sqlite3, sys, time, urllib.request
fault, db, url = sys.argv[1:4]
body = urllib.request.urlopen(url).read().decode()
base = sqlite3.connect(db)
base.execute("CREATE TABLE pages (url TEXT, title TEXT)")
base.executemany("INSERT INTO pages VALUES (?, ?)", [(url, body)] * (2 if fault == "twice" else 1))
base.commit()
base.close()
if fault == "orphan" and os.fork() == 0:
    os.setsid()
    time.sleep(30)
    os._exit(0)
if fault == "slow":
    time.sleep(30)
print("stored", file=sys.stderr)
sys.exit(3 if fault == "code" else 0)
"""

GOOD_SQL = "SELECT url, title FROM pages;\n--| ${site}/ | hello\nSELECT path FROM server.requests;\n--| /\n"


class Cases(unittest.TestCase):
    def run_case(self, fault="", sql=GOOD_SQL, run="", case=""):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as work:
            os.mkdir(os.path.join(folder, "site"))
            for name, text in (("site/index.html", "hello"), ("expect.sql", sql), ("player.py", PLAYER)):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            with open(os.path.join(folder, "case.toml"), "w", encoding="utf-8") as file:
                file.write(textwrap.dedent(f"""
                    {case}
                    [[run]]
                    args = ["${{case}}/player.py", "{fault or 'none'}", "${{work}}/trawl.db", "${{site}}/"]
                    {run}
                    """))
            run_case.run_case(folder, work, sys.executable, "")

    def assert_fails(self, part, **kwargs):
        with self.assertRaises(run_case.Failure) as failure:
            self.run_case(**kwargs)
        self.assertIn(part, str(failure.exception))

    def test_good(self):
        self.run_case(run='stderr = ["^stored$"]\nnot_stderr = ["error"]')

    def test_exit_code(self):
        self.assert_fails("exit code 3 instead of 0", fault="code")
        self.run_case(fault="code", run="exit = 3")
        self.assert_fails("exit code 0 instead of 3", run="exit = 3")

    def test_output(self):
        self.assert_fails("nothing like", run='stderr = ["absent"]')
        self.assert_fails("stderr has", run='not_stderr = ["stored"]')

    def test_left_behind(self):
        self.assert_fails("left processes behind", fault="orphan")

    def test_too_slow(self):
        self.assert_fails("still running", fault="slow", run="timeout = 0.5")

    def test_page_twice(self):
        self.assert_fails("twice in pages", fault="twice", sql="SELECT count(*) FROM pages;\n--| 2\n")

    def test_rows(self):
        self.assert_fails("got:", sql="SELECT title FROM pages;\n--| bye\n")
        self.assert_fails("got:", sql="SELECT title FROM pages;\n--| hello\n--| hello\n")
        self.assert_fails("got:", sql="SELECT title FROM pages;\n-- none\n")
        self.assert_fails("got:", sql="SELECT title, url FROM pages;\n--| hello\n")
        self.assert_fails("got:", sql="SELECT title FROM pages;\n--| ~ hell\n")
        self.assert_fails("got:", sql="SELECT NULL;\n--| \n")
        self.run_case(sql="SELECT NULL, '', 7, title FROM pages;\n--| NULL |  | 7 | ~ he.*\n")
        self.run_case(sql="SELECT title FROM pages WHERE 0;\n-- none\n")

    def test_expectations_that_say_nothing(self):
        self.assert_fails("says neither", sql="SELECT title FROM pages;\n")
        self.assert_fails("without ';'", sql="SELECT title FROM pages\n")
        self.assert_fails("no query", sql="-- nothing\n")
        self.assert_fails("no such table", sql="SELECT 1 FROM nowhere;\n-- none\n")

    def test_no_database(self):
        self.assert_fails("came to be", sql="-- database: none\n")
        self.assert_fails("was not made", sql="-- database: other.db\nSELECT 1;\n--| 1\n")

    def test_unknown_keys(self):
        self.assert_fails("unknown keys", run='exitcode = 0')
        self.assert_fails("unknown keys", case='sites = 1')

    def test_skips(self):
        self.run_case(fault="code", case='needs = ["no-such-program"]')


class Folders(unittest.TestCase):
    def test_each_case_is_listed(self):
        with open(os.path.join(HERE, "CMakeLists.txt"), encoding="utf-8") as file:
            listed = file.read().split()
        folders = [f for f in os.listdir(HERE) if os.path.exists(os.path.join(HERE, f, "expect.sql"))]
        self.assertGreater(len(folders), 10)
        self.assertEqual([f for f in folders if f not in listed], [])

    def test_each_case_can_be_read(self):
        for name in sorted(os.listdir(HERE)):
            path = os.path.join(HERE, name, "expect.sql")
            if os.path.exists(path):
                with self.subTest(name), open(path, encoding="utf-8") as file:
                    run_case.parse_expectations(file.read())


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class Tls(unittest.TestCase):
    def test_certificate_is_refused_unless_trusted(self):
        import ssl
        with tempfile.TemporaryDirectory() as work:
            site = site_server.Site(work, work)
            try:
                site.use_tls()
                for file, trusted in ((None, False), (os.path.join(work, "certificate.pem"), True)):
                    context = ssl.create_default_context(cafile=file)
                    with socket.create_connection(("127.0.0.1", site.tls_port), 10) as raw:
                        try:
                            context.wrap_socket(raw, server_hostname="127.0.0.1").close()
                            accepted = True
                        except ssl.SSLError:
                            accepted = False
                    self.assertEqual(accepted, trusted)
            finally:
                site.close()


class Dns(unittest.TestCase):
    def test_known_and_unknown_names(self):
        names = site_server.Names()
        names.names = {"a.test": "127.0.0.9"}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(10)
            for name, code, records in ((b"\x01A\x04test", 0, 1), (b"\x01b\x04test", 3, 0)):
                client.sendto(b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + name + b"\x00\x00\x01\x00\x01",
                              ("127.0.0.1", names.port))
                answer = client.recv(512)
                self.assertEqual(answer[:2], b"\x12\x34")
                self.assertEqual(answer[3] & 15, code)
                self.assertEqual(answer[7], records)
        self.assertEqual(answer[:4], b"\x12\x34\x81\x83")
        names.close()


if __name__ == "__main__":
    run_case.process_tree.adopt_orphans()
    unittest.main()
