"""Every command in the documents and manual pages, run as it stands in a place made for it."""
from __future__ import annotations

import re
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pdns_documents import MARKDOWN, PAGES, PROGRAMS, ROOT, STAND_INS, Block, Place, blocks_of_markdown, blocks_of_page
from pdns_testing import scratch

# golden.manual_examples runs those of pdns-query(1), and looks at their answers.
ELSEWHERE = {"pdns-query.1"}


def all_blocks() -> list[Block]:
    blocks = [block for path in MARKDOWN for block in blocks_of_markdown(path)]
    return blocks + [block for page in PAGES if page.name not in ELSEWHERE for block in blocks_of_page(page)]


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.scratch = scratch()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = Path(cls.scratch.name)
        cls.place = Place(cls.folder / "p")

    def test_all_run(self) -> None:
        """Each block ends well, and prints what its document shows."""
        everything = all_blocks()
        blocks = [block for block in everything if not block.needs_cluster()]
        self.assertGreater(len(blocks), 45)
        noted: Counter[str] = Counter()
        with ThreadPoolExecutor(12) as pool:  # most of them wait for an ingester to be ready
            runs = list(pool.map(lambda numbered: self.place.run(numbered[1], self.folder / str(numbered[0])), enumerate(blocks)))
        for block, (run, faults) in zip(blocks, runs, strict=True):
            noted.update(block.noted())
            with self.subTest(block.where):
                text = run.stderr.decode()
                self.assertEqual(0, run.returncode, text)
                self.assertNotIn("error:", text)
                self.assertEqual([], faults)
                if block.output is not None:  # written by outputs.py
                    self.assertEqual(block.output, run.stdout.decode())
        print(f"{len(blocks)} blocks; noted and not run: {dict(noted)}, {len(everything) - len(blocks)} that need a cluster")
        self.assertLessEqual(set(noted), set(STAND_INS))

    def test_a_fault_is_seen(self) -> None:
        for number, text in enumerate(("pdns-query --nonsense x\n", "pdns-ingest nowhere\n", "pdns-ingest -u /etc/pdns/ingest.conf\n",
                                       "no-such-program\ntrue\n", "pdns-ingest --config none -u s.sock\n")):
            with self.subTest(text):
                run, faults = self.place.run(Block("", text), self.folder / f"fault-{number}")
                self.assertTrue(run.returncode not in (0, 1, 2) or faults or b"error:" in run.stderr)

    def test_each_option_has_an_example(self) -> None:
        """In the page of its program; golden.manual_examples holds pdns-query(1) to the same."""
        from manual_test import options_of_help
        for page in PAGES:
            if page.name in ELSEWHERE or page.suffix != ".1":
                continue
            letters = {letter: long for long, letter in options_of_help(page.stem).items() if letter}
            used: set[str] = set()
            for block in blocks_of_page(page):
                used |= set(re.findall(r"--([a-z][a-z-]+)", block.text))
                used |= {letters[letter] for letter in re.findall(r" -(\w)\b", block.text) if letter in letters}
            self.assertEqual(set(), set(options_of_help(page.stem)) - used - {"help", "version"}, page.name)

    def test_units_and_groups_are_those_of_the_package(self) -> None:
        units = {path.name for path in (ROOT / "packaging/systemd").iterdir()}
        groups = set(re.findall(r"^g (\S+)|^u (\S+)", (ROOT / "packaging/systemd/sysusers.conf").read_text(), re.MULTILINE))
        known = {name for pair in groups for name in pair if name}
        for block in all_blocks():
            for words in block.commands():
                if words[0] == "systemctl":
                    named = {word for word in words[2:] if word.startswith("pdns")}
                    whole = {word if "." in word else f"{word}.service" for word in named}
                    self.assertLessEqual(whole, units, block.where)
                if words[0] == "adduser":
                    self.assertIn(words[2], known, block.where)


if __name__ == "__main__":
    unittest.main(verbosity=1)
