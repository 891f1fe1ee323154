#!/usr/bin/env python3
"""The disk of a cluster's outbox is full: a live run goes on, and stores again when there is room."""
from __future__ import annotations

import random
import unittest
from pathlib import Path

from clickhouse import Cluster, skip_without_server
from clickhouse_rows import check_markers, check_rows
from pdns_live import main, mount
from live_test import send
from pdns_testing import CAPTURES, Ingester, ingest, leave_room, listening, payloads_of, scratch, wait_for

ROOM = 300 << 10  # less than a round of the captures needs


class Disk(unittest.TestCase):
    def test_goes_on(self) -> None:
        folder = scratch()
        self.addCleanup(folder.cleanup)
        root = Path(folder.name)
        with Cluster(root) as cluster:
            cluster.create()
            disk, archive, path, log = root / "disk", root / "archive", root / "s", root / "log"
            mount(self, disk, "4M")
            leave_room(disk, ROOM)
            options = ["--outbox", disk / "outbox", "--control", root / "control", "--flush-interval", "0.2"]
            with log.open("wb") as err:
                with Ingester(cluster.address(), "-u", path, "--archive", archive, *options, stderr=err) as run:
                    wait_for(lambda: listening(path))
                    payloads = [payload for capture in CAPTURES for payload in payloads_of(capture)]
                    rounds, chance = 0, random.Random(20261128)
                    while "No space left on device" not in log.read_text():
                        chance.shuffle(payloads)  # else two archive files could be taken for one
                        send(path, payloads)
                        rounds += 1
                    (disk / "ballast").unlink()
                    wait_for(lambda: "open after" in log.read_text())
                    chance.shuffle(payloads)
                    send(path, payloads)
                    code = run.stop()[0]
            self.assertEqual(0, code, log.read_text())
            self.assertEqual(0, ingest(cluster.address(), *options, archive).returncode)
            check_rows(cluster, CAPTURES, rounds + 1)
            check_markers(cluster)


if __name__ == "__main__":
    skip_without_server()
    main()
