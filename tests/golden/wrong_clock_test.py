"""A clock that is years behind, years ahead, or jumps while the ingester runs, and a database without room at the same
time: no frame is lost, no row gets a false time, and once both are right all is taken exactly once."""
import json
import os
import signal
import struct
import subprocess
import time
from pathlib import Path

import pdns_dnstap
from pdns_live import LiveTest, main, mount
from pdns_testing import Ingester, dump, ingest, leave_room, query, stats, wait_for

LIBRARY = Path(__file__).resolve().parent.parent / "support" / "wrong_clock.c"
YEAR = 365 * 86400
LIMIT = 1 << 20
ZONE = b"\x07example\x00"


def answer(number: int, seconds: int) -> bytes:
    """An answer about a name of its own, without compressible parts."""
    label = os.urandom(30).hex().encode()
    header = struct.pack(">HHHHHH", number & 0xffff, 0x8400, 1, 1, 0, 0)
    record = struct.pack(">HHHIH", 0xc00c, 1, 1, 60, 4) + struct.pack(">I", number)
    return pdns_dnstap.response(header + bytes([len(label)]) + label + ZONE + struct.pack(">HH", 1, 1) + record, ZONE,
                                seconds)


class WrongClock(LiveTest):
    def setUp(self) -> None:
        super().setUp()
        self.clock = self.root / "clock"
        self.set_clock(0)
        library = self.root / "wrong_clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, LIBRARY, "-ldl"], check=True)
        self.environment = {**os.environ, "LD_PRELOAD": str(library), "PDNS_CLOCK": str(self.clock)}
        self.begun = int(time.time())
        self.made: list[bytes] = []
        self.config = self.root / "ingest.conf"

    def payload(self, number: int) -> bytes:
        """All resolvers' clocks are right."""
        while len(self.made) <= number:
            self.made.append(answer(len(self.made), self.begun - 60 + len(self.made) % 60))
        return self.made[number]

    def set_clock(self, years: int) -> None:
        with self.clock.open("r+b" if self.clock.exists() else "w+b", buffering=0) as file:
            file.write(struct.pack("=q", years * YEAR))

    def start(self, *arguments: object, limit: str = "", **options: object) -> Ingester:
        self.config.write_text(f"memory = 16M\n{limit}\n")
        return super().start("--config", self.config, "--archive", self.archive, "--min-free", "0", *arguments,
                             env=self.environment, **options)

    def send_and_wait(self, peer, count: int) -> None:
        before = self.frames()
        self.send_frames(peer, count)
        wait_for(lambda: self.frames() == before + count)

    def refused(self) -> float:
        return sum(self.figure("pdns_frames_total", outcome) for outcome in ("future_time", "past_time"))

    def expect_all(self) -> None:
        """The archive has every frame, and a run over it by a right clock makes the database whole: each frame is
        used once, and no row has a time but its frames'."""
        self.set_clock(0)
        self.assertEqual(self.sent, self.count_archived())
        backfill = ingest(self.database, self.archive)
        self.assertEqual(0, backfill.returncode, backfill.stderr)
        counters = stats(self.database)["counters"]
        self.assertEqual((self.sent, self.sent), (counters["frames"], counters["used"]), counters)
        self.assertEqual(self.expected(range(self.sent)), dump(self.database))
        again = ingest(self.database, self.archive)
        self.assertEqual(0, json.loads(again.stdout)["frames"])

    def test_jumps_before_and_after_the_limit(self) -> None:
        run = self.start(limit=f"max-database = {LIMIT}")
        peer = self.connect()
        for years in (0, -2, 0, 20, 0, -56, 0):
            self.set_clock(years)
            self.send_and_wait(peer, 200)
        self.assertEqual(400, self.refused())
        self.assertIn("are refused for their time", self.log())
        while self.figure("pdns_storing") == 1:
            self.assertLess(self.sent, 1_000_000)
            self.send_and_wait(peer, 2000)
        for years in (-2, 20, -56, 0):
            self.set_clock(years)
            self.send_and_wait(peer, 200)
        self.assertGreaterEqual(self.figure("pdns_not_stored_frames_total", 'kept="yes"'), 800)
        self.assertEqual(0, self.figure("pdns_not_stored_frames_total", 'kept="no"'))
        # Room comes while the clock is behind, and the clock is right only then.
        self.set_clock(-2)
        self.config.write_text(self.config.read_text().replace(str(LIMIT), "1G"))
        run.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "starting anew" in self.log() and self.socket.exists() and self.storing())
        self.send_and_wait(peer, 200)
        early = ingest(self.database, self.archive)  # by the live ingester, whose clock is wrong
        self.assertIn(early.returncode, (0, 1), early.stderr)
        self.set_clock(0)
        self.send_and_wait(peer, 200)
        peer.close()
        self.end(run)
        self.expect_all()

    def starts_on_a_full_disk(self, years: int) -> None:
        disk = self.root / "disk"
        mount(self, disk, "64M")
        self.database = disk / "db"
        first = self.start()
        peer = self.connect()
        self.send_and_wait(peer, 100)
        peer.close()
        self.end(first)
        leave_room(disk, 0)
        self.set_clock(years)
        run = self.start(control=False)
        peer = self.connect()
        self.send_frames(peer, 300)
        wait_for(lambda: self.count_archived() == self.sent)
        self.assertFalse(self.storing())
        (disk / "ballast").unlink()
        wait_for(self.storing)
        self.send_and_wait(peer, 300)
        self.set_clock(0)
        self.send_and_wait(peer, 300)
        peer.close()
        self.end(run)
        self.expect_all()

    def test_starts_on_a_full_disk_two_years_behind(self) -> None:
        self.starts_on_a_full_disk(-2)

    def test_starts_on_a_full_disk_twenty_years_ahead(self) -> None:
        self.starts_on_a_full_disk(20)

    def test_starts_on_a_full_disk_in_1970(self) -> None:
        self.starts_on_a_full_disk(-56)

    def test_a_resolver_with_a_wrong_clock_ends_no_file(self) -> None:
        """Its frames lie among those of others; the archive has one file all the same."""
        run = self.start()
        peer = self.connect()
        for number in range(300):
            self.made.append(answer(number, self.begun + (2 * YEAR if number % 2 else 0)))
        self.send_and_wait(peer, 300)
        wait_for(lambda: self.figure("pdns_archive_files_total") > 0, 300)  # written by a thread of its own
        self.assertEqual((150, 1), (self.refused(), self.figure("pdns_archive_files_total")))
        peer.close()
        self.end(run)

    def test_the_journal_is_stamped_by_a_clock_that_became_right(self) -> None:
        """Only what came while the clock was ahead has its time; a clock that is behind stamps nothing."""
        run = self.start()
        peer = self.connect()
        expected = []
        for years in (0, 20, 0, -2, 0):
            self.set_clock(years)
            self.send_and_wait(peer, 50)
            wait_for(lambda: self.figure("pdns_drains_waiting") == 0)
            expected += [max(0, years)] * (0 if years < 0 else 50)
            wait_for(lambda: self.figure("pdns_tuples_total", "new") == len(expected))
        peer.close()
        self.end(run)
        lines = query(self.database, "--new-since", self.begun - YEAR, "-j").stdout.splitlines()
        self.assertEqual(expected, [(json.loads(line)["time_committed"] - self.begun) // YEAR for line in lines])


if __name__ == "__main__":
    main()
