"""Every program with ever less memory: it does what it was asked, or says why not. None is ended by a signal."""
import os
import resource
import shutil
import subprocess
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path

from pdns_testing import BIN, CAPTURES, dump, ingest, scratch

MIB = 1 << 20
# From what its libraries do not fit into up to what is enough for most. Where in between a program meets the limit
# depends on its threads: now it asks for memory itself, now the system's library does for it.
SIZES = range(40, 424, 20)
UNLOADED = 127  # by the system's loader, which says so
ENDS = {0, 70, UNLOADED}


def limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (size * MIB, size * MIB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class LittleMemory(unittest.TestCase):
    def setUp(self) -> None:
        folder = scratch()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.database, self.made = self.root / "db", self.root / "made"
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        self.other = self.root / "other"
        self.assertEqual(0, ingest(self.other, CAPTURES[1]).returncode)

    def check(self, code: int, words: bytes, what: object) -> None:
        self.assertIn(code, ENDS, f"{what}: {words!r}")
        if code == 0:
            return
        self.assertTrue(words.strip(), f"{what} ended with {code} and no word")
        lines = [line for line in words.splitlines() if b": error: " in line]
        self.assertEqual(code != UNLOADED, len(lines) == 1, f"{what}: {words!r}")

    def each_size(self, *command: object) -> Iterator[bytes]:
        """Runs it with each of the sizes, and yields what stands behind a run that went well."""
        codes = []
        for size in SIZES:
            shutil.rmtree(self.made, ignore_errors=True)
            run = subprocess.run([BIN / command[0], *command[1:]], capture_output=True, timeout=300,
                                 preexec_fn=lambda size=size: limit(size))
            self.check(run.returncode, run.stderr, f"{command[:2]} in {size} MiB")
            codes.append(run.returncode)
            if run.returncode == 0:
                yield run.stdout
        self.assertIn(70, codes, f"{command[:2]} met no limit: {codes}")

    def test_programs_that_read(self) -> None:
        whole = dump(self.database)
        for command in (["stats"], ["verify"], ["export"]):
            outs = set(self.each_size("pdns-admin", *command, "-d", self.database))
            self.assertEqual(1, len(outs), command)
        self.assertEqual(whole, dump(self.database))

    def test_programs_that_write(self) -> None:
        whole = dump(self.database)
        for command in (["pdns-admin", "compact", "-d", self.database],
                        ["pdns-admin", "expire", "-d", self.database, "--older", "1d", "--dry-run"],
                        ["pdns-admin", "checkpoint", "-d", self.database, self.made],
                        ["pdns-ingest", "-d", self.made, "--memory", "16M", CAPTURES[0]]):
            for _ in self.each_size(*command):
                self.assertEqual(whole, dump(self.made if self.made in command else self.database))
        self.assertEqual(whole, dump(self.database))

    def test_a_merge(self) -> None:
        """Into one database, over and over: what one run wrote the next does not write again."""
        both = self.root / "both"
        for capture in CAPTURES[:2]:
            self.assertEqual(0, ingest(both, capture).returncode)
        merged = list(self.each_size("pdns-admin", "merge", "-d", self.database, self.other))
        if not merged:
            run = subprocess.run([BIN / "pdns-admin", "merge", "-d", self.database, self.other], timeout=300)
            self.assertEqual(0, run.returncode)
        self.assertEqual(dump(both), dump(self.database))

    def test_a_server(self) -> None:
        """It ends, or it serves; a server that serves is ended here."""
        codes = []
        for size in SIZES:
            command = [BIN / "pdns-serve", "-d", self.database, "-l", "127.0.0.1:0"]
            with subprocess.Popen(command, stderr=subprocess.PIPE, preexec_fn=lambda size=size: limit(size)) as server:
                first = server.stderr.readline()
                if b": info: " in first:
                    server.terminate()
                words = first + server.stderr.read()
                codes.append(server.wait(300))
            self.check(codes[-1], words, f"pdns-serve in {size} MiB")
        self.assertIn(0, codes)
        self.assertIn(70, codes)


if __name__ == "__main__":
    if "ASAN_OPTIONS" in os.environ:
        print("skipped: a sanitizer needs memory without end (the release preset runs this)")
        sys.exit(77)
    unittest.main()
