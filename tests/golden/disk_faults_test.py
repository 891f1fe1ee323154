"""A disk that refuses one call: nothing is half-written, the word is true, and the next run is exact."""
import os
import subprocess
import unittest
from pathlib import Path

from pdns_testing import CAPTURES, dump, expected, ingest, payloads_of, query, rows, scratch, stream

FAULTS = Path(__file__).resolve().parent.parent / "support" / "disk_faults.c"
STEPS = [1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 28, 37, 50, 70]


class DiskFaults(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.library = self.root / "disk_faults.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self.library, FAULTS, "-ldl"], check=True)

    def faulty(self, database: Path, fault: str) -> dict[str, str]:
        return {**os.environ, "LD_PRELOAD": str(self.library), "PDNS_FAULT_UNDER": str(database), "PDNS_FAULT": fault,
                "PDNS_FAULT_TOLD": str(self.root / "told")}

    def told(self) -> bool:
        told = (self.root / "told").exists()
        (self.root / "told").unlink(missing_ok=True)
        return told

    def write_with_a_fault(self, kind: str, step: int, arguments: list, times: int) -> bool:
        """False: the run never came that far."""
        database = self.root / f"db-{kind}-{step}-{times}"
        run = ingest(database, *arguments, env=self.faulty(database, f"{kind}:{step}"))
        if not self.told():
            self.assertEqual(0, run.returncode, run.stderr)
            return False
        self.assertIn(run.returncode, (0, 70, 74), run.stderr)  # 0: not needed for what was promised
        if run.returncode != 0:
            self.assertIn(str(database).encode(), run.stderr)
        after = query(database, "*", "--json", "--wire")
        self.assertIn(after.returncode, (0, 1, 66), after.stderr)  # whole, as far as it goes
        if b"nothing of this batch was stored" in run.stderr and times == 1:
            self.assertNotEqual(0, after.returncode, after.stdout[:200])  # its one batch
        again = ingest(database, *arguments)
        self.assertEqual(0, again.returncode, again.stderr)
        trusted, quarantined = dump(database).split(b"--\n")
        self.assertEqual(expected("tuples", CAPTURES, times), rows(trusted))
        self.assertEqual(expected("quarantined", CAPTURES, times), rows(quarantined))
        return True

    def test_writing_by_the_log_and_by_files(self) -> None:
        many = self.root / "capture"
        many.write_bytes(stream([p for capture in CAPTURES for p in payloads_of(capture)] * 4))
        for kind in ("write", "sync", "rename", "link", "open"):
            for step in STEPS:
                with self.subTest(kind=kind, step=step):
                    came = self.write_with_a_fault(kind, step, CAPTURES, 1)
                    came |= self.write_with_a_fault(kind, step, [many, "--flush-interval", "0.01"], 4)
                if not came:
                    break

    def test_reading(self) -> None:
        database = self.root / "db"
        self.assertEqual(0, ingest(database, *CAPTURES).returncode)
        for question in (("*",), ("--rdata", "0.0.0.0/0"), ("--stats",), ("nothing.example",)):
            truth = query(database, *question)
            for kind in ("open", "read"):
                for step in STEPS:
                    command = [Path(os.environ.get("PDNS_BIN_DIR", "build/release/tools")) / "pdns-query", "-d", database,
                               *question]
                    run = subprocess.run(command, capture_output=True, timeout=300,
                                         env=self.faulty(database, f"{kind}:{step}"))
                    with self.subTest(question=question, kind=kind, step=step):
                        if run.returncode == truth.returncode:
                            self.assertEqual(truth.stdout, run.stdout)
                        else:
                            self.assertIn(run.returncode, (2, 70, 74), run.stderr)
                            self.assertTrue(run.stderr)
                    if not self.told():
                        break


if __name__ == "__main__":
    unittest.main()
