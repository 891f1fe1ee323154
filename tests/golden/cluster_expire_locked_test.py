#!/usr/bin/env python3
"""Two runs of pdns-admin expire at once over two servers: one has the lock, whoever is killed, stands still or is far away,
and no tuple is counted twice. And how a run ends that waits for a server."""
from __future__ import annotations

import itertools
import os
import signal
import threading
import unittest

from clickhouse import library, skip_without_server
from clickhouse_relay import Relay
from cluster_expiring import LATE, Expiring
from pdns_admin import DONE, INCOMPLETE, IO, told

MARK, PLACE = "0123456789abcdef" * 2, "f" * 32


class TwoAtOnce(Expiring):
    def held(self, wanted: str) -> tuple[list[Relay], threading.Event, threading.Event]:
        """Relays that hold the first statement that begins so, and the events: it is held; let it go."""
        there, go = threading.Event(), threading.Event()
        self.addCleanup(go.set)

        def before(sql: str, _node) -> None:
            if sql.startswith(wanted):
                there.set()
                go.wait()
        return self.relays(before), there, go

    def test_the_second_is_refused(self) -> None:
        relays, there, go = self.held("ALTER")
        first = self.begin(relays)
        self.assertTrue(there.wait(120))
        errors = self.root / "refused"
        second = self.begin([], errors=errors)
        self.assertEqual(IO, second.wait(120))
        self.assertIn(f"another run removes rows there: process {first.pid} on ", errors.read_text())
        go.set()
        self.assertEqual(DONE, first.wait(120))
        told(DONE, "expire", self.rocks, *LATE)
        self.check()

    def foreign_lock(self) -> None:
        self.cluster.nodes[0].ask(f"CREATE TABLE {self.name}.upkeep (one UInt8, beat UInt64, holder String ALIAS "
                                  f"'{MARK}/{PLACE}/17/18/elsewhere.example') ENGINE = ReplacingMergeTree(beat) PARTITION BY tuple() ORDER BY one")

    def test_the_lock_of_a_run_elsewhere(self) -> None:
        """As long as its number moves, it has the lock; when it stands still, the lock is taken over, by one run of two."""
        self.foreign_lock()
        beats = itertools.count(1)

        def beat(sql: str, _node) -> None:
            if "max(beat)" in sql:
                self.cluster.nodes[0].ask(f"INSERT INTO {self.name}.upkeep (one, beat) VALUES (1, {next(beats)})")
        errors = self.root / "alive"
        self.assertEqual(IO, self.begin(self.relays(beat), errors=errors).wait(120))
        self.assertIn("process 17 on elsewhere.example", errors.read_text())
        runs = [self.begin([], errors=self.root / f"taken-{number}") for number in range(2)]
        codes = sorted(run.wait(300) for run in runs)
        self.assertIn(codes, ([DONE, IO], [DONE, DONE]))  # the second may come when the first is done
        self.assertIn("its lock is taken over", "".join((self.root / f"taken-{number}").read_text() for number in range(2)))
        told(DONE, "expire", self.rocks, *LATE)
        self.check()

    def test_a_lock_that_was_lost(self) -> None:
        """A run that stood still goes on when another has its place: it says so, and removes nothing."""
        relays, there, go = self.held("INSERT INTO " + self.name + ".rows")
        errors = self.root / "lost"
        run = self.begin(relays, errors=errors)
        self.assertTrue(there.wait(120))
        self.cluster.nodes[0].ask(f"DROP TABLE {self.name}.upkeep")
        self.foreign_lock()
        go.set()
        self.assertEqual(IO, run.wait(120))
        self.assertIn("process 17 on elsewhere.example took its place", errors.read_text())
        self.assertEqual(self.rows(self.rocks), self.rows(self.address))
        self.assertEqual([["0"]] * 2, self.cluster.rows(f"SELECT count() FROM system.mutations WHERE database = '{self.name}'"))

    def test_ctrl_c_while_a_server_deletes(self) -> None:
        """The wait ends at once, although the server says nothing."""
        relays, there, _go = self.held("SELECT count(), toUInt64(sum(parts_to_do))")
        run = self.begin(relays)
        self.assertTrue(there.wait(120))
        run.send_signal(signal.SIGINT)
        self.assertEqual(INCOMPLETE, run.wait(10))
        told(DONE, "expire", self.address, *LATE)
        told(DONE, "expire", self.rocks, *LATE)
        self.check()

    @unittest.skipUnless(library(), "18.16 does not say that it fails")
    def test_a_server_that_cannot_delete(self) -> None:
        """Its own words end the wait."""
        def spoil(sql: str, node) -> None:
            if sql.startswith("ALTER") and node is self.cluster.nodes[1]:
                for path in (node.folder / "data").glob("**/all_*/*.bin"):
                    with path.open("r+b") as file:
                        file.seek(-8, os.SEEK_END)  # of the last column, which no question of the run reads
                        file.write(b"\xff" * 8)
        def lose(sql: str, node) -> object:
            return not sql.startswith("ALTER") or node is self.cluster.nodes[0]
        errors = self.root / "failed"
        for relays in (self.relays(before=spoil, after=lose), []):  # the second run finds the statement of the first
            run = self.begin(relays, errors=errors)
            self.assertEqual(IO, run.wait(300))
        self.assertRegex(errors.read_text(), "shard 2 .*rows cannot be deleted there.*Checksum doesn't match")


if __name__ == "__main__":
    skip_without_server()
    unittest.main()
