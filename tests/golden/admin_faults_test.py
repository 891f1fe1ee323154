"""A disk that is full or fails at one call and at all behind it, under backup, restore, checkpoint and export: the message
names the place, nothing half is left that looks whole, and the next run is exact. PDNS_KILLS=30: at every call."""
from __future__ import annotations

import shutil
import subprocess
import unittest
from collections.abc import Callable
from pathlib import Path

from admin_backup_test import backups
from admin_kill_test import KILLS, Made
from import_test import every_column
from pdns_admin import DAMAGED, DONE, LOOK, NO_INPUT, admin
from pdns_testing import BIN


class Faults(Made):
    STEPS = range(1, 60) if KILLS >= 30 else (1, 4, 12)

    def with_fault(self, under: Path, fault: str, full: bool, *command: object) -> subprocess.CompletedProcess | None:
        """Nothing: the run never came that far."""
        told = self.root / "told"
        environment = {**self.slow, "PDNS_OPEN_DELAY_MS": "0", "PDNS_FAULT_UNDER": str(under), "PDNS_FAULT": fault, "PDNS_FAULT_TOLD": str(told)}
        if full:
            environment["PDNS_FAULT_FULL"] = "1"
        run = subprocess.run([BIN / "pdns-admin", *map(str, command)], env=environment, capture_output=True, timeout=300)
        if not told.exists():
            self.assertEqual(DONE, run.returncode, run.stderr)
            return None
        told.unlink()
        self.assertIn(run.returncode, (DONE, DAMAGED, 74), run.stderr)
        if run.returncode != DONE:
            self.assertIn(str(under).encode(), run.stderr)
            self.assertEqual(b"", run.stdout)
        return run

    def each_fault(self, check: Callable[[str, bool], bool]) -> None:
        for kind in ("write", "sync", "rename", "open", "link"):
            for step in self.STEPS:
                with self.subTest(kind=kind, step=step):
                    if not check(f"{kind}:{step}", kind == "write"):
                        break

    def test_backup(self) -> None:
        folder = self.root / "backups"

        def check(fault: str, full: bool) -> bool:
            shutil.rmtree(folder, ignore_errors=True)
            run = self.with_fault(folder, fault, full, "backup", "-d", self.database, folder)
            if run is None:
                return False
            code, told = backups(folder, "--verify")
            self.assertIn(code, (DONE, LOOK, NO_INPUT), told)
            self.assertEqual(run.returncode == DONE, code == DONE)
            self.assertFalse((self.database / "backup-source").exists())
            self.assertEqual(DONE, admin("backup", self.database, folder).returncode)
            self.check_nothing_is_left(folder)
            self.check_restored(folder)
            return True

        self.each_fault(check)

    def test_restore(self) -> None:
        folder = self.root / "backups"
        self.assertEqual(DONE, admin("backup", self.database, folder).returncode)

        def check(fault: str, full: bool) -> bool:
            run = self.with_fault(self.target, fault, full, "restore", folder, "--to", self.target)
            if run is None or run.returncode == DONE:
                self.assertEqual(self.rows, every_column(self.target))
                shutil.rmtree(self.target)
                return run is not None
            self.assertEqual([], list(self.root.glob("target*")))
            self.check_restored(folder)
            return True

        self.each_fault(check)

    def test_checkpoint(self) -> None:
        def check(fault: str, full: bool) -> bool:
            run = self.with_fault(self.target, fault, full, "checkpoint", "-d", self.database, self.target)
            if self.target.exists():
                self.assertEqual(self.rows, every_column(self.target))
                shutil.rmtree(self.target)
            self.assertEqual(DONE, admin("checkpoint", self.database, self.target).returncode)
            self.assertEqual(self.rows, every_column(self.target))
            shutil.rmtree(self.target)
            return run is not None

        self.each_fault(check)

    def test_export(self) -> None:
        def check(fault: str, full: bool) -> bool:
            run = self.with_fault(self.target, fault, full, "export", "-d", self.database, self.target)
            self.assertEqual(run is None, self.target.exists())
            self.target.unlink(missing_ok=True)
            self.assertEqual([], list(self.root.glob("target*")))
            if run is not None and full:
                self.assertRegex(run.stderr, rb"No space left on device; \d+ bytes were written, and \S+ was not made")
            return run is not None

        self.each_fault(check)


del Made  # of admin_kill_test: it has no tests

if __name__ == "__main__":
    unittest.main()
