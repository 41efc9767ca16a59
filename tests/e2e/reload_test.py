#!/usr/bin/env python3
"""A running daemon reads its configuration again: by SIGHUP and by trawl reload.

usage: reload_test.py BUILD_FOLDER
"""
import http.server
import os
import signal
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Ready

BUILD = os.path.abspath(sys.argv.pop(1))
WEB = ("--hosts", "3", "--degree", "6", "--depth", "5", "--latency", "40")
CONTROL = '[control]\nsocket = "${folder}/sock"\n'
ONE = '[[target]]\nname = "one"\nseeds = ["${url}"]\n'
# Links of the other host have led there, and it was left out; a seed is queued all the same.
TWO = '[[target]]\nname = "two"\nseeds = ["${two}"]\n'


class Running(Ready):
    def __init__(self, config):
        super().__init__(BUILD, WEB, CONTROL + config)

    def start(self, *arguments):
        self.config = self.text(self.config)
        return super().start(*arguments)

    def begin(self):
        super().begin()
        self.heard.clear()

    def text(self, config):
        return config.replace("${two}", self.url.replace("127.0.0.1", "127.0.0.2"))

    def reload(self, config):
        self.write_config(self.text(CONTROL + config))
        return self.trawl("reload", "--socket", self.path("sock"))

    def pages(self, target):
        return self.rows(f"SELECT count(*) FROM pages WHERE target = '{target}'")[0][0]

    def goes_on(self, target):
        before = self.pages(target)
        self.wait_for(lambda: self.pages(target) > before + 5)

    def settle(self):
        """Until what was in flight is stored, where nothing more is fetched."""
        self.wait_for(lambda: (s := self.status())["in_flight"] + s["parsing"] == 0)
        self.turn(1)

    def stands_still(self, target, while_goes_on):
        self.turn(1)  # what was in flight is stored
        before = self.pages(target)
        self.goes_on(while_goes_on)
        self.assert_equal(self.pages(target), before)

    @staticmethod
    def assert_equal(a, b):
        assert a == b, (a, b)


