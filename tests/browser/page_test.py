"""The box and the table: whatever is pasted is asked, and its records stand there with their bars; an answer that is
empty says what it rests on."""
import json
import subprocess
import unittest

from browser import Keys, PageTest
from pdns_testing import BIN


class Page(PageTest):
    def expected(self, *arguments: str) -> set[tuple[str, str, str]]:
        run = subprocess.run([BIN / "pdns-query", "-d", self.database, "-j", "--", *arguments], capture_output=True, check=True)
        rows = map(json.loads, run.stdout.splitlines())
        return {(row["rrname"], row["rrtype"], row["rdata"]) for row in rows}

    def test_each_kind_of_indicator(self) -> None:
        self.open()
        for pasted, asked in {
            "www.example.com": "www.example.com", "hxxps://www[.]example[.]com/path?x=1": "www.example.com",
            "WWW.Example.COM.": "www.example.com", "*.example.com": "*.example.com", "192.0.2.20": "192.0.2.20",
            "192[.]0[.]2[.]20": "192.0.2.20", "192.0.2.0/24": "192.0.2.0/24", "2001:db8::10": "2001:db8::10",
            "\u043f\u0440\u0438\u043c\u0435\u0440.example": "xn--e1afmkfd.example", "someone@example.com": "example.com",
        }.items():
            with self.subTest(pasted):
                expected = self.expected(asked)
                self.ask(pasted)
                self.answered(len(expected))
                self.assertEqual(expected, set(self.rows()))
                self.assertEqual(pasted, self.one("#box").get_attribute("value"))

    def test_what_was_read_otherwise_is_said(self) -> None:
        self.open()
        self.ask("hxxp://www[.]example[.]com/x")
        self.answered(5)
        self.assertIn("asking for www.example.com", self.text("#notices"))

    def test_a_list(self) -> None:
        self.open()
        self.ask("www.example.com\n192[.]0[.]2[.]25\nnothing.example.com\n:::::")
        self.answered(6)
        self.assertEqual(2, len(self.texts(".body > .group")))
        self.assertIn("1 line of the list without a record", self.text("#notices"))
        self.assertIn("1 entry of the list not understood", self.text("#notices"))

    def test_a_document_of_misp_is_a_list(self) -> None:
        self.open()
        self.ask(json.dumps({"Event": {"Attribute": [{"type": "domain", "value": "www.example.com"},
                                                     {"type": "md5", "value": "0" * 32}]}}))
        self.answered(5)

    def test_words_of_a_line_are_a_list(self) -> None:
        self.open()
        self.ask("mail[.]example[.]com, 192.0.2.53")
        self.answered(2)
        self.assertEqual(2, len(self.texts(".body > .group")))

    def test_other_ways_to_ask(self) -> None:
        self.open()
        for mode, text, expected in (
            ("rdata", "ns1.example.net", {"ns1.example.net."}), ("rdata", "192.0.2.24/31", {"192.0.2.25"}),
            ("text", "SPF1 mx", {'"v=spf1 mx -all"'}), ("glob", "ma?l.example.*", {"192.0.2.25"}),
            ("regex", "^mail[.]", {"192.0.2.25"}), ("raw", "c0000219", {"192.0.2.25"}),
        ):
            with self.subTest(f"{mode} {text}"):
                self.script("document.getElementById('mode').value = arguments[0]", mode)
                self.ask(text)
                self.answered(1)
                self.assertEqual(expected, {data for *_, data in self.rows()})
                self.assertIn(f"mode={mode}", self.hash)

    def test_what_cannot_be_read_is_refused_with_the_reason(self) -> None:
        self.expected_errors = ("400 (Bad Request)",)
        self.open()
        self.ask("192.0.2.300")
        self.wait(lambda: "192.0.2.300" in self.text("#told"))

    def test_groups_and_bars_share_one_axis(self) -> None:
        self.open("#q=*.example.com")
        self.answered(11)
        self.assertEqual(["A", "AAAA", "NS", "MX", "TXT"],
                         [group.split()[0].lstrip("▾") for group in self.texts(".body > .group")])
        bars = self.script("""return Object.fromEntries([...document.querySelectorAll(".body > .row:not(.group)")].map((row) => {
          const box = row.querySelector(".bars").getBoundingClientRect();
          const runs = [...row.querySelectorAll(".bars i")].map((run) => run.getBoundingClientRect());
          return [row.querySelector(".c-name a").textContent + row.querySelector(".data").textContent,
            [Math.min(...runs.map(({left}) => left)) - box.left, Math.max(...runs.map(({right}) => right)) - box.left, box.width]];
        }))""")
        old, new = bars["www.example.com.192.0.2.10"], bars["www.example.com.192.0.2.20"]
        self.assertLess(old[0], 0.05 * old[2])
        self.assertLessEqual(old[1], new[0] + 2)
        self.assertGreater(new[1], 0.95 * new[2])
        self.assertGreaterEqual(len(self.texts(".axis .tick")), 2)
        # A group folds away, and comes back.
        self.script("document.querySelector('.body > .group').click()")
        self.wait(lambda: len(self.rows()) == 7)
        self.script("document.querySelector('.body > .group').click()")
        self.wait(lambda: len(self.rows()) == 11)

    def test_an_order(self) -> None:
        self.open("#q=www.example.com&type=A")
        self.answered(3)
        self.one(".c-count .sort").click()
        self.wait(lambda: [data for *_, data in self.rows()] == ["192.0.2.20", "192.0.2.10", "203.0.113.66"])
        self.one(".c-count .sort").click()
        self.wait(lambda: [data for *_, data in self.rows()] == ["203.0.113.66", "192.0.2.10", "192.0.2.20"])
        self.assertIn("order=count", self.hash)

    def test_coverage_is_in_sight(self) -> None:
        self.open()
        line = self.wait_text("#coverage", "quarantined")
        for part in ("2026-03-02", "2026-11-20", "sensor-a, sensor-b", "frames lost", "quarantined 1"):
            self.assertIn(part, line)

    def test_nothing_found_is_proved(self) -> None:
        self.open("#q=nothing.example.com")
        self.wait_text(".nothing", "Nothing found")
        proof = self.wait_text(".nothing dl", "2026-11-20")
        for part in ("sensor-a, sensor-b", "Frames lost", "Removed by retention", "Not looked at"):
            self.assertIn(part, proof)
        self.wait(lambda: "11" in self.texts(".near b"), "the zone around it is counted")
        self.assertNotIn("no proof", self.text(".nothing"))

    def test_quarantined_records_are_near(self) -> None:
        self.open("#q=www.bank.example")
        self.wait_text(".nothing", "Nothing found")
        self.wait(lambda: self.texts(".near b.some"))
        self.one(".near a[href*=quarantined]").click()
        self.answered(1)
        self.one(".body .c-count").click()
        self.wait_text("#detail", "has no authority over its owner")
        self.assertIn("sensor-b alone, so it saw it first", self.text("#detail"))

    def test_keyboard_alone(self) -> None:
        self.open()
        self.keys("www.example.com", Keys.ENTER)
        self.answered(5)
        self.wait(lambda: self.all(".row.active"))
        self.keys(Keys.ARROW_DOWN)
        self.wait(lambda: "192.0.2.20" in self.text(".row.active"))
        self.keys(" ")
        self.wait_text("#detail", "192.0.2.20")
        self.keys(Keys.ESCAPE)
        self.wait(lambda: not self.one("#detail").is_displayed())
        self.keys("j", Keys.ENTER)
        self.wait(lambda: "192.0.2.20" in self.hash)
        self.answered(1)
        self.script("document.activeElement.blur()")
        self.keys("?")
        self.wait_text("#keys", "Shift+Enter")
        self.keys(Keys.ESCAPE)
        self.wait(lambda: not self.one("#keys").is_displayed())
        self.keys("/")
        self.wait(lambda: self.script("return document.activeElement.id") == "box")

    def test_roles_for_screen_readers(self) -> None:
        self.open("#q=www.example.com")
        self.answered(5)
        self.assertEqual("9", self.one("[role=grid]").get_attribute("aria-rowcount"))
        self.assertEqual(7, len(self.all("[role=grid] .head [role=columnheader]")))
        self.assertTrue(all("seen 2026" in label for label in self.script(
            "return [...document.querySelectorAll('.bars')].map((bar) => bar.ariaLabel)")))
        self.assertEqual("true", self.one("#tab-rows").get_attribute("aria-selected"))
        self.assertEqual([], self.script(
            "return [...document.querySelectorAll('button, input, select, textarea')].filter((one) => one.checkVisibility() && "
            "!one.textContent.trim() && !one.ariaLabel && !one.labels?.length).map((one) => one.outerHTML)"))


if __name__ == "__main__":
    unittest.main()
