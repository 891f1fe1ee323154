"""The documents: links lead somewhere, what they name exists, and they are written for a stranger."""
from __future__ import annotations

import re
import subprocess
import unittest
from pathlib import Path

from manual_test import options_of_help
from pdns_documents import MARKDOWN, PAGES, PROGRAMS, ROOT, blocks_of_markdown, blocks_of_page
from pdns_testing import BIN

README_LINES = 200
# Words that only this project's authors would understand, and sentences that were riddles.
PRIVATE = [
    r"\bfates?\b", r"\bcrews?\b", r"\battendants?\b", r"\bfar ends?\b", r"\blobby\b", r"\bround_robins?\b", r"\blast words\b",
    r"\bit is its turn\b", r"\bto be booked\b", r"what more names share", r"rows count,? (too,? )?whose times", r"no such database, or not one",
    r"anything is left|that holds anything", r"that are nothing to ask for", r"let itself be tapped", r"goes all through",
    r"they can be had again", r"\bof them'?,? likewise", r"is both when",
]
TOP = ("docs", "schema", "tests", "tools", "src", "man", "packaging", "docker", "proto")


def anchors(path: Path) -> set[str]:
    """Those that a Markdown viewer makes of headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def helps() -> dict[str, str]:
    return {f"{tool} {option}": subprocess.run([BIN / tool, option], capture_output=True, text=True, check=True).stdout
            for tool, option in (("pdns-ingest", "--help"), ("pdns-query", "--help"), ("pdns-query", "--help-all"),
                                 ("pdns-serve", "--help"), ("pdns-tap", "--help"), ("pdns-admin", "--help"), ("pdns-admin", "--help-all"))}


class Documents(unittest.TestCase):
    def test_they_are_there(self) -> None:
        names = {str(path.relative_to(ROOT)) for path in MARKDOWN}
        self.assertLessEqual({"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md",
                              "docs/operate.md", "docs/performance.md", "docs/query.md", "docs/security.md"}, names)

    def test_readme_is_short(self) -> None:
        self.assertLess(len((ROOT / "README.md").read_text().splitlines()), README_LINES)

    def test_links(self) -> None:
        checked = 0
        for path in MARKDOWN:
            for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
                if target.startswith("http"):
                    continue
                with self.subTest(f"{path.relative_to(ROOT)}: {target}"):
                    file, _, anchor = target.partition("#")
                    there = (path.parent / file).resolve() if file else path
                    self.assertTrue(there.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(there))
                    checked += 1
        self.assertGreater(checked, 30)

    def test_paths(self) -> None:
        """What stands in backquotes and looks like a path of the source is one."""
        for path in MARKDOWN:
            for word in re.findall(rf"`((?:{'|'.join(TOP)})/[\w./-]*)`", path.read_text()):
                with self.subTest(f"{path.relative_to(ROOT)}: {word}"):
                    self.assertTrue((ROOT / word).exists())

    def test_tests_that_are_named(self) -> None:
        """A test that holds a promise exists: `golden.kill` is tests/golden/kill_test.py."""
        for path in MARKDOWN:
            for kind, name in re.findall(r"`(golden|packaging|rendering|docs|integration)\.([a-z_.]+)`", path.read_text()):
                with self.subTest(f"{path.relative_to(ROOT)}: {kind}.{name}"):
                    *folders, last = name.split(".")
                    place = ROOT / "tests" / kind / Path(*folders)
                    named = (place / f"{last}_test.py", place / f"test_{last}.py")
                    self.assertTrue(any(file.exists() for file in named))

    def test_options_exist(self) -> None:
        """Every option in the commands, behind the program that has it."""
        known = {tool: {f"--{long}" for long in options_of_help(tool)} for tool in PROGRAMS}
        blocks = [block for path in MARKDOWN for block in blocks_of_markdown(path)]
        blocks += [block for page in PAGES for block in blocks_of_page(page)]
        for block in blocks:
            for words in block.commands():
                for start in (at for at, word in enumerate(words) if word in PROGRAMS):
                    used = {word.partition("=")[0] for word in words[start + 1:] if re.match(r"--[a-z]", word)}
                    if "|" not in words[start:]:
                        self.assertLessEqual(used, known[words[start]], block.where)

    def test_options_in_prose_exist(self) -> None:
        known = {f"--{long}" for tool in PROGRAMS for long in options_of_help(tool)}
        others = {"--full", "--build", "--preset", "--config", "--target", "--user", "--corpus", "--messages", "--growth-parts",
                  "--memory-messages", "--test-dir", "--seconds", "--gtest", "--bin-dir"}
        for path in MARKDOWN:
            for words in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)):
                for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", words):
                    self.assertIn(option, known | others, path.name)

    def test_metrics_exist(self) -> None:
        code = "".join(path.read_text() for folder in ("src", "tools") for path in (ROOT / folder).glob("**/*.cc"))
        texts = [path.read_text() for path in (*MARKDOWN, *PAGES)]
        named = {name for text in texts for name in re.findall(r"(?:`|^\.Ql )pdns_([a-z_]+)", text, re.MULTILINE)}
        self.assertGreater(len(named), 5)
        for name in sorted(named):
            self.assertRegex(code, f'"(pdns_)?{name}"')

    def test_outcomes_are_told(self) -> None:
        """What becomes of a frame or record, by the name that the report has for it."""
        named = re.findall(r'\{"(\w+)", "(\w+)"\}', (ROOT / "src/record/outcome.cc").read_text())
        self.assertGreater(len(named), 15)
        page, security = (ROOT / "man/pdns-ingest.1").read_text(), (ROOT / "docs/security.md").read_text()
        for group, name in named:
            with self.subTest(f"{group}.{name}"):
                quarantined = group == "quarantine"  # told by the name alone
                told = name if quarantined else f"{group}.{name}"
                self.assertRegex(page, rf"(?m)^\.(It )?Ql {re.escape(told)}\b")
                if not quarantined:
                    self.assertRegex(security, rf"`({group})?\.{name}`")

    def test_no_private_words(self) -> None:
        texts = {str(path.relative_to(ROOT)): path.read_text() for path in (*MARKDOWN, *PAGES, ROOT / "packaging/deb/README.Debian",
                                                                         *(ROOT / "packaging/config").glob("*.conf"))}
        for name, text in (texts | helps()).items():
            for words in PRIVATE:
                with self.subTest(f"{name}: {words}"):
                    self.assertIsNone(re.search(words, re.sub(r"\s+", " ", text), re.IGNORECASE))

    def test_the_map_is_the_plan(self) -> None:
        plan = re.findall(r"^pdns_room\((\w+)", (ROOT / "src/CMakeLists.txt").read_text(), re.MULTILINE)
        table = (ROOT / "README.md").read_text().split("| room of `src/` |")[1].split("\n\n")[0]
        self.assertEqual(plan, re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


if __name__ == "__main__":
    unittest.main()
