#!/usr/bin/env python3
"""storage.bodies = "warc": what was served stands in the files, through a kill -9, and SQL says where.

usage: warc_test.py BUILD_FOLDER
"""
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]
import node
import site_server
import warc_reader

TRAWL = os.path.join(os.path.abspath(sys.argv.pop(1)), "trawl")
BIG = "".join(f"<p>line {n} of the twins</p>" for n in range(2000))
PAGES = {
    "/": "<title>start</title>" + "".join(f"<a href='{path}'>x</a>" for path in
                                          ("/twin1", "/twin2", "/gzip", "/chunked", "/moved", "/gone", "/cut", "/slow")),
    "/twin1": BIG, "/twin2": BIG, "/gzip": "<p>packed</p>" * 500, "/chunked": "<p>in pieces</p>" * 500,
    "/slow": "<title>slow</title><a href='/last'>x</a>", "/last": "<title>the end</title>", "/cut": "<p>whole</p>" * 100,
}
CONFIG = """
[crawl]
private_addresses = "allow"
[politeness]
delay = "0s"
ip_delay = "0s"
[http]
retries = 0
[storage]
bodies = "warc"
[[target]]
seeds = ["{url}/"]
http.user = "me"
http.password = "secret word"
"""

READ = """
const { WARCParser } = await use("warcio");
const found = [];
for await (const record of new WARCParser(require("fs").createReadStream(argument))) {
  const payload = await record.readFully(false);
  found.push({type: record.warcType, id: record.warcHeader("WARC-Record-ID"), uri: record.warcTargetURI || null,
              sha256: require("crypto").createHash("sha256").update(payload).digest("hex")});
}
return found;
"""


def rules():
    for path, body in PAGES.items():
        table = {"path": path, "body": body, "gzip": path == "/gzip", "chunked": path == "/chunked"}
        if path == "/cut":
            table["cut"] = 300
        if path == "/slow":
            yield site_server.Rule({**table, "delay": 5, "times": 1}, str)
        yield site_server.Rule(table, str)
    yield site_server.Rule({"path": "/moved", "status": 301, "headers": {"Location": "/last"}, "body": "over there"}, str)


