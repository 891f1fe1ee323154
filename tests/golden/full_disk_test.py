"""A disk that fills up: a clear word, nothing half-written, and the next run continues."""
import os
import subprocess
import sys
import unittest
from pathlib import Path

from pdns_testing import (
    CAPTURES, LITTLE_ROOM, dump, expected, ingest, leave_room, payloads_of, report, rows, scratch, stream)

IO = 74
IN_NAMESPACE = "PDNS_TEST_IN_NAMESPACE"


class FullDisk(unittest.TestCase):
    def test_full_then_room(self) -> None:
        with scratch() as folder:
            disk = Path(folder) / "disk"
            disk.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64M", "tmpfs", disk], check=True)
            try:
                self.fill_and_continue(Path(folder), disk / "db")
            finally:
                subprocess.run(["umount", "-l", disk], check=True)

    def fill_and_continue(self, folder: Path, database: Path) -> None:
        payloads = [p for capture in CAPTURES for p in payloads_of(capture)]
        capture = folder / "capture"
        arguments = [capture, "--flush-interval", "0.002", "--memory", "16M"]
        capture.write_bytes(stream(payloads * 20, stop=False))
        self.assertEqual(0, ingest(database, *arguments).returncode)
        capture.write_bytes(stream(payloads * 40))
        leave_room(database.parent, LITTLE_ROOM)
        run = ingest(database, *arguments)
        self.assertEqual(IO, run.returncode, run.stderr)
        self.assertIn(b"No space left on device", run.stderr)
        self.assertIn(str(database).encode(), run.stderr)
        self.assertEqual(b"", run.stdout)
        subprocess.run(["mount", "-o", "remount,size=300M", database.parent], check=True)
        self.assertEqual("continued", report(ingest(database, *arguments))["sources"][0]["state"])
        trusted, quarantined = dump(database).split(b"--\n")
        self.assertEqual(expected("tuples", CAPTURES, 40), rows(trusted))
        self.assertEqual(expected("quarantined", CAPTURES, 40), rows(quarantined))


if __name__ == "__main__":
    # A mount of the test's own needs a mount namespace of its own.
    if IN_NAMESPACE not in os.environ:
        inside = ["unshare", "--mount", "--propagation", "private"]
        if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
            print("skipped: no mount namespace can be made here (needs root)")
            sys.exit(77)
        os.environ[IN_NAMESPACE] = "1"
        os.execvp(inside[0], [*inside, sys.executable, *sys.argv])
    unittest.main()
