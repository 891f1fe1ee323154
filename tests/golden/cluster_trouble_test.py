#!/usr/bin/env python3
"""Exactly once over two ClickHouse servers: ingesters and servers that are killed, frozen or away, and answers that are
lost. What the servers hold is compared with the expected counts, read by plain SQL.

PDNS_KILLS says how many kills there are of each kind."""
from __future__ import annotations

import os
import random
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest
from pathlib import Path

from clickhouse import Cluster, Node, skip_without_server
from clickhouse_relay import message
from clickhouse_rows import check_markers, check_rows, markers, stored, wanted
from pdns_testing import CAPTURES, Ingester, expected, ingest, listening, payloads_of, scratch, stream, wait_for

KILLS = int(os.environ.get("PDNS_KILLS", "4"))
ROUNDS = 4  # files, each with all frames of the captures in another order


class Proxy:
    """Stands before a server. `spoil` of the next batches reach the server, and their answers are lost: the client gets
    `answer`, or its connection is reset if that is None."""

    def __init__(self, node: Node) -> None:
        self.node, self.spoil, self.answer, self.spoiled = node, 0, None, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            try:
                with socket.create_connection(("127.0.0.1", self.node.http)) as server:
                    while (request := message(peer)) is not None:
                        server.sendall(request)
                        answer = message(server)
                        if b"query_id=" in request.split(b"\r\n", 1)[0] and self.spoil > 0:  # as batches alone have
                            self.spoil -= 1
                            self.spoiled += 1
                            if self.answer is None:
                                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                                return
                            answer = self.answer
                        if answer is None:
                            return
                        peer.sendall(answer)
            except OSError:
                return

    def close(self) -> None:
        self.listener.close()


def unread(port: int) -> int:
    """Bytes that lie in the sockets of the server at that port because it does not read them."""
    total = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[1].endswith(f":{port:04X}"):
            total += int(words[4].split(":")[1], 16)
    return total


