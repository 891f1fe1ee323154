"""A disk that fills up: a clear word, nothing half-written, and the next run continues."""
import unittest
from pathlib import Path

from pdns_live import main, mount, remount
from pdns_testing import (
    CAPTURES, LITTLE_ROOM, dump, expected, ingest, leave_room, payloads_of, report, rows, scratch, stream)

IO = 74


class FullDisk(unittest.TestCase):
    def test_full_then_room(self) -> None:
        scratched = scratch()
        self.addCleanup(scratched.cleanup)
        folder = Path(scratched.name)
        mount(self, folder / "disk", "64M")
        self.fill_and_continue(folder, folder / "disk" / "db")

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
        remount(database.parent, "size=300M")
        self.assertEqual("continued", report(ingest(database, *arguments))["sources"][0]["state"])
        trusted, quarantined = dump(database).split(b"--\n")
        self.assertEqual(expected("tuples", CAPTURES, 40), rows(trusted))
        self.assertEqual(expected("quarantined", CAPTURES, 40), rows(quarantined))


if __name__ == "__main__":
    main()
