#!/usr/bin/env python3
"""The dashboard of a running daemon, in a real browser: it loads, lives, obeys, and takes a hostile title for text.

usage: dashboard_test.py BUILD_FOLDER        screenshots are left in BUILD_FOLDER/dashboard
"""
import http.server
import os
import re
import sys
import threading
import unittest

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")]
import browser
from daemon import Daemon, UnixConnection, ask

BUILD = os.path.abspath(sys.argv.pop(1))
SHOTS = os.path.join(BUILD, "dashboard")
WEB = ("--hosts", "5", "--degree", "6", "--depth", "6", "--external", "2", "--latency", "30", "--errors", "50")
TITLE = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'
PAGE = f"<!DOCTYPE html><title>{TITLE.replace('<', '&lt;')}</title><p>text".encode()


class Hostile(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


class Dashboard(unittest.TestCase):
    def setUp(self):
        os.makedirs(SHOTS, exist_ok=True)
        site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        self.addCleanup(site.server_close)
        self.addCleanup(site.shutdown)
        config = ('[[target]]\nname = "web"\nseeds = ["${url}"]\nscope = "any"\nrecrawl = "2h"\npoliteness.connections_per_host = 4\n'
                  f'[[target]]\nname = "hostile"\nseeds = ["http://127.0.0.1:{site.server_port}/x"]\nmax_pages = 1\n'
                  '[control]\nsocket = "${folder}/sock"\ndashboard = "127.0.0.1:0"\ntoken_file = "${folder}/token"\n')
        self.daemon = self.enterContext(Daemon(BUILD, WEB, config))
        self.daemon.start().hear("^READY=1$")
        self.connection = UnixConnection(self.daemon.path("sock"))
        with open(self.daemon.path("token"), encoding="ascii") as file:
            self.token = file.read().strip()
        self.url = re.search(r"dashboard: (http://127\.0\.0\.1:\d+/)", self.daemon.stderr())[1]

    def enterContext(self, manager):  # in unittest since Python 3.11
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def opened(self, **more):
        page = self.enterContext(browser.Browser(**more))
        page.open(f"{self.url}?token={self.token}")
        page.wait_for(lambda: page.text("#state") == "crawling")
        return page

    def figure(self, page, name):
        text = page.run("for (const e of document.querySelectorAll('#figures dt')) if (e.textContent === arguments[0])"
                        " return e.nextSibling.textContent", name)
        return int((text or "0").replace(",", ""))

    def test_it_loads_and_lives_and_keeps_the_token_out_of_the_address(self):
        page = self.opened()
        self.assertEqual(page.run("return location.href"), self.url)
        first = page.wait_for(lambda: self.figure(page, "Pages"))
        page.wait_for(lambda: self.figure(page, "Pages") > first)
        page.wait_for(lambda: page.run("return document.querySelectorAll('#hosts tbody tr').length") >= 5)
        page.wait_for(lambda: page.run("return Chart.getChart('rate').data.datasets[0].data.filter(v => v > 0).length") >= 3)
        page.screenshot(os.path.join(SHOTS, "light.png"))
        self.assertEqual(page.errors(), [])  # also what the content security policy refused

    def test_a_hostile_title_stays_text(self):
        page = self.opened()
        page.type("#sql", "SELECT title FROM pages WHERE target = 'hostile'")

        def shown():
            page.click("#ask button")
            return page.text("#rows tbody td") == TITLE
        page.wait_for(shown)
        self.assertEqual(page.run("return document.querySelectorAll('img, main script').length"), 0)
        self.assertNotEqual(page.run("return document.title"), "owned")

    def test_the_crawl_and_a_host_pause_and_resume(self):
        page = self.opened()
        page.click("#pause")
        page.wait_for(lambda: page.text("#state") == "paused")
        self.assertEqual(ask(self.connection, "GET", "/status")[1]["state"], "paused")
        page.click("#pause")
        page.wait_for(lambda: page.text("#state") == "crawling")
        button = "button[aria-label='Pause 127.0.0.3']"
        page.wait_for(lambda: page.run("return !!document.querySelector(arguments[0])", button))
        page.click(button)
        page.wait_for(lambda: page.run("return !!document.querySelector(\"button[aria-label='Resume 127.0.0.3']\")"))
        waits = self.daemon.rows("SELECT waiting_for FROM hosts WHERE host LIKE '127.0.0.3%'")
        self.assertEqual(waits, [("paused",)])
        page.click("button[aria-label='Resume 127.0.0.3']")
        page.wait_for(lambda: page.run("return !!document.querySelector(arguments[0])", button))
        self.assertEqual(page.errors(), [])

    def test_a_url_is_explained_and_a_hostile_one_stays_text(self):
        page = self.opened()
        url = self.daemon.wait_for(lambda: self.daemon.rows("SELECT url FROM pages WHERE target = 'web' LIMIT 1"))[0][0]
        page.type("#url", url)
        page.click("#explain button")
        page.wait_for(lambda: page.text("#explain-said") == url)
        self.assertIn("the crawl is crawling", page.text("#explained"))
        self.assertIn("target web takes it", page.text("#explained"))
        page.type("#url", "<img src=x>")
        page.click("#explain button")
        page.wait_for(lambda: "is no URL to crawl" in (page.text("#explain-said") or ""))
        self.assertEqual(page.run("return document.querySelectorAll('main img').length"), 0)

    def test_the_calendar_has_what_falls_due_and_the_outcomes_what_came(self):
        page = self.opened()
        page.wait_for(lambda: page.run("return document.querySelectorAll('#outcomes tbody tr').length") >= 1)
        page.wait_for(lambda: "ok" in page.text("#outcomes"))

        def due(which):
            return page.run("return Chart.getChart(arguments[0]).data.datasets[0].data", which)
        scheduled = self.daemon.wait_for(lambda: self.daemon.rows("SELECT count(*) FROM queue WHERE interval_ms IS NOT NULL")[0][0])
        status, told = ask(self.connection, "GET", "/calendar")
        self.assertEqual((status, len(told["hours"]), len(told["days"])), (200, 48, 30))
        self.assertGreaterEqual(sum(told["days"]), scheduled)
        self.assertGreaterEqual(told["hours"][1] + told["hours"][2], scheduled)  # two hours after each visit
        page.run("return calendar()")
        page.wait_for(lambda: sum(due("due-hours")) > 0)
        self.assertEqual(sum(due("due-hours")), sum(due("due-days")))
        page.run("document.querySelector('#due-hours').scrollIntoView()")
        page.screenshot(os.path.join(SHOTS, "calendar.png"))
        self.assertEqual(page.errors(), [])

    def test_the_reports_stand_among_the_questions(self):
        page = self.opened()
        names = page.wait_for(lambda: page.run("return [...document.querySelectorAll('#canned optgroup[label=Reports] option')].map(o => o.textContent)"))
        self.assertTrue(any(name.startswith("broken-links: ") for name in names))
        page.run("const c = document.querySelector('#canned'); c.value = [...c.options].find(o => o.textContent.startsWith('status-codes: ')).value; c.onchange()")
        page.click("#ask button")
        page.wait_for(lambda: "status" in (page.text("#rows thead") or ""))

    def test_questions_are_answered_and_writing_is_refused(self):
        page = self.opened()
        page.type("#sql", "SELECT 1 + 1 AS two, '<b>' AS tag")
        page.click("#ask button")
        page.wait_for(lambda: page.text("#rows tbody tr") == "2<b>")
        page.type("#sql", "DELETE FROM visits")
        page.click("#ask button")
        page.wait_for(lambda: (page.text("#sql-said") or "") not in ("", "asking") and page.text("#rows") == "")
        self.assertGreater(self.daemon.rows("SELECT count(*) FROM visits")[0][0], 0)

    def test_hosts_are_sorted_and_filtered(self):
        page = self.opened()
        names = lambda: page.run("return [...document.querySelectorAll('#hosts tbody td:first-child')].map(e => e.textContent)")
        page.wait_for(lambda: len(names()) >= 5)
        page.click("#hosts th button")
        page.wait_for(lambda: names() == sorted(names()))
        page.click("#hosts th button")
        page.wait_for(lambda: names() == sorted(names(), reverse=True))
        self.assertEqual(page.run("return document.querySelector('#hosts th').getAttribute('aria-sort')"), "descending")
        page.type("#filter", "0.0.2")
        page.wait_for(lambda: names() and all("0.0.2" in name for name in names()))

    def test_the_order_of_hosts_is_the_daemons_and_holds(self):
        page = self.opened()
        page.wait_for(lambda: page.run("return document.querySelectorAll('#hosts tbody tr').length") >= 5)
        asked = lambda: page.run("return performance.getEntriesByType('resource').map(e => e.name).filter(n => n.includes('/hosts?')).pop()")
        self.assertIn("sort=queued&order=desc", asked())
        page.click("#hosts th:nth-child(3) button")
        page.wait_for(lambda: "sort=errors&order=desc" in asked())
        page.wait_for(lambda: page.run("return document.querySelector('#hosts th:nth-child(3)').getAttribute('aria-sort')") == "descending")
        errors = page.run("return [...document.querySelectorAll('#hosts tbody td:nth-child(3)')].map(e => Number(e.textContent.replaceAll(',', '')))")
        self.assertEqual(errors, sorted(errors, reverse=True))
        page.run("return look()")
        self.assertIn("sort=errors&order=desc", asked())
        self.assertEqual(page.errors(), [])

    def test_every_control_has_a_name_and_a_role(self):
        page = self.opened()
        page.wait_for(lambda: page.run("return document.querySelectorAll('#hosts tbody button').length") >= 5)
        page.run("table = list = () => {}")  # so that nothing is made anew meanwhile
        controls = page.names("button, input, select, textarea, a, [tabindex], canvas")
        self.assertGreater(len(controls), 30)
        self.assertEqual([control for control in controls if not control[0] or not control[1].strip()], [])
        self.assertIn(("button", "Pause 127.0.0.3"), controls)
        self.assertIn(("searchbox", "Names that contain"), controls)
        buttons = [name for role, name in controls if role == "button"]
        self.assertEqual([name for name in buttons if buttons.count(name) > 1], [])
        headers = page.names("th")
        self.assertEqual([header for header in headers if not header[1].strip()], [])
        self.assertEqual({role for role, _ in headers}, {"columnheader"})
        # One heading above all, none below one that is missing; one main part.
        levels = page.run("return [...document.querySelectorAll('h1,h2,h3')].map(e => Number(e.tagName[1]))")
        self.assertEqual((levels.count(1), levels[0], max(levels)), (1, 1, 2))
        self.assertEqual(page.run("return document.querySelectorAll('main').length"), 1)
        self.assertTrue(page.run("return document.documentElement.lang"))

    def test_it_is_used_without_a_mouse(self):
        page = self.opened()
        page.wait_for(lambda: page.run("return document.querySelectorAll('#hosts tbody button').length") >= 5)
        focused = lambda: page.run("const e = document.activeElement; return e.dataset.key || e.id || e.tagName")

        def tab_to(what, most):
            for _ in range(most):
                page.press("Tab")
                if focused() == what:
                    return
            self.fail(f"{most} times Tab do not lead to {what}, but to {focused()}")
        tab_to("pause", 1)
        page.press("Space")
        page.wait_for(lambda: page.text("#state") == "paused")
        self.assertEqual(focused(), "pause")
        page.press("Enter")
        page.wait_for(lambda: page.text("#state") == "crawling")
        tab_to("filter", 2)
        tab_to("column host", 2)  # after the region that scrolls
        page.press("Enter")
        page.wait_for(lambda: page.run("return document.querySelector('#hosts th').getAttribute('aria-sort')") == "ascending")
        self.assertEqual(focused(), "column host")
        tab_to("column errors", 2)
        tab_to("pause 127.0.0.1", 5)
        page.press("Enter")
        page.wait_for(lambda: page.run("return !!document.querySelector(\"button[aria-label='Resume 127.0.0.1']\")"))
        self.assertEqual(focused(), "pause 127.0.0.1")  # though the table was made anew
        self.assertNotEqual(page.run("return getComputedStyle(document.activeElement).outlineStyle"), "none")
        self.assertEqual(page.errors(), [])

    def test_stages_memory_and_lag_are_told(self):
        page = self.opened()
        page.wait_for(lambda: "first byte" in (page.text("#stages-now") or ""))
        for stage in ("dns", "connect", "tls", "body", "parsing", "storing"):
            self.assertIn(stage, page.text("#stages-now"))
        page.wait_for(lambda: "MiB" in page.text("#parser"))
        self.assertRegex(page.text("#storage"), r"Commits are behind by[\d.,]+ ms")
        page.wait_for(lambda: page.run("return [...document.querySelectorAll('#targets tbody tr:first-child td:nth-child(2)')].map(e => e.textContent)") not in ([], ["0"]))

    def test_it_fits_a_phone_and_the_dark(self):
        page = self.opened(width=400, height=850, dark=True)
        page.wait_for(lambda: page.run("return document.querySelectorAll('#hosts tbody tr').length") >= 5)
        page.wait_for(lambda: page.run("return Chart.getChart('rate').data.datasets[0].data.length") >= 3)
        page.screenshot(os.path.join(SHOTS, "phone.png"))
        self.assertLessEqual(page.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)

    def test_without_the_token_nothing_is_served(self):
        page = self.enterContext(browser.Browser())
        page.open(self.url)
        self.assertIn("token", page.text("body"))
        self.assertIsNone(page.text("#figures"))


if __name__ == "__main__":
    if reason := browser.missing():
        print(f"SKIPPED: {reason}")
        sys.exit(0)
    unittest.main()