class Proxy(http.server.ThreadingHTTPServer):
    """Answers every request itself, and counts them."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked += 1
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.asked = 0

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Reload(unittest.TestCase):
    def test_targets_are_added_removed_and_added_again_and_no_fetch_is_dropped(self):
        with Running(ONE) as daemon:
            daemon.goes_on("one")
            done = daemon.reload(ONE + TWO)
            self.assertEqual((done.returncode, done.stdout), (0, "target two: added\n"), done.stderr)
            daemon.goes_on("two")
            daemon.goes_on("one")
            done = daemon.reload(TWO)
            self.assertEqual(done.stdout, "target one: removed; its queue stays, unfetched\n")
            daemon.stands_still("one", "two")
            done = daemon.reload(ONE + TWO)
            self.assertEqual(done.stdout, "target one: added again\n")
            daemon.goes_on("one")
            self.assertEqual(daemon.reload(ONE + TWO).stdout, "nothing has changed\n")
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(15), 0)
            self.assertEqual(daemon.rows("SELECT count(*) FROM visits WHERE outcome <> 'ok'"), [(0,)])
            self.assertEqual(daemon.rows("SELECT url FROM visits GROUP BY url HAVING count(*) > 1"), [])

    def test_a_target_that_is_gone_at_a_restart_keeps_its_queue_and_harms_nobody(self):
        with Running(ONE + TWO) as daemon:
            daemon.goes_on("one")
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(15), 0)
            daemon.config = CONTROL + TWO
            daemon.begin()
            daemon.stands_still("one", "two")

    def test_delays_take_effect_without_a_restart(self):
        with Running(ONE) as daemon:
            daemon.goes_on("one")
            done = daemon.reload(ONE + 'politeness.delay = "2min"\n')
            self.assertEqual(done.stdout, "target one: changed\n")
            daemon.settle()
            before = daemon.pages("one")
            daemon.turn()
            self.assertEqual(daemon.pages("one"), before)
            daemon.reload(ONE)
            daemon.goes_on("one")

    def test_scope_and_limits_take_effect(self):
        with Running(ONE) as daemon:
            daemon.goes_on("one")
            # Stopped, so that the number cannot be passed while it is being set.
            daemon.reload(ONE + 'politeness.delay = "2min"\n')
            daemon.settle()
            before = daemon.pages("one")
            self.assertEqual(daemon.reload(ONE + f"max_pages = {before + 30}\n").returncode, 0)
            daemon.wait_for(lambda: daemon.rows("SELECT count(*) FROM skipped WHERE reason = 'page_limit'")[0][0] > 0)
            self.assertEqual(daemon.pages("one"), before + 30)

    def test_item_rules_come_change_and_go_while_pages_are_parsed(self):
        def rule(fields):
            return f'[[target.item]]\nname = "page"\n{fields}'

        def items(column):
            return daemon.rows(f"SELECT count({column}) FROM item_page")[0][0]

        with Running(ONE) as daemon:
            daemon.goes_on("one")
            done = daemon.reload(ONE + rule('fields.title = "title"\n'))
            self.assertEqual((done.returncode, done.stdout), (0, "target one: changed\n"), done.stderr)
            daemon.wait_for(lambda: items("title") > 5)
            self.assertEqual(daemon.reload(ONE + rule('fields.language = { css = "html", attr = "lang" }\n'
                                                      'fields.link = { css = "a", type = "url", required = true }\n')).returncode, 0)
            daemon.wait_for(lambda: items("link") > 5)
            titles = items("title")
            refused = daemon.reload(ONE + rule('fields.title = "title >"\n'))
            self.assertRegex(refused.stderr, r"trawl\.toml:\d+:\d+: target\.item\.fields\.title\.css: at byte 8: ")
            self.assertEqual(daemon.reload(ONE).returncode, 0)
            daemon.goes_on("one")
            self.assertEqual(items("title"), titles)
            self.assertEqual(daemon.rows("SELECT count(*) FROM visits WHERE outcome <> 'ok'"), [(0,)])

    def test_a_wrong_file_keeps_the_old_configuration_and_tells_every_error(self):
        with Running(ONE) as daemon:
            refused = daemon.reload(ONE + 'scoop = "host"\nmax_depth = -1\nallow = ["("]\n')
            self.assertEqual((refused.returncode, refused.stdout), (78, ""))
            for words in ("scoop", "max_depth", "allow"):
                self.assertRegex(refused.stderr, rf"trawl\.toml:\d+:\d+: .*{words}")
            daemon.goes_on("one")
            os.remove(daemon.path("trawl.toml"))
            self.assertEqual(daemon.trawl("reload", "--socket", daemon.path("sock")).returncode, 78)
            daemon.goes_on("one")

    def test_what_needs_a_restart_is_named_and_left(self):
        with Running(ONE) as daemon:
            done = daemon.reload(ONE + '[parser]\nworkers = 1\n[dns]\ntries = 5\n')
            self.assertEqual(done.stdout, "dns.tries: changed; it counts after a restart\n"
                                          "parser.workers: changed; it counts after a restart\n")
            self.assertEqual(daemon.reload(ONE).stdout, "nothing has changed\n")
            daemon.write_config(daemon.text(CONTROL + ONE))
            with open(daemon.path("trawl.toml"), "r+", encoding="utf-8") as file:
                text = file.read().replace("[crawl]", "[crawl]\nmax_fetches = 123")
                file.seek(0)
                file.write(text)
            self.assertEqual(daemon.trawl("reload", "--socket", daemon.path("sock")).stdout,
                             "crawl.max_fetches: changed; it counts after a restart\n")
            self.assertEqual(daemon.status()["max_fetches"], 10000)

    def test_private_addresses_are_refused_from_the_reload_on(self):
        with Running(ONE) as daemon:
            daemon.goes_on("one")
            daemon.write_config(daemon.text(CONTROL + ONE))
            with open(daemon.path("trawl.toml"), "r+") as file:
                text = file.read().replace('private_addresses = "allow"', 'private_addresses = "refuse"')
                file.seek(0)
                file.truncate()
                file.write(text)
            done = daemon.trawl("reload", "--socket", daemon.path("sock"))
            self.assertRegex(done.stdout, "^crawl.private_addresses: .*allow.* -> .*refuse")
            daemon.wait_for(lambda: daemon.rows("SELECT count(*) FROM visits WHERE outcome = 'refused_private'")[0][0] > 5)

    def test_a_proxy_of_a_target_takes_effect_and_a_wrong_one_is_refused(self):
        with Proxy() as proxy, Running(ONE) as daemon:
            daemon.goes_on("one")
            self.assertEqual(proxy.asked, 0)
            through = ONE + f'http.proxy = "http://127.0.0.1:{proxy.server_port}"\n'
            self.assertEqual(daemon.reload(through).stdout, "target one: changed\n")
            daemon.wait_for(lambda: proxy.asked > 5)
            refused = daemon.reload(ONE + 'http.proxy = "gopher://127.0.0.1"\n')
            self.assertEqual((refused.returncode, refused.stdout), (78, ""))
            self.assertIn("http.proxy: \"gopher://127.0.0.1\" is not a proxy", refused.stderr)

    def test_sighup_reloads_and_the_service_manager_hears_of_it(self):
        with Running(ONE) as daemon:
            daemon.goes_on("one")
            daemon.write_config(daemon.text(CONTROL + ONE + TWO))
            daemon.process.send_signal(signal.SIGHUP)
            told = daemon.hear("^RELOADING=1")
            self.assertRegex(told, r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            daemon.hear("^READY=1$")
            daemon.goes_on("two")
            self.assertIn("reloaded: target two: added", daemon.stderr())

    def test_many_reloads_under_load_lose_nothing(self):
        with Running(ONE + TWO) as daemon:
            for turn in range(40):
                daemon.write_config(daemon.text(CONTROL + (ONE + TWO if turn % 2 else TWO)))
                daemon.process.send_signal(signal.SIGHUP)
                daemon.hear("^READY=1$")
            daemon.goes_on("one")
            daemon.goes_on("two")
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(15), 0)
            self.assertEqual(daemon.rows("SELECT url FROM visits GROUP BY url HAVING count(*) > 1"), [])


if __name__ == "__main__":
    unittest.main()
