"""The same captures in any order, split anywhere, twice, compressed or not, in one run or many: one dump."""
import random
import unittest
from pathlib import Path

from pdns_testing import CAPTURES, compress, dump, ingest, payloads_of, report, scratch, stream

ROUNDS = 12
METHODS = ("", "gzip", "bzip2", "xz", "zstd", "pzstd", "lz4")


class MergeOrder(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def pieces(self, chance: random.Random, into: Path) -> list[Path]:
        """Both captures, each cut at random frames, each piece compressed at random."""
        into.mkdir()
        files = []
        for capture in CAPTURES:
            payloads = payloads_of(capture)
            cuts = sorted(chance.sample(range(1, len(payloads)), chance.randint(0, 6)))
            for start, end in zip([0, *cuts], [*cuts, len(payloads)]):
                method = chance.choice(METHODS)
                data = stream(payloads[start:end], stop=chance.random() < 0.8)
                path = into / f"{chance.getrandbits(32):08x}"
                path.write_bytes(compress(method, data) if method else data)
                files.append(path)
        chance.shuffle(files)
        return files

    def test_any_way(self) -> None:
        plain = self.root / "plain"
        self.assertEqual(0, ingest(plain, *CAPTURES).returncode)
        wanted = dump(plain)
        for seed in range(ROUNDS):
            with self.subTest(seed=seed):
                chance = random.Random(seed)
                files = self.pieces(chance, self.root / f"files-{seed}")
                database = self.root / f"db-{seed}"
                again = [*files, *chance.sample(files, len(files) // 2)]  # some twice in one run
                runs = chance.randint(1, 3)
                arguments = ["--flush-interval", chance.choice(["0.001", "0.1", "10"]),
                             "--memory", chance.choice(["16M", "512M"])]
                taken = 0
                for i in range(runs):
                    told = report(ingest(database, *again[i::runs], *arguments))
                    taken += told["frames"]
                # Everything once more, as a directory.
                told = report(ingest(database, self.root / f"files-{seed}"))
                self.assertEqual({"already_taken"}, {source["state"] for source in told["sources"]})
                self.assertEqual(sum(len(payloads_of(c)) for c in CAPTURES), taken)
                self.assertEqual(wanted, dump(database))

    def test_growing_file(self) -> None:
        """A file that is read again and again while it grows, cut anywhere."""
        data = CAPTURES[0].read_bytes()
        chance = random.Random(7)
        growing = self.root / "growing"
        database = self.root / "db"
        for cut in [*sorted(chance.sample(range(len(data)), 15)), len(data)]:
            growing.write_bytes(data[:cut])
            self.assertEqual(0, ingest(database, growing).returncode)
        whole = self.root / "whole"
        ingest(whole, CAPTURES[0])
        self.assertEqual(dump(whole), dump(database))


if __name__ == "__main__":
    unittest.main()
