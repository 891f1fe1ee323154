"""pdns-admin merge and split: the sum of databases is what one database of all captures is, in any order, killed and resumed."""
from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path

from admin_test import Admin
from import_test import every_column
from pdns_admin import DONE, IO, NO_INPUT, USAGE, admin, answer, many, told
from pdns_testing import BIN, CAPTURES, ingest, report, stats, stream

KILLS = int(os.environ.get("PDNS_KILLS", "5"))
BUSY = 75
BEGIN = 1_700_000_000
DAY = 86400


def runs_of_days(rows: int, runs: int, name: str) -> bytes:
    """Lines of COF: rows that were seen every third day. A merge needs an entry for each run."""
    days = [[time.strftime("%Y-%m-%d", time.gmtime(BEGIN + 3 * DAY * run))] * 2 for run in range(runs)]
    lines = [json.dumps({"rrname": f"{name}{i}.blah.org.", "rrtype": "A", "rdata": "205.150.150.140", "time_first": BEGIN,
                         "time_last": BEGIN + 3 * DAY * (runs - 1), "count": i + runs, "sensor_id": f"s{i % 3}", "days": days})
             for i in range(rows)]
    return "\n".join(lines).encode() + b"\n"


class Merge(Admin):
    def make(self, name: str, *captures: Path) -> Path:
        database = self.root / name
        self.assertEqual(0, ingest(database, *captures).returncode)
        return database

    def capture(self, name: str, content: bytes) -> Path:
        path = self.root / name
        path.write_bytes(content)
        return path

    def captures(self) -> list[Path]:
        """The captures, and some that share tuples with them and with each other, days apart, by other sensors."""
        made = [self.capture(f"made{number}", stream(
            answer(f"n{i % 50}.blah.org", BEGIN + number * 2 * DAY + i, i % 7, sensor=f"s{number}".encode()) for i in range(60 + number)))
            for number in range(3)]
        return [*CAPTURES, *made]

    def numbers(self, database: Path) -> dict:
        numbers = stats(database)
        for name in ("disk", "addresses"):  # of the files; an estimate
            del numbers[name]
        numbers["sensors"] = sorted(numbers["sensors"])
        return numbers

    def test_the_sum_is_that_of_all_captures_in_any_order_and_grouping(self) -> None:
        captures = self.captures()
        wanted = self.make("wanted", *captures)
        exported = admin("export", wanted).stdout
        parts = [self.make(f"part{number}", capture) for number, capture in enumerate(captures)]
        chance = random.Random(20261128)
        for turn in range(3):
            chance.shuffle(parts)
            into = self.root / f"into{turn}"
            if turn < 2:
                done = told(DONE, "merge", into, *parts)
                self.assertEqual((True, len(parts), len(parts)), (done["complete"], done["databases"], done["captures_joined"]))
            else:
                told(DONE, "merge", self.root / "pair", *parts[:2])
                told(DONE, "merge", into, parts[2], self.root / "pair")
                told(DONE, "merge", into, *parts[3:])
            self.assertEqual(exported, admin("export", into).stdout)
            self.assertEqual(self.numbers(wanted), self.numbers(into))
            self.assertEqual(DONE, admin("verify", into).returncode)
            for one in report(ingest(into, *captures))["sources"]:
                self.assertEqual("already_taken", one["state"])
        # The databases that were merged are as they were.
        self.assertEqual(admin("export", self.make("again", CAPTURES[0])).stdout,
                         admin("export", next(part for part in parts if part.name == "part0")).stdout)

    def test_what_expired_is_counted_on(self) -> None:
        first, second = self.make("first", CAPTURES[0]), self.make("second", CAPTURES[1])
        removed = [told(DONE, "expire", one, "--trust-clock", "--last-before", "2027-01-01", "--type", "NS")["rows_removed"]
                   for one in (first, second)]
        told(DONE, "merge", self.database, first, second)
        self.assertGreater(min(removed), 0)
        self.assertEqual(sum(removed), stats(self.database)["expired"]["rows"])

    def refused(self, wanted: int, words: bytes, into: Path, *databases: Path, options: tuple = ()) -> None:
        before = sorted(self.root.iterdir())
        export = admin("export", into).stdout if into.exists() else None
        run = admin("merge", into, *options, *databases)
        self.assertEqual((wanted, b""), (run.returncode, run.stdout), run.stderr)
        self.assertRegex(run.stderr, rb"^pdns-admin: error: [^\n]+\n$")
        self.assertIn(words, run.stderr)
        self.assertEqual(before, sorted(self.root.iterdir()))
        if export is not None:
            self.assertEqual(export, admin("export", into).stdout)

    def test_what_would_count_twice_is_refused(self) -> None:
        one, other, both = self.make("one", CAPTURES[0]), self.make("other", CAPTURES[1]), self.make("both", *CAPTURES)
        new = self.root / "new"
        self.refused(USAGE, b"took the same captures", new, one, both)
        self.refused(USAGE, b"took the same captures", both, other)
        self.refused(USAGE, b"the same database", new, one, one)
        link, copy = self.root / "link", self.root / "copy"
        link.symlink_to(one)
        shutil.copytree(one, copy)
        for same in (one, link, copy):
            self.refused(USAGE, b"the same database", one, same)
        told(DONE, "merge", new, one)
        self.refused(USAGE, b"would count twice", self.make("third", self.capture("x", many(5, BEGIN))), new, one)
        # A part of a capture is in the whole.
        head = self.capture("head", CAPTURES[1].read_bytes()[:CAPTURES[1].stat().st_size // 2])
        self.refused(USAGE, b"took the same captures", self.make("part", head), other)
        # What was merged and then took more: nothing tells which rows are new.
        self.assertEqual(0, ingest(one, self.root / "x").returncode)
        self.refused(USAGE, b"another state of it", new, one)
        self.refused(NO_INPUT, b"", new, self.root / "nowhere")
        self.refused(USAGE, b"", new)

    @staticmethod
    def counts(database: Path) -> dict[tuple, int]:
        rows = [json.loads(line) for line in every_column(database).splitlines()]
        return {(row["rrname"], row["rrtype"], row["rdata_wire"], row.get("reason")): row["count"] for row in rows}

    def test_allowed_although_captures_are_shared(self) -> None:
        one, both = self.make("one", CAPTURES[0]), self.make("both", *CAPTURES)
        done = told(DONE, "merge", self.database, "--allow-shared", one, both)
        self.assertEqual(1, done["captures_in_both"])
        told(DONE, "merge", self.root / "sum", "--allow-shared", both, one)
        self.assertEqual(admin("export", self.database).stdout, admin("export", self.root / "sum").stdout)
        self.assertEqual(2, len(self.told(DONE, "ledger")["captures"]) - 2)  # and the two databases
        merged, of_one, of_both = (self.counts(database) for database in (self.database, one, both))
        self.assertEqual(set(of_both), set(merged))
        for row, count in merged.items():
            self.assertEqual(of_one.get(row, 0) + of_both[row], count)

    def test_a_dry_run_changes_nothing(self) -> None:
        one, other = self.make("one", CAPTURES[0]), self.make("other", CAPTURES[1])
        self.assertTrue(told(DONE, "merge", self.database, "--dry-run", one, other)["dry_run"])
        self.assertFalse(self.database.exists())
        before = admin("export", one).stdout
        self.assertTrue(told(DONE, "merge", one, "--dry-run", other)["dry_run"])
        self.assertEqual(before, admin("export", one).stdout)
        self.refused(USAGE, b"took the same captures", one, self.make("both", *CAPTURES), options=("--dry-run",))

    def test_more_sensors_than_there_are_numbers(self) -> None:
        def site(name: str, count: int) -> Path:
            return self.make(name, self.capture(f"{name}.dnstap", stream(
                answer(f"{name}{i}.blah.org", BEGIN + i, i, sensor=f"{name}-{i}".encode()) for i in range(count))))

        done = told(DONE, "merge", self.database, site("a", 40), site("b", 40))
        self.assertEqual([f"b-{i}" for i in range(22, 40)], done["sensors_counted_as_other"])
        rows = {row["rrname"]: row["sensor_id"] for row in map(json.loads, every_column(self.database).splitlines())}
        self.assertEqual(("a-39", "b-21", "other"), (rows["a39.blah.org."], rows["b21.blah.org."], rows["b22.blah.org."]))

    def test_beside_a_live_ingester(self) -> None:
        one, other = self.make("one", CAPTURES[0]), self.make("db", CAPTURES[1])
        run = self.live()
        for into, from_, words in ((self.database, one, b"only one process may write"), (one, other, b"pdns-admin checkpoint")):
            said = admin("merge", into, from_)
            self.assertNotEqual(DONE, said.returncode)
            self.assertIn(words, said.stderr)
        copy = self.root / "copy"
        self.assertEqual(DONE, admin("checkpoint", self.database, copy).returncode)
        told(DONE, "merge", one, copy)
        run.stop()
        self.assertEqual(admin("export", self.make("both", *CAPTURES)).stdout, admin("export", one).stdout)

    def test_killed_in_its_midst(self) -> None:
        """Behind some more batches each time, by the mark that each writes; then it is run to its end."""
        parts = [self.make(f"part{i}", self.capture(f"rows{i}", runs_of_days(1500, 200, f"n{i}-" if i % 2 else "n")))
                 for i in range(2 + KILLS // 8)]
        wanted = self.make("wanted", *(self.root / f"rows{i}" for i in range(len(parts))))
        mark = self.database / "committed"
        killed = 0
        for _ in range(KILLS):
            before = mark.read_bytes() if mark.exists() else None
            with subprocess.Popen([BIN / "pdns-admin", "merge", "-d", self.database, *parts], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as merge:
                while merge.poll() is None and (not mark.exists() or mark.read_bytes() == before):
                    pass
                merge.send_signal(signal.SIGKILL)
                killed += merge.wait(300) == -signal.SIGKILL
        self.assertGreater(killed, 0)
        in_part = [one for one in told(DONE, "ledger", self.database)["captures"] if one.get("database") and one["broken"]]
        if in_part:  # nobody merges a half
            self.refused(USAGE, b"was not finished", self.root / "new", self.database)
        self.assertTrue(told(DONE, "merge", self.database, *parts)["complete"])
        self.assertEqual(admin("export", wanted).stdout, admin("export", self.database).stdout)
        self.assertEqual(self.numbers(wanted), self.numbers(self.database))
        self.assertEqual(DONE, admin("verify", self.database).returncode)
        print(f"{killed} kills")

    def test_a_signal_ends_it_in_good_order(self) -> None:
        part = self.make("part", self.capture("rows", runs_of_days(3000, 200, "n")))
        with subprocess.Popen([BIN / "pdns-admin", "merge", "-d", self.database, part, "--json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as merge:
            while merge.poll() is None and not (self.database / "committed").exists():
                pass
            merge.send_signal(signal.SIGTERM)
            out, said = merge.communicate(timeout=300)
        done = json.loads(out)
        self.assertEqual(done["complete"], merge.returncode == DONE, said)
        again = told(DONE, "merge", self.database, part)
        self.assertEqual((3000, done["rows_merged"]), (again["rows_merged"] + done["rows_merged"], again["rows_merged_before"]))
        self.assertEqual(admin("export", part).stdout, admin("export", self.database).stdout)

    def test_a_full_disk_is_told(self) -> None:
        part = self.make("part", self.capture("rows", many(30_000, BEGIN)))
        limit = f"ulimit -f 300; exec {BIN / 'pdns-admin'} merge -d {self.database} {part}"
        run = subprocess.run(["bash", "-c", f"trap '' XFSZ; {limit}"], capture_output=True, timeout=300)
        self.assertEqual((IO, b""), (run.returncode, run.stdout), run.stderr)
        told(DONE, "merge", self.database, part)
        self.assertEqual(admin("export", part).stdout, admin("export", self.database).stdout)


class Split(Admin):
    def parts(self) -> tuple[Path, list[dict]]:
        made = self.root / "made"
        made.write_bytes(stream(answer(f"n{i}.blah.org", BEGIN + i * DAY, i % 7, sensor=f"s{i % 3}".encode()) for i in range(90)))
        self.assertEqual(0, ingest(self.database, *CAPTURES, made).returncode)
        return self.root / "part", [json.loads(line) for line in every_column(self.database).splitlines()]

    def rows(self, database: Path) -> list[dict]:
        return [json.loads(line) for line in every_column(database).splitlines()]

    def test_a_part_and_the_rest_are_the_whole(self) -> None:
        part, before = self.parts()
        whole = admin("export", self.database).stdout
        until = BEGIN + 40 * DAY
        done = self.told(DONE, "split", "--to", part, "--last-before", f"@{until}")
        self.assertEqual([row for row in before if row["time_last"] <= until], self.rows(part))
        self.assertEqual((41, 3), (done["rows_copied"], done["captures"]))
        self.assertEqual(whole, admin("export", self.database).stdout)
        self.assertEqual(DONE, admin("verify", part).returncode)
        for one in report(ingest(part, *CAPTURES))["sources"]:
            self.assertEqual("already_taken", one["state"])
        self.assertEqual(USAGE, admin("merge", self.database, part).returncode)
        self.told(DONE, "expire", "--trust-clock", "--last-before", f"@{until}")
        self.told(DONE, "merge", "--allow-shared", part)
        self.assertEqual(whole, admin("export", self.database).stdout)
        self.assertEqual(DONE, admin("verify", self.database).returncode)

    def test_by_names(self) -> None:
        part, before = self.parts()
        for number, (options, wanted) in enumerate([
                (("--name", "*.blah.org"), lambda row: f".{row['rrname']}".endswith(".blah.org.")),
                (("--name", "n1.blah.org", "--name", "*.blah.org"), lambda row: f".{row['rrname']}".endswith(".blah.org.")),
                (("--glob", "--name", "n*"), lambda row: row["rrname"].startswith("n")),
                (("--regex", "--name", "^n[0-9]"), lambda row: row["rrname"][0] == "n" and row["rrname"][1].isdigit()),
                (("--name", "*.blah.org", "--last-before", f"@{BEGIN + 9 * DAY}"),
                 lambda row: row["time_last"] <= BEGIN + 9 * DAY)]):
            with self.subTest(options):
                to = Path(f"{part}{number}")
                self.told(DONE, "split", "--to", to, *options)
                rows = [row for row in before if wanted(row)]
                self.assertNotIn(len(rows), (0, len(before)))
                self.assertEqual(rows, self.rows(to))

    def test_what_is_refused(self) -> None:
        part, _ = self.parts()
        for options in ((), ("--to", part), ("--name", "*."), ("--to", part, "--glob"), ("--to", part, "--name", "205.150.150.140"),
                        ("--to", "clickhouse://host", "--name", "*."), ("--to", part, "--last-before", "nonsense"), ("--to", part, "--last-before", "17953728760")):
            run = admin("split", self.database, *options)
            self.assertEqual((USAGE, b""), (run.returncode, run.stdout), options)
            self.assertFalse(part.exists(), options)
        self.assertEqual(USAGE, admin("split", self.database, "--to", self.database, "--name", "*.org").returncode)
        self.told(DONE, "split", "--to", part, "--name", "*.org")
        # Another part of the same database.
        self.assertEqual(USAGE, admin("split", self.database, "--to", part, "--name", "*.net").returncode)
        self.assertEqual(0, self.told(DONE, "split", "--to", part, "--name", "*.org")["rows_copied"])
        other = self.root / "other"
        self.assertEqual(0, ingest(other, CAPTURES[0]).returncode)
        self.assertEqual(USAGE, admin("split", self.database, "--to", other, "--name", "*.org").returncode)


del Admin  # of admin_test, which runs it

if __name__ == "__main__":
    unittest.main()
