"""The web server of the e2e cases: files, and answers written down in case.toml. Also a DNS server that knows a few names.

Every request is kept with its times, for the SQL of the case to look at.
"""
import gzip
import http.server
import os
import socket
import ssl
import struct
import subprocess
import threading
import time

TYPES = {".html": "text/html", ".htm": "text/html", ".txt": "text/plain", ".css": "text/css", ".js": "text/javascript",
         ".png": "image/png", ".xml": "application/xml", ".bin": "application/octet-stream", ".pdf": "application/pdf"}


class Rule:
    """One [[serve]] table of case.toml. What it does not say is as for a plain file."""

    KEYS = {"path", "host", "status", "type", "headers", "body", "repeat", "file", "gzip", "packed", "chunked", "delay", "raw",
            "cut", "times", "etag", "cookie"}

    def __init__(self, table, expand):
        unknown = set(table) - self.KEYS
        if unknown:
            raise ValueError(f"[[serve]]: unknown keys {sorted(unknown)}, allowed are {sorted(self.KEYS)}")
        self.path, self.host = table["path"], table.get("host")
        self.status = table.get("status", 200)
        self.type = table.get("type", "text/html")
        self.headers = {name: expand(value) for name, value in table.get("headers", {}).items()}
        self.body = expand(table.get("body", "")).encode("latin-1" if table.get("file") else "utf-8")
        if "repeat" in table:  # [text, how often]
            text, times = table["repeat"]
            self.body += text.encode() * times
        self.file = table.get("file")
        self.packed = table.get("packed", False)  # a gzip file, without a word about it in the header
        self.gzip, self.chunked = table.get("gzip", False), table.get("chunked", False)
        self.delay = table.get("delay", 0.0)  # seconds before the answer
        self.raw = table.get("raw")           # the whole answer; the connection closes after it
        self.cut = table.get("cut")           # bytes of the body that are sent before the connection closes
        self.times = table.get("times")       # applies to the first so many requests only
        self.etag = table.get("etag")         # sent; a request that names it is answered 304
        self.cookie = table.get("cookie")     # applies to requests that send this cookie only, "name=value"


