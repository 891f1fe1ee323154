"""Random subdomains against a database with a limit: it stops to grow, lives on, and is exact; raised, it goes on."""
import random
import signal
import socket
import struct
import unittest
from pathlib import Path

import pdns_dnstap
from pdns_archive import READY, archived, status
from pdns_testing import (
    CAPTURES, START, Ingester, dump, frame, ingest, listening, query, report, scratch, stats, stream, wait_for)

NO_ROOM = 74
LIMIT = 2 << 20
MEMORY = 16 << 20
ZONE = b"\x07example\x00"
TIME = 1_700_000_000


def hostile(number: int, chance: random.Random) -> bytes:
    """An answer that nobody asked for twice: a name without compressible parts, and its address."""
    label = bytes(chance.choice(b"abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(60))
    name = bytes([len(label)]) + label + ZONE
    header = struct.pack(">HHHHHH", number & 0xffff, 0x8400, 1, 1, 0, 0)
    answer = struct.pack(">HHHIH", 0xc00c, 1, 1, 60, 4) + struct.pack(">I", number)
    return pdns_dnstap.response(header + name + struct.pack(">HH", 1, 1) + answer, ZONE, TIME + number)


class DatabaseLimit(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database, self.socket, self.archive = self.root / "db", self.root / "dnstap.sock", self.root / "archive"
        self.config = self.root / "ingest.conf"
        self.log_path = self.root / "log"
        self.chance = random.Random(7)
        self.sent: list[bytes] = []

    def size(self) -> int:
        return sum(path.stat().st_size for path in self.database.iterdir())

    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace")

    def figure(self, begin: str, part: str = "") -> float:
        return sum(value for key, value in status(self.database).items() if key.startswith(begin) and part in key)

    def start(self, limit: str, *arguments: object) -> Ingester:
        self.config.write_text(f"unix = {self.socket}\nmemory = 16M\nflush-interval = 0.05\n{limit}\n")
        log = self.log_path.open("ab")
        self.addCleanup(log.close)
        run = Ingester(self.database, "--config", self.config, *arguments, stderr=log)
        self.addCleanup(run.__exit__)
        wait_for(lambda: run.process.poll() is not None or
                 (listening(self.socket) and listening(self.database / "control.sock")))
        self.assertIsNone(run.process.poll(), self.log())
        return run

    def connect(self) -> socket.socket:
        peer = socket.socket(socket.AF_UNIX)
        self.addCleanup(peer.close)
        peer.settimeout(60)
        peer.connect(str(self.socket))
        peer.sendall(READY)
        self.assertTrue(peer.recv(100))
        peer.sendall(START)
        return peer

    def send(self, peer: socket.socket, count: int) -> None:
        more = [hostile(len(self.sent) + i, self.chance) for i in range(count)]
        self.sent += more
        peer.sendall(b"".join(map(frame, more)))

    def frames(self) -> float:
        return sum(value for key, value in status(self.database).items()
                   if key.startswith("pdns_frames_total") and 'source="files"' not in key)

    def fill(self, peer: socket.socket) -> None:
        """Sends until the database takes no more, and then as much again."""
        while self.figure("pdns_storing") == 1:
            self.assertLess(len(self.sent), 2_000_000, self.size())
            self.send(peer, 2000)
            wait_for(lambda: self.frames() == len(self.sent))
        self.send(peer, len(self.sent))
        wait_for(lambda: self.frames() == len(self.sent))

    def expected(self, payloads: list[bytes]) -> bytes:
        plain = self.root / "plain.dnstap"
        plain.write_bytes(stream(payloads))
        self.assertEqual(0, ingest(self.root / "expected", plain).returncode)
        return dump(self.root / "expected")

    def test_live_with_an_archive(self) -> None:
        run = self.start(f"max-database = {LIMIT}", "--archive", self.archive, "--min-free", "0")
        peer = self.connect()
        self.fill(peer)
        kept = self.figure("pdns_not_stored_frames_total", 'kept="yes"')
        self.assertGreaterEqual(kept, len(self.sent) // 2)
        self.assertEqual(kept, self.figure("pdns_not_stored_frames_total", 'cause="full"'))
        # What was in windows and in the log when the limit was met is all that it may be more.
        self.assertLess(self.size(), 2 * LIMIT + MEMORY)
        self.assertEqual(1, self.log().count("nothing more is stored"), self.log())
        self.assertEqual(1, len(query(self.database, "*.example", "-l", "1", "--json").stdout.splitlines()))
        handed = ingest(self.database, self.archive)
        self.assertEqual(NO_ROOM, handed.returncode, handed.stderr)
        self.assertIn(b"the database is full", handed.stderr)
        # Raised by a reload: what was left out comes from the archive.
        self.config.write_text(self.config.read_text().replace(str(LIMIT), "1G"))
        run.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "starting anew" in self.log())
        wait_for(lambda: listening(self.socket) and self.figure("pdns_storing") == 1)
        self.send(peer, 1000)
        wait_for(lambda: self.frames() == 1000)
        backfill = ingest(self.database, self.archive)
        self.assertEqual(0, backfill.returncode, backfill.stderr)
        self.assertEqual(kept, report(backfill)["used"])
        peer.close()
        code, out, _ = run.stop()
        self.assertEqual(0, code, self.log())
        ended = [report(type("Run", (), {"stdout": line})) for line in out.splitlines()]
        self.assertEqual(kept, sum(one["not_stored"]["kept"] for one in ended))
        self.assertEqual(kept, sum(one["refused"].get("not_stored", 0) for one in ended))
        self.assertEqual(0, ingest(self.database, self.archive).returncode)
        self.assertEqual(self.expected(self.sent), dump(self.database))
        self.assertEqual(len(self.sent), stats(self.database)["counters"]["used"])
        self.assertEqual(len(self.sent), sum(map(len, archived(self.archive).values())))

    def test_live_without_an_archive(self) -> None:
        run = self.start(f"max-database = {LIMIT}")
        peer = self.connect()
        self.fill(peer)
        peer.close()
        code, out, _ = run.stop()
        self.assertEqual(1, code, self.log())
        told = report(type("Run", (), {"stdout": out}))
        lost = told["not_stored"]["lost"]
        self.assertEqual(len(self.sent), told["used"] + lost)
        self.assertEqual(lost, told["refused"]["not_stored"])
        counters = stats(self.database)["counters"]
        self.assertEqual((told["used"], lost), (counters["used"], counters["refused"]["not_stored"]))
        self.assertEqual(told["used"], len(query(self.database, "*.example", "--json").stdout.splitlines()))

    def test_files(self) -> None:
        """A run over files ends with 74 and a word; with more room the next goes on from there."""
        capture = self.root / "capture"
        self.sent = [hostile(i, self.chance) for i in range(60_000)]
        capture.write_bytes(stream(self.sent))
        arguments = [capture, "--memory", "16M", "--flush-interval", "0.01"]
        run = ingest(self.database, *arguments, "--max-database", LIMIT)
        self.assertEqual(NO_ROOM, run.returncode, run.stderr)
        self.assertIn(b"nothing more is stored", run.stderr)
        self.assertEqual("interrupted", report(run)["sources"][0]["state"])
        self.assertLess(self.size(), 2 * LIMIT + MEMORY)
        again = ingest(self.database, *arguments, "--max-database", LIMIT)
        self.assertEqual((NO_ROOM, 0), (again.returncode, report(again)["frames"]))
        more = ingest(self.database, *arguments, "--max-database", "1G")
        self.assertEqual((0, "continued"), (more.returncode, report(more)["sources"][0]["state"]), more.stderr)
        self.assertEqual(len(self.sent), report(run)["frames"] + report(more)["frames"])
        self.assertEqual(self.expected(self.sent), dump(self.database))

    def test_followed_and_watched_files_wait(self) -> None:
        watched, followed = self.root / "watched", self.root / "followed"
        watched.mkdir()
        self.sent = [hostile(i, self.chance) for i in range(80_000)]
        third = len(self.sent) // 4
        followed.write_bytes(stream(self.sent[:2 * third], stop=False))
        run = self.start(f"max-database = {LIMIT}", "--follow", followed, "--watch", watched)
        wait_for(lambda: self.figure("pdns_storing") == 0)
        (self.root / "new").write_bytes(stream(self.sent[2 * third:]))
        (self.root / "new").rename(watched / "new")
        taken = self.figure("pdns_frames_total")
        self.assertLess(taken, len(self.sent))
        self.config.write_text(self.config.read_text().replace(str(LIMIT), "1G"))
        run.process.send_signal(signal.SIGHUP)
        wait_for(lambda: stats(self.database)["counters"]["used"] == len(self.sent))
        self.assertEqual(0, run.stop()[0], self.log())
        self.assertEqual(self.expected(self.sent), dump(self.database))

    def test_room_on_the_disk(self) -> None:
        """No disk has as much room as this reserve: nothing is stored, and nothing breaks."""
        run = ingest(self.database, CAPTURES[0], "--min-free-database", "8388607T")
        self.assertEqual(NO_ROOM, run.returncode, run.stderr)
        self.assertIn(b"are to stay free", run.stderr)
        self.assertEqual(0, report(run)["frames"])
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)


if __name__ == "__main__":
    unittest.main()
