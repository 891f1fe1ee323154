#!/usr/bin/env python3
"""A server that is killed while it sends rows: the answer says that it is incomplete, and what it shows is true.

A relay stands before the second shard. It kills the server when so many bytes of rows have passed: in the midst of the
first page, or in a later one, when rows of both shards have been shown. Pages are longer than what the sockets between
hold, so the rest of one is never sent."""
from __future__ import annotations

import signal
import socket
import subprocess
import threading
import unittest
from pathlib import Path

from clickhouse import STATES, Cluster, Node, skip_without_server
from pdns_serve import Server
from pdns_testing import query, scratch

ROWS = 6000  # of each shard: 1,000 on the first page and 4,000 on the second, with 1,880 bytes each
FIRST_PAGE = 1_900_000
IN_FIRST, IN_SECOND = 300_000, FIRST_PAGE + 500_000
WINDOW = 64 << 10  # bytes that the relay lets the server send ahead
TIME = 1795372876
NOTHING, INCOMPLETE = 1, 2


def insert(first: int) -> str:
    """Every other name, each with a TXT of its own: a000000.blah.org, a000002.blah.org, .."""
    values = {"first": TIME, "last": TIME, "cnt": 1, "zone": 1, "reasons": 0, "sensors": 1, "days": TIME // 86400}
    states = ", ".join(f"{function}State(to{kind}({values[name]}))" for name, (function, kind) in STATES.items())
    number = f"substring(toString(1000000 + number * 2 + {first}), 2)"
    filling = (b"\xff" + b"x" * 255).hex() * 7
    return (f"INSERT INTO pdns.rows SELECT toUInt8(0), concat('org\\0blah\\0a', {number}, '\\0\\0'), toUInt16(16), '', "
            f"concat('\\x06', {number}, unhex('{filling}')), {states} FROM numbers({ROWS}) GROUP BY number")


NAMES = [[f"a{number * 2 + first:06}.blah.org." for number in range(ROWS)] for first in range(2)]


class Relay:
    """Between a client and a server. Once `most` bytes of answers have passed, the server is killed."""

    def __init__(self, node: Node, most: int) -> None:
        self.node, self.left, self.lock = node, most, threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(peer,), daemon=True).start()

    def _connect(self, peer: socket.socket) -> None:
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
        with peer, server:
            try:
                server.connect(("127.0.0.1", self.node.http))
                threading.Thread(target=self._pass, args=(peer, server, False), daemon=True).start()
                self._pass(server, peer, True)
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the client then sees its connection closed

    def _pass(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        try:
            while part := source.recv(16384):
                sink.sendall(part)
                if counted:
                    self._count(len(part))
        except OSError:
            pass

    def _count(self, size: int) -> None:
        with self.lock:
            self.left -= size
            if -size < self.left <= 0:
                self.node.end(signal.SIGKILL)

    def killed(self) -> bool:
        """If so, the server has ended by now."""
        with self.lock:
            return self.left <= 0

    def restart(self) -> None:
        if self.killed():
            self.node.start()
            self.node.await_answer()

    def close(self) -> None:
        self.listener.close()


class Killed(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = scratch()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        cls.cluster = cls.enterClassContext(Cluster(cls.root))
        cls.cluster.create()
        for first, node in enumerate(cls.cluster.nodes):
            node.ask(insert(first))

    def setUp(self) -> None:
        for node in self.cluster.nodes:
            if node.process is None:
                node.start()
                node.await_answer()

    def relay(self, most: int) -> Relay:
        """Before the second server."""
        relay = Relay(self.cluster.nodes[1], most)
        self.addCleanup(relay.close)
        return relay

    def address(self, relay: Relay) -> str:
        return self.cluster.address().replace(f":{self.cluster.nodes[1].http}", f":{relay.port}")

    def ask(self, relay: Relay, *arguments: object) -> subprocess.CompletedProcess:
        run = query(self.address(relay), *arguments)
        self.assertTrue(relay.killed(), "the answer was whole before the server could be killed")
        return run

    def check_names(self, names: list[str], least: int) -> None:
        """All rows of the first shard, and of the second `least` or more from its first on, but not all."""
        shown = [[name for name in names if (int(name[1:7]) % 2) == shard] for shard in range(2)]
        self.assertEqual(NAMES[0], shown[0])
        self.assertEqual(NAMES[1][:len(shown[1])], shown[1])
        self.assertTrue(least <= len(shown[1]) < ROWS, len(shown[1]))

    def incomplete(self, run: subprocess.CompletedProcess) -> None:
        self.assertEqual(INCOMPLETE, run.returncode, run.stderr)
        self.assertIn(b"shard 2", run.stderr)

    def test_all_is_well(self) -> None:
        """What the other tests compare with."""
        relay = self.relay(1 << 40)
        run = query(self.address(relay), "*.blah.org", "-p", "names")
        self.assertEqual((0, b""), (run.returncode, run.stderr))
        self.assertEqual(sorted(NAMES[0] + NAMES[1]), run.stdout.decode().split())

    def test_in_the_first_page(self) -> None:
        run = self.ask(self.relay(IN_FIRST), "*.blah.org", "-p", "names")
        self.incomplete(run)
        self.check_names(run.stdout.decode().split(), 0)

    def test_in_a_later_page(self) -> None:
        run = self.ask(self.relay(IN_SECOND), "*.blah.org", "-p", "names")
        self.incomplete(run)
        self.check_names(run.stdout.decode().split(), 500)

    def test_rows_that_are_sorted_or_counted(self) -> None:
        """Such answers come behind all rows, and are no less incomplete."""
        for arguments in (["--sort", "last"], ["--count"]):
            with self.subTest(arguments=arguments):
                relay = self.relay(IN_SECOND)
                self.incomplete(self.ask(relay, "*.blah.org", *arguments))
                relay.restart()

    def test_a_list_of_names(self) -> None:
        names = self.root / "names"
        names.write_text("".join(f"{name}\n" for shard in NAMES for name in shard))
        self.incomplete(self.ask(self.relay(IN_SECOND), "-f", names, "-p", "names"))

    def test_pdns_serve(self) -> None:
        """The answer ends with a condition that is none of success, and the server goes on once the shard is back."""
        relay = self.relay(IN_SECOND)
        target = "/lookup/rrset/name/*.blah.org?limit=0"
        with Server(self.address(relay), log=self.root / "log") as server:
            objects, condition = server.saf(target)
            self.assertTrue(relay.killed())
            self.assertEqual("failed", condition)
            self.check_names([one["rrname"] for one in objects], 500)
            relay.restart()
            objects, condition = server.saf(target)
            self.assertEqual((2 * ROWS, "succeeded"), (len(objects), condition))


if __name__ == "__main__":
    skip_without_server()
    unittest.main()
