"""What a stranger wrote into the DNS is text, in each view: no script, no link, no reordered line."""
import unittest
from urllib.parse import quote

import world
from browser import PageTest

# Whatever of the page is not of the page.
FOREIGN = """return [...document.querySelectorAll("script, img, iframe, object, [onerror], [onclick], a[href]")].filter((one) =>
  !(one.src ?? "").startsWith(location.origin + "/page/") && !(one.tagName === "A" && one.origin === location.origin))
  .map((one) => one.outerHTML)"""


class Safety(PageTest):
    def inert(self) -> None:
        self.assertEqual([], self.script(FOREIGN))
        self.assertNotIn("owned", self.driver.title)
        shown = self.text("body")
        for mark in ("\u202e", "\u202c", "\u2066", "\u200f"):
            self.assertNotIn(mark, shown)

    def test_records_and_their_details(self) -> None:
        self.open("#q=hostile.example")
        self.answered(6)
        shown = [data for *_, data in self.rows()]
        self.assertIn('"' + world.HOSTILE[0] + '"', shown)
        self.inert()
        whole = []
        for row in self.all(".body > .row:not(.group) .c-count"):
            row.click()
            whole.append(len(self.text(".whole-data")))
            self.inert()
        # 64 KB of text stand in the record, and a part of them in the table.
        self.assertGreaterEqual(max(whole), world.LONG)
        self.assertLess(max(map(len, shown)), 500)

    def test_each_view(self) -> None:
        for name in ("hostile.example", "alias.hostile.example"):
            for view in ("rows", "days", "dates&to=2026-09-01", "dates&from=2026-08-01&to=2026-09-01"):
                with self.subTest(f"{name} {view}"):
                    self.open(f"#q={name}&view={view}")
                    self.wait(lambda: self.all(".body > .row, .year, .result table"))
                    self.inert()

    def test_a_question_that_is_hostile(self) -> None:
        self.expected_errors = ("400 (Bad Request)",)
        for question in (*world.HOSTILE, "\"><script>alert(1)</script>", "javascript:alert(1)//"):
            with self.subTest(question):
                self.open(f"#q={quote(question)}&type={quote('<b>')}")
                self.wait(lambda: self.text("#told") not in ("", "searching…"))
                self.assertEqual([], self.script(FOREIGN))
                self.assertNotEqual("owned", self.driver.title)

    def test_a_name_in_another_script_is_shown_as_it_is_asked(self) -> None:
        """The name in ASCII stands first; what it means is beside it, in a box of its own direction."""
        self.open("#q=192.0.2.77")
        self.answered(2)
        self.assertEqual({"xn--9dbne9b.example.", "xn--e1afmkfd.example."}, {owner for owner, *_ in self.rows()})
        self.assertEqual({"BDI"}, set(self.script("return [...document.querySelectorAll('.script')].map((one) => one.tagName)")))
        self.assertEqual({"\u05e9\u05dc\u05d5\u05dd.example", "\u043f\u0440\u0438\u043c\u0435\u0440.example"},
                         set(self.texts(".script")))

    def test_the_policy_holds(self) -> None:
        """What got in all the same could not run: the browser says so, and this test hears it."""
        self.expected_errors = ("Content Security Policy",)
        self.open()
        self.script("""const script = document.createElement("script");
          script.textContent = "document.title = 'owned'"; document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<img src=/page/none onerror=\\"document.title = 'owned'\\">");""")
        self.expected_errors += ("404 (Not Found)",)
        self.wait(lambda: any("Content Security Policy" in entry["message"] for entry in self.driver.get_log("browser")))
        self.assertNotEqual("owned", self.driver.title)


if __name__ == "__main__":
    unittest.main()
