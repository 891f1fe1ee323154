"""The examples of pdns-query's manual page, run as they stand there against the captures' tuples."""
import os
import re
import subprocess
import unittest
from pathlib import Path

from pdns_testing import BIN, CAPTURES, ingest, scratch

PAGE = Path(__file__).resolve().parents[2] / "man" / "pdns-query.1"
INDICATORS = "# from a report\nhxxps://www[.]blah[.]org/login\n205.150.150.0/24  # a block\nnever-seen.example\n"


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
        return subprocess.run(["sh", "-c", command], capture_output=True, env=environment, timeout=120,
                              cwd=self.root / "work")

    def test_all_run(self) -> None:
        found = 0
        commands = examples()
        self.assertGreater(len(commands), 30)
        for command in commands:
            with self.subTest(command):
                run = self.run_example(command)
                self.assertIn(run.returncode, (0, 1, 2), run.stderr.decode())
                self.assertNotIn(b"error:", run.stderr)
                found += bool(run.stdout or (self.root / "work" / "part.0").exists())
        self.assertGreater(found, len(commands) * 2 // 3)  # the others ask for the last week or day

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
