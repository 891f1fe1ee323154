"""pdns-admin backup, backups and restore: what comes back is what was there, and nothing half counts."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from admin_test import Admin
from import_test import every_column
from live_test import send
from pdns_admin import DAMAGED, DONE, IO, LOOK, NO_INPUT, USAGE, admin, many, told
from pdns_testing import BIN, CAPTURES, ingest, payloads_of, report


def restore(folder: Path, target: Path, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([BIN / "pdns-admin", "restore", folder, "--to", target, "--json", *map(str, arguments)],
                          capture_output=True, timeout=300)


def backups(folder: Path, *arguments: object) -> tuple[int, dict]:
    run = subprocess.run([BIN / "pdns-admin", "backups", folder, "--json", *map(str, arguments)], capture_output=True, timeout=300)
    return run.returncode, json.loads(run.stdout or b"{}")


class Backup(Admin):
    def setUp(self) -> None:
        super().setUp()
        self.folder_of_backups = self.root / "backups"
        self.target = self.root / "restored"

    def backup(self, *arguments: object, wanted: int = DONE) -> dict:
        return self.told(wanted, "backup", self.folder_of_backups, *arguments)

    def restored(self, *arguments: object) -> dict:
        run = restore(self.folder_of_backups, self.target, *arguments)
        self.assertEqual(DONE, run.returncode, run.stderr)
        self.assertEqual(DONE, admin("verify", self.target).returncode)
        return json.loads(run.stdout)

    def numbers(self) -> list[int]:
        code, told = backups(self.folder_of_backups)
        self.assertEqual(DONE, code)
        return [one["backup"] for one in told["backups"]]


class Story(Backup):
    def test_what_comes_back_is_what_was_there(self) -> None:
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        first, whole = every_column(self.database), self.backup()
        self.assertEqual((True, 1, whole["bytes"]), (whole["complete"], whole["backup"], whole["bytes_copied"]))
        self.assertEqual(0, ingest(self.database, *CAPTURES[1:]).returncode)
        rows = every_column(self.database)
        self.assertNotEqual(first, rows)
        more = self.backup()
        self.assertEqual(2, more["backup"])
        self.assertFalse((self.database / "backup-source").exists())
        came = self.restored()
        self.assertEqual((2, True, more["tuples"]), (came["backup"], came["complete"], came["tuples"]))
        self.assertEqual(rows, every_column(self.target))
        shutil.rmtree(self.target)
        self.assertEqual(1, self.restored("--backup", 1)["backup"])
        self.assertEqual(first, every_column(self.target))
        # The ledger came back, too: what was taken is not counted again, and the rest makes it whole.
        states = {one["state"] for one in report(ingest(self.target, *CAPTURES))["sources"]}
        self.assertEqual({"already_taken", "complete"}, states)
        self.assertEqual(rows, every_column(self.target))
        # A restored one is the same database: its backups go on in the same folder.
        self.assertEqual(3, told(DONE, "backup", self.target, self.folder_of_backups)["backup"])

    def test_only_what_is_new_is_copied(self) -> None:
        (self.root / "capture").write_bytes(many(20_000, 1_700_000_000))
        self.assertEqual(0, ingest(self.database, self.root / "capture").returncode)
        admin("compact", self.database)
        planned = self.backup("--dry-run")
        self.assertFalse(self.folder_of_backups.exists())
        whole, again = self.backup(), self.backup()
        self.assertEqual(whole["tuples"], planned["tuples"])
        self.assertGreater(whole["bytes_copied"], 200_000)
        self.assertLess(again["bytes_copied"], 60_000)  # list of files, options: none of rows
        _, told = backups(self.folder_of_backups)
        for one in told["backups"]:
            self.assertLess(one["own_bytes"], 60_000)
            self.assertGreater(one["bytes"], 200_000)
            self.assertEqual(whole["tuples"], one["tuples"])
        text = subprocess.run([BIN / "pdns-admin", "backups", self.folder_of_backups], capture_output=True, text=True, check=True).stdout
        self.assertRegex(text, rf"\n +2  20\S+Z  ok +{whole['tuples']} .* {self.database}\n$")

    def test_an_empty_database(self) -> None:
        (self.root / "capture").write_bytes(b"")
        ingest(self.database, self.root / "capture")
        self.backup()
        self.assertEqual(0, self.restored()["tuples"])

    def test_beside_a_live_ingester(self) -> None:
        """Each backup is of one moment: what the captures give beyond it makes it the database of the end."""
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        run = self.live()
        os.chdir(self.root)  # a relative path is ours
        for i, capture in enumerate(CAPTURES):
            send(self.root / "dnstap.sock", payloads_of(capture) * 10)
            made = admin("backup", self.database, "--json", "backups", "--keep", 2)
            self.assertEqual(DONE, made.returncode, made.stderr)
            self.assertEqual(i + 1, json.loads(made.stdout)["backup"])
        code, _, said = run.stop()
        self.assertEqual(0, code, said)
        self.assertIn(b"admin command backup-source, asked for by user ", said)
        self.assertFalse((self.database / "backup-source").exists())
        self.assertEqual([len(CAPTURES) - 1, len(CAPTURES)], self.numbers())
        self.backup()
        self.restored()
        self.assertEqual(every_column(self.database), every_column(self.target))


class Retention(Backup):
    def setUp(self) -> None:
        super().setUp()
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        for _ in range(4):
            self.backup()

    def test_by_count(self) -> None:
        self.assertEqual(["1", "2", "3"], self.backup("--keep", 2)["backups_removed"])
        self.assertEqual([4, 5], self.numbers())
        self.restored("--backup", 4)

    def test_by_age_and_by_count(self) -> None:
        """One that either rule keeps stays."""
        self.assertEqual([], self.backup("--keep-for", "1h", "--keep", 1)["backups_removed"])
        for meta in (self.folder_of_backups / "meta").iterdir():
            made, rest = meta.read_text().split("\n", 1)
            if int(meta.name) <= 3:
                meta.write_text(f"{int(made) - 7200}\n{rest}")
        self.assertEqual(["1", "2"], self.backup("--keep-for", "1h", "--keep", 4)["backups_removed"])
        self.assertEqual(["3"], self.backup("--keep-for", "1h")["backups_removed"])
        self.assertEqual([4, 5, 6, 7], self.numbers())

    def test_one_that_cannot_be_read_is_not_counted(self) -> None:
        (self.folder_of_backups / "private/4/CURRENT").write_text("MANIFEST-000000\n")
        code, told = backups(self.folder_of_backups)
        self.assertEqual((DAMAGED, [True, True, True, False]), (code, [one["ok"] for one in told["backups"]]))
        self.assertIn("private/4/CURRENT", told["backups"][3]["fault"])
        self.assertEqual(["1"], self.backup("--keep", 3)["backups_removed"])
        told = json.loads(restore(self.folder_of_backups, self.target).stdout)
        self.assertEqual(5, told["backup"])

    def test_none_goes_while_somebody_reads(self) -> None:
        holder = subprocess.Popen(["flock", "-s", self.folder_of_backups / "pdns-backups", "sh", "-c", "echo held; read x"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(holder.communicate)
        holder.stdout.readline()
        run = admin("backup", self.database, "--json", self.folder_of_backups, "--keep", 1)
        self.assertEqual((DONE, []), (run.returncode, json.loads(run.stdout)["backups_removed"]))
        self.assertIn(b"its backups are being read", run.stderr)
        self.assertEqual([1, 2, 3, 4, 5], self.numbers())


class Refusals(Backup):
    def setUp(self) -> None:
        super().setUp()
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)

    def test_a_folder_of_something_else(self) -> None:
        self.folder_of_backups.mkdir()
        (self.folder_of_backups / "letter").write_text("dear reader")
        run = admin("backup", self.database, self.folder_of_backups)
        self.assertEqual((NO_INPUT, b""), (run.returncode, run.stdout))
        self.assertIn(b"something else than backups of pdns", run.stderr)
        self.assertEqual(["letter"], os.listdir(self.folder_of_backups))
        for command in ("backups", "restore"):
            self.assertEqual(NO_INPUT, (backups(self.folder_of_backups)[0] if command == "backups" else
                                        restore(self.folder_of_backups, self.target).returncode))

    def test_a_folder_of_another_database(self) -> None:
        self.backup()
        other = self.root / "other"
        self.assertEqual(0, ingest(other, CAPTURES[0]).returncode)
        run = admin("backup", other, self.folder_of_backups)
        self.assertEqual((NO_INPUT, b""), (run.returncode, run.stdout))
        self.assertIn(b"backups of another database", run.stderr)
        self.assertEqual([1], self.numbers())
        self.assertFalse((other / "backup-source").exists())

    def test_one_in_the_other(self) -> None:
        self.backup()
        link = self.root / "link"
        link.symlink_to(self.database)
        for folder in (self.database / "backups", self.database, self.root, link / "backups"):
            run = admin("backup", self.database, folder)
            self.assertIn(run.returncode, (USAGE, NO_INPUT), run.stderr)  # the root holds more than backups
        for target in (self.folder_of_backups / "db", self.folder_of_backups):
            self.assertEqual(USAGE, restore(self.folder_of_backups, target).returncode)
        self.assertFalse((self.database / "backups").exists())

    def test_what_is_there_stays(self) -> None:
        self.backup()
        rows = every_column(self.database)
        run = restore(self.folder_of_backups, self.database)
        self.assertEqual((NO_INPUT, b""), (run.returncode, run.stdout))
        self.assertIn(f"mv {self.database} {self.database}.old".encode(), run.stderr)
        self.assertEqual(rows, every_column(self.database))
        file = self.root / "file"
        file.write_text("")
        self.assertEqual(NO_INPUT, restore(self.folder_of_backups, file).returncode)
        self.assertEqual(NO_INPUT, restore(self.folder_of_backups, self.root / "none/db").returncode)
        self.target.mkdir()  # an empty one is nothing
        self.restored()

    def test_what_is_not_there(self) -> None:
        self.assertEqual(NO_INPUT, admin("backup", self.root / "none", self.folder_of_backups).returncode)
        self.assertEqual(NO_INPUT, backups(self.folder_of_backups)[0])
        self.assertFalse(self.folder_of_backups.exists())
        self.backup()
        for number, wanted in ((7, NO_INPUT), (0, USAGE), (-1, USAGE), (1 << 40, USAGE)):
            self.assertEqual(wanted, restore(self.folder_of_backups, self.target, f"--backup={number}").returncode)
        for words in ([], [self.folder_of_backups, "--keep", "0"], [self.folder_of_backups, "--keep-for", "-1d"],
                      [self.folder_of_backups, "--keep-for", "soon"], [self.folder_of_backups, "--directory", "x"]):
            run = admin("backup", self.database, *words)
            self.assertEqual((USAGE, b""), (run.returncode, run.stdout), run.stderr)
        self.assertEqual(USAGE, admin("backup", "clickhouse://h/pdns", self.folder_of_backups).returncode)

    def test_a_folder_without_a_backup_yet(self) -> None:
        """As a kill leaves it that came before the first backup was whole."""
        self.backup()
        for name in ("meta", "private", "shared_checksum"):
            shutil.rmtree(self.folder_of_backups / name)
        self.assertEqual((LOOK, []), (backups(self.folder_of_backups)[0], backups(self.folder_of_backups)[1]["backups"]))
        self.assertEqual(NO_INPUT, restore(self.folder_of_backups, self.target).returncode)
        self.backup()

    def test_two_at_a_time(self) -> None:
        self.backup()
        for place in (self.folder_of_backups, self.database / "backup-source"):
            place.mkdir(exist_ok=True)
            with subprocess.Popen(["flock", place, "sh", "-c", "echo held; read x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
                holder.stdout.readline()
                run = admin("backup", self.database, self.folder_of_backups)
                self.assertEqual((IO, b""), (run.returncode, run.stdout), run.stderr)
                holder.communicate()
        self.assertEqual(2, self.backup()["backup"])


class Damage(Backup):
    def setUp(self) -> None:
        super().setUp()
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        self.backup()
        self.table = max((self.folder_of_backups / "shared_checksum").iterdir(), key=lambda path: path.stat().st_size)
        self.data = self.table.read_bytes()

    def check_found(self, *options: str) -> None:
        code, told = backups(self.folder_of_backups, *options)
        self.assertEqual((DAMAGED, 1), (code, told["damaged"]))
        self.assertIn(self.table.name, told["backups"][0]["fault"])
        self.assertIn("pdns-admin backup", told["way_out"])
        run = restore(self.folder_of_backups, self.target)
        self.assertEqual((DAMAGED, b""), (run.returncode, run.stdout))
        self.assertIn(self.table.name.encode(), run.stderr)
        self.assertEqual([], list(self.root.glob("restored*")))

    def test_a_byte_that_flipped(self) -> None:
        self.assertEqual(DONE, backups(self.folder_of_backups, "--verify")[0])
        self.table.write_bytes(self.data[:99] + bytes([self.data[99] ^ 1]) + self.data[100:])
        self.assertEqual(DONE, backups(self.folder_of_backups)[0])  # sizes alone
        self.check_found("--verify")
        # The way out that is told.
        self.table.unlink()
        self.backup()
        self.assertEqual(DONE, backups(self.folder_of_backups, "--verify")[0])
        self.restored("--backup", 1)

    def test_a_file_that_was_cut_or_is_missing(self) -> None:
        for left in (self.data[:-1], b"", None):
            self.table.unlink()
            if left is not None:
                self.table.write_bytes(left)
            self.check_found()
            self.backup()
            self.assertEqual(DONE, backups(self.folder_of_backups, "--verify")[0])
            self.assertEqual(self.data, self.table.read_bytes())
            for number in self.numbers()[1:]:  # only the first has this damage in the next round
                shutil.rmtree(self.folder_of_backups / f"private/{number}")
                (self.folder_of_backups / f"meta/{number}").unlink()

    def test_meta_of_any_kind(self) -> None:
        meta = self.folder_of_backups / "meta/1"
        text = meta.read_bytes()
        for bad in (b"", b"\0" * 64, text[: len(text) // 2], b"1\n" * 9, text.replace(b"crc32", b"crc64"), text.replace(b"metadata ", b"metadata zz"),
                    text.replace(b"shared_checksum/", b"../../../../"), text.replace(b"metadata ", b"metadata 00")):
            meta.write_bytes(bad)
            code, told = backups(self.folder_of_backups)
            self.assertEqual((DAMAGED, "meta/1"), (code, told["backups"][0]["fault"][:6]), bad)
            self.assertEqual(DAMAGED, restore(self.folder_of_backups, self.target).returncode)
            self.assertFalse(self.target.exists())

    def test_a_damaged_database_is_not_backed_up(self) -> None:
        """The good backups would grow old behind it."""
        admin("compact", self.database)
        table = max(self.database.glob("*.sst"), key=lambda path: path.stat().st_size)
        data = table.read_bytes()
        table.write_bytes(data[:99] + bytes([data[99] ^ 1]) + data[100:])
        run = admin("backup", self.database, self.folder_of_backups, "--keep", 1)
        self.assertEqual((DAMAGED, b""), (run.returncode, run.stdout))
        self.assertIn(table.name.encode(), run.stderr)
        self.assertEqual([1], self.numbers())
        self.restored()


del Admin, Backup  # of admin_test, which runs it

if __name__ == "__main__":
    unittest.main()
