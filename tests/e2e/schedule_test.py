#!/usr/bin/env python3
"""When a target is fetched: windows of the day in several time zones, pauses after errors; and what runs at the end of a crawl.

usage: schedule_test.py BUILD_FOLDER
"""
import datetime
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, Ready

BUILD = os.path.abspath(sys.argv.pop(1))
WEB = ("--hosts", "2", "--degree", "6", "--depth", "4", "--latency", "30")
CONTROL = '[control]\nsocket = "${folder}/sock"\n'


def window(hours_from_utc, away=0):
    """Two hours around now, in a zone so many hours from UTC; `away` hours later."""
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours_from_utc + away)
    return "-".join(f"{(now + datetime.timedelta(hours=by)):%H:%M}" for by in (-1, 1))


def target(more="", name="web", url="${url}"):
    return f'[[target]]\nname = "{name}"\nseeds = ["{url}"]\n{more}\n'


class Scheduled(Ready):
    def __init__(self, config, web=WEB, environment=None):
        super().__init__(BUILD, web, CONTROL + config, environment)

    def visits(self, name="web"):
        return self.rows(f"SELECT count(*) FROM visits v JOIN pages p ON p.url = v.url WHERE p.target = '{name}'")[0][0]

    def fetches(self):
        self.wait_for(lambda: self.visits() > 3)

    def stands_still(self, name="web"):
        self.turn()
        assert self.visits(name) == 0, self.visits(name)


class Windows(unittest.TestCase):
    def test_the_zone_is_that_of_the_process(self):
        tokyo = f'window = "{window(9)}"'
        with Scheduled(target(tokyo), environment={"TZ": "Asia/Tokyo"}) as daemon:
            daemon.fetches()
            self.assertEqual(daemon.told("/status")["targets_held"], {})
        with Scheduled(target(tokyo), environment={"TZ": "UTC"}) as daemon:
            daemon.stands_still()
            self.assertEqual(daemon.told("/status")["targets_held"], {"web": f"outside its window {window(9)}"})

    def test_a_zone_of_the_configuration_comes_before_it(self):
        for more in ('[schedule]\ntime_zone = "Asia/Tokyo"\n', ""):
            own = "" if more else 'time_zone = "Asia/Tokyo"\n'
            with Scheduled(more + target(f'window = "{window(9)}"\n{own}'), environment={"TZ": "UTC"}) as daemon:
                daemon.fetches()

    def test_status_and_explain_tell_of_the_window(self):
        closed = window(9, away=6)
        with Scheduled(target(f'window = "{closed}"\ntime_zone = "Asia/Tokyo"')) as daemon:
            daemon.stands_still()
            shown = daemon.trawl("status", "--socket", daemon.path("sock")).stdout
            self.assertIn(f"  target   web is outside its window {closed} Asia/Tokyo\n", shown)
            shown = daemon.trawl("explain", "--socket", daemon.path("sock"), daemon.url).stdout
            self.assertIn(f"target web takes it, in its window {closed} Asia/Tokyo\n", shown)
            self.assertIn(f"target web is outside its window {closed} Asia/Tokyo;", shown)
            shown = daemon.trawl("explain", "-c", daemon.path("trawl.toml"), daemon.url).stdout
            self.assertIn(f"in its window {closed} Asia/Tokyo\n", shown)

    def test_a_target_that_a_reload_brings_outside_of_its_window_is_never_fetched(self):
        with Scheduled(target()) as daemon:
            daemon.fetches()
            two = daemon.url.replace("127.0.0.1", "127.0.0.2")
            daemon.write_config(CONTROL + target() + target(f'window = "{window(0, away=6)}"\ntime_zone = "UTC"', "two", two))
            self.assertEqual(daemon.trawl("reload", "--socket", daemon.path("sock")).returncode, 0)
            self.assertEqual(list(daemon.told("/status")["targets_held"]), ["two"])
            daemon.stands_still("two")
            self.assertEqual(daemon.rows("SELECT count(*) FROM visits WHERE url LIKE '%127.0.0.2%'")[0][0], 0)
            daemon.write_config(CONTROL + target() + target("", "two", two))
            self.assertEqual(daemon.trawl("reload", "--socket", daemon.path("sock")).returncode, 0)
            daemon.wait_for(lambda: daemon.visits("two") > 3)


