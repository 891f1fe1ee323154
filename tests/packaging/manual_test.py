"""The manual pages: well formed, and each tells of exactly the options that its program has."""
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from pdns_testing import BIN

MANUALS = Path(__file__).resolve().parents[2] / "man"
PAGES = sorted(MANUALS.glob("*.1"))
ALL = [*PAGES, *sorted(MANUALS.glob("*.7"))]


def options_of_help(tool: str) -> dict[str, str]:
    """Long option -> its letter, or "". Only lines of the list count, not the examples above it."""
    def said(option: str) -> str:
        return subprocess.run([BIN / tool, option], capture_output=True, text=True, check=True).stdout

    text = said("--help")
    text = said("--help-all") if "--help-all" in text else text
    found = re.findall(r"^  (?:-(\w) \[ )?--([a-z][a-z-]+)", text, re.MULTILINE)
    assert len(found) > 3, text
    return {long: letter for letter, long in found}


def options_of_page(page: Path) -> dict[str, str]:
    found = re.findall(r"^\.It (?:Fl (\w) , )?Fl -([a-z][a-z-]+)", page.read_text(), re.MULTILINE)
    assert len(found) == len({long for _, long in found}), "an option is described twice"
    return {long: letter for letter, long in found}


class Manual(unittest.TestCase):
    def test_options(self) -> None:
        tools = [page.stem for page in PAGES if (BIN / page.stem).exists()]
        self.assertLessEqual({"pdns-ingest", "pdns-query"}, set(tools))
        for tool in tools:
            with self.subTest(tool):
                self.assertEqual(options_of_help(tool), options_of_page(MANUALS / f"{tool}.1"))

    def test_examples_use_real_options(self) -> None:
        for page in PAGES:
            examples = page.read_text().split(".Sh EXAMPLES")[1].split(".Sh SEE ALSO")[0]
            commands = "".join(line for line in examples.splitlines(True)
                               if re.match(rf"(\.Dl )?{page.stem} |    --", line))
            used = set(re.findall(r" --([a-z-]+)", commands))
            self.assertLessEqual(used, set(options_of_page(page)), page.name)
            self.assertGreaterEqual(len(used), 3, page.name)

    def test_exit_codes(self) -> None:
        for page in PAGES:
            section = page.read_text().split(".Sh EXIT STATUS")[1].split(".Sh EXAMPLES")[0]
            usual = {"0", "64", "66", "74"} if page.stem == "pdns-serve" else {"0", "1", "64", "66", "74"}
            self.assertLessEqual(usual, set(re.findall(r"^\.It (\d+)$", section, re.MULTILINE)))

    def test_mandoc(self) -> None:
        if not shutil.which("mandoc"):
            self.skipTest("mandoc not found (package mandoc)")
        for page in ALL:
            run = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True)
            self.assertEqual((0, ""), (run.returncode, run.stdout), page.name)

    def test_man(self) -> None:
        if not shutil.which("man"):
            self.skipTest("man not found (package man-db)")
        for page in ALL:
            command = ["man", "--warnings=all", "-E", "ASCII", "-l", "-Tascii", "-Z", page]
            run = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80"})
            self.assertEqual((0, ""), (run.returncode, run.stderr), page.name)


if __name__ == "__main__":
    unittest.main(verbosity=2)  # tells why a part was skipped
