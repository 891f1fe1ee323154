"""tools/tidy.py looks again at a file when anything that its verdict stands for has changed, and only then.

A stand-in for clang-tidy writes down which files it was given, and finds fault with the word DIRTY where no NOLINT
stands beside it.
"""
import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

from pdns_testing import scratch

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "tidy.py"
STAND_IN = r"""#!/bin/sh
if [ "$1" = --version ]; then echo "stand-in $TIDY_VERSION"; exit; fi
for file; do :; done
basename "$file" >>"$TIDY_LOG"
grep DIRTY "$file" | grep -v NOLINT && exit 1
exit 0
"""


class Tidy(unittest.TestCase):
    def setUp(self) -> None:
        folder = scratch()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.program = self.root / "stand-in"
        self.program.write_text(STAND_IN)
        self.program.chmod(0o755)
        self.version = "1"
        self.tree = self.clone("tree")

    def clone(self, name: str) -> Path:
        tree = self.root / name
        (tree / "src").mkdir(parents=True)
        (tree / ".clang-tidy").write_text("Checks: a\n")
        (tree / "src" / "x.h").write_text("// A header.\n#define X 1\n")
        (tree / "src" / "a.cc").write_text('#include "x.h"\nint a = X;  // NOLINT\n')
        (tree / "src" / "b.cc").write_text("int b = 2;\n")
        self.compiled(tree)
        return tree

    def compiled(self, tree: Path, flags: str = "-Isrc") -> None:
        (tree / "build").mkdir(exist_ok=True)
        flags = flags.replace("src", f"{tree}/src")
        commands = [{"directory": f"{tree}/build", "file": f"{tree}/src/{name}.cc",
                     "command": f"c++ {flags} -MD -MF {name}.d -o {name}.o -c {tree}/src/{name}.cc"}
                    for name in "ab"]
        (tree / "build" / "compile_commands.json").write_text(json.dumps(commands))

    def looked_at(self, tree: Path | None = None, code: int = 0) -> list[str]:
        """Runs the script over both files; which ones clang-tidy was given."""
        tree = tree or self.tree
        log = self.root / "log"
        log.write_text("")
        run = subprocess.run(
            [sys.executable, SCRIPT, "--build", tree / "build", "--tree", tree, "--clang-tidy", self.program,
             "--cache", self.root / "cache", tree / "src" / "a.cc", tree / "src" / "b.cc"],
            env={**os.environ, "TIDY_LOG": str(log), "TIDY_VERSION": self.version}, capture_output=True, text=True)
        self.assertEqual(code, run.returncode, run.stdout + run.stderr)
        names = sorted(log.read_text().split())
        self.assertIn(f" {len(names)} files looked at", run.stdout)
        return names

    def edit(self, name: str, before: str, after: str) -> None:
        path = self.tree / name
        text = path.read_text()
        self.assertIn(before, text)
        path.write_text(text.replace(before, after))

    def test_clean_files_are_skipped(self) -> None:
        self.assertEqual(["a.cc", "b.cc"], self.looked_at())
        self.assertEqual([], self.looked_at())
        os.utime(self.tree / "src" / "a.cc")
        self.assertEqual([], self.looked_at())

    def test_each_change_is_looked_at(self) -> None:
        self.looked_at()
        for name, before, after in (("src/a.cc", "int a", "long a"), ("src/a.cc", "  // NOLINT", ""),
                                    ("src/x.h", "A header", "The header"), ("src/x.h", "X 1", "X 2")):
            self.edit(name, before, after)
            self.assertEqual(["a.cc"], self.looked_at(), (name, after))
            self.assertEqual([], self.looked_at())
        self.edit("src/x.h", "X 2", "X 1")
        self.edit("src/x.h", "The header", "A header")
        self.edit("src/a.cc", "long a = X;", "int a = X;  // NOLINT")
        self.assertEqual([], self.looked_at(), "the first verdict is still kept")

    def test_configuration_flags_and_version(self) -> None:
        self.looked_at()
        self.edit(".clang-tidy", "a", "b")
        self.assertEqual(["a.cc", "b.cc"], self.looked_at())
        self.compiled(self.tree, "-Isrc -DMORE")
        self.assertEqual(["a.cc", "b.cc"], self.looked_at())
        (self.tree / "src" / ".clang-tidy").write_text("InheritParentConfig: true\n")
        self.assertEqual(["a.cc", "b.cc"], self.looked_at())
        self.version = "2"
        self.assertEqual(["a.cc", "b.cc"], self.looked_at())
        self.assertEqual([], self.looked_at())

    def test_findings_are_never_remembered(self) -> None:
        self.edit("src/a.cc", "NOLINT", "DIRTY NOLINT")
        self.assertEqual(["a.cc", "b.cc"], self.looked_at())
        self.edit("src/a.cc", " NOLINT", "")
        for _ in range(2):
            self.assertEqual(["a.cc"], self.looked_at(code=1))
        self.edit("src/a.cc", "DIRTY", "DIRTY NOLINT")
        self.assertEqual([], self.looked_at(), "clean as it was at first")

    def test_a_file_that_does_not_compile_is_never_remembered(self) -> None:
        self.edit("src/a.cc", "x.h", "missing.h")
        self.assertEqual(["a.cc", "b.cc"], self.looked_at())
        self.assertEqual(["a.cc"], self.looked_at())

    def test_another_folder_has_the_same_verdicts(self) -> None:
        self.looked_at()
        self.assertEqual([], self.looked_at(self.clone("elsewhere/tree")))

    def test_old_verdicts_go(self) -> None:
        self.looked_at()
        old = time.time() - 61 * 24 * 3600
        verdicts = list((self.root / "cache").glob("*/*"))
        self.assertEqual(2, len(verdicts))
        for verdict in verdicts:
            os.utime(verdict, (old, old))
        self.edit("src/b.cc", "2", "3")
        self.assertEqual(["b.cc"], self.looked_at(), "a verdict that is used is not old")
        self.assertEqual(2, len(list((self.root / "cache").glob("*/*"))))


if __name__ == "__main__":
    unittest.main()
