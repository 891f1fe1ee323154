"""Captures as the programs of each format compress them: whole, cut, damaged, followed by another. The report says
which; the frames before a cut or damage are stored."""
import unittest
from pathlib import Path

from pdns_testing import CAPTURES, compress, ingest, payloads_of, report, scratch, stream

PROGRAMS = ("gzip", "bzip2", "xz", "zstd", "pzstd", "lz4")
FRAMES = 50


class Compressed(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.count = 0
        payloads = payloads_of(CAPTURES[0])
        self.first, self.second = stream(payloads[:FRAMES]), stream(payloads[FRAMES:2 * FRAMES])

    def check(self, data: bytes, state: str, frames: int, code: int) -> str:
        """Runs over `data` alone, into a new database. Returns the report for people, which gives the reason."""
        self.count += 1
        path = self.root / str(self.count)
        path.write_bytes(data)
        run = ingest(path.with_suffix(".db"), path)
        (source,) = report(run)["sources"]
        self.assertEqual((state, frames, code), (source["state"], source["frames"], run.returncode), run.stderr)
        return run.stderr.decode()

    def test_each_program(self) -> None:
        for program in PROGRAMS:
            with self.subTest(program=program):
                first, second = compress(program, self.first), compress(program, self.second)
                self.check(first, "complete", FRAMES, 0)
                self.check(first + second, "complete", 2 * FRAMES, 0)
                self.assertIn("cut off", self.check(first[:-1], "cut_tail", FRAMES, 0))
                self.check(first + second[:20], "cut_tail", FRAMES, 0)

    def test_something_else_behind_it(self) -> None:
        for program in PROGRAMS:
            with self.subTest(program=program):
                other = compress("gzip" if program != "gzip" else "bzip2", self.second)
                # A frame that cannot be is counted as one.
                for rest in (self.second, other, b"something else"):
                    self.check(compress(program, self.first) + rest, "corrupt", FRAMES + 1, 1)

    def test_a_wrong_checksum(self) -> None:
        """All frames were handed on when the checksum at the end is compared."""
        for program, from_end, words in (("gzip", 8, "incorrect data check"), ("gzip", 1, "incorrect length check"),
                                         ("bzip2", 2, "wrong checksum"), ("zstd", 1, "checksum"),
                                         ("lz4", 1, "contentChecksum_invalid")):
            with self.subTest(program=program, from_end=from_end):
                data = bytearray(compress(program, self.first))
                data[-from_end] ^= 0x10
                reason = self.check(bytes(data), "corrupt", FRAMES + 1, 1)
                self.assertIn(f"damaged: {program}", reason)
                self.assertIn(words, reason)


if __name__ == "__main__":
    unittest.main()
