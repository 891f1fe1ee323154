"""Disks that fill up under a live ingester: the archive pauses and ingest goes on; or the database
waits for room with a clear word, and the archive has what it could not keep. Nothing counts twice."""
import shutil
import socket

from pdns_archive import status
from pdns_live import LiveTest, main, mount, remount
from pdns_testing import LITTLE_ROOM, Ingester, dump, ingest, leave_room, report, wait_for

STORM = 20  # times the captures: some 27 MB of frames


class ArchiveDisk(LiveTest):
    def setUp(self) -> None:
        super().setUp()
        self.disk = self.root / "disk"

    def start(self, *arguments: object, **options: object) -> Ingester:
        return super().start("--archive", self.archive, *arguments, **options)

    def send_and_wait(self, peer: socket.socket, times: int) -> None:
        """The captures, `times` over; returns when they are taken."""
        self.send(peer, times)
        wait_for(lambda: self.frames() == self.sent)

    def of_archive(self, name: str) -> float:
        return status(self.database)[f"pdns_archive_{name}"]

    def full_archive(self, min_free: str) -> None:
        """The archive fills up, pauses, and goes on when there is room; all that came is stored."""
        mount(self, self.disk, "6M")
        self.archive = self.disk / "archive"
        run = self.start("--min-free", min_free, "--archive-rotate", "1M", "--no-archive-compress")
        peer = self.connect()
        self.send_and_wait(peer, STORM)
        wait_for(lambda: self.of_archive("paused") == 1)
        self.send_and_wait(peer, 1)  # in the midst of the pause, or of a vain attempt to go on
        self.assertGreater(self.of_archive("left_out_total"), 0)
        self.assertGreater(self.of_archive("frames_total"), 0)
        paused = [line for line in self.log().splitlines() if "paused" in line]
        self.assertEqual(1, len(paused), paused)
        self.assertIn(str(self.archive), paused[0])

        kept = self.numbers_archived()
        aside = self.root / "aside"
        aside.mkdir()
        for path in sorted(self.archive.glob("pdns-*")):
            shutil.move(path, aside)
        wait_for(lambda: self.of_archive("paused") == 0)
        self.send_and_wait(peer, 1)
        peer.close()
        self.end(run)
        self.assertLess(len(self.log().splitlines()), 40)

        anew = self.numbers_archived()
        self.assertTrue(anew)
        numbers = kept + anew
        self.assertEqual(len(set(numbers)), len(numbers))
        self.assertLess(len(numbers), self.sent)
        self.assertEqual(self.sent - 1, max(numbers), "archiving did not go on to the last frame")
        expected = self.expected(range(self.sent))
        self.assertEqual(expected, dump(self.database))
        again = report(ingest(self.database, aside, self.archive))
        self.assertEqual({"already_taken"}, {source["state"] for source in again["sources"]})
        self.assertEqual(expected, dump(self.database))

    def test_archive_keeps_room_free(self) -> None:
        self.full_archive("2M")

    def test_archive_fills_its_disk(self) -> None:
        """No room is kept free: writes fail in the midst of a file."""
        self.full_archive("1")

    def test_database_fills_its_disk(self) -> None:
        mount(self, self.disk, "1M")  # too small for the space that RocksDB sets aside for its log
        self.database = self.disk / "db"
        run = self.start("--memory", "16M", "--archive-rotate", "2M", "--min-free", "1M", flush="0.002")
        peer = self.connect()
        remount(self.disk, "size=8M")
        self.send_and_wait(peer, 2)
        leave_room(self.disk, LITTLE_ROOM)
        # As fast as the archive takes it: what overflows its buffer while the database still takes batches is left out.
        while "waiting for it" not in self.log():
            self.assertLess(self.sent, STORM * len(self.payloads))
            self.send(peer)
            wait_for(lambda: "waiting for it" in self.log() or self.count_archived() == self.sent)
        # Then it may come at any speed: the sender waits for the archive.
        self.send(peer, STORM // 2)
        self.assertTrue(any("No space left on device" in line and str(self.database) in line
                            for line in self.log().splitlines()), self.log())
        remount(self.disk, "size=200M")
        wait_for(lambda: "open after" in self.log())
        peer.close()
        self.end(run)
        # All of it is archived, whatever became of the database.
        self.assertEqual(list(range(self.sent)), self.numbers_archived())
        last = ingest(self.database, self.archive)
        self.assertEqual(0, last.returncode, last.stderr)
        expected = self.expected(range(self.sent))
        self.assertEqual(expected, dump(self.database))
        self.assertEqual(0, ingest(self.database, self.archive).returncode)
        self.assertEqual(expected, dump(self.database))


if __name__ == "__main__":
    main()
