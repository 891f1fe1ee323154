"""Two real captures, against what an independent reader says they hold: tuples, quarantine, counters."""
import unittest
from pathlib import Path

from pdns_testing import CAPTURES, compress, dump, expected, expected_counters, ingest, query, report, rows, scratch


class Golden(unittest.TestCase):
    maxDiff = 4000

    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.database = Path(self.folder.name) / "db"

    def check_rows(self, captures: list[Path]) -> None:
        trusted, quarantined = dump(self.database).split(b"--\n")
        self.assertEqual(expected("tuples", captures), rows(trusted))
        self.assertEqual(expected("quarantined", captures), rows(quarantined))

    def test_each_alone(self) -> None:
        for capture in CAPTURES:
            with self.subTest(capture.name):
                self.database = Path(self.folder.name) / capture.stem
                run = ingest(self.database, capture)
                self.assertEqual(0, run.returncode, run.stderr)
                told = report(run)
                counters = {"frames": told["frames"], "used": told["used"], "stored": told["stored"],
                            "tuples": told["tuples_new"]}
                for group in ("skipped", "malformed", "refused", "record", "quarantine"):
                    counters |= {f"{group}.{name}": count for name, count in told[group].items()}
                counters["quarantined tuples"] = len(expected("quarantined", [capture]))
                self.assertEqual(expected_counters(capture), counters)
                self.assertEqual(["complete"], [source["state"] for source in told["sources"]])
                self.check_rows([capture])

    def test_both_then_again_then_renamed_and_compressed(self) -> None:
        told = report(ingest(self.database, *CAPTURES))
        self.assertEqual(["complete", "complete"], [source["state"] for source in told["sources"]])
        self.check_rows(CAPTURES)
        before = dump(self.database)

        renamed = Path(self.folder.name) / "renamed"
        renamed.write_bytes(CAPTURES[0].read_bytes())
        compressed = Path(self.folder.name) / "no-suffix-at-all"
        compressed.write_bytes(compress("zstd", CAPTURES[1].read_bytes()))
        for sources in (CAPTURES, [renamed, compressed]):
            told = report(ingest(self.database, *sources))
            self.assertEqual(["already_taken"] * 2, [source["state"] for source in told["sources"]])
            self.assertEqual((0, 0, 0), (told["frames"], told["tuples_new"], told["tuples_updated"]))
            self.assertEqual(before, dump(self.database))

    def test_questions(self) -> None:
        ingest(self.database, *CAPTURES)
        answer = query(self.database, "--rdata", "205.150.150.140", "--json", "--wire")
        self.assertEqual({"blah.org.", "www.blah.org."}, {key[0] for key in rows(answer.stdout)})
        everything = expected("tuples", CAPTURES)
        below = query(self.database, "*.blah.org", "--json", "--wire")
        wanted = {k: v for k, v in everything.items() if k[0] == "blah.org." or k[0].endswith(".blah.org.")}
        self.assertEqual(wanted, rows(below.stdout))
        block = query(self.database, "--rdata", "205.150.150.0/24", "--json", "--wire")
        wanted = {k: v for k, v in everything.items() if k[1] == "A" and k[2].startswith("cd9696")}
        self.assertEqual(wanted, {k: v for k, v in rows(block.stdout).items() if k[1] == "A"})
        one = query(self.database, "www.blah.org", "-t", "aaaa", "--json", "--wire")
        self.assertEqual({k: v for k, v in everything.items() if k[:2] == ("www.blah.org.", "AAAA")}, rows(one.stdout))

    def test_untrusted(self) -> None:
        drop, store = Path(self.folder.name) / "drop", Path(self.folder.name) / "store"
        self.assertEqual({"out_of_bailiwick": 36}, report(ingest(drop, *CAPTURES, "--untrusted", "drop"))["quarantine"])
        self.assertEqual(expected("tuples", CAPTURES), rows(dump(drop).split(b"--\n")[0]))
        self.assertEqual(b"", dump(drop).split(b"--\n")[1])
        self.assertEqual({}, report(ingest(store, *CAPTURES, "--untrusted", "store"))["quarantine"])
        trusted, quarantined = dump(store).split(b"--\n")
        self.assertEqual(b"", quarantined)
        names = expected("tuples", CAPTURES).keys() | expected("quarantined", CAPTURES).keys()
        self.assertEqual(names, rows(trusted).keys())
        self.assertEqual(14042 + 36, sum(row[0] for row in rows(trusted).values()))


if __name__ == "__main__":
    unittest.main()