class Trouble(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = scratch()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.root = Path(cls.folder.name)
        cls.cluster = cls.enterClassContext(Cluster(cls.root))
        cls.chance = random.Random(20261128)
        cls.payloads = [p for capture in CAPTURES for p in payloads_of(capture)]
        cls.files = []
        for number in range(ROUNDS):
            cls.files.append(cls.root / f"capture-{number}")
            cls.files[-1].write_bytes(cls.shuffled())

    @classmethod
    def shuffled(cls) -> bytes:
        """All frames in an order of their own: what comes twice in the same order is the same source."""
        cls.chance.shuffle(cls.payloads)
        return stream(cls.payloads)

    def setUp(self) -> None:
        self.database = self._testMethodName
        self.cluster.create(self.database)
        self.outbox = self.root / f"{self.database}.outbox"
        self.address = self.cluster.address(database=self.database)
        self.log = self.root / f"{self.database}.log"
        self.options = ["--outbox", self.outbox, "--flush-interval", "0.03", "--memory", "16M"]

    def run_files(self, address: str | None = None) -> subprocess.CompletedProcess:
        return ingest(address or self.address, *self.options, *self.files)

    def check(self, times: int = ROUNDS) -> None:
        self.assertEqual([], list(self.outbox.glob("0*.[01]")))
        check_rows(self.cluster, CAPTURES, times, self.database)
        check_markers(self.cluster, self.database)

    def finish(self) -> None:
        """Runs over the files until one takes all that is left; then the counts are exact."""
        for _ in range(20):
            if self.run_files().returncode == 0:
                return self.check()
        self.fail("no run came to its end")

    def live(self, address: str | None = None, *more: object) -> Ingester:
        log = self.log.open("ab")
        self.addCleanup(log.close)
        path = self.root / "s"
        run = Ingester(address or self.address, "-u", path, *self.options, *more, stderr=log)
        self.addCleanup(run.__exit__)
        wait_for(lambda: run.process.poll() is not None or listening(path))
        self.assertIsNone(run.process.poll(), self.said())
        return run

    def send(self, number: int | None = None) -> None:
        """A file, or all frames in a new order."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(self.root / "s"))
            peer.sendall(self.shuffled() if number is None else self.files[number].read_bytes())
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65536):
                pass

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def delivered(self, times: int) -> bool:
        """Have the servers all of so many rounds, and does the outbox know?"""
        told = self.cluster.rows(f"SELECT sum(finalizeAggregation(cnt)) FROM {self.database}.rows WHERE kind = 0")
        wanted_sum = sum(row[0] for row in expected("tuples", CAPTURES, times).values())
        return sum(int(row[0]) for row in told) == wanted_sum and not list(self.outbox.glob("0*.[01]"))

    def batches(self, shard: int) -> int:
        return sum(last for _, last, _ in markers(self.cluster, self.database)[shard])

    def begin_anew(self, number: int) -> None:
        """With an empty database, so that the next kill has something to meet; the outbox and its writer stay."""
        self.database = f"{self._testMethodName}_{number}"
        self.cluster.create(self.database)
        self.address = self.cluster.address(database=self.database)

    def test_ingester_killed(self) -> None:
        kills = runs = 0
        while kills < KILLS:
            runs += 1
            with Ingester(self.address, *self.options, *self.files) as run:
                wait_for(lambda: (self.outbox / "writer").exists())
                time.sleep(self.chance.uniform(0, 1.5))
                run.process.send_signal(signal.SIGKILL)
                run.process.wait()
                kills += run.process.returncode == -signal.SIGKILL
            if run.process.returncode == 0 or runs % 4 == 0:
                self.finish()
                self.begin_anew(runs)
        self.finish()

    def test_server_killed(self) -> None:
        for number in range(KILLS):
            node = self.chance.choice(self.cluster.nodes)
            with Ingester(self.address, *self.options, *self.files) as run:
                wait_for(lambda: (self.outbox / "writer").exists())
                time.sleep(self.chance.uniform(0, 1.5))
                node.end(signal.SIGKILL)
                node.start()
                node.await_answer()
                run.process.communicate(timeout=300)
            if number % 2 == 1:
                self.finish()
                self.begin_anew(number)
        self.finish()

    def test_killed_while_a_frozen_server_has_the_batch_unread(self) -> None:
        """What lies in the socket of a server that stands still is stored after both ends of it are forgotten."""
        node = self.cluster.nodes[1]
        run = self.live()
        self.send(0)
        wait_for(lambda: self.delivered(1))  # and nothing is on its way
        node.send(signal.SIGSTOP)
        try:
            self.send(1)
            wait_for(lambda: unread(node.http) > 10000)
            run.process.send_signal(signal.SIGKILL)
            run.process.wait()
        finally:
            node.send(signal.SIGCONT)
        self.options += ["--compact"]  # a run without a source delivers
        self.files = []
        self.assertEqual(0, self.run_files().returncode)
        check_markers(self.cluster, self.database)
        # All that was committed came once: both shards have the batches of the outbox, and a tuple has the counts of whole
        # rounds or of the part of the second that was in the outbox.
        once, twice = (wanted(expected("tuples", CAPTURES, times)) for times in (1, 2))
        counts = {key: count for key, (count, *_) in stored(self.cluster, 0, self.database).items()}
        self.assertTrue(all(once[key][0] <= count <= twice[key][0] for key, count in counts.items()))
        self.assertGreater(sum(counts.values()), sum(row[0] for row in once.values()))

    def test_a_server_that_is_away_and_returns(self) -> None:
        node = self.cluster.nodes[1]
        node.end(signal.SIGKILL)
        try:
            refused = self.run_files()  # nobody can know whether the shard that is away has them
            self.assertEqual(1, refused.returncode)
            self.assertIn(b"cannot be reached", refused.stderr)
            run = self.live(None, "--archive", self.root / "archive-away")
            self.send(0)
            wait_for(lambda: self.batches_of_first() > 0)
            self.assertEqual(1, self.said().count("its batches wait in the outbox"), self.said())
        finally:
            node.start()
            node.await_answer()
        self.send(1)
        wait_for(lambda: "it takes batches again" in self.said())
        self.assertEqual(0, run.stop()[0], self.said())
        self.assertNotIn("paused", self.said())
        self.check(2)
        self.files = [self.root / "archive-away"]
        self.assertEqual(0, self.run_files().returncode)
        self.check(2)

    def batches_of_first(self) -> int:
        rows = self.cluster.nodes[0].rows(f"SELECT maxMerge(last) FROM {self.database}.rows WHERE kind = 101 AND key LIKE 'w/%'")
        return int(rows[0][0])

    def test_answers_that_are_lost(self) -> None:
        proxy = Proxy(self.cluster.nodes[0])
        self.addCleanup(proxy.close)
        self.address = self.address.replace(f":{self.cluster.nodes[0].http}", f":{proxy.port}")
        html = b"<html>Please log in</html>"
        for answer in (None, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(html), html),
                       b"HTTP/1.1 200 OK\r\nX-ClickHouse-Server-Display-Name: x\r\nContent-Length: 10\r\n\r\nCode: 999,"):
            proxy.answer, proxy.spoil = answer, 1
            run = self.live()
            for number in range(2):
                self.send(number)
            wait_for(lambda: proxy.spoil == 0)
            self.assertEqual(0, run.stop()[0], self.said())
            run = ingest(self.address, *self.options, "--compact")  # what is in doubt still
            self.assertEqual(0, run.returncode, run.stderr)
        self.assertEqual(3, proxy.spoiled)
        self.check(6)

    def test_a_full_outbox(self) -> None:
        """The archive goes on, and a run over it makes the counts whole."""
        node = self.cluster.nodes[1]
        archive = self.root / "archive"
        self.options += ["--max-database", "1M"]
        run = self.live(None, "--archive", archive)
        self.send()
        wait_for(lambda: self.batches(1) > 0)
        node.end(signal.SIGKILL)
        try:
            rounds = 1
            while "nothing more is stored" not in self.said():
                self.send()
                rounds += 1
            self.send()
            rounds += 1
            self.assertLess(sum(path.stat().st_size for path in self.outbox.iterdir()), 2 << 20)
        finally:
            node.start()
            node.await_answer()
        wait_for(lambda: "frames are stored from now on" in self.said())
        self.send()
        self.assertEqual(0, run.stop()[0], self.said())
        self.files = [archive]
        self.assertEqual(0, self.run_files().returncode)
        self.check(rounds + 1)

    def test_two_ingesters(self) -> None:
        """Each takes half of the files, both at once."""
        other = [*self.options]
        other[1] = self.outbox.with_suffix(".second")
        with Ingester(self.address, *self.options, *self.files[:2]) as one, Ingester(self.address, *other, *self.files[2:]) as two:
            for run in (one, two):
                run.process.communicate(timeout=300)
                self.assertEqual(0, run.process.returncode)
        self.assertEqual(2, len(markers(self.cluster, self.database)[0]))
        self.finish()


if __name__ == "__main__":
    skip_without_server()
    unittest.main()
