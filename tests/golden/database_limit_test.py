"""Random subdomains against a database with a limit: it stops to grow, lives on, and is exact; raised, it goes on."""
import random
import signal
import socket
import struct
import unittest

import pdns_dnstap
from pdns_live import LiveTest
from pdns_testing import CAPTURES, Ingester, dump, ingest, query, report, stats, stream, wait_for, listening

NO_ROOM = 74
LIMIT = 2 << 20
MEMORY = 16 << 20
ZONE = b"\x07example\x00"
TIME = 1_700_000_000


def hostile(number: int) -> bytes:
    """An answer that nobody asked for twice: a name without compressible parts, and its address."""
    chance = random.Random(number)
    label = bytes(chance.choice(b"abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(60))
    name = bytes([len(label)]) + label + ZONE
    header = struct.pack(">HHHHHH", number & 0xffff, 0x8400, 1, 1, 0, 0)
    answer = struct.pack(">HHHIH", 0xc00c, 1, 1, 60, 4) + struct.pack(">I", number)
    return pdns_dnstap.response(header + name + struct.pack(">HH", 1, 1) + answer, ZONE, TIME + number)


class DatabaseLimit(LiveTest):
    def setUp(self) -> None:
        super().setUp()
        self.config = self.root / "ingest.conf"

    def payload(self, number: int) -> bytes:
        return hostile(number)

    def size(self) -> int:
        return sum(path.stat().st_size for path in self.database.iterdir())

    def start(self, limit: str, *arguments: object, **options: object) -> Ingester:
        self.config.write_text(f"memory = 16M\n{limit}\n")
        return super().start("--config", self.config, *arguments, **options)

    def raise_limit(self, run: Ingester) -> None:
        self.config.write_text(self.config.read_text().replace(str(LIMIT), "1G"))
        run.process.send_signal(signal.SIGHUP)

    def fill(self, peer: socket.socket) -> None:
        """Sends until the database takes no more, and then as much again."""
        while self.figure("pdns_storing") == 1:
            self.assertLess(self.sent, 2_000_000, self.size())
            self.send_frames(peer, 2000)
            wait_for(lambda: self.frames() == self.sent)
        self.send_frames(peer, self.sent)
        wait_for(lambda: self.frames() == self.sent)

    def test_live_with_an_archive(self) -> None:
        run = self.start(f"max-database = {LIMIT}", "--archive", self.archive, "--min-free", "0")
        peer = self.connect()
        self.fill(peer)
        kept = self.figure("pdns_not_stored_frames_total", 'kept="yes"')
        self.assertGreaterEqual(kept, self.sent // 2)
        self.assertEqual(kept, self.figure("pdns_not_stored_frames_total", 'cause="full"'))
        # What was in windows and in the log when the limit was met is all that it may be more.
        self.assertLess(self.size(), 2 * LIMIT + MEMORY)
        self.assertEqual(1, self.log().count("nothing more is stored"), self.log())
        self.assertEqual(1, len(query(self.database, "*.example", "-l", "1", "--json").stdout.splitlines()))
        handed = ingest(self.database, self.archive)
        self.assertEqual(NO_ROOM, handed.returncode, handed.stderr)
        self.assertIn(b"the database is full", handed.stderr)
        # Raised by a reload: what was left out comes from the archive.
        self.raise_limit(run)
        wait_for(lambda: "starting anew" in self.log())
        wait_for(lambda: listening(self.socket) and self.figure("pdns_storing") == 1)
        self.send_frames(peer, 1000)
        wait_for(lambda: self.frames() == 1000)
        backfill = ingest(self.database, self.archive)
        self.assertEqual(0, backfill.returncode, backfill.stderr)
        self.assertEqual(kept, report(backfill)["used"])
        peer.close()
        ended = self.end(run)
        self.assertEqual(kept, sum(one["not_stored"]["kept"] for one in ended))
        self.assertEqual(kept, sum(one["refused"].get("not_stored", 0) for one in ended))
        self.assertEqual(0, ingest(self.database, self.archive).returncode)
        self.assertEqual(self.expected(range(self.sent)), dump(self.database))
        self.assertEqual(self.sent, stats(self.database)["counters"]["used"])
        self.assertEqual(self.sent, self.count_archived())

    def test_live_without_an_archive(self) -> None:
        run = self.start(f"max-database = {LIMIT}")
        peer = self.connect()
        self.fill(peer)
        peer.close()
        (told,) = self.end(run, 1)
        lost = told["not_stored"]["lost"]
        self.assertEqual(self.sent, told["used"] + lost)
        self.assertEqual(lost, told["refused"]["not_stored"])
        counters = stats(self.database)["counters"]
        self.assertEqual((told["used"], lost), (counters["used"], counters["refused"]["not_stored"]))
        self.assertEqual(told["used"], len(query(self.database, "*.example", "--json").stdout.splitlines()))

    def test_files(self) -> None:
        """A run over files ends with 74 and a word; with more room the next goes on from there."""
        capture = self.root / "capture"
        self.sent = 60_000
        capture.write_bytes(stream(map(hostile, range(self.sent))))
        arguments = [capture, "--memory", "16M", "--flush-interval", "0.01"]
        run = ingest(self.database, *arguments, "--max-database", LIMIT)
        self.assertEqual(NO_ROOM, run.returncode, run.stderr)
        self.assertIn(b"nothing more is stored", run.stderr)
        self.assertEqual("interrupted", report(run)["sources"][0]["state"])
        self.assertLess(self.size(), 2 * LIMIT + MEMORY)
        again = ingest(self.database, *arguments, "--max-database", LIMIT)
        # What the last merges of the first run gave back, if they came late, may be filled once more.
        self.assertEqual(NO_ROOM, again.returncode, again.stderr)
        self.assertLess(report(again)["frames"], report(run)["frames"])
        self.assertLess(self.size(), 2 * LIMIT + MEMORY)
        more = ingest(self.database, *arguments, "--max-database", "1G")
        self.assertEqual((0, "continued"), (more.returncode, report(more)["sources"][0]["state"]), more.stderr)
        self.assertEqual(self.sent, sum(report(one)["frames"] for one in (run, again, more)))
        self.assertEqual(self.expected(range(self.sent)), dump(self.database))

    def test_followed_and_watched_files_wait(self) -> None:
        watched, followed = self.root / "watched", self.root / "followed"
        watched.mkdir()
        self.sent = 80_000
        half = self.sent // 2
        followed.write_bytes(stream(map(hostile, range(half)), stop=False))
        run = self.start(f"max-database = {LIMIT}", "--follow", followed, "--watch", watched)
        wait_for(lambda: self.figure("pdns_storing") == 0)
        (self.root / "new").write_bytes(stream(map(hostile, range(half, self.sent))))
        (self.root / "new").rename(watched / "new")
        taken = self.figure("pdns_frames_total")
        self.assertLess(taken, self.sent)
        self.raise_limit(run)
        wait_for(lambda: stats(self.database)["counters"]["used"] == self.sent)
        self.end(run)
        self.assertEqual(self.expected(range(self.sent)), dump(self.database))

    def test_room_on_the_disk(self) -> None:
        """No disk has as much room as this reserve: nothing is stored, and nothing breaks."""
        run = ingest(self.database, CAPTURES[0], "--min-free-database", "8388607T")
        self.assertEqual(NO_ROOM, run.returncode, run.stderr)
        self.assertIn(b"are to stay free", run.stderr)
        self.assertEqual(0, report(run)["frames"])
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)


if __name__ == "__main__":
    unittest.main()
