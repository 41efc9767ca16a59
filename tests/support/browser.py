"""A headless Chromium, driven over WebDriver (W3C) by Debian's chromedriver. Loopback only: it has no other network to use."""
import base64
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver 12: the key of an element's reference

KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Space": " "}  # WebDriver 17.4.2


def missing():
    """What keeps a test from having a browser; empty when nothing does."""
    return next((f"{name} is not installed" for name in ("chromium", "chromedriver") if not shutil.which(name)), "")


class Browser:
    """Use as a context manager. Console messages of the page are kept: errors()."""

    def __init__(self, width=1280, height=1000, dark=False):
        self.width, self.height, self.dark = width, height, dark
        self.session = None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.log = open(os.path.join(self.folder.name, "log"), "w+")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=self.log, stderr=self.log, cwd=self.folder.name,
                                       env=dict(os.environ, HOME=self.folder.name, XDG_CONFIG_HOME=self.folder.name))
        try:
            self.port = self.wait_for(self._port, 20)
            flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", f"--window-size={self.width},{self.height}",
                     "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                     f"--user-data-dir={self.folder.name}/profile"]
            if self.dark:
                flags.append("--force-dark-mode")
            options = {"args": flags, "binary": shutil.which("chromium")}
            wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            made = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self.session = made["sessionId"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.session:
            try:
                self.ask("DELETE", "")
            except (OSError, AssertionError):
                pass
        self.driver.terminate()
        self.driver.wait()
        self.log.close()
        self.folder.cleanup()

    def _port(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            for line in file:
                if "started successfully on port " in line:
                    return int(line.split("on port ")[1].split(".")[0])
        return None

    @staticmethod
    def wait_for(condition, timeout=20):
        end = time.monotonic() + timeout
        while not (value := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"not within {timeout} s")
            time.sleep(0.05)
        return value

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if not path.startswith("/session"):
            path = f"/session/{self.session}{path}"
        connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        value = json.loads(answer.read())["value"]
        connection.close()
        if answer.status != 200:
            raise AssertionError(f"{method} {path}: {value}")
        return value

    def open(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """The value of a function body in the page."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def click(self, selector):
        """As a person does: it must be visible, and nothing in front of it."""
        for last in (False, False, True):
            found = self.ask("POST", "/element", {"using": "css selector", "value": selector})
            try:
                return self.ask("POST", f"/element/{found[ELEMENT]}/click", {})
            except AssertionError as error:
                if last or "stale element" not in str(error):  # a page that lives has made it anew
                    raise

    def type(self, selector, text):
        found = self.ask("POST", "/element", {"using": "css selector", "value": selector})
        self.ask("POST", f"/element/{found[ELEMENT]}/clear", {})
        self.ask("POST", f"/element/{found[ELEMENT]}/value", {"text": text})

    def press(self, key):
        """As a person does, on what has the focus. `key` is a character, or a name of KEYS."""
        key = KEYS.get(key, key)
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": [
            {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]}]})

    def names(self, selector):
        """What a screen reader calls each element that matches: its role and its name (WebDriver 12.5, computed role and label)."""
        found = self.ask("POST", "/elements", {"using": "css selector", "value": selector})
        return [(self.ask("GET", f"/element/{one[ELEMENT]}/computedrole"), self.ask("GET", f"/element/{one[ELEMENT]}/computedlabel"))
                for one in found]

    def text(self, selector):
        return self.run("const e = document.querySelector(arguments[0]); return e ? e.textContent : null", selector)

    def errors(self):
        """What the page complained of since the last call."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("GET", "/screenshot")))