class Warc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        work = cls.temporary.name
        cls.database = os.path.join(work, "crawl.db")
        cls.site = site_server.Site(work, work)
        cls.site.rules = list(rules())
        cls.url = f"http://127.0.0.1:{cls.site.port}"
        with open(os.path.join(work, "trawl.toml"), "w") as file:
            file.write(CONFIG.format(url=cls.url))
        command = [TRAWL, "crawl", "-c", os.path.join(work, "trawl.toml"), "--db", cls.database]
        killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert cls.site.wait_for("/slow", 60)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        cls.folder = cls.database + ".warc"
        with open(os.path.join(cls.folder, "crawl-00001.warc.gz"), "ab") as file:
            file.write(b"\x1f\x8b\x08 torn in the middle")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
        cls.records = {}
        for name in sorted(os.listdir(cls.folder)):
            with open(os.path.join(cls.folder, name), "rb") as file:
                for record in warc_reader.records(file.read()):
                    cls.records[name, record.offset] = record

    @classmethod
    def tearDownClass(cls):
        cls.site.close()
        cls.temporary.cleanup()

    def run_trawl(self, *arguments):
        return subprocess.run([TRAWL, *arguments, "--db", self.database], capture_output=True, timeout=60)

    def test_a_reader_that_others_wrote_reads_the_same(self):
        for name in sorted({name for name, _ in self.records}):
            read = node.answer(READ, os.path.join(self.folder, name), self.folder)
            if read is None:
                self.skipTest("the npm package warcio is not there")
            records = [record for (file, _), record in sorted(self.records.items()) if file == name]
            self.assertEqual([(r["type"], r["id"], r["uri"]) for r in read],
                             [(r.type, r.fields["warc-record-id"], r.fields.get("warc-target-uri")) for r in records])
            for theirs, ours in zip(read, records):
                if ours.type == "response":
                    self.assertEqual(theirs["sha256"], hashlib.sha256(ours.payload()).hexdigest(), ours.fields["warc-target-uri"])

    def test_sql_names_every_answer_and_nothing_else(self):
        rows = sqlite3.connect(self.database).execute("SELECT url, file, offset, length, digest, record FROM bodies").fetchall()
        for url, file, offset, length, digest, kind in rows:
            record = self.records[file, offset]
            self.assertEqual((record.fields["warc-target-uri"], record.length, record.type), (url, length, kind))
            self.assertEqual(record.fields.get("warc-payload-digest"), digest)
        answers = [r for r in self.records.values() if r.type in ("response", "revisit")]
        self.assertEqual(len(rows), len(answers))
        self.assertEqual({url for url, *_ in rows}, {self.url + path for path in (*PAGES, "/moved", "/gone")})

    def test_payloads_are_what_was_served(self):
        for record in self.records.values():
            path = record.fields.get("warc-target-uri", "")[len(self.url):]
            if record.type == "response" and path in PAGES:
                wanted = PAGES[path].encode()[:300 if path == "/cut" else None]
                self.assertEqual(record.payload(), wanted, path)
                self.assertIn(f"Content-Length: {len(wanted)}", record.http_head().split("\r\n"))
                self.assertEqual(record.fields.get("warc-truncated"), "disconnect" if path == "/cut" else None)

    def test_requests_stand_beside_their_answers_without_credentials(self):
        requests = [r for r in self.records.values() if r.type == "request"]
        answers = {r.id for r in self.records.values() if r.type in ("response", "revisit")}
        self.assertEqual({r.fields["warc-concurrent-to"] for r in requests}, answers)
        for request in requests:
            self.assertRegex(request.block, rb"^GET /\S* HTTP/1\.1\r\n")
            self.assertIn(b"\r\nAuthorization: -\r\n", request.block)

    def test_what_was_read_off_a_page_stands_beside_its_answer(self):
        answers = {r.id: r for r in self.records.values() if r.type in ("response", "revisit")}
        metadata = {r.fields["warc-concurrent-to"]: r for r in self.records.values() if r.type == "metadata"}
        pages = dict(sqlite3.connect(self.database).execute("SELECT url, links FROM pages"))
        self.assertEqual(sorted(answers[id].fields["warc-target-uri"] for id in metadata), sorted(pages))
        for answer, record in metadata.items():
            url = answers[answer].fields["warc-target-uri"]
            self.assertEqual((record.fields["warc-target-uri"], record.fields["content-type"]), (url, "application/warc-fields"))
            said = dict(line.split(": ", 1) for line in record.block.decode("ascii").splitlines())
            self.assertEqual(int(said["outlinks"]), pages[url])
            self.assertGreaterEqual(int(said["fetchTimeMs"]), 0)
            self.assertTrue(said["charset"])

    def test_a_twin_names_the_answer_that_has_its_payload(self):
        by_id = {r.id: r for r in self.records.values()}
        revisits = [r for r in self.records.values() if r.type == "revisit"]
        self.assertEqual(len(revisits), 1)
        original = by_id[revisits[0].fields["warc-refers-to"]]
        self.assertEqual(original.payload(), BIG.encode())
        self.assertEqual(original.fields["warc-payload-digest"], revisits[0].fields["warc-payload-digest"])
        self.assertEqual(revisits[0].payload(), b"")

    def test_body_prints_one(self):
        for path in ("/", "/twin1", "/twin2", "/gzip", "/chunked", "/last"):
            self.assertEqual(self.run_trawl("body", self.url + path).stdout, PAGES[path].encode(), path)
        self.assertEqual(self.run_trawl("body", "--head", self.url + "/gone").stdout.split(b"\r\n")[0], b"HTTP/1.1 404 ")
        missing = self.run_trawl("body", self.url + "/never")
        self.assertEqual(missing.returncode, 1)
        self.assertIn(b"has no body of this URL", missing.stderr)

    def test_export_is_all_files_in_one(self):
        exported = list(warc_reader.records(self.run_trawl("export", "--format", "warc").stdout))
        self.assertEqual([r.id for r in exported], [r.id for _, r in sorted(self.records.items())])

    def test_the_index_names_every_answer(self):
        lines = self.run_trawl("export", "--format", "cdxj").stdout.decode().splitlines()
        self.assertEqual(lines, sorted(lines))
        entries = [json.loads(line.split(" ", 2)[2]) for line in lines]
        answers = {at for at, r in self.records.items() if r.type in ("response", "revisit")}
        self.assertEqual({(e["filename"], int(e["offset"])) for e in entries}, answers)
        for entry in entries:
            record = self.records[entry["filename"], int(entry["offset"])]
            self.assertEqual((entry["url"], int(entry["length"])), (record.fields["warc-target-uri"], record.length))

    def test_a_strict_validator_finds_nothing(self):
        suites = os.environ.get("TRAWL_SUITES", os.path.join(HERE, "..", "..", "..", "shared", "suites"))
        validator = os.path.join(suites, "warc", "warc_validate.py")
        if not os.path.exists(validator):
            self.skipTest("the conformance suites are not here")
        folder = self.database + ".warc"
        files = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        checked = subprocess.run([sys.executable, validator, "--require-gzip-members", *files], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertEqual(checked.stdout.count(" 0 errors, 0 warnings"), len(files), checked.stdout)

    def test_the_doctor_is_content(self):
        doctor = self.run_trawl("doctor", "--format", "csv")
        self.assertEqual(doctor.returncode, 0, doctor.stdout)


if __name__ == "__main__":
    unittest.main()
