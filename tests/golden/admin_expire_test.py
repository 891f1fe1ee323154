"""pdns-admin expire: exactly the rows that it was told of go, alone and beside a live ingester, killed and resumed."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import unittest
from pathlib import Path

from live_test import send
from pdns_admin import DONE, LOOK, USAGE, admin, answer, many, told
from pdns_testing import BIN, CAPTURES, Ingester, dump, ingest, listening, query, scratch, stats, stream, wait_for

KILLS = int(os.environ.get("PDNS_KILLS", "5"))
STEP = 32768  # rows that an expiry removes in one write
TRUST = "--trust-clock"  # the captures stay where they are, and the clock goes on
BEGIN = 1_700_000_000


class Expire(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database = self.root / "db"

    def fill(self) -> list[dict]:
        assert ingest(self.database, *CAPTURES).returncode == 0
        return self.rows()

    def rows(self, *options: str) -> list[dict]:
        return [json.loads(line) for line in query(self.database, "*.", "--json", *options).stdout.splitlines()]

    def expire(self, *options: object) -> dict:
        return told(DONE, "expire", self.database, TRUST, *options)

    def check(self, before: list[dict], goes, *options: object) -> None:
        """A dry run counts what goes, and changes nothing; the run removes just that, and the database is sound."""
        wanted = [row for row in before if not goes(row)]
        self.assertNotIn(len(wanted), (0, len(before)), "shows nothing")
        removed = len(before) - len(wanted)
        self.assertEqual(removed, self.expire("--dry-run", *options)["rows_found"])
        self.assertEqual(before, self.rows())
        self.assertEqual(removed, self.expire(*options)["rows_removed"])
        self.assertEqual(wanted, self.rows())
        self.assertEqual(0, self.expire(*options)["rows_removed"])
        self.assertEqual(DONE, admin("verify", self.database).returncode)
        self.assertEqual(0, query(self.database, "--stats", "--recount").returncode)

    def test_by_last_seen(self) -> None:
        before = self.fill()
        seen = sorted(row["time_last"] for row in before)
        middle = seen[len(seen) // 2]
        quarantined = self.rows("--quarantined")
        self.check(before, lambda row: row["time_last"] <= middle, "--last-before", f"@{middle}")
        self.assertEqual(quarantined, self.rows("--quarantined"))
        expired = stats(self.database)["expired"]
        self.assertEqual({f"last-before-@{middle}": {"2026-11": expired["rows"]}}, expired["rules"])

    def test_by_every_filter(self) -> None:
        late = ("--last-before", "2027-01-01")
        for number, (options, goes) in enumerate([
                (("-t", "TXT,NS"), lambda row: row["rrtype"] in ("TXT", "NS")),
                (("--name", "*.blah.org"), lambda row: f".{row['rrname']}".endswith(".blah.org.")),
                (("--name", "*.blah.org", "--name", "www.blah.org", "--type", "A"),
                 lambda row: f".{row['rrname']}".endswith(".blah.org.") and row["rrtype"] == "A"),
                (("--max-count", "6"), lambda row: row["count"] <= 6),
                (("--glob", "--name", "w*"), lambda row: row["rrname"].startswith("w")),
                (("--regex", "--name", "^ns[0-9]"), lambda row: row["rrname"][:2] == "ns" and row["rrname"][2].isdigit()),
                (("--bailiwick", "blah.org"), lambda row: row["bailiwick"] == "blah.org."),
                (("--exclude", "*.org"), lambda row: not f".{row['rrname']}".endswith(".org."))]):
            with self.subTest(options):
                self.database = self.root / f"db{number}"
                self.check(self.fill(), goes, *late, *options)

    def test_of_the_quarantine(self) -> None:
        before = self.fill()
        quarantined = self.rows("--quarantined")
        self.assertGreater(len(quarantined), 0)
        self.assertEqual(len(quarantined), self.expire("--last-before", "2027-01-01", "--quarantined")["rows_removed"])
        self.assertEqual(([], before), (self.rows("--quarantined"), self.rows()))
        self.assertEqual(DONE, admin("verify", self.database).returncode)

    def test_by_sensor(self) -> None:
        (self.root / "capture").write_bytes(stream([answer("one.blah.org", BEGIN, sensor=b"ns1"), answer("two.blah.org", BEGIN, sensor=b"ns2"),
                                                    answer("both.blah.org", BEGIN, sensor=b"ns1"), answer("both.blah.org", BEGIN, sensor=b"ns2")]))
        ingest(self.database, self.root / "capture")
        self.assertEqual(2, self.expire("--last-before", "2027-01-01", "--sensor", "ns1")["rows_removed"])
        self.assertEqual(["two.blah.org."], [row["rrname"] for row in self.rows()])
        run = admin("expire", self.database, TRUST, "--last-before", "2027-01-01", "--sensor", "none")
        self.assertEqual(USAGE, run.returncode)

    def test_what_is_wrong_removes_nothing(self) -> None:
        before = self.fill()
        for options in ((), ("--type", "A"), ("--older", "1d", "--glob"), ("--older", "1d", "--name", "a", "--glob", "--regex"), ("--older", "1d", "--last-before", "2027-01-01"), ("--older", "0"), ("--older", "x"), ("--older", "-1d"),
                        ("--older", "2026-01-01"), ("--last-before", "never"), ("--last-before", "17953728760"), ("--last-before", "@179537287"), ("--last-before", "2027-01-01", "--first-before", "17953728760"), ("--last-before", "2026"), ("--last-before", "2027-01-01", "--type", "NONE"),
                        ("--last-before", "2027-01-01", "--name", "205.150.150.140"), ("--last-before", "2027-01-01", "--max-count", "x"),
                        ("--last-before", "2027-01-01", "--max-count", "-1"), ("--last-before", "2027-01-01", "--name", ""),
                        ("--last-before", "2020-01-01", "--first-before", "x"), ("--last-before", "2027-01-01", "word")):
            run = admin("expire", self.database, TRUST, *options)
            self.assertEqual((USAGE, b""), (run.returncode, run.stdout), options)
            self.assertRegex(run.stderr, rb"pdns-admin: error: [^\n]+\n$")
        self.assertEqual(before, self.rows())

    def test_a_clock_that_is_wrong(self) -> None:
        """The newest row is 500 days from the clock: either may be wrong, and nothing goes until somebody says which."""
        now = int(time.time())
        (self.root / "old").write_bytes(stream([answer("www.blah.org", now - 500 * 86400)]))
        ingest(self.database, self.root / "old")
        for options in (("--older", "400d"), ("--last-before", "2030-01-01")):
            run = admin("expire", self.database, *options)
            self.assertEqual(USAGE, run.returncode)
            self.assertIn(b"500 days before this machine's clock", run.stderr)
        self.assertEqual(1, len(self.rows()))
        dry = told(DONE, "expire", self.database, "--older", "400d", "--dry-run")
        self.assertEqual((False, 1), (dry["clock_believed"], dry["rows_found"]))
        self.assertEqual(1, self.expire("--older", "400d")["rows_removed"])
        # Beside a row of today the clock is believed.
        (self.root / "both").write_bytes(stream([answer("old.blah.org", now - 500 * 86400), answer("new.blah.org", now - 60)]))
        ingest(self.database, self.root / "both")
        self.assertEqual(1, told(DONE, "expire", self.database, "--older", "400d")["rows_removed"])
        self.assertEqual(["new.blah.org."], [row["rrname"] for row in self.rows()])
        self.assertEqual({"older-400d": 2}, {rule: sum(months.values()) for rule, months in stats(self.database)["expired"]["rules"].items()})

    def test_not_found_says_expired(self) -> None:
        self.fill()
        self.assertEqual((LOOK, b""), (query(self.database, "none.example").returncode, query(self.database, "none.example").stderr))
        self.expire("--last-before", "2027-01-01", "--name", "*.blah.org")
        run = query(self.database, "www.blah.org")
        self.assertEqual((LOOK, b""), (run.returncode, run.stdout))
        self.assertRegex(run.stderr, rb"nothing found; \d+ rows expired, of which the newest was last seen in 2026-11")

    def test_what_comes_back_is_counted_anew(self) -> None:
        self.fill()
        self.expire("--last-before", "2027-01-01", "--name", "*.blah.org")
        (self.root / "capture").write_bytes(stream([answer("www.blah.org", BEGIN)]))
        for _ in range(2):  # the second time the ledger knows it
            self.assertEqual(0, ingest(self.database, self.root / "capture", *CAPTURES).returncode)
        self.assertEqual([1], [row["count"] for row in self.rows() if row["rrname"].endswith(".blah.org.")])
        self.assertEqual(DONE, admin("verify", self.database).returncode)

    def test_beside_a_live_ingester_under_load(self) -> None:
        count = 12_000
        (self.root / "capture").write_bytes(many(count, BEGIN))
        ingest(self.database, self.root / "capture")
        run = Ingester(self.database, "-u", self.root / "dnstap.sock", "--flush-interval", "0.02")
        self.addCleanup(run.__exit__)
        wait_for(lambda: listening(self.database / "control.sock"))
        with subprocess.Popen([BIN / "pdns-admin", "expire", "-d", self.database, "--last-before", f"@{BEGIN + count // 2 - 1}", TRUST, "--json"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as expiry:
            sent = 0
            while expiry.poll() is None or sent < 10:
                send(self.root / "dnstap.sock", [answer(f"live{sent}.blah.org", BEGIN + count + sent)])
                sent += 1
            out, err = expiry.communicate(timeout=300)
        self.assertEqual((0, count // 2), (expiry.returncode, json.loads(out)["rows_removed"]), err)
        self.assertIn(b"a live ingester owns the database", err)
        code, _, said = run.stop()
        self.assertEqual(0, code, said)
        self.assertEqual(count - count // 2 + sent, len(self.rows()))
        self.assertEqual(DONE, admin("verify", self.database).returncode)

    def test_the_room_comes_back_and_is_told(self) -> None:
        count = 20_000
        (self.root / "capture").write_bytes(many(count, BEGIN))
        ingest(self.database, self.root / "capture")
        files = lambda: sum(path.stat().st_size for path in self.database.glob("*.sst"))
        before = files()
        done = self.expire("--last-before", f"@{BEGIN + count // 2 - 1}", "--compact")
        self.assertEqual(count // 2, done["rows_removed"])
        self.assertEqual(before, done["bytes_before"])
        self.assertAlmostEqual(files(), done["bytes_after"], delta=8192)  # what closing flushes
        self.assertLess(files(), before * 0.75)  # the journal keeps its entries

    def test_killed_in_its_midst(self) -> None:
        """Each time behind a step, by the mark that every step writes, or in the next; then it is run to its end."""
        count = 1000 + STEP * (KILLS + KILLS // 2 + 2)
        (self.root / "capture").write_bytes(many(count, BEGIN))
        ingest(self.database, self.root / "capture")
        last = BEGIN + count - 1001
        killed = 0
        for kill in range(KILLS):
            with subprocess.Popen([BIN / "pdns-admin", "expire", "-d", self.database, "--last-before", f"@{last}", TRUST],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as expiry:
                mark, seen = (self.database / "committed").read_bytes(), 0
                while expiry.poll() is None and seen <= kill % 2:
                    now = (self.database / "committed").read_bytes()
                    seen, mark = seen + (now != mark), now
                expiry.send_signal(signal.SIGKILL)
                killed += expiry.wait(300) == -signal.SIGKILL
            self.assertEqual(DONE, admin("verify", self.database).returncode)
        self.assertGreater(killed, 0)
        self.expire("--last-before", f"@{last}")
        self.assertEqual([BEGIN + count - 1000 + i for i in range(1000)], [row["time_last"] for row in self.rows()])
        self.assertEqual(count - 1000, stats(self.database)["expired"]["rows"])
        self.assertEqual(DONE, admin("verify", self.database).returncode)
        print(f"{killed} kills")


if __name__ == "__main__":
    unittest.main()