class Pauses(unittest.TestCase):
    def test_a_target_whose_fetches_fail_pauses_until_it_is_resumed(self):
        with Scheduled(target('pause_on = "60% of 10"'), (*WEB, "--errors", "1000")) as daemon:
            state = daemon.wait_for(lambda: daemon.told("/status")["targets_held"].get("web"))
            self.assertRegex(state, r"^paused: \d+ of its last 10 fetches failed$")
            self.assertRegex(daemon.stderr(), r"warning: a target pauses: \d+ of its last 10 fetches failed target=web until=resumed\n")
            shown = daemon.trawl("explain", "--socket", daemon.path("sock"), daemon.url).stdout
            self.assertIn(f"target web is {state};", shown)
            shown = daemon.trawl("status", "--socket", daemon.path("sock")).stdout
            self.assertIn(f"  target   web is {state}\n", shown)
            count = lambda: daemon.rows("SELECT count(*) FROM visits")[0][0]
            daemon.wait_for(lambda: daemon.told("/status")["in_flight"] + daemon.told("/status")["parsing"] == 0)
            before = count()
            daemon.turn(1)
            self.assertEqual(count(), before)
            self.assertEqual(daemon.trawl("resume", "--target", "web", "--socket", daemon.path("sock")).returncode, 0)
            daemon.wait_for(lambda: count() > before)

    def test_a_restart_of_the_daemon_does_not_end_a_pause(self):
        held = lambda daemon: daemon.told("/status")["targets_held"].get("web")
        count = lambda daemon: daemon.rows("SELECT count(*) FROM visits")[0][0]
        for more, end in (("", r"failed$"), ('pause_for = "1h"', r"failed, until \d{4}-")):
            with self.subTest(more), Scheduled(target(f'pause_on = "60% of 10"\n{more}'), (*WEB, "--errors", "1000")) as daemon:
                state = daemon.wait_for(lambda: held(daemon))
                self.assertRegex(state, end)
                daemon.wait_for(lambda: daemon.rows("SELECT count(*) FROM target_pause") == [(1,)])
                daemon.process.send_signal(signal.SIGKILL if more else signal.SIGTERM)
                daemon.process.wait(20)
                before = count(daemon)
                daemon.begin()
                self.assertEqual(held(daemon), state)
                told = daemon.told("/status?target=web")
                self.assertTrue(told["paused"])
                self.assertRegex(told["paused_for"], r"^\d+ of its last 10 fetches failed$")
                self.assertEqual(told["paused_until"] is None, not more)
                self.assertIn("warning: a target is still paused: " + told["paused_for"], daemon.stderr())
                daemon.turn(1)
                self.assertEqual(count(daemon), before)
                self.assertEqual(daemon.trawl("resume", "--target", "web", "--socket", daemon.path("sock")).returncode, 0)
                daemon.wait_for(lambda: count(daemon) > before)
                daemon.wait_for(lambda: held(daemon))  # the site is still in trouble
                daemon.trawl("resume", "--target", "web", "--socket", daemon.path("sock"))
                daemon.process.send_signal(signal.SIGKILL)
                daemon.process.wait(20)

    def test_it_goes_on_by_itself_after_its_time(self):
        with Scheduled(target('pause_on = "60% of 5"\npause_for = "1s"'), (*WEB, "--errors", "1000")) as daemon:
            state = daemon.wait_for(lambda: daemon.told("/status")["targets_held"].get("web"))
            self.assertRegex(state, r", until \d{4}-\d\d-\d\dT")
            daemon.wait_for(lambda: "a target goes on after pause_for target=web" in daemon.stderr())


class Finish(unittest.TestCase):
    def crawl(self, more, *arguments):
        daemon = Daemon(BUILD, ("--degree", "2", "--depth", "1"), target() + f"[schedule]\n{more}\n")
        daemon.__enter__()
        self.addCleanup(daemon.__exit__)
        daemon.write_config()
        return daemon, daemon.trawl("crawl", "-c", daemon.path("trawl.toml"), "--summary", "json", *arguments)

    def test_a_crawl_runs_what_the_configuration_names_with_the_facts(self):
        daemon, done = self.crawl("on_finish = ['/bin/sh', '-c', 'echo noise; printenv >seen; printf \"%s\\n\" \"$1\" >>seen', 'x', 'a $HOME b']")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r'^\{"end_reason":"done".*\}\n$')  # what it prints is not in it
        self.assertIn("noise", done.stderr)
        with open(daemon.path("seen")) as file:
            seen = file.read().splitlines()
        for line in ("TRAWL_END_REASON=done", "TRAWL_PAGES=3", "TRAWL_QUEUED=0", f"TRAWL_DATABASE={daemon.path('trawl.db')}", "a $HOME b"):
            self.assertIn(line, seen)

    def test_one_that_fails_or_hangs_is_told_and_changes_no_exit_code(self):
        _, done = self.crawl("on_finish = ['/nonexistent']")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, "warning: schedule.on_finish: /nonexistent cannot be run: No such file")
        began = time.monotonic()
        _, done = self.crawl("on_finish = ['sleep', '60']\non_finish_timeout = '300ms'")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, "warning: schedule.on_finish: sleep took longer than 300ms and was killed")
        self.assertLess(time.monotonic() - began, 20)

    def test_a_daemon_never_runs_it(self):
        with Scheduled(target() + "[schedule]\non_finish = ['touch', '${folder}/ran']\n") as daemon:
            daemon.fetches()
            daemon.process.terminate()
            self.assertEqual(daemon.process.wait(15), 0)
            self.assertFalse(os.path.exists(daemon.path("ran")))


class Wrong(unittest.TestCase):
    def test_bad_values_are_told_with_their_place(self):
        lines = ['[schedule]', 'time_zone = "Europe/Atlantis"', 'on_finish = "one text"', 'on_finish_timeout = "5"', '[[target]]',
                 'seeds = ["http://a.test/"]', 'window = "8-9"', 'time_zone = "Mars/Olympus"', 'pause_on = "half of 10"', 'pause_for = "-1s"']
        with Daemon(BUILD) as daemon:
            def refused(text):
                path = daemon.path("bad.toml")
                with open(path, "w") as file:
                    file.write(text)
                done = subprocess.run([os.path.join(BUILD, "trawl"), "check", "-c", path], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 78, done.stderr)
                return done.stderr
            errors = refused("\n".join(lines))
            for line, key, words in ((3, "schedule.on_finish", "array"), (4, "schedule.on_finish_timeout", "duration"), (7, "target.window", "no part of a day"),
                                     (9, "target.pause_on", "no share of the last fetches"), (10, "target.pause_for", "duration"),
                                     (2, "schedule.time_zone", "no time zone of the IANA database"), (8, "target.time_zone", "no time zone of the IANA database")):
                self.assertRegex(errors, rf"bad\.toml:{line}:\d+: {key}: .*{words}")
            self.assertRegex(refused('[[target]]\nseeds = ["http://a.test/"]\ntime_zone = "a b"\n'), r"bad\.toml:3:\d+: target\.time_zone: .*is no time zone; allowed")


if __name__ == "__main__":
    unittest.main()
