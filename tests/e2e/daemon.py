"""A daemon under test: a small web, a configuration, a socket that hears what the service manager would."""
import http.client
import json
import os
import re
import select
import socket
import sqlite3
import subprocess
import tempfile
import time

DEFAULTS = """
[crawl]
private_addresses = "allow"
[politeness]
delay = "0s"
ip_delay = "0s"
connections_per_host = 10
[http]
retries = 0
"""


class Daemon:
    """Use as a context manager. `build` holds the programs; `web` are arguments of trawl_synthetic_web."""

    def __init__(self, build, web=(), config="", environment=None):
        self.build, self.web_arguments, self.config, self.environment = build, web, config, environment or {}
        self.process = None
        self.heard = []

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.path("notify"))
        self.web = subprocess.Popen([os.path.join(self.build, "trawl_synthetic_web"), *self.web_arguments],
                                    stdout=subprocess.PIPE, text=True)
        self.url = f"http://{self.web.stdout.readline().split()[-1]}/"
        self.admin = f"http://{self.web.stdout.readline().split()[-1]}"
        self.errors = open(self.path("stderr"), "w+")
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.web.terminate()
        self.web.wait()
        self.web.stdout.close()
        self.notify.close()
        self.errors.close()
        self.temporary.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_config(self, more=None):
        """Writes trawl.toml: defaults for a web of one's own, then `more`, where ${url} is the web's root."""
        text = f'{DEFAULTS}\n[storage]\npath = "{self.path("trawl.db")}"\n{self.config if more is None else more}\n'
        with open(self.path("trawl.toml"), "w") as file:
            file.write(text.replace("${url}", self.url).replace("${folder}", self.folder))

    def start(self, *arguments):
        self.write_config()
        environment = dict(os.environ, NOTIFY_SOCKET=self.path("notify"), **self.environment)
        self.process = subprocess.Popen([os.path.join(self.build, "trawl"), "daemon", "-c", self.path("trawl.toml"), *arguments],
                                        cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=self.errors,
                                        stderr=self.errors)
        return self

    def stderr(self):
        with open(self.path("stderr")) as file:
            return file.read()

    def hear(self, pattern, timeout=20):
        """Waits until a message to the service manager matches; gives it. All messages are in `heard`."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            readable, _, _ = select.select([self.notify], [], [], max(0, end - time.monotonic()))
            if not readable:
                break
            message = self.notify.recv(4096).decode()
            self.heard.append(message)
            if re.search(pattern, message):
                return message
        raise AssertionError(f"no message {pattern!r} to the service manager within {timeout} s; heard {self.heard[-5:]}; "
                             f"exit {self.process.poll()}; stderr:\n{self.stderr()}")

    def wait_for(self, condition, timeout=20):
        end = time.monotonic() + timeout
        while True:
            try:
                value = condition()
            except sqlite3.OperationalError:
                value = None  # the database is being made
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"not within {timeout} s; exit {self.process.poll()}; stderr:\n{self.stderr()}")
            time.sleep(0.02)

    def rows(self, sql):
        database = sqlite3.connect(f"file:{self.path('trawl.db')}?mode=ro", uri=True)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def trawl(self, *arguments, timeout=30, **more):
        return subprocess.run([os.path.join(self.build, "trawl"), *arguments], cwd=self.folder, capture_output=True, text=True,
                              timeout=timeout, **more)


class Ready(Daemon):
    """One that has said READY. Its configuration puts the control socket at ${folder}/sock; `connection` leads there."""

    def __enter__(self):
        super().__enter__()
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self):
        """Starts it, for the first time or again."""
        self.disconnect()
        self.start()
        self.hear("^READY=1$")
        self.connection = UnixConnection(self.path("sock"))

    def disconnect(self):
        if connection := vars(self).pop("connection", None):
            connection.close()

    def __exit__(self, *_):
        self.disconnect()
        super().__exit__()

    def get(self, path):
        return ask(self.connection, "GET", path)

    def post(self, path, body=None):
        return ask(self.connection, "POST", path, body)

    def told(self, path):
        """What a path answers when all is well."""
        code, body = self.get(path)
        assert code == 200, body
        return body

    def status(self):
        return self.told("/status")

    def turn(self, samples=2):
        """Waits while its loop turns: until it has taken so many samples more, one a second."""
        latest = lambda: max((s["at"] for s in self.told("/history")["samples"]), default=0)
        for _ in range(samples):
            before = latest()
            self.wait_for(lambda: latest() > before)

    def dashboard(self):
        """Its port, and the token."""
        with open(self.path("token"), encoding="ascii") as file:
            token = file.read().strip()
        return int(re.search(r"dashboard: http://127\.0\.0\.1:(\d+)/", self.stderr())[1]), token

    def idle(self):
        """Waits until nothing is queued or in flight."""
        self.wait_for(lambda: (s := self.status())["queued"] + s["in_flight"] + s["parsing"] == 0 and s["pages"] > 0)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=10):
        super().__init__("trawl", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(connection, method, path, body=None, headers=None):
    """One exchange; gives status, and the body as JSON where it is."""
    connection.request(method, path, json.dumps(body) if isinstance(body, (dict, list)) else body, headers or {})
    answer = connection.getresponse()
    text = answer.read()
    if answer.getheader("Content-Type") == "application/json":
        return answer.status, json.loads(text)
    return answer.status, text.decode()
