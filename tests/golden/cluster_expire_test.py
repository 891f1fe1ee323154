#!/usr/bin/env python3
"""pdns-admin expire and compact over two servers: just the rows go that a directory loses by the same command, in both
directions, and the ledger keeps one position a source."""
from __future__ import annotations

import time
import unittest

from clickhouse import skip_without_server
from clickhouse_rows import check_markers, stored
from cluster_expiring import Expiring
from pdns_admin import DONE, USAGE, admin, answer, told
from pdns_testing import CAPTURES, ingest, query, stats, stream

TRUST = "--trust-clock"  # the captures stay where they are, and the clock goes on
LATE = ("--last-before", "2027-01-01")


class Expire(Expiring):
    def count(self, condition: str) -> int:
        return sum(int(row[0]) for row in self.cluster.rows(f"SELECT count() FROM {self.name}.rows FINAL WHERE {condition}"))

    def expire(self, *options: str) -> int:
        """The same from both, and the same left; a dry run counts it, and changes nothing."""
        trust = ["--quarantined"] if "--quarantined" in options else []
        before = self.rows(self.address, *trust)
        found = told(DONE, "expire", self.address, TRUST, "--dry-run", *options)["rows_found"]
        self.assertEqual(before, self.rows(self.address, *trust))
        removed = [told(DONE, "expire", database, TRUST, *options)["rows_removed"] for database in (self.rocks, self.address)]
        self.assertEqual([found] * 2, removed)
        for how in ((), ("--quarantined",)):
            self.assertEqual(self.rows(self.rocks, *how), self.rows(self.address, *how))
        self.assertEqual(stats(self.rocks)["expired"], stats(self.address)["expired"])
        self.assertEqual(0, self.count("kind = 104"))
        return found

    def check_directions(self) -> None:
        forward = stored(self.cluster, 0, self.name)
        by_target = self.cluster.rows("SELECT DISTINCT lower(hex(owner)), rrtype, lower(hex(rdata)) "
                                      f"FROM {self.name}.rows FINAL WHERE kind IN (2, 4, 6, 9)")
        self.assertLessEqual({(owner, int(kind), rdata) for owner, kind, rdata in by_target}, set(forward))

    def test_filters(self) -> None:
        self.assertGreater(self.expire(*LATE, "--name", "*.blah.org", "-t", "A"), 0)
        self.assertGreater(self.expire(*LATE, "--quarantined", "-t", "A"), 0)
        self.assertGreater(self.expire(*LATE, "--regex", "--name", "^ns[0-9]"), 0)
        seen = sorted(row["time_last"] for row in self.rows(self.rocks))
        self.assertGreater(self.expire("--last-before", f"@{seen[len(seen) // 2]}"), 0)
        self.assertEqual(0, self.expire("--last-before", f"@{seen[len(seen) // 2]}"))
        self.check_directions()
        check_markers(self.cluster, self.name)
        again = ingest(self.address, "--outbox", self.root / "second", *CAPTURES)  # the ledger knows them still
        self.assertEqual(0, again.returncode, again.stderr)
        self.assertEqual(self.rows(self.rocks), self.rows(self.address))

    LEDGER = "kind = 101 AND key LIKE 's/%'"

    def old_positions(self) -> None:
        """Of each source, 50 more."""
        for node in self.cluster.nodes:
            for number in range(50):
                node.ask(f"INSERT INTO {self.name}.rows SELECT kind, key, rrtype, owner, concat(unhex('00000000000000{number:02X}'), "
                         f"substring(rdata, 9)), first, last, cnt, zone, reasons, sensors, days FROM {self.name}.rows FINAL "
                         f"WHERE {self.LEDGER}")
        self.newest = self.cluster.rows(f"SELECT hex(key), hex(max(rdata)) FROM {self.name}.rows WHERE {self.LEDGER} GROUP BY key")
        self.assertGreater(self.count(self.LEDGER), len(self.newest))

    def check_ledger(self) -> None:
        left = self.cluster.rows(f"SELECT hex(key), hex(rdata) FROM {self.name}.rows FINAL WHERE {self.LEDGER}")
        self.assertEqual(sorted(self.newest), sorted(left))

    def test_ledger_has_a_row_a_source(self) -> None:
        """However many batches there were, and what is left is the newest."""
        self.old_positions()
        run = admin("compact", self.address)
        self.assertEqual(DONE, run.returncode, run.stderr)
        self.check_ledger()

    def test_a_clock_that_is_wrong(self) -> None:
        """The newest row is 500 days from the clock: nothing goes until somebody says that the clock is right."""
        self.cluster.create("old")
        address, now = self.cluster.address(database="old"), int(time.time())
        for capture, seconds in (("old", now - 500 * 86400), ("new", now - 60)):
            (self.root / capture).write_bytes(stream([answer(f"{capture}.blah.org", seconds)]))
        how = ("--outbox", self.root / "old.outbox")
        self.assertEqual(0, ingest(address, *how, self.root / "old").returncode)
        for options in (("--older", "400d"), ("--last-before", "2030-01-01")):
            run = admin("expire", address, *options)
            self.assertEqual((USAGE, b""), (run.returncode, run.stdout), run.stderr)
            self.assertIn(b"500 days before this machine's clock", run.stderr)
        dry = told(DONE, "expire", address, "--older", "400d", "--dry-run")
        self.assertEqual((False, 1), (dry["clock_believed"], dry["rows_found"]))
        self.assertEqual(0, ingest(address, *how, self.root / "new").returncode)  # now the clock is believed
        self.assertEqual(1, told(DONE, "expire", address, "--older", "400d")["rows_removed"])
        self.assertEqual(b"new.blah.org.\n", query(address, "*.", "-p", "names").stdout)

    def test_an_ingester_compacts(self) -> None:
        """It prunes the ledger, too."""
        self.old_positions()
        run = ingest(self.address, "--outbox", self.root / f"{self.name}.outbox", "--compact")
        self.assertEqual(0, run.returncode, run.stderr)
        self.check_ledger()
        self.assertEqual(self.rows(self.rocks), self.rows(self.address))

    def test_words(self) -> None:
        for words, run in (("trust-clock", admin("expire", self.address, "--last-before", "2001-01-01", "--older", "1d")),
                           ("--control", admin("expire", self.address, *LATE, TRUST, "--control", "x")),
                           ("FREEZE", admin("checkpoint", self.address, str(self.root / "copy")))):
            self.assertEqual(USAGE, run.returncode, run.stderr)
            if words != "trust-clock":
                self.assertIn(words.encode(), run.stderr)
        self.assertEqual(self.rows(self.rocks), self.rows(self.address))


if __name__ == "__main__":
    skip_without_server()
    unittest.main()
