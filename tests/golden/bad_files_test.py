"""Files that are none of ours, hundreds of them, in a watched folder and in a backfill: each is in the report, and the log
has few lines of them, each once."""
import os
import re
import subprocess
import time
import unittest
from pathlib import Path

from pdns_live import LiveTest
from pdns_testing import BIN, stats, stream, wait_for

BAD = 60
USAGE = 64
BURST, INTERVAL = 10, 10  # lines at once, and seconds to one more: base/log_limit.h


class BadFiles(LiveTest):
    def folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir()
        for i in range(BAD):
            (folder / f"bad-{i}").write_bytes(b"hello, this is no capture\n")
        return folder

    def told(self) -> list[str]:
        return re.findall(r"bad-\d+(?=: )", self.log())

    def check_log(self, began: float) -> None:
        told = self.told()
        self.assertEqual(len(told), len(set(told)), "told twice")
        self.assertGreaterEqual(len(told), BURST)
        self.assertLessEqual(len(told), BURST + 1 + (time.monotonic() - began) / INTERVAL)

    def test_of_a_watched_folder(self) -> None:
        began, folder = time.monotonic(), self.folder("watched")
        run = self.start("--watch", folder)
        wait_for(lambda: len(self.told()) >= BURST)
        # Moved in when the first run has begun: it is of a later one.
        (self.root / "good").write_bytes(stream([self.payload(number) for number in range(7)]))
        os.rename(self.root / "good", folder / "good")
        wait_for(lambda: stats(self.database)["counters"].get("frames") == 7)
        self.check_log(began)
        (told,) = self.end(run, code=1)
        self.assertEqual(BAD, sum(source["state"] in ("unreadable", "corrupt") for source in told["sources"]))

    def test_of_a_backfill(self) -> None:
        began, folder = time.monotonic(), self.folder("archived")
        run = self.start()
        filled = subprocess.run([BIN / "pdns-ingest", "-d", self.database, "--backfill", folder],
                                capture_output=True, timeout=300)
        self.assertNotEqual(0, filled.returncode)
        self.check_log(began)
        self.end(run)

    def test_more_paths_than_a_request_holds(self) -> None:
        run = self.start()
        for paths in (["a"] * 31_000, ["a" * 200] * 5_500):  # too many, and too many bytes
            filled = subprocess.run([BIN / "pdns-ingest", "-d", self.database, "--backfill", *paths], cwd="/",
                                    capture_output=True, timeout=300)
            self.assertEqual((USAGE, b""), (filled.returncode, filled.stdout))
            self.assertIn(b"too many paths", filled.stderr)
        self.end(run)


if __name__ == "__main__":
    unittest.main()
