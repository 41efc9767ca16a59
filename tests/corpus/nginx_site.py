"""A folder served by a real nginx on loopback, with a log of its own."""
import os
import shutil
import socket
import subprocess
import sys
import time

CONF = """
{user}
daemon off;
master_process on;
worker_processes 1;
pid nginx.pid;
error_log error.log error;
worker_rlimit_nofile {files};
events {{ worker_connections {connections}; multi_accept on; }}
http {{
  types {{ text/html html htm; text/css css; application/javascript js; image/png png; image/svg+xml svg; image/gif gif;
          text/plain txt; application/pdf pdf; }}
  default_type application/octet-stream;
  log_format crawl '$msec\\t$status\\t$sent_http_content_type\\t$request_uri\\t$body_bytes_sent\\t$connection\\t$http_user_agent';
  access_log access.log crawl buffer=64k flush=200ms;
  sendfile on; tcp_nopush on; tcp_nodelay on; log_not_found off; server_tokens off;
  keepalive_timeout 65s; keepalive_requests 10000000;
  open_file_cache max=60000 inactive=600s; open_file_cache_valid 600s; open_file_cache_errors on;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  absolute_redirect on;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root "{root}";
    index index.html;
    location = /robots.txt {{ default_type text/plain; return 200 "User-agent: *\\nDisallow: /private/\\n"; }}
  }}
}}
"""


def find_nginx():
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class NginxSite:
    """Serves `root`, with its files in `work`. Use as a context. robots.txt disallows /private/."""

    def __init__(self, root, work, cpu=None):
        self.root, self.work, self.cpu = os.path.realpath(root), os.path.abspath(work), cpu
        self.process, self.port = None, 0

    def __enter__(self):
        os.makedirs(os.path.join(self.work, "tmp"), exist_ok=True)
        for _ in range(5):  # a free port may be taken by another before nginx has it
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            if self._start():
                return self
        with open(os.path.join(self.work, "error.log"), encoding="utf-8") as file:
            raise RuntimeError("nginx does not start: " + file.read()[-1000:])

    def _start(self):
        with open(os.path.join(self.work, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(CONF.format(user="user root;" if os.geteuid() == 0 else "", port=self.port, root=self.root,
                                   files=20000, connections=10000))
        command = [find_nginx(), "-p", self.work + "/", "-e", os.path.join(self.work, "error.log"), "-c",
                   os.path.join(self.work, "nginx.conf")]
        cpu = self.cpu
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL,
                                        preexec_fn=(lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def requests(self, since=0):
        """The log from byte `since` on: dictionaries. Waits until nginx has flushed it."""
        time.sleep(0.5)
        rows = []
        with open(os.path.join(self.work, "access.log"), "rb") as file:
            file.seek(since)
            for line in file:
                at, status, kind, path, size, connection, agent = line.decode("latin-1").rstrip("\n").split("\t")
                rows.append({"at": float(at), "status": int(status), "html": kind.startswith("text/html"), "path": path,
                             "bytes": int(size), "connection": int(connection), "agent": agent})
        return rows

    def log_size(self):
        time.sleep(0.5)
        return os.path.getsize(os.path.join(self.work, "access.log"))


def skip_without_nginx():
    if not find_nginx():
        print("SKIPPED: nginx is not installed (Debian package nginx-light)")
        sys.exit(0)
