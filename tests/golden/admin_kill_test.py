"""kill -9 in the midst of backup, restore, checkpoint and export: nothing half looks whole, and the next run is exact.

A kill comes when a file of the work has appeared, each time another one. Opening files is made slow, so that there is
time for it; what is waited for is the file and not a time.
"""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import unittest
from collections.abc import Callable
from pathlib import Path

from admin_backup_test import backups, restore
from import_test import every_column
from pdns_admin import DONE, LOOK, NO_INPUT, admin, many
from pdns_testing import BIN, CAPTURES, ingest, scratch

KILLS = int(os.environ.get("PDNS_KILLS", "5"))
FAULTS = Path(__file__).resolve().parent.parent / "support" / "disk_faults.c"


def files_in(folder: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(folder))


class Made(unittest.TestCase):
    """A database, and what is made of it."""

    def setUp(self) -> None:
        folder = scratch()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.database, self.target = self.root / "db", self.root / "target"
        library = self.root / "disk_faults.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, FAULTS, "-ldl"], check=True)
        self.slow = {**os.environ, "LD_PRELOAD": str(library), "PDNS_OPEN_DELAY_MS": "3"}
        (self.root / "capture").write_bytes(many(9000, 1_700_000_000))
        self.assertEqual(0, ingest(self.database, *CAPTURES, self.root / "capture").returncode)
        self.rows = every_column(self.database)

    def check_restored(self, folder: Path) -> None:
        run = restore(folder, self.target)
        self.assertEqual(DONE, run.returncode, run.stderr)
        self.assertEqual(self.rows, every_column(self.target))
        self.assertEqual(DONE, admin("verify", self.target).returncode)
        shutil.rmtree(self.target)

    def check_nothing_is_left(self, folder: Path) -> None:
        """Every file belongs to a backup that is there."""
        known = {f"meta/{meta.name}" for meta in (folder / "meta").iterdir()} | {"pdns-backups"}
        for meta in list(folder.glob("meta/*")):
            known |= {line.split()[0] for line in meta.read_text().splitlines() if " crc32 " in line}
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        self.assertEqual(known, there)


class Kill(Made):
    def kill(self, under: Path, come: Callable[[], bool], *command: object) -> bool:
        """False: it ended before."""
        environment = {**self.slow, "PDNS_FAULT_UNDER": str(under)}
        with subprocess.Popen([BIN / "pdns-admin", *map(str, command)], env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as run:
            while run.poll() is None and not come():
                pass
            run.send_signal(signal.SIGKILL)
            return run.wait(300) == -signal.SIGKILL

    def test_backup(self) -> None:
        """At the checkpoint, and at each file of the folder; every second time behind a backup that is whole."""
        folder, killed = self.root / "backups", 0
        for i in range(KILLS):
            shutil.rmtree(folder, ignore_errors=True)
            if i % 2 == 1:
                self.assertEqual(DONE, admin("backup", self.database, folder).returncode)
                admin("compact", self.database)
            source, before = self.database / "backup-source", files_in(folder)
            more = 1 + i // 2 % 14
            came = source.exists if i == 0 else lambda before=before, more=more: files_in(folder) >= before + more
            killed += self.kill(self.root, came, "backup", "-d", self.database, folder)
            self.assertEqual(DONE, admin("verify", self.database).returncode)
            code, told = backups(folder, "--verify")
            self.assertIn(code, (DONE, LOOK, NO_INPUT))  # whole, none, or not even the folder
            made = len(told.get("backups", []))
            self.assertGreaterEqual(made, i % 2)
            again = admin("backup", self.database, "--json", folder)
            self.assertEqual(DONE, again.returncode, again.stderr)
            self.assertEqual((DONE, made + 1), (backups(folder, "--verify")[0], len(backups(folder)[1]["backups"])))
            self.assertFalse(source.exists())
            self.check_nothing_is_left(folder)
            self.check_restored(folder)
        self.assertGreater(killed, KILLS // 2)
        print(f"{killed} kills of a backup")

    def test_restore(self) -> None:
        folder, part, killed = self.root / "backups", self.root / "target.restoring", 0
        self.assertEqual(DONE, admin("backup", self.database, folder).returncode)
        for i in range(KILLS):
            killed += self.kill(part, lambda more=i % 12: part.exists() and files_in(part) >= more, "restore", folder, "--to", self.target)
            if self.target.exists():  # it had got its name
                self.assertEqual(self.rows, every_column(self.target))
                shutil.rmtree(self.target)
            self.assertEqual(DONE, backups(folder, "--verify")[0])
            self.check_restored(folder)
            self.assertFalse(part.exists())
        self.assertGreater(killed, KILLS // 2)
        print(f"{killed} kills of a restore")

    def test_checkpoint(self) -> None:
        """Its links are made in microseconds: so the process is also ended at files that RocksDB copies."""
        staging, killed = self.root / "target.tmp", 0
        for i in range(KILLS):
            killed += self.kill(self.root, lambda more=i % 8: staging.exists() and files_in(staging) >= more, "checkpoint", "-d",
                                self.database, self.target)
            self.assertEqual(DONE, admin("verify", self.database).returncode)
            if not self.target.exists():
                self.assertEqual(DONE, admin("checkpoint", self.database, self.target).returncode)
            self.assertEqual(self.rows, every_column(self.target))
            self.assertEqual(DONE, admin("verify", self.target).returncode)
            self.assertFalse(staging.exists())
            shutil.rmtree(self.target)
        self.assertGreater(killed, KILLS // 2)
        print(f"{killed} kills of a checkpoint")

    def test_export(self) -> None:
        file, part, killed = self.root / "rows", self.root / "rows.part", 0
        self.assertEqual(DONE, admin("export", self.database, file).returncode)
        lines = file.read_bytes()
        for i in range(KILLS):
            file.unlink()
            most = len(lines) * i // (KILLS + 1)
            killed += self.kill(self.root, lambda most=most: part.exists() and part.stat().st_size >= most, "export", "-d", self.database,
                                file)
            self.assertFalse(file.exists() and file.read_bytes() != lines)
            if not file.exists():
                run = admin("export", self.database, "--json", file)
                self.assertEqual((DONE, True), (run.returncode, json.loads(run.stdout)["complete"]), run.stderr)
            self.assertEqual(lines, file.read_bytes())
            self.assertFalse(part.exists())
        self.assertGreater(killed, 0)
        print(f"{killed} kills of an export")


if __name__ == "__main__":
    unittest.main()
