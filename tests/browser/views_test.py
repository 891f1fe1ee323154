"""The views of an answer: days, dates, and the names that share an address."""
import unittest

import world
from browser import PageTest


class Views(PageTest):
    def test_days(self) -> None:
        self.open("#q=www.example.com&type=A&view=days")
        self.wait_text(".days p", "264 days")
        cells = self.script("""return Object.fromEntries([...document.querySelectorAll("button.cell")]
          .map((cell) => cell.title.split(": ")))""")
        self.assertEqual(264, len(cells))
        self.assertEqual("2 records", cells["2026-06-29"])
        self.assertEqual("2 records", cells["2026-07-01"])
        self.assertEqual("1 record", cells["2026-03-02"])
        self.assertNotIn("2026-03-01", cells)
        self.one("button.cell[title^='2026-06-29']").click()
        self.answered(2)
        self.assertEqual({"192.0.2.10", "203.0.113.66"}, {data for *_, data in self.rows()})
        self.assertEqual("2026-06-29", self.one("[name=active-on]").get_attribute("value"))

    def changes(self) -> set[tuple[str, ...]]:
        lines = self.script("""return [...document.querySelectorAll(".result > .changes tbody tr")]
          .map((line) => [...line.cells].slice(0, 4).map((cell) => cell.textContent))""")
        return {tuple(line) for line in lines}

    def test_difference_of_two_dates(self) -> None:
        self.open("#q=*.example.com&view=dates&from=2026-05-01&to=2026-10-01")
        self.wait_text(".result", "3 gone, 3 new")
        self.assertEqual({
            ("−", "example.com.", "NS", "ns2.example.net."), ("+", "example.com.", "NS", "ns.parking.example."),
            ("−", "example.com.", "MX", "10 mail.example.com."), ("+", "example.com.", "MX", "5 mx.parking.example."),
            ("−", "www.example.com.", "A", "192.0.2.10"), ("+", "www.example.com.", "A", "192.0.2.20"),
        }, self.changes())
        self.assertEqual(["NS changed name servers of example.com.: ns2.example.net. → ns.parking.example.",
                          "MX changed mail hosts of example.com.: 10 mail.example.com. → 5 mx.parking.example."],
                         self.texts(".alarm"))
        self.assertIn("4 records at both", self.text(".result"))

    def test_state_at_a_date(self) -> None:
        self.open("#q=www.example.com&view=dates&to=2026-06-30")
        self.wait_text(".result", "4 records around 2026-06-30")
        self.assertEqual({"192.0.2.10", "203.0.113.66", '"v=spf1 mx -all"', "2001:db8::10"},
                         {data for *_, data in self.changes()})
        # Two dates, typed.
        self.script("document.querySelector('.dates [name=from]').value = '2026-06-30'")
        self.script("document.querySelector('.dates [name=to]').value = '2026-08-01'")
        self.one(".dates button").click()
        self.wait_text(".result", "2 gone, 1 new")
        self.assertIn("from=2026-06-30", self.hash)

    def test_a_date_that_is_none(self) -> None:
        self.expected_errors = ("400 (Bad Request)",)
        self.open("#q=www.example.com&view=dates&to=2026-13-77")
        self.wait(lambda: "2026-13-77" in self.text(".result"))

    def test_times_are_utc_and_their_titles_local(self) -> None:
        self.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Kolkata"})
        self.addCleanup(self.driver.execute_cdp_cmd, "Emulation.setTimezoneOverride", {"timezoneId": ""})
        self.open("#q=192.0.2.10")
        self.answered(1)
        first = self.one(".c-first time")
        self.assertEqual("2026-03-02 09:00", first.text)
        self.assertEqual("2026-03-02 09:00:00 UTC\n2026-03-02 14:30:00 +05:30 local", first.get_attribute("title"))

    def test_shared_address(self) -> None:
        """The number first; the names only when they are asked for."""
        self.open("#q=site7.shared.example")
        self.answered(1)
        self.wait(lambda: self.texts(".chip.shared") == [f"shared: {world.SHARED} names"])
        self.one(".chip.shared").click()
        self.wait_text(".cohosted", f"{world.SHARED} names")
        self.assertEqual(0, len(self.all(".cohosted li")))
        self.one(".cohosted button").click()
        self.wait(lambda: len(self.all(".cohosted li")) == world.SHARED)
        self.assertIn("site149.shared.example.", self.texts(".cohosted li"))

    def test_nothing_is_wider_than_the_window(self) -> None:
        """At the widths of a phone and of a small laptop, in each view."""
        views = ("", "#q=*.example.com", "#q=hostile.example", "#q=nothing.example.com", "#q=www.example.com&view=days",
                 "#q=hostile.example&view=dates&to=2026-09-01", "#q=example.com&view=graph&depth=2", "#q=*&quarantined=1",
                 "#q=www.example.com&q=198.51.100.7&q=nothing.example", "#q=*.example.com&view=watch")
        self.addCleanup(self.driver.execute_cdp_cmd, "Emulation.clearDeviceMetricsOverride", {})
        for width in (400, 1180):
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": 720, "deviceScaleFactor": 1, "mobile": False})
            for view in views:
                with self.subTest(f"{width} {view}"):
                    self.open(view)
                    self.wait_text("#coverage", "quarantined")
                    self.wait(lambda: self.text("#view") not in ("", "…"))
                    wide = """const clipped = (one) => one !== document.body &&
                        (getComputedStyle(one).overflowX !== "visible" || clipped(one.parentElement));
                      return [...document.querySelectorAll("body *")].filter((one) => {
                        const {left, right, width} = one.getBoundingClientRect();
                        return width > 0 && !one.closest(".skip") && (right > arguments[0] + 1 || left < -1) &&
                          !clipped(one.parentElement);
                      }).map((one) => one.outerHTML.slice(0, 120))"""
                    self.assertEqual([], self.script(wide, width))
                    self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), width)

    def test_theme(self) -> None:
        self.open()
        before = self.script("return getComputedStyle(document.body).backgroundColor")
        self.one("#theme").click()
        self.wait(lambda: self.script("return getComputedStyle(document.body).backgroundColor") != before)
        chosen = self.script("return document.documentElement.dataset.theme")
        self.open()
        self.assertEqual(chosen, self.script("return document.documentElement.dataset.theme"))
        self.script("localStorage.clear()")


if __name__ == "__main__":
    unittest.main()
