"""pdns-admin repair: each kind of damage is found, mended as far as it can be, and told truly; the old database is kept."""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from pdns_admin import DAMAGED, DONE, IO, NO_INPUT, admin, many, told
from pdns_testing import BIN, CAPTURES, Ingester, dump, ingest, listening, query, scratch, stats, wait_for

KILLS = int(os.environ.get("PDNS_KILLS", "5"))
# What a table file of the family holds decides what can be done: rows that can be made anew, evidence that is lost,
# or what only the captures have.
MENDED, LOSES_QUARANTINE, ANEW = "mended", "loses the quarantine", "anew"
WAYS = {"rev": MENDED, "new": MENDED, "quarantine": LOSES_QUARANTINE, "fwd": ANEW, "default": ANEW}


class Repair(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database = self.root / "db"
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        admin("compact", self.database)  # a table file or two of each family

    def told(self, wanted: int, command: str, *options: str) -> dict:
        return told(wanted, command, self.database, *options)

    def content(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.database.iterdir() if path.is_file() and path.name != "LOCK"}

    def aside(self) -> list[Path]:
        return sorted(self.root.glob("db.damaged-*"))

    def by_target(self) -> bytes:
        return query(self.database, "--rdata", "0.0.0.0/0", "--json").stdout

    def family_of(self, table: Path) -> str:
        """By the database's own list of files, once the file is missing."""
        data = table.read_bytes()
        table.unlink()
        names = {name for name in WAYS if f"{table.name} ({name})" in self.families()}
        table.write_bytes(data)
        (family,) = names
        return family

    def families(self) -> str:
        run = admin("repair", self.database, "--dry-run", "--json")
        return " ".join(json.loads(run.stdout)["damaged_files"])

    def test_a_sound_one_is_left_alone(self) -> None:
        before = self.content()
        report = self.told(DONE, "repair")
        self.assertEqual((True, [], []), (report["sound"], report["plan"], report["damaged_files"]))
        self.assertEqual(before, self.content())
        self.assertEqual(["db"], [path.name for path in self.root.iterdir()])

    def test_every_file_in_every_way(self) -> None:
        tables = sorted(self.database.glob("*.sst"))
        rows, by_target = dump(self.database), self.by_target()
        trusted, _, quarantined = rows.partition(b"--\n")
        self.assertGreater(len(quarantined), 0)
        kept = self.root / "kept"
        shutil.copytree(self.database, kept)
        ways = set()
        for table in tables:
            family = self.family_of(table)
            data = table.read_bytes()
            for how, damaged in {"gone": None, "empty": b"", "cut": data[:-1], "flipped": data[:9] + bytes([data[9] ^ 4]) + data[10:],
                                 "end": data[:-300] + bytes([data[-300] ^ 1]) + data[-299:]}.items():
                with self.subTest(f"{family}, {how}"):
                    shutil.rmtree(self.database)
                    shutil.copytree(kept, self.database)
                    table.unlink()
                    if damaged is not None:
                        table.write_bytes(damaged)
                    self.check(family, table, trusted, quarantined, by_target)
            ways.add(WAYS[family])
        self.assertEqual({MENDED, LOSES_QUARANTINE, ANEW}, ways)

    def check(self, family: str, table: Path, trusted: bytes, quarantined: bytes, by_target: bytes) -> None:
        before = self.content()
        self.assertEqual(DAMAGED, admin("verify", self.database).returncode)
        wanted = DAMAGED if WAYS[family] == ANEW else DONE
        plan = self.told(wanted, "repair", "--dry-run")
        self.assertEqual([f"{table.name} ({family})"], plan["damaged_files"])
        self.assertEqual((False, WAYS[family] != ANEW), (plan["sound"], plan["can_be_mended"]))
        self.assertEqual(before, self.content())
        report = self.told(wanted, "repair")
        if WAYS[family] == ANEW:
            self.assertEqual((before, []), (self.content(), self.aside()))
            self.assertIn("pdns-ingest", report["plan"][-1])
            return
        self.assertEqual(DONE, admin("verify", self.database).returncode)
        self.assertEqual(0, query(self.database, "--stats", "--recount").returncode)
        lost = WAYS[family] == LOSES_QUARANTINE
        self.assertEqual(lost, report["quarantine_lost"])
        self.assertEqual(trusted + b"--\n" + (b"" if lost else quarantined), dump(self.database))
        self.assertEqual(by_target, self.by_target())
        (aside,) = self.aside()
        self.assertEqual(str(aside), report["kept_aside"])
        self.assertEqual(before, {path.name: path.read_bytes() for path in aside.iterdir() if path.is_file() and path.name != "LOCK"})
        # What was taken is known still, and what is new is stored.
        self.assertEqual({"already_taken"}, {one["state"] for one in json.loads(ingest(self.database, *CAPTURES).stdout)["sources"]})
        shutil.rmtree(aside)

    def test_a_log_that_is_damaged(self) -> None:
        """The batches behind the damage are lost, as many as are told, and the captures give them back."""
        capture = self.root / "capture"
        capture.write_bytes(many(300, 1_795_000_000))
        with Ingester(self.database, "-u", self.root / "s", "--flush-interval", "0.02") as run:
            wait_for(lambda: listening(self.database / "control.sock"))
            self.assertEqual(0, ingest(self.database, capture).returncode)  # the live one takes it, into its log
            run.process.kill()
            run.process.wait()
        rows = dump(self.database)
        (log,) = [log for log in self.database.glob("*.log") if log.stat().st_size > 0]
        log.write_bytes(log.read_bytes()[:100])
        self.assertEqual(DAMAGED, admin("verify", self.database).returncode)
        report = self.told(DONE, "repair")
        self.assertGreater(report["batches_lost"], 0)
        self.assertEqual(DONE, admin("verify", self.database).returncode)
        self.assertEqual(0, ingest(self.database, capture, *CAPTURES).returncode)
        self.assertEqual(rows, dump(self.database))

    def test_beside_an_ingester(self) -> None:
        """It is refused, whatever is wrong: the ingester would go on with the old files."""
        rev = next(table for table in sorted(self.database.glob("*.sst")) if self.family_of(table) == "rev")
        with Ingester(self.database, "-u", self.root / "s") as run:
            wait_for(lambda: listening(self.database / "control.sock"))
            rev.unlink()
            refused = admin("repair", self.database)
            self.assertEqual((IO, b""), (refused.returncode, refused.stdout))
            self.assertIn(str(run.process.pid).encode(), refused.stderr)
        self.assertEqual([], self.aside())

    def test_what_is_no_database(self) -> None:
        (self.root / "other").mkdir()
        for path in (self.root / "none", self.root / "other"):
            self.assertEqual(NO_INPUT, admin("repair", path).returncode)

    def test_killed_in_its_midst(self) -> None:
        """At each of its steps, which are told by what stands beside the database. It is whole, or as it was."""
        (self.root / "capture").write_bytes(many(30_000, 1_790_000_000))
        ingest(self.database, self.root / "capture")
        admin("compact", self.database)
        rows = dump(self.database)
        rev = [table for table in sorted(self.database.glob("*.sst")) if self.family_of(table) == "rev"]
        rev[0].unlink()
        copy, killed = self.root / "db.repair", 0
        for kill in range(KILLS):
            with subprocess.Popen([BIN / "pdns-admin", "repair", "-d", self.database], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as repair:
                conditions = (copy.exists, (copy / "MANIFEST-000001").parent.exists, lambda: len(list(copy.glob("*.log"))) > 1,
                              lambda: len(list(copy.glob("*.sst"))) > len(rev), lambda: len(list(copy.glob("MANIFEST-*"))) > 1)
                while repair.poll() is None and not conditions[kill % len(conditions)]():
                    pass
                repair.send_signal(signal.SIGKILL)
                killed += repair.wait(300) == -signal.SIGKILL
            if not self.aside():
                self.assertEqual(DAMAGED, admin("verify", self.database).returncode)
        self.assertGreater(killed, 0)
        self.assertEqual(DONE, admin("repair", self.database).returncode)
        self.assertEqual(DONE, admin("verify", self.database).returncode)
        self.assertEqual(rows, dump(self.database))
        self.assertEqual(1, len(self.aside()))
        self.assertFalse(copy.exists())
        self.assertGreater(stats(self.database)["tuples"], 30_000)
        print(f"{killed} kills")


if __name__ == "__main__":
    unittest.main()