class Site:
    """Serves site/ to every host, and site.<host>/ to that host. Listens on 127.0.0.1 on free ports."""

    def __init__(self, folder, work):
        self.folder, self.work = folder, work
        self.rules, self.requests, self.run = [], [], 0
        self.lock = threading.Lock()
        self.seen = threading.Condition(self.lock)
        self.expand = lambda text: text
        self.plain = self._listen()
        self.tls = None
        self.port, self.tls_port = self.plain.server_port, 0

    def use_tls(self):
        key, certificate = os.path.join(self.work, "key.pem"), os.path.join(self.work, "certificate.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.tls = self._listen(context)
        self.tls_port = self.tls.server_port

    def _listen(self, context=None):
        server = Server(("127.0.0.1", 0), Handler)
        server.site, server.context = self, context
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return server

    def close(self):
        for server in filter(None, (self.plain, self.tls)):
            server.shutdown()
            server.server_close()

    def wait_for(self, path, timeout):
        """Waits until a request for the path has come in during the current run."""
        with self.seen:
            return self.seen.wait_for(lambda: any(r["path"] == path and r["run"] == self.run for r in self.requests),
                                      timeout)

    def begin(self, host, path, headers):
        with self.seen:
            record = {"run": self.run, "host": host, "path": path, "status": None, "at": time.time(), "ended": None,
                      "cookie": headers.get("Cookie"), "if_none_match": headers.get("If-None-Match")}
            count = sum(r["host"] == host and r["path"] == path for r in self.requests)
            self.requests.append(record)
            self.seen.notify_all()
        return record, count

    def rule(self, record, count):
        cookies = (record["cookie"] or "").split("; ")
        for rule in self.rules:
            if (rule.path == record["path"] and rule.host in (None, record["host"]) and
                    (rule.times is None or count < rule.times) and (rule.cookie is None or rule.cookie in cookies)):
                return rule
        return None

    def file(self, host, path):
        own = os.path.join(self.folder, f"site.{host}")
        root = own if os.path.isdir(own) else os.path.join(self.folder, "site")
        path = path.split("?")[0].lstrip("/")
        name = os.path.normpath(os.path.join(root, path))
        if os.path.isdir(name):
            name = os.path.join(name, "index.html")
        if not name.startswith(root + os.sep) or not os.path.isfile(name):
            return None, None
        with open(name, "rb") as file:
            body = file.read()
        kind = TYPES.get(os.path.splitext(name)[1], "application/octet-stream")
        if b"${" in body:
            body = self.expand(body.decode("latin-1")).encode("latin-1")
        return body, kind


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    allow_reuse_address = True
    site = context = None

    def get_request(self):
        connection, address = super().get_request()
        connection.settimeout(60)
        return connection, address

    def finish_request(self, request, client_address):
        if self.context:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except OSError:
                return  # the client did not like the certificate
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass  # a client that goes away is its right


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def log_message(self, format, *args):
        pass

    def do_GET(self):
        site = self.server.site
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        record, count = site.begin(host, self.path, self.headers)
        rule = site.rule(record, count)
        try:
            self.answer(site, host, rule, record)
            record["ended"] = time.time()  # before the last bytes go: the client may have them before the call returns
            self.wfile.flush()
        except BaseException:
            record["ended"] = time.time()
            raise

    do_HEAD = do_GET

    def answer(self, site, host, rule, record):
        if rule is None:
            body, kind = site.file(host, self.path)
            record["status"] = 200 if body is not None else 404
            return self.send(record["status"], kind or "text/plain", body if body is not None else b"nothing here\n", {})
        if rule.delay:
            time.sleep(rule.delay)
        record["status"] = rule.status
        if rule.raw is not None:
            record["status"] = None
            self.wfile.write(rule.raw.encode("latin-1"))
            self.close_connection = True
            return None
        body = rule.body.replace(b"${now}", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode())
        if rule.file:
            with open(os.path.join(site.folder, "site", rule.file), "rb") as file:
                body = file.read()
        headers = dict(rule.headers)
        if rule.packed:
            body = gzip.compress(body, 6, mtime=0)
        if rule.etag:
            headers["ETag"] = rule.etag
            if record["if_none_match"] == rule.etag:
                record["status"] = 304
                return self.send(304, None, b"", headers)
        if rule.gzip:
            body = gzip.compress(body, 6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return self.send(rule.status, rule.type, body, headers, rule.cut, rule.chunked)

    def send(self, status, kind, body, headers, cut=None, chunked=False):
        self.send_response_only(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:  # RFC 9110 8.6: its length would be that of the page
            self.send_header(*(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body)))))
        self.end_headers()
        if self.command == "HEAD":
            return
        if cut is not None:
            body, self.close_connection = body[:cut], True
        if chunked:
            for at in range(0, len(body), 1000):
                piece = body[at:at + 1000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            if cut is None:
                self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.write(body)


class Names:
    """A DNS server on 127.0.0.1: A records of the names it was given; NXDOMAIN for all others."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.names = {}
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                query, client = self.socket.recvfrom(4096)
            except OSError:
                return
            try:
                self.socket.sendto(self._answer(query), client)
            except (IndexError, struct.error, OSError):
                continue

    def _answer(self, query):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace"))
            at += 1 + query[at]
        question = query[12:at + 5]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        name = ".".join(labels).lower()
        address = self.names.get(name)
        if address is None:
            return query[:2] + struct.pack(">HHHHH", 0x8183, 1, 0, 0, 0) + question  # RFC 1035 4.1.1: RCODE 3
        records = b""
        if kind == 1:
            records = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(address)
        return query[:2] + struct.pack(">HHHHH", 0x8180, 1, 1 if records else 0, 0, 0) + question + records

    def close(self):
        self.socket.close()
