"""pdns-admin split --remove: each row is in one of both databases, killed or not, and whatever is seen again meanwhile."""
from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import unittest
from pathlib import Path

from admin_copy_test import mark_of
from admin_test import Admin
from import_test import every_column
from pdns_admin import DONE, IO, USAGE, admin, answer
from pdns_testing import BIN, CAPTURES, ingest, stats, stream

KILLS = int(os.environ.get("PDNS_KILLS", "6"))
BEGIN, DAY = 1_700_000_000, 86400
MANY = 100_000


def rows_of_names(count: int) -> bytes:
    """Lines of COF: a row for each name, by one of three resolvers."""
    return b"".join(b'{"rrname":"n%06d.blah.org.","rrtype":"A","rdata":"10.%d.%d.%d","time_first":%d,"time_last":%d,"count":%d,'
                    b'"bailiwick":"blah.org.","sensor_id":"s%d"}\n'
                    % (i, i % 199, i // 256 % 256, i % 256, BEGIN + i, BEGIN + i + i % 7, 1 + i % 5, i % 3) for i in range(count))


class Split(Admin):
    def setUp(self) -> None:
        super().setUp()
        self.part, self.whole = self.root / "part", self.root / "whole"

    def both(self, *files: Path) -> None:
        """The database, and one of which nothing is ever removed."""
        for database in (self.database, self.whole):
            self.assertEqual(0, ingest(database, *files).returncode)

    def seen_again(self, number: int, names: list[int]) -> Path:
        """A capture that has these names again, some with the address that they had."""
        path = self.root / f"again{number}"
        path.write_bytes(stream(answer(f"n{i:06}.blah.org", BEGIN + (200 + number) * DAY + i,
                                       10 << 24 | i % 199 << 16 | i // 256 % 256 << 8 | i % 256, sensor=f"late{number % 2}".encode()) for i in names))
        return path

    def check_sum(self) -> None:
        """Both together are the whole, by a merge of copies."""
        total = self.root / "total"
        for database in (self.database, self.part):
            run = admin("verify", database)
            self.assertEqual(DONE, run.returncode, run.stdout)
        run = admin("merge", total, "--allow-shared", self.database, self.part)
        self.assertEqual(DONE, run.returncode, run.stderr)
        self.assertEqual(every_column(self.whole), every_column(total))

    def test_each_row_is_in_one_of_both(self) -> None:
        made = self.root / "made"
        made.write_bytes(stream(answer(f"n{i:06}.blah.org", BEGIN + i * DAY, i % 7, sensor=f"s{i % 3}".encode()) for i in range(90)))
        self.both(made, *CAPTURES)
        before = [json.loads(line) for line in every_column(self.database).splitlines()]
        options = ["--to", self.part, "--last-before", f"@{BEGIN + 40 * DAY}", "--name", "*.org", "--name", "n000001.blah.org"]
        self.told(DONE, "split", *options)
        self.both(self.seen_again(0, [3, 30, 60]))  # two of the part with other addresses
        self.both(self.root / "made")
        told = self.told(DONE, "split", "--remove", *options)
        self.assertEqual((True, 41, 41, 0), (told["complete"], told["rows_copied_before"], told["rows_removed"], told["rows_removed_before"]))
        part = [json.loads(line) for line in every_column(self.part).splitlines()]
        self.assertEqual([row for row in before if row["time_last"] <= BEGIN + 40 * DAY and row["rrname"].endswith(".org.")], part)
        self.check_sum()
        again = self.told(DONE, "split", "--remove", *options)
        self.assertEqual((0, 41), (again["rows_removed"], again["rows_removed_before"]))
        # A question that finds nothing says where the rows went.
        self.assertIn("split-", json.dumps(stats(self.database)["expired"]))

    def test_rows_that_were_seen_again_stay(self) -> None:
        made = self.root / "made"
        made.write_bytes(rows_of_names(90))
        self.both(made)
        options = ["--to", self.part, "--name", "*.blah.org"]
        self.told(DONE, "split", *options)
        self.both(self.seen_again(0, [3, 30, 60]))
        told = self.told(DONE, "split", "--remove", *options)
        self.assertEqual((87, 3), (told["rows_removed"], told["rows_seen_again"]))
        self.assertEqual((3, 87), (stats(self.database)["tuples"], stats(self.part)["tuples"]))
        self.check_sum()

    def test_kills(self) -> None:
        """Behind one more commit each time, of either database; meanwhile rows come again, gone ones and others."""
        chance, made, kills = random.Random(15), self.root / "made", 0
        made.write_bytes(rows_of_names(MANY))
        self.both(made)
        options = ["--to", self.part, "--last-before", f"@{BEGIN + 100 * DAY}"]
        self.assertEqual(DONE, admin("split", self.database, *options).returncode)
        marks = [mark_of(self.database), mark_of(self.part)]
        for number in range(KILLS):
            self.both(self.seen_again(number, sorted(chance.sample(range(MANY), 50))))
            before, changes = [mark() for mark in marks], 0
            with subprocess.Popen([BIN / "pdns-admin", "split", "--remove", "-d", self.database, *map(str, options)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
                while run.poll() is None and changes < 1 + number % 2:
                    now = [mark() for mark in marks]
                    changes += now != before
                    before = now
                run.send_signal(signal.SIGKILL)
                kills += run.wait(300) == -signal.SIGKILL
        self.assertGreater(kills, 0)
        self.assertEqual(DONE, admin("split", self.database, "--remove", *options).returncode)
        self.check_sum()
        print(f"{kills} kills of a removal")

    def test_a_signal_ends_it_and_it_goes_on(self) -> None:
        made = self.root / "made"
        made.write_bytes(rows_of_names(MANY))
        self.both(made)
        options = ["--to", self.part, "--name", "*.blah.org", "--remove"]
        mark = mark_of(self.database)
        before = mark()
        with subprocess.Popen([BIN / "pdns-admin", "split", "-d", self.database, *map(str, options)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as run:
            while run.poll() is None and mark() == before:
                pass
            run.send_signal(signal.SIGTERM)
            _, said = run.communicate(timeout=300)
        self.assertIn((run.returncode, b"interrupted: run it again to go on" in said), ((2, True), (DONE, False)))
        told = self.told(DONE, "split", *options)
        self.assertEqual(MANY, told["rows_removed"] + told["rows_removed_before"])
        self.assertEqual(0, stats(self.database)["tuples"])
        self.check_sum()

    def test_what_is_refused(self) -> None:
        made = self.root / "made"
        made.write_bytes(rows_of_names(90))
        self.both(made)
        options = ["--to", self.part, "--name", "*.blah.org"]
        rows = every_column(self.database)

        def refused(code: int, word: bytes, *arguments: object) -> None:
            run = admin("split", self.database, "--remove", *arguments)
            self.assertEqual((code, b""), (run.returncode, run.stdout), run.stderr)
            self.assertIn(word, run.stderr)

        refused(USAGE, b"is the database itself", "--to", self.database, "--name", "*.")
        run = self.live()
        refused(IO, b"stop that first", *options)
        self.assertEqual(0, run.stop()[0])
        self.assertEqual(rows, every_column(self.database))
        # Something else removes a row of the copy.
        self.told(DONE, "split", *options)
        self.told(DONE, "expire", "--trust-clock", "--last-before", "2026-01-01", "--name", "n000007.blah.org")
        rows = every_column(self.database)
        refused(USAGE, b"are there no longer", *options)
        self.assertEqual(rows, every_column(self.database))
        # Other options than before; and what went is there again.
        other = self.root / "other"
        options[1] = other
        self.told(DONE, "split", "--remove", *options)
        refused(USAGE, b"by other options", "--to", other, "--name", "*.org")
        self.told(DONE, "merge", "--allow-shared", other)
        refused(USAGE, b"are there again", *options)
        self.assertEqual(rows, every_column(self.database))


del Admin  # of admin_test, which runs it

if __name__ == "__main__":
    unittest.main()
