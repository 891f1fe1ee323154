"""What the tests of pdns-admin expire over two servers share: the captures in a cluster and in a directory, from which the
same is removed, and runs whose statements go through relays."""
from __future__ import annotations

import json
import os
import subprocess
import unittest
from pathlib import Path

from clickhouse import Cluster
from clickhouse_relay import Relay, through
from pdns_testing import BIN, CAPTURES, ingest, query, scratch, stats

LATE = ("--last-before", "2027-01-01", "--trust-clock")  # all of it: the captures stay where they are, and the clock goes on


class Expiring(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = scratch()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.root = Path(cls.folder.name)
        cls.cluster = cls.enterClassContext(Cluster(cls.root))

    def setUp(self) -> None:
        self.name = self._testMethodName
        self.cluster.create(self.name)
        self.address = self.cluster.address(database=self.name)
        self.rocks = self.root / f"{self.name}.db"
        for database, *how in ((self.rocks,), (self.address, "--outbox", self.root / f"{self.name}.outbox")):
            run = ingest(database, *how, *CAPTURES)
            assert run.returncode == 0, run.stderr

    def rows(self, database: object, *options: str) -> list[dict]:
        return [json.loads(line) for line in query(database, "*.", "--json", *options).stdout.splitlines()]

    def begin(self, relays: list[Relay], *options: str, errors: Path | None = None) -> subprocess.Popen:
        address = through(self.cluster, self.address, relays)
        with open(errors or os.devnull, "wb") as err:
            run = subprocess.Popen([BIN / "pdns-admin", "expire", "-d", address, "--json", *LATE, *options],
                                   stdout=subprocess.PIPE, stderr=err)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        self.addCleanup(run.stdout.close)
        return run

    def relays(self, before=None, after=None) -> list[Relay]:
        relays = [Relay(node, before and (lambda sql, node=node: before(sql, node)),
                        after and (lambda sql, node=node: after(sql, node))) for node in self.cluster.nodes]
        for relay in relays:
            self.addCleanup(relay.close)
        return relays

    def check(self) -> None:
        self.assertEqual(self.rows(self.rocks), self.rows(self.address))
        self.assertEqual(stats(self.rocks)["expired"], stats(self.address)["expired"])
        self.assertEqual([["0"]] * 2, self.cluster.rows(f"SELECT count() FROM {self.name}.rows WHERE kind = 104"))
        self.assertEqual([], self.cluster.rows(f"SELECT name FROM system.tables WHERE database = '{self.name}' AND name != 'rows'"))
