"""The examples of pdns-query's manual page, run as they stand there against the captures' tuples."""
import os
import re
import subprocess
import unittest
from pathlib import Path

from pdns_testing import BIN, CAPTURES, DATA, ingest, scratch

PAGE = Path(__file__).resolve().parents[2] / "man" / "pdns-query.1"
INDICATORS = "# from a report\nhxxps://www[.]blah[.]org/login\n205.150.150.0/24  # a block\nnever-seen.example\n"

# What the captures have none of. All others find something.
NOT_IN_THE_CAPTURES = {
    "pdns-query 'www.paypal.*' 'paypal*'",
    "pdns-query --regex 'paypa[l1i]' --exclude '*.paypal.com'",
    "pdns-query --glob '*p?ypal*.com'",
    "pdns-query -l 100 --offset 100 --rdata 205.150.150.0/24",
    "pdns-query --text google-site-verification",
    "pdns-query --last-after 2026-11-01 --min-count 1 --max-count 2 '*.blah.org'",
    "pdns-query --quarantined www.bank.example",
}
BY_THE_DAY = re.compile(r"--(since|first-after|last-before) \d+d ")  # what is found depends on when it is asked


def examples() -> list[str]:
    """Commands for a shell: lines of .Dl, and blocks of .Bd as one."""
    section = PAGE.read_text().split(".Sh EXAMPLES")[1].split(".Sh SEE ALSO")[0]
    blocks = re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", section, re.MULTILINE | re.DOTALL)
    return [text.replace("\\e", "\\").replace("\\&", "")
            for text in (*re.findall(r"^\.Dl (.*)$", section, re.MULTILINE), *blocks)]


def options() -> dict[str, str]:
    """Long option -> its letter, or ""."""
    text = subprocess.run([BIN / "pdns-query", "--help-all"], capture_output=True, text=True, check=True).stdout
    return {long: letter for letter, long in re.findall(r"^  (?:-(\w) \[ )?--([a-z][a-z-]+)", text, re.MULTILINE)}


class ManualExamples(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = scratch()
        root = Path(cls.folder.name)
        assert ingest(root / "db", *CAPTURES).returncode == 0
        (root / "case-17.pdns").symlink_to(root / "db")
        (root / "work").mkdir()
        (root / "work" / "indicators.txt").write_text(INDICATORS)
        (root / "work" / "misp-search.json").write_bytes((DATA / "lists/misp-search.json").read_bytes())
        # What reads the answers need not be there: the examples are about what is asked.
        for reader in ("dot", "less"):
            (root / reader).write_text("#!/bin/sh\nexec cat\n")
            (root / reader).chmod(0o755)
        cls.root = root

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def run_example(self, command: str) -> subprocess.CompletedProcess:
        environment = {"PATH": f"{self.root}:{BIN}:/usr/bin:/bin", "PDNS_DATABASE": str(self.root / "db"),
                       "HOME": str(self.root), "TMPDIR": os.environ.get("TMPDIR", "/tmp")}
        return subprocess.run(["sh", "-c", command], capture_output=True, env=environment, timeout=300,
                              cwd=self.root / "work")

    def test_all_run(self) -> None:
        commands = examples()
        self.assertGreater(len(commands), 30)
        for command in commands:
            with self.subTest(command):
                run = self.run_example(command)
                self.assertNotIn(b"error:", run.stderr)
                if command.startswith("cursor="):
                    part = (self.root / "work" / "part.0").read_bytes()
                    self.assertEqual(self.run_example("pdns-query -j '*.org'").stdout, part)
                elif BY_THE_DAY.search(command):
                    self.assertIn(run.returncode, (0, 1), run.stderr.decode())
                elif command in NOT_IN_THE_CAPTURES:
                    self.assertEqual((1, b""), (run.returncode, run.stdout), run.stderr.decode())
                else:
                    self.assertEqual(2 if " -l 10 " in command else 0, run.returncode, run.stderr.decode())
                    self.assertTrue(run.stdout or " > " in command)

    def test_what_finds_nothing_is_still_an_example(self) -> None:
        self.assertLessEqual(NOT_IN_THE_CAPTURES, set(examples()))

    def test_each_option_has_one(self) -> None:
        used: set[str] = set()
        by_letter = {letter: long for long, letter in options().items() if letter}
        for command in examples():
            used |= set(re.findall(r"--([a-z][a-z-]+)", command))
            used |= {by_letter[letter] for letter in re.findall(r" -(\w)\b", command) if letter in by_letter}
        without = options().keys() - used - {"help", "help-all", "version"}
        self.assertEqual(set(), without)


if __name__ == "__main__":
    unittest.main()
