"""kill -9 at random moments of a live run with an archive: the archive completes the database, exactly.

Each archived frame must count once, whether the live path committed it, a backfill beside it, a run
between two lives or the run at the end; and what is committed must be archived.
"""
import json
import os
import random
import signal
import subprocess
import time
import unittest
from pathlib import Path

from pdns_archive import Feeder, archived, as_client_response, frames_of_captures, number_of, numbered, status
from pdns_testing import BIN, Ingester, Rows, dump, ingest, report, rows, scratch, stats, stats_counters, stream, wait_for

KILLS = int(os.environ.get("PDNS_KILLS", "36"))
RATE = 4000


class Refused(Exception):
    pass


class ArchiveKill(unittest.TestCase):
    def test_every_archived_frame_counts_once(self) -> None:
        self.run_story(KILLS * 2 // 3, 20261123, [])

    def test_all_frames_in_the_archive(self) -> None:
        self.run_story(KILLS - KILLS * 2 // 3, 20261124, ["--archive-all"])

    def test_backfills_at_any_moment_of_reloads(self) -> None:
        """Who comes while the ingester starts anew waits for it, and does not lock the database."""
        with scratch() as folder:
            self.root = Path(folder)
            self.database, self.archive = self.root / "db", self.root / "archive"
            arguments = ["-u", self.root / "dnstap.sock", "--archive", self.archive, "--min-free", "1M"]
            with (self.root / "log").open("ab") as log, Ingester(self.database, *arguments, stderr=log) as run:
                wait_for(lambda: self.serves(run))
                self.backfills = 0
                clients = []
                for i in range(60):
                    if i % 10 == 5:
                        run.process.send_signal(signal.SIGHUP)
                    clients.append(self.start_backfill(log))
                    time.sleep(0.02)
                for client in clients:
                    client.communicate(timeout=300)
                self.assertEqual({0}, {client.returncode for client in clients}, self.log())
                self.assertEqual(0, run.stop()[0], self.log())

    def run_story(self, kills: int, seed: int, options: list[str]) -> None:
        self.chance = random.Random(seed)
        self.reloads = self.backfills = self.between = 0
        self.beside: list[subprocess.Popen] = []
        payloads = frames_of_captures()
        clients = [as_client_response(p) for p in payloads] if options else []
        order = random.Random(seed)
        self.chance.shuffle(payloads)

        def make(number: int) -> bytes:
            others = clients and order.random() < 0.3
            return numbered((clients if others else payloads)[number % len(payloads)], number)

        with scratch() as folder:
            self.root = Path(folder)
            self.database, self.archive = self.root / "db", self.root / "archive"
            feeder = Feeder(self.root / "dnstap.sock", make, seed, RATE)
            self.addCleanup(feeder.stop)
            for _ in range(max(kills, 1)):
                self.live_once(options)
            feeder.stop()
            self.end_backfills()
            files = self.check(feeder.begun, kills)
            print(f"{kills} kills, {self.reloads} reloads, {self.backfills} backfills beside, {self.between} between;"
                  f" {feeder.begun} frames on {feeder.connections} connections, {files}")

    def live_once(self, options: list[str]) -> None:
        """A life of the ingester; a manager starts it again where a backfill that lost its ingester has the database."""
        while True:
            try:
                return self.live(options)
            except Refused:
                time.sleep(0.1)

    def live(self, options: list[str]) -> None:
        """From its start to kill -9."""
        interval = self.chance.choice([0.01, 0.05, 0.2])
        arguments = ["-u", self.root / "dnstap.sock", "--archive", self.archive, "--archive-rotate", "200K",
                     "--min-free", "1M", "--memory", "16M", "--flush-interval", interval, *options]
        what = self.chance.random() + (self.chance.random() < 0.1)  # from 1 on: killed as it starts
        with (self.root / "log").open("ab") as log, Ingester(self.database, *arguments, stderr=log) as run:
            if what < 1:
                wait_for(lambda: self.serves(run))
            if what < 0.3:
                self.beside.append(self.start_backfill(log))
            if 0.2 < what < 0.5:
                for _ in range(self.chance.choice([1, 1, 2])):
                    time.sleep(self.chance.uniform(0, 0.3))
                    run.process.send_signal(signal.SIGHUP)
                    self.reloads += 1
            time.sleep(self.chance.uniform(0, 0.6))
            self.check_alive(run)
            run.process.send_signal(signal.SIGKILL)
            run.process.wait()
        if self.chance.random() < 0.2:
            self.between += 1
            run = ingest(self.database, self.archive)
            self.assertEqual(0, run.returncode, (run.stdout + run.stderr).decode() + self.log())

    def check_alive(self, run: Ingester) -> None:
        if run.process.poll() == 74 and "in use by another ingester" in self.log()[-600:]:
            raise Refused
        self.assertIsNone(run.process.poll(), self.log())

    def serves(self, run: Ingester) -> bool:
        self.check_alive(run)
        try:
            return bool(status(self.database))
        except (OSError, json.JSONDecodeError):
            return False

    def start_backfill(self, log: object) -> subprocess.Popen:
        self.backfills += 1
        command = [BIN / "pdns-ingest", "-d", self.database, "--backfill", self.archive]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)

    def end_backfills(self) -> None:
        """They go from one life to the next; those that still wait for another are ended."""
        for run in self.beside:
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=300)
            # All done; or its ingester was killed, or it was told to end.
            self.assertIn(run.returncode, (0, 74), self.log())

    def log(self) -> str:
        return (self.root / "log").read_text("utf-8", "replace")[-3000:]

    def check(self, sent: int, kills: int) -> str:
        files = archived(self.archive)
        frames = [payload for file in files.values() for payload in file]
        numbers = [number_of(payload) for payload in frames]
        self.assertEqual(len(numbers), len(set(numbers)), "a frame is in the archive twice")
        self.assertLess(max(numbers, default=-1), sent)
        self.assertGreater(len(files), kills if kills > 10 else 0, "not rotated")

        plain = self.root / "plain.dnstap"
        plain.write_bytes(stream(frames))
        self.assertEqual(0, ingest(self.root / "expected", plain).returncode)
        expected = dump(self.root / "expected")
        self.check_none_above(self.tables(dump(self.database)), self.tables(expected))

        last = ingest(self.database, self.archive)
        self.assertEqual(0, last.returncode, last.stderr)
        self.assertEqual(expected, dump(self.database))
        again = report(ingest(self.database, self.archive))
        # A file that was killed before its first frame was whole has nothing by which it would be known again.
        empty = {name for name, payloads in files.items() if not payloads}
        self.assertEqual({"already_taken"}, {source["state"] for source in again["sources"]
                                             if Path(source["name"]).name.removesuffix(".zst") not in empty})
        self.assertEqual(0, again["tuples_new"] + again["tuples_updated"])
        self.assertEqual(expected, dump(self.database))
        self.assertEqual(self.outcomes(self.root / "expected"), self.outcomes(self.database))
        return f"{len(frames)} of them in {len(files)} files of the archive"

    @staticmethod
    def outcomes(database: Path) -> dict[str, int]:
        """As counted in the database, but for streams that broke, which are in no archive."""
        counters = stats_counters(stats(database))
        counters["frames"] -= counters.pop("malformed.frame", 0)
        return counters

    @staticmethod
    def tables(text: bytes) -> list[Rows]:
        return [rows(table) for table in text.split(b"--\n")]

    def check_none_above(self, have: list[Rows], archive: list[Rows]) -> None:
        for of_database, of_archive in zip(have, archive, strict=True):
            above = {key: (row[0], of_archive.get(key)) for key, row in of_database.items()
                     if key not in of_archive or row[0] > of_archive[key][0]}
            self.assertEqual({}, above, "committed, but not in the archive")


if __name__ == "__main__":
    unittest.main()
