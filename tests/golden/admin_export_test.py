"""pdns-admin export and checkpoint: what is written is all there was, and is whole or says so."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import unittest
from pathlib import Path

from admin_test import Admin
from import_test import every_column, made_rows
from pdns_admin import DONE, INCOMPLETE, IO, NO_INPUT, USAGE, admin
from pdns_testing import BIN, CAPTURES, ingest, report, stream, wait_for


class Export(Admin):
    def test_rows_come_back_byte_for_byte(self) -> None:
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        rows = every_column(self.database)
        plain = admin("export", self.database)
        self.assertEqual(DONE, plain.returncode, plain.stderr)
        self.assertEqual(rows + b'{"export_rows":%d}\n' % rows.count(b"\n"), plain.stdout)
        packed = self.root / "rows.zst"
        told = self.told(DONE, "export", "--zstd", packed)
        self.assertEqual((True, rows.count(b"\n"), 7), (told["complete"], told["rows"], told["quarantined_rows"]))
        self.assertEqual(plain.stdout, subprocess.run(["zstd", "-dc", packed], capture_output=True, check=True).stdout)
        other = self.root / "other"
        self.assertEqual("complete", report(ingest(other, packed))["sources"][0]["state"])
        self.assertEqual(rows, every_column(other))
        self.assertEqual(plain.stdout, admin("export", other).stdout)

    def test_an_empty_database(self) -> None:
        empty = self.root / "empty"
        empty.write_bytes(stream([]))
        self.assertEqual(0, ingest(self.database, empty).returncode)
        self.assertEqual(b'{"export_rows":0}\n', admin("export", self.database).stdout)

    def test_a_file_is_whole_or_not_there(self) -> None:
        rows = self.root / "made"
        rows.write_bytes(made_rows(60_000))
        self.assertEqual(0, ingest(self.database, rows).returncode)
        target = self.root / "rows"
        # Standard output that nobody reads holds it up, so that the signal comes in its middle.
        command = [BIN / "pdns-admin", "export", "-d", self.database]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            run.stdout.read(1)
            run.send_signal(signal.SIGTERM)
            rest, said = run.communicate(timeout=300)
        self.assertEqual(INCOMPLETE, run.returncode, said)
        self.assertNotIn(b"export_rows", rest)
        self.assertIn(b"the line that ends an export is missing", said)
        self.assertEqual(DONE, admin("export", self.database, target).returncode)
        again = admin("export", self.database, target)
        self.assertEqual((NO_INPUT, b""), (again.returncode, again.stdout))
        self.assertIn(b"is there already", again.stderr)
        nowhere = admin("export", self.database, self.root / "none" / "rows")
        self.assertEqual((IO, b""), (nowhere.returncode, nowhere.stdout))
        with open("/dev/full", "wb") as full:
            run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=300)
        self.assertEqual(IO, run.returncode, run.stderr)
        self.assertEqual([], list(self.root.glob("*.part")))

    def test_a_cut_export_is_told(self) -> None:
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        lines = admin("export", self.database).stdout.splitlines(keepends=True)
        cut = self.root / "cut"
        cut.write_bytes(b"".join(lines[:100]))
        run = ingest(self.root / "other", cut)
        self.assertEqual("cut_tail", report(run)["sources"][0]["state"])
        self.assertIn(b"the line that ends an export is missing", run.stderr)


class Checkpoint(Admin):
    def test_alone(self) -> None:
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        rows = every_column(self.database)
        copy = self.root / "copy"
        self.assertTrue(self.told(DONE, "checkpoint", "--dry-run", copy)["dry_run"])
        self.assertFalse(copy.exists())
        told = self.told(DONE, "checkpoint", f"{copy}/")
        self.assertEqual(str(copy), told["directory"])
        self.assertEqual(sum(file.stat().st_size for file in copy.iterdir()), told["bytes"])
        self.assertEqual(rows, every_column(copy))
        # It is a database like any other, with its ledger.
        self.assertEqual("already_taken", report(ingest(copy, CAPTURES[0]))["sources"][0]["state"])
        self.assertEqual(rows, every_column(self.database))

    def test_what_is_refused(self) -> None:
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        before = sorted(self.root.iterdir())
        link = self.root / "link"
        for wanted, words in ((USAGE, []), (NO_INPUT, [self.root]), (USAGE, [self.database / "copy"]),
                              (NO_INPUT, [self.root / "none" / "copy"]), (USAGE, ["a", "b"])):
            run = admin("checkpoint", self.database, *words)
            self.assertEqual((wanted, b""), (run.returncode, run.stdout), run.stderr)
        link.symlink_to(self.root / "nowhere")
        self.assertEqual(NO_INPUT, admin("checkpoint", self.database, link).returncode)
        link.unlink()
        self.assertEqual(before, sorted(self.root.iterdir()))

    def test_beside_a_live_ingester(self) -> None:
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        rows = every_column(self.database)
        run = self.live()
        copy = self.root / "copy"
        os.chdir(self.root)  # the ingester stands elsewhere: a relative path is ours
        made = admin("checkpoint", self.database, "--json", "copy")
        self.assertEqual(DONE, made.returncode, made.stderr)
        self.assertEqual(str(copy), json.loads(made.stdout)["directory"])
        self.assertEqual(rows, every_column(copy))
        self.assertEqual(0, ingest(self.database, CAPTURES[1]).returncode)
        wait_for(lambda: every_column(self.database) != rows)
        self.assertEqual(rows, every_column(copy))
        run.stop()


del Admin  # of admin_test, which runs it

if __name__ == "__main__":
    unittest.main()
