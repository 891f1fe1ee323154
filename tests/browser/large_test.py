"""100,000 records: all there, few of them in the document, and a reload in their midst."""
import unittest

import world
from browser import Keys, PageTest

RECORDS = world.MANY_NAMES * world.MANY_EACH
DRAWN = 60  # rows in the document at most


class Large(PageTest):
    crowd = world.MANY_NAMES
    question = "#q=*.many.example&limit=200000"

    def test_it_scrolls(self) -> None:
        self.open(self.question)
        self.answered(RECORDS)
        grid = self.one(".grid")
        # From end to end in 60 steps, each of them drawn: what stands in sight are rows, never a gap.
        worst = self.driver.execute_async_script("""const [grid, done] = arguments;
          const gaps = [], most = [];
          let step = 0;
          const next = () => {
            const rows = [...grid.querySelectorAll(".body > .row")];
            most.push(rows.length);
            const edges = rows.map((row) => row.offsetTop);
            if (Math.max(...edges) < grid.scrollTop + grid.clientHeight - 90 || Math.min(...edges) > grid.scrollTop) gaps.push(step);
            if (++step > 60) return done([gaps, Math.max(...most)]);
            grid.scrollTop = step / 60 * (grid.scrollHeight - grid.clientHeight);
            requestAnimationFrame(() => requestAnimationFrame(next));
          };
          next();""", grid)
        self.assertEqual([], worst[0])
        self.assertLessEqual(worst[1], DRAWN)
        self.assertEqual(RECORDS + 2, int(grid.get_attribute("aria-rowcount")))
        owner, _, data = self.rows()[-1]
        self.assertTrue(owner.endswith(".many.example."), owner)
        # By keys, to both ends.
        self.script("arguments[0].focus()", grid)
        grid.send_keys(Keys.HOME)
        self.wait(lambda: self.all("#r0"))
        grid.send_keys(Keys.END)
        self.wait(lambda: self.all(f"#r{RECORDS}"))
        self.assertIn(data, self.text(f"#r{RECORDS}"))

    def test_more_than_the_first_part_is_asked_for(self) -> None:
        self.open("#q=*.many.example")
        self.wait_text("#told", "not all")
        self.assertIn("10,000 records", self.text("#told"))
        self.one("#told button").click()
        self.answered(RECORDS)

    def test_counts_that_nobody_asked_for_are_few(self) -> None:
        self.open("#q=n0.many.example")
        self.answered(world.MANY_EACH)
        grid = self.one(".grid")
        for part in range(1, 9):
            self.script("arguments[0].scrollTop = arguments[1] * 1000", grid, part)
            self.wait(lambda: self.script("""const grid = arguments[0];
              return [...grid.querySelectorAll(".body > .row")].some((row) => row.offsetTop > grid.scrollTop + 200)""", grid))
        self.wait(lambda: "names?" in self.texts(".c-data .names"))
        asked = self.script("""return performance.getEntriesByType("resource")
          .filter(({name}) => name.includes("show=count")).length""")
        self.assertLessEqual(asked, 60)
        # A click counts.
        self.script("""[...document.querySelectorAll(".c-data .names")].find((chip) => chip.textContent === "names?").click()""")
        self.wait_text(".cohosted", "1 name")

    def test_a_reload_amid_the_stream(self) -> None:
        self.open(self.question)
        self.wait(lambda: self.rows())
        self.driver.refresh()
        self.wait(lambda: self.rows())
        # Another question takes the place of one that is still answered.
        self.ask("www.example.com")
        self.answered(5)
        self.assertEqual({"www.example.com."}, {owner for owner, *_ in self.rows()})
        self.driver.back()
        self.answered(RECORDS)


if __name__ == "__main__":
    unittest.main()
