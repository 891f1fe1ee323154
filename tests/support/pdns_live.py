"""What the tests of a live ingester share whose disk, database or clock is in trouble: a disk of the test's own, the
ingester, a resolver's connection, its figures, and what must be stored in the end."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import unittest
from collections.abc import Iterable
from pathlib import Path

from pdns_archive import READY, archived, frames_of_captures, number_of, numbered, status
from pdns_testing import START, Ingester, dump, frame, ingest, listening, report, scratch, stream, wait_for

IN_NAMESPACE = "PDNS_TEST_IN_NAMESPACE"
AT_ONCE = 100  # frames in one write


def mount(case: unittest.TestCase, disk: Path, size: str) -> None:
    """A file system of its own at `disk`, gone with the test; needs main()."""
    disk.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=True)
    case.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)


def remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)


def main() -> None:
    """As unittest.main, in a mount namespace of its own; skipped where none can be made."""
    if IN_NAMESPACE not in os.environ:
        inside = ["unshare", "--mount", "--propagation", "private"]
        if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
            print("skipped: no mount namespace can be made here (needs root)")
            sys.exit(77)
        os.environ[IN_NAMESPACE] = "1"
        os.execvp(inside[0], [*inside, sys.executable, *sys.argv])
    unittest.main()


class LiveTest(unittest.TestCase):
    """`database` and `archive` may be moved before start(). Frame number N of a test is payload(N)."""

    def setUp(self) -> None:
        folder = scratch()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.database, self.archive = self.root / "db", self.root / "archive"
        self.socket, self.log_path = self.root / "dnstap.sock", self.root / "log"
        self.payloads = frames_of_captures()
        self.sent = 0

    def payload(self, number: int) -> bytes:
        return numbered(self.payloads[number % len(self.payloads)], number)

    def start(self, *arguments: object, flush: str = "0.05", control: bool = True, **options: object) -> Ingester:
        """Returns when it listens; without `control` its database may still be waited for."""
        log = self.log_path.open("ab")
        self.addCleanup(log.close)
        run = Ingester(self.database, "-u", self.socket, "--flush-interval", flush, *arguments, stderr=log, **options)
        self.addCleanup(run.__exit__)
        sockets = [self.socket, self.database / "control.sock"] if control else [self.socket]
        wait_for(lambda: run.process.poll() is not None or all(map(listening, sockets)))
        self.assertIsNone(run.process.poll(), self.log())
        return run

    def end(self, run: Ingester, code: int = 0, how: int = signal.SIGTERM) -> list[dict]:
        """What each process of the run said when it ended."""
        ended, out, _ = run.stop(how)
        self.assertEqual(code, ended, self.log())
        return [report(subprocess.CompletedProcess([], 0, line)) for line in out.splitlines()]

    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace")

    def connect(self) -> socket.socket:
        peer = socket.socket(socket.AF_UNIX)
        self.addCleanup(peer.close)
        peer.settimeout(60)
        peer.connect(str(self.socket))
        peer.sendall(READY)
        self.assertTrue(peer.recv(100))
        peer.sendall(START)
        return peer

    def send_frames(self, peer: socket.socket, count: int) -> None:
        last = self.sent + count
        while self.sent < last:
            until = min(self.sent + AT_ONCE, last)
            peer.sendall(b"".join(frame(self.payload(number)) for number in range(self.sent, until)))
            self.sent = until

    def send(self, peer: socket.socket, times: int = 1) -> None:
        """The captures, `times` over."""
        self.send_frames(peer, times * len(self.payloads))

    def figure(self, begin: str, part: str = "") -> float:
        return sum(value for key, value in status(self.database).items() if key.startswith(begin) and part in key)

    def frames(self) -> float:
        """Those that sockets gave in this process."""
        return sum(value for key, value in status(self.database).items()
                   if key.startswith("pdns_frames_total") and 'source="files"' not in key)

    def storing(self) -> bool:
        try:
            return self.figure("pdns_storing") == 1
        except (OSError, ValueError):  # it goes around, and was asked in that moment
            return False

    def numbers_archived(self) -> list[int]:
        return sorted(number_of(p) for file in archived(self.archive).values() for p in file)

    def count_archived(self) -> int:
        try:
            return sum(map(len, archived(self.archive).values()))
        except FileNotFoundError:  # compressed meanwhile
            return -1

    def expected(self, numbers: Iterable[int], *first: Path) -> bytes:
        """What a database holds that took these captures and frames."""
        plain, database = self.root / "plain.dnstap", self.root / "expected"
        plain.write_bytes(stream(map(self.payload, numbers)))
        self.assertEqual(0, ingest(database, *first, plain).returncode)
        return dump(database)
