"""pdns-admin on a disk that is full: asked before, told in bytes, and nothing is left that looks whole."""
import json
import subprocess
import unittest
from pathlib import Path

from admin_backup_test import backups, restore
from import_test import every_column
from pdns_admin import DONE, IO, LOOK, NO_INPUT, admin, many
from pdns_live import main, mount, remount
from pdns_testing import CAPTURES, ingest, leave_room, scratch


class FullDisk(unittest.TestCase):
    def setUp(self) -> None:
        folder = scratch()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.database, self.disk = self.root / "db", self.root / "disk"
        (self.root / "capture").write_bytes(many(30_000, 1_700_000_000))
        self.assertEqual(0, ingest(self.database, *CAPTURES, self.root / "capture").returncode)
        self.rows = every_column(self.database)
        mount(self, self.disk, "64M")

    def refused(self, run: subprocess.CompletedProcess, path: Path, words: bytes) -> None:
        self.assertEqual((IO, b""), (run.returncode, run.stdout), run.stderr)
        self.assertIn(str(path).encode(), run.stderr)
        self.assertRegex(run.stderr, words)

    def test_backup(self) -> None:
        folder = self.disk / "backups"
        leave_room(self.disk, 256 << 10)
        self.refused(admin("backup", self.database, folder), folder, rb"\d+ bytes are to be copied, and \d+ are free: no backup was made")
        self.assertIn(backups(folder)[0], (LOOK, NO_INPUT))
        remount(self.disk, "size=200M")
        self.assertEqual(DONE, admin("backup", self.database, folder).returncode)
        # An unchanged one needs next to nothing; a compacted one needs all of it again.
        self.assertEqual(DONE, admin("compact", self.database).returncode)
        leave_room(self.disk, 256 << 10)
        self.refused(admin("backup", self.database, folder), folder, rb"\d+ bytes are to be copied")
        code, told = backups(folder, "--verify")
        self.assertEqual((DONE, 1), (code, len(told["backups"])))
        self.assertEqual(DONE, restore(folder, self.root / "restored").returncode)
        self.assertEqual(self.rows, every_column(self.root / "restored"))

    def test_restore(self) -> None:
        folder = self.root / "backups"
        self.assertEqual(DONE, admin("backup", self.database, folder).returncode)
        leave_room(self.disk, 256 << 10)
        target = self.disk / "db"
        before = sorted(self.disk.iterdir())
        self.refused(restore(folder, target), target, rb"has \d+ bytes, and \d+ are free: nothing was restored")
        self.assertEqual(before, sorted(self.disk.iterdir()))
        remount(self.disk, "size=200M")
        self.assertEqual(DONE, restore(folder, target).returncode)
        self.assertEqual(self.rows, every_column(target))

    def test_checkpoint(self) -> None:
        leave_room(self.disk, 256 << 10)
        target = self.disk / "copy"
        before = sorted(self.disk.iterdir())
        self.refused(admin("checkpoint", self.database, target), target, rb"\d+ bytes are to be copied, and \d+ are free: nothing was made")
        self.assertEqual(before, sorted(self.disk.iterdir()))
        remount(self.disk, "size=200M")
        self.assertEqual(DONE, admin("checkpoint", self.database, target).returncode)
        self.assertEqual(self.rows, every_column(target))

    def test_export(self) -> None:
        leave_room(self.disk, 256 << 10)
        target = self.disk / "rows"
        before = sorted(self.disk.iterdir())
        self.refused(admin("export", self.database, target), target, rb"No space left on device; \d+ bytes were written, and \S+ was not made")
        self.assertEqual(before, sorted(self.disk.iterdir()))
        remount(self.disk, "size=200M")
        run = admin("export", self.database, "--json", target)
        self.assertEqual((DONE, True), (run.returncode, json.loads(run.stdout)["complete"]))


if __name__ == "__main__":
    main()
