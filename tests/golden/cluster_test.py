#!/usr/bin/env python3
"""The ClickHouse engine against two real servers: what is written, and the words for what cannot be."""
from __future__ import annotations

import json
import os
import subprocess
import unittest
from pathlib import Path

from clickhouse import PASSWORD, Cluster, skip_without_server
from clickhouse_rows import check_markers, check_rows, counters, stored
from pdns_testing import BIN, CAPTURES, expected, expected_counters, ingest, query, report, rows, scratch

BY_TARGET = (2, 4, 6, 9)


class ClusterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = scratch()
        cls.cluster = cls.enterClassContext(Cluster(Path(cls.folder.name)))
        cls.addClassCleanup(cls.folder.cleanup)

    def setUp(self) -> None:
        self.database = self._testMethodName
        self.cluster.create(self.database)
        self.outbox = Path(self.folder.name) / f"{self.database}.outbox"

    def ingest(self, *arguments: object, user: str = "default", **environment: str) -> subprocess.CompletedProcess:
        return ingest(self.cluster.address(database=self.database, user=user), "--outbox", self.outbox, *arguments,
                      env=os.environ | environment)

    def check_rows(self, times: int = 1) -> None:
        check_rows(self.cluster, CAPTURES, times, self.database)
        check_markers(self.cluster, self.database)

    def test_a_shard_is_added(self) -> None:
        """Rows of one name then lie on both; answers merge them, and no count is lost."""
        address = self.cluster.address(database=self.database)
        alone = address.replace(f",127.0.0.1:{self.cluster.nodes[1].http}", "")
        for where, capture in zip((alone, address), CAPTURES):
            run = ingest(where, "--outbox", self.outbox, capture)
            self.assertEqual(0, run.returncode, run.stderr)
        shards = [{row[0] for row in node.rows(f"SELECT hex(key) FROM {self.database}.rows WHERE kind = 0")}
                  for node in self.cluster.nodes]
        self.assertTrue(shards[0] & shards[1])
        told = query(address, "*.", "--json", "--wire")
        self.assertEqual(0, told.returncode, told.stderr)
        self.assertEqual(expected("tuples", CAPTURES), rows(told.stdout))

    def test_init_cluster(self) -> None:
        def init(*arguments: str) -> subprocess.CompletedProcess:
            return subprocess.run([BIN / "pdns-admin", "init-cluster", *arguments], capture_output=True, text=True,
                                  timeout=300, check=False)
        address = self.cluster.address(database="made")
        told = init("--dry-run", address)
        self.assertEqual((0, ""), (told.returncode, told.stderr))
        self.assertEqual(2, told.stdout.count("CREATE TABLE"))
        self.assertEqual([["0"]] * 2, self.cluster.rows("SELECT count() FROM system.databases WHERE name = 'made'"))
        for _ in range(2):  # the second time changes nothing
            made = init("--json", address)
            self.assertEqual((0, ""), (made.returncode, made.stderr))
            self.assertEqual(("made.rows", 2), ((said := json.loads(made.stdout))["table"], len(said["servers"])))
        run = ingest(address, "--outbox", self.outbox, *CAPTURES)
        self.assertEqual(0, run.returncode, run.stderr)
        check_rows(self.cluster, CAPTURES, 1, "made")
        for node in self.cluster.nodes:  # what was there already, and is another table
            node.ask("CREATE TABLE IF NOT EXISTS default.rows (x UInt8) ENGINE = Memory")
        other = init(self.cluster.address(database="default"))
        self.assertEqual(66, other.returncode, other.stderr)
        self.assertEqual(64, init("nowhere").returncode)
        self.assertEqual(64, init().returncode)

    def test_captures(self) -> None:
        run = self.ingest(*CAPTURES)
        self.assertEqual(0, run.returncode, run.stderr)
        self.check_rows()
        sums = counters(self.cluster, self.database)
        for capture in CAPTURES:
            for name, count in expected_counters(capture).items():
                if name in ("frames", "tuples", "quarantined tuples"):  # sums, which are not kept
                    continue
                sums[name] = sums.get(name, 0) - count
        self.assertEqual({name: 0 for name in sums}, sums)
        # By what they point at: each row is one by owner, with the same numbers.
        forward = stored(self.cluster, 0, self.database)
        for kind in BY_TARGET:
            for row in self.cluster.rows(
                    "SELECT lower(hex(owner)), rrtype, lower(hex(rdata)), finalizeAggregation(cnt) "
                    f"FROM {self.database}.rows FINAL WHERE kind = {kind}"):
                self.assertEqual(int(row[3]), forward[row[0], int(row[1]), row[2]][0])
        # Both shards have a share, and a tuple lies whole on one.
        self.assertTrue(all(int(node.rows(f"SELECT count() FROM {self.database}.rows")[0][0]) > 1000
                            for node in self.cluster.nodes))
        # Once taken, nothing is taken again: by this outbox, and by another ingester with its own.
        self.assertEqual(0, report(self.ingest(*CAPTURES))["frames"])
        self.outbox = self.outbox.with_suffix(".second")
        self.assertEqual(0, report(self.ingest(*CAPTURES))["frames"])
        self.check_rows()

    def test_words(self) -> None:
        for code, word, run in (
            (77, b"may only read", self.ingest(CAPTURES[0], user="pdns_read", PDNS_CLICKHOUSE_PASSWORD=PASSWORD)),
            (77, b"its password", self.ingest(CAPTURES[0], user="pdns_write", PDNS_CLICKHOUSE_PASSWORD="wrong")),
            (64, b"--repair", self.ingest("--repair", CAPTURES[0])),
            (64, b"--journal-keep", self.ingest("--journal-keep", "1d", CAPTURES[0])),
            (64, b"there is none of that name", ingest(self.cluster.address("cluster=x"), CAPTURES[0])),
            (64, b"--outbox is for a cluster", ingest(self.outbox, "--outbox", self.outbox, CAPTURES[0])),
            (66, b"init-cluster", ingest(self.cluster.address(database="none"), "--outbox", self.outbox, CAPTURES[0])),
            (74, b"cannot be reached", ingest("clickhouse://127.0.0.1:1/pdns", "--outbox", self.outbox, CAPTURES[0])),
        ):
            self.assertEqual(code, run.returncode, run.stderr)
            self.assertIn(word, run.stderr)
        self.assertEqual({}, stored(self.cluster, 0, self.database))
        password = Path(self.folder.name) / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        run = ingest(self.cluster.address(f"password-file={password}", "pdns_write", self.database), "--check",
                     "--outbox", self.outbox, CAPTURES[0])
        self.assertEqual(0, run.returncode, run.stderr)

    def test_unit_tests_with_servers(self) -> None:
        """Those of unit_store_clickhouse that need one."""
        run = subprocess.run([os.environ["PDNS_UNIT_STORE_CLICKHOUSE"], "--gtest_filter=Live*"], capture_output=True,
                             timeout=300, env=os.environ | {"PDNS_TEST_CLICKHOUSE": self.cluster.address()})
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        self.assertNotIn(b"SKIPPED", run.stdout)


if __name__ == "__main__":
    skip_without_server()
    unittest.main()
