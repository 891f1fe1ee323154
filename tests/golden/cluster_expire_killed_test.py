#!/usr/bin/env python3
"""pdns-admin expire over two servers, killed at each of its statements: what is left, and the numbers of what went, are
those of a directory.

PDNS_EVERY says at which statements of a run: at each fourth by default, where each test begins at another one."""
from __future__ import annotations

import itertools
import os
import signal
import subprocess
import threading
import unittest

from clickhouse import skip_without_server
from cluster_expiring import LATE, Expiring
from pdns_admin import DONE, told

EVERY = int(os.environ.get("PDNS_EVERY", "4"))
CHANGES = ("CREATE", "RENAME", "DROP", "ALTER", "INSERT")


def changes(sql: str) -> bool:
    """Does it change something? The numbers that keep the lock do not count: they come when they come."""
    return sql.startswith(CHANGES) and "(one, beat) SELECT" not in sql


class Killed(Expiring):
    statements = 10  # of a run of one step, or more

    def setUp(self) -> None:
        super().setUp()
        letters = sorted({row["rrname"][0] for row in self.rows(self.rocks)})
        self.slices = [letter for letter in letters if letter.isalpha()]

    def each_statement(self, begin: int, kill) -> None:
        """Runs over one slice each: the first is hit at its statement `begin`, the next one some further on, .. until one
        comes to its end unharmed. Behind each, a run that nothing hits finishes it."""
        wanted = begin % EVERY
        for letter, more in itertools.product(("[^.]?[a-m]", ".*n", ".*o", ".*s"), self.slices):
            slice_of = ("--regex", "--name", f"^{more}{letter}")
            if told(DONE, "expire", self.rocks, *LATE, *slice_of)["rows_removed"] == 0:
                continue
            if not kill(wanted, slice_of):
                break
            wanted += EVERY
            told(DONE, "expire", self.address, *LATE, *slice_of)
        self.assertGreaterEqual(wanted, self.statements)
        self.check()

    def hit(self, wanted: int, options: tuple[str, ...], when: str, what) -> bool:
        """Runs expire, and calls `what(run, node)` at its statement of that number. False: it has not so many."""
        reached, count, lock, go = threading.Event(), itertools.count(), threading.Lock(), threading.Event()

        def look(sql: str, node) -> object:
            with lock:
                if reached.is_set() or not changes(sql) or next(count) != wanted:
                    return True
                reached.set()
            go.wait()
            what(run, node)
            return False

        relays = self.relays(**{when: look})
        run = self.begin(relays, *options)
        go.set()
        run.communicate(timeout=300)
        for relay in relays:
            relay.close()
        if not reached.is_set():
            self.assertEqual(DONE, run.returncode)
        return reached.is_set()

    def admin_killed(self, begin: int, when: str) -> None:
        def end(run: subprocess.Popen, _node) -> None:
            run.kill()
            run.wait()
        self.each_statement(begin, lambda number, options: self.hit(number, options, when, end))

    def test_admin_killed_before_the_server_has_it(self) -> None:
        self.admin_killed(0, "before")

    def test_admin_killed_when_the_server_has_answered(self) -> None:
        self.admin_killed(1, "after")

    def test_admin_killed_in_many_steps(self) -> None:
        self.address += "?expire-step=3"
        self.statements = 16
        self.admin_killed(2, "after")

    def test_server_killed(self) -> None:
        def end(_run, node) -> None:
            node.end(signal.SIGKILL)

        def kill(number: int, options: tuple[str, ...]) -> bool:
            reached = self.hit(number, options, "after" if number // EVERY % 2 else "before", end)
            for node in self.cluster.nodes:
                if node.process is None:
                    node.start()
                    node.await_answer()
            return reached
        self.each_statement(3, kill)


if __name__ == "__main__":
    skip_without_server()
    unittest.main()
