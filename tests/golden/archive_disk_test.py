"""Disks that fill up under a live ingester: the archive pauses and ingest goes on; or the database
waits for room with a clear word, and the archive has what it could not keep. Nothing counts twice."""
import os
import shutil
import socket
import subprocess
import sys
import unittest
from collections.abc import Iterable
from pathlib import Path

from pdns_archive import READY, archived, frames_of_captures, number_of, numbered, status
from pdns_testing import (
    LITTLE_ROOM, START, Ingester, dump, frame, ingest, leave_room, report, scratch, stream, wait_for)

IN_NAMESPACE = "PDNS_TEST_IN_NAMESPACE"
STORM = 20  # times the captures: some 27 MB of frames


class ArchiveDisk(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database, self.socket = self.root / "db", self.root / "dnstap.sock"
        self.disk = self.root / "disk"
        self.disk.mkdir()
        self.payloads = frames_of_captures()
        self.sent = 0

    def mount(self, size: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)

    def start(self, archive: Path, *arguments: object, flush: str = "0.05") -> Ingester:
        log = (self.root / "log").open("wb")
        self.addCleanup(log.close)
        run = Ingester(self.database, "-u", self.socket, "--archive", archive, "--flush-interval", flush,
                       *arguments, stderr=log)
        self.addCleanup(run.__exit__)
        wait_for(lambda: run.process.poll() is not None or
                 (self.socket.is_socket() and (self.database / "control.sock").is_socket()), 60)
        self.assertIsNone(run.process.poll(), self.log())
        return run

    def log(self) -> list[str]:
        return (self.root / "log").read_text("utf-8", "replace").splitlines()

    def connect(self) -> socket.socket:
        peer = socket.socket(socket.AF_UNIX)
        self.addCleanup(peer.close)
        peer.settimeout(60)
        peer.connect(str(self.socket))
        peer.sendall(READY)
        self.assertTrue(peer.recv(100))
        peer.sendall(START)
        return peer

    def numbers(self, times: int) -> Iterable[int]:
        first, self.sent = self.sent, self.sent + times * len(self.payloads)
        return range(first, self.sent)

    def payload(self, number: int) -> bytes:
        return numbered(self.payloads[number % len(self.payloads)], number)

    def send(self, peer: socket.socket, times: int) -> None:
        """The captures, `times` over; returns when they are taken."""
        for number in self.numbers(times):
            peer.sendall(frame(self.payload(number)))
        wait_for(lambda: self.taken() == self.sent)

    def taken(self) -> float:
        return sum(value for name, value in status(self.database).items()
                   if name.startswith("pdns_frames_total") and 'source="files"' not in name)

    def figure(self, name: str) -> float:
        return status(self.database)[f"pdns_archive_{name}"]

    def expected(self, numbers: Iterable[int]) -> bytes:
        plain = self.root / "plain.dnstap"
        plain.write_bytes(stream(map(self.payload, numbers)))
        self.assertEqual(0, ingest(self.root / "expected", plain).returncode)
        return dump(self.root / "expected")

    def full_archive(self, min_free: str) -> None:
        """The archive fills up, pauses, and goes on when there is room; all that came is stored."""
        self.mount("6M")
        archive = self.disk / "archive"
        run = self.start(archive, "--min-free", min_free, "--archive-rotate", "1M", "--no-archive-compress")
        peer = self.connect()
        self.send(peer, STORM)
        wait_for(lambda: self.figure("paused") == 1)
        self.send(peer, 1)  # in the midst of the pause, or of a vain attempt to go on
        figures = {name: self.figure(name) for name in ("frames_total", "left_out_total", "files_total")}
        self.assertGreater(figures["left_out_total"], 0)
        self.assertGreater(figures["frames_total"], 0)
        paused = [line for line in self.log() if "paused" in line]
        self.assertEqual(1, len(paused), paused)
        self.assertIn(str(archive), paused[0])

        kept = [number_of(p) for file in archived(archive).values() for p in file]
        files = sorted(archive.glob("pdns-*"))
        aside = self.root / "aside"
        aside.mkdir()
        for path in files:
            shutil.move(path, aside)
        wait_for(lambda: self.figure("paused") == 0)
        self.send(peer, 1)
        peer.close()
        code, out, _ = run.stop()
        self.assertEqual(0, code, self.log())
        self.assertLess(len(self.log()), 40)

        anew = archived(archive)
        self.assertTrue(anew)
        numbers = kept + [number_of(p) for file in anew.values() for p in file]
        self.assertEqual(len(set(numbers)), len(numbers))
        self.assertLess(len(numbers), self.sent)
        self.assertEqual(self.sent - 1, max(numbers), "archiving did not go on to the last frame")
        expected = self.expected(range(self.sent))
        self.assertEqual(expected, dump(self.database))
        again = report(ingest(self.database, aside, archive))
        self.assertEqual({"already_taken"}, {source["state"] for source in again["sources"]})
        self.assertEqual(expected, dump(self.database))

    def test_archive_keeps_room_free(self) -> None:
        self.full_archive("2M")

    def test_archive_fills_its_disk(self) -> None:
        """No room is kept free: writes fail in the midst of a file."""
        self.full_archive("1")

    def waits(self) -> bool:
        return "waiting for it" in " ".join(self.log())

    @staticmethod
    def count_archived(archive: Path) -> int:
        try:
            return sum(map(len, archived(archive).values()))
        except FileNotFoundError:  # compressed meanwhile
            return -1

    def test_database_fills_its_disk(self) -> None:
        self.mount("1M")  # too small for the space that RocksDB sets aside for its log
        self.database = self.disk / "db"
        archive = self.root / "archive"
        run = self.start(archive, "--memory", "16M", "--archive-rotate", "2M", "--min-free", "1M", flush="0.002")
        peer = self.connect()
        subprocess.run(["mount", "-o", "remount,size=8M", self.disk], check=True)
        self.send(peer, 2)
        leave_room(self.disk, LITTLE_ROOM)
        # As fast as the archive takes it: what overflows its buffer while the database still takes batches is left out.
        while not self.waits():
            self.assertLess(self.sent, STORM * len(self.payloads))
            for number in self.numbers(1):
                peer.sendall(frame(self.payload(number)))
            wait_for(lambda: self.waits() or self.count_archived(archive) == self.sent)
        # Then it may come at any speed: the sender waits for the archive.
        for number in self.numbers(STORM // 2):
            peer.sendall(frame(self.payload(number)))
        self.assertTrue(any("No space left on device" in line and str(self.database) in line for line in self.log()),
                        self.log())
        subprocess.run(["mount", "-o", "remount,size=200M", self.disk], check=True)
        wait_for(lambda: "open after" in " ".join(self.log()))
        peer.close()
        code, _, _ = run.stop()
        self.assertEqual(0, code, self.log())
        numbers = [number_of(p) for file in archived(archive).values() for p in file]
        # All of it is archived, whatever became of the database.
        self.assertEqual(list(range(self.sent)), sorted(numbers))
        last = ingest(self.database, archive)
        self.assertEqual(0, last.returncode, last.stderr)
        expected = self.expected(numbers)
        self.assertEqual(expected, dump(self.database))
        self.assertEqual(0, ingest(self.database, archive).returncode)
        self.assertEqual(expected, dump(self.database))


if __name__ == "__main__":
    # A mount of the test's own needs a mount namespace of its own.
    if IN_NAMESPACE not in os.environ:
        inside = ["unshare", "--mount", "--propagation", "private"]
        if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
            print("skipped: no mount namespace can be made here (needs root)")
            sys.exit(77)
        os.environ[IN_NAMESPACE] = "1"
        os.execvp(inside[0], [*inside, sys.executable, *sys.argv])
    unittest.main()
