"""kill -9 at random moments of a file run, then resume: the counts are exact."""
import os
import random
import signal
import time
import unittest
from pathlib import Path

from pdns_testing import CAPTURES, Ingester, compress, dump, expected, expected_counters, ingest, payloads_of, report
from pdns_testing import rows, scratch, stats, stats_counters, stream

KILLS = int(os.environ.get("PDNS_KILLS", "36"))
REPEAT = 12  # so that a run has many drains to be killed in


class Kill(unittest.TestCase):
    def test_counts_stay_exact(self) -> None:
        chance = random.Random(20261122)
        payloads = [p for capture in CAPTURES for p in payloads_of(capture)]
        with scratch() as folder:
            root = Path(folder)
            # Each round its own order, so that each file is a source of its own.
            files = []
            for i in range(3):
                many = payloads * (REPEAT // 3)
                chance.shuffle(many)
                path = root / f"capture-{i}"
                data = stream(many, stop=i != 1)
                path.write_bytes(compress("zstd", data) if i == 2 else data)
                files.append(path)
            database = root / "db"
            command = [*files, "--flush-interval", "0.03", "--memory", "16M"]
            kills, done, longest = 0, 0, self.time_of_a_run(root / "timing", command)
            while kills < KILLS:
                with Ingester(database, *command) as run:
                    time.sleep(chance.uniform(0, longest))
                    run.process.send_signal(signal.SIGKILL)
                    run.process.wait()
                    killed = run.process.returncode == -signal.SIGKILL
                kills += killed
                done += not killed
                if done >= 3:  # taken whole: once more from the start, after a look
                    self.check(database)
                    database, done = root / f"db-{kills}", 0
            last = ingest(database, *command)
            self.assertEqual(0, last.returncode, last.stderr)
            self.check(database)
            again = report(ingest(database, *command))
            self.assertEqual({"already_taken"}, {source["state"] for source in again["sources"]})
            self.check(database)
            print(f"{kills} kills")

    @staticmethod
    def time_of_a_run(database: Path, command: list) -> float:
        start = time.monotonic()
        assert ingest(database, *command).returncode == 0
        return time.monotonic() - start

    def check(self, database: Path) -> None:
        trusted, quarantined = dump(database).split(b"--\n")
        self.assertEqual(expected("tuples", CAPTURES, REPEAT), rows(trusted))
        self.assertEqual(expected("quarantined", CAPTURES, REPEAT), rows(quarantined))
        told = stats(database)
        counters: dict[str, int] = {}
        for capture in CAPTURES:
            for name, count in expected_counters(capture).items():
                counters[name] = counters.get(name, 0) + count * REPEAT
        for of_rows in ("tuples", "quarantined tuples"):
            del counters[of_rows]
        self.assertEqual(counters, stats_counters(told))
        self.assertEqual(counters["frames"], told["captures"]["frames"])


if __name__ == "__main__":
    unittest.main()
