"""A log that is damaged: said by every program before anything is changed, mended by the commands of docs/repair.md."""
import os
import random
import re
import shutil
import socket
import subprocess
import unittest
from pathlib import Path

from pdns_archive import READY, frames_of_captures, numbered, status
from pdns_testing import (
    BIN, CAPTURES, START, Ingester, dump, frame, ingest, listening, query, scratch, stats, stream, wait_for)

DAMAGED = 70
BATCHES = 12
FAULTS = Path(__file__).resolve().parents[1] / "support" / "disk_faults.c"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "repair.md"


class Repair(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database, self.archive = self.root / "pdns", self.root / "pdns-archive"
        self.payloads = [numbered(p, n) for n, p in enumerate(frames_of_captures()[:BATCHES * 40])]

    def killed(self) -> Path:
        """A database whose batches stand in its log alone, and that log."""
        path = self.root / "dnstap.sock"
        with Ingester(self.database, "-u", path, "--archive", self.archive, "--min-free", "0", "--flush-interval",
                      "0.02") as run:
            wait_for(lambda: listening(path) and listening(self.database / "control.sock"))
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(path))
                peer.sendall(READY)
                self.assertTrue(peer.recv(100))
                peer.sendall(START)
                for first in range(0, len(self.payloads), 40):
                    before = status(self.database)["pdns_drains_total"]
                    peer.sendall(b"".join(map(frame, self.payloads[first:first + 40])))
                    wait_for(lambda before=before: status(self.database)["pdns_drains_total"] > before)
                wait_for(lambda: stats(self.database)["counters"]["frames"] == len(self.payloads))
                run.process.kill()
                run.process.wait()
        (log,) = [log for log in self.database.glob("*.log") if log.stat().st_size > 0]
        return log

    def expected(self) -> bytes:
        plain = self.root / "plain.dnstap"
        plain.write_bytes(stream(self.payloads))
        self.assertEqual(0, ingest(self.root / "expected", plain).returncode)
        return dump(self.root / "expected")

    def content(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.database.iterdir()
                if path.is_file() and path.name != "LOCK"}

    def refused(self, log: Path) -> None:
        """By all, with the words; nothing changes."""
        before = self.content()
        for run in (query(self.database, "*"), query(self.database, "--stats"), ingest(self.database, CAPTURES[0]),
                    ingest(self.database, CAPTURES[0])):
            self.assertEqual(DAMAGED, run.returncode, run.stderr)
            self.assertIn(b"pdns-ingest --repair", run.stderr)
            self.assertEqual(b"", run.stdout)
        self.assertIn(log.name.encode(), run.stderr)
        self.assertEqual(before, self.content())

    def faulty_repair(self, under: str, fault: str) -> tuple[subprocess.CompletedProcess[bytes], bool]:
        """With a disk that fails so at files whose path has `under`; and whether it came to that."""
        library, told = self.root / "disk_faults.so", self.root / "told"
        if not library.exists():
            subprocess.run(["cc", "-shared", "-fPIC", "-o", library, FAULTS, "-ldl"], check=True)
        run = subprocess.run(
            [BIN / "pdns-ingest", "-d", self.database, "--repair"], capture_output=True, timeout=300,
            env={**os.environ, "LD_PRELOAD": str(library), "PDNS_FAULT_UNDER": under, "PDNS_FAULT": fault,
                 "PDNS_FAULT_TOLD": str(told)})
        came = told.exists()
        told.unlink(missing_ok=True)
        return run, came

    def commands(self) -> list[str]:
        """Those of the page, for this database."""
        page = DOCS.read_text()
        found = [line for block in re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
                 for line in block.splitlines() if line.startswith("pdns-")]
        self.assertGreaterEqual(len(found), 4)
        return [line.replace("/var/lib/pdns", str(self.root / "pdns")) for line in found]

    def test_the_logs_are_on_the_disk_before_they_go(self) -> None:
        """What is kept aside is synced while the log itself is still there: where it cannot be, nothing else is done."""
        log = self.killed()
        damaged = bytearray(log.read_bytes())
        damaged[len(damaged) // 2] ^= 0x55
        log.write_bytes(damaged)
        before = self.content()
        faults = 0
        while True:
            run, told = self.faulty_repair("/damaged-", f"sync:{faults + 1}")
            if not told:
                break
            faults += 1
            self.assertEqual(74, run.returncode, run.stderr)
            self.assertEqual(before, self.content())
        self.assertEqual(2, faults, "the log and the directory that it is kept in")
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertIn(bytes(damaged), [kept.read_bytes() for kept in self.database.glob(f"damaged-*/{log.name}")])

    def test_a_repair_that_is_cut_off(self) -> None:
        """The loss is accepted by the last step: until then everybody is told of it."""
        log = self.killed()
        truth = self.expected()
        with log.open("r+b") as file:
            file.truncate(log.stat().st_size * 2 // 3)
        for under, fault in (("/MANIFEST-", "write:1"), ("/MANIFEST-", "sync:1"), (".sst", "write:1"),
                             ("/committed", "write:1")):
            run, told = self.faulty_repair(under, fault)
            self.assertTrue(told, under)
            self.assertEqual(74, run.returncode, run.stderr)
            for after in (query(self.database, "*"), ingest(self.database, CAPTURES[0])):
                self.assertEqual(DAMAGED, after.returncode, (under, fault, after.stderr))
                self.assertIn(b"pdns-ingest --repair", after.stderr)
        run = ingest(self.database, "--repair")
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertRegex(run.stderr, rb"[1-9][0-9]* batch(es are| is) missing")
        self.assertEqual(0, ingest(self.database, self.archive).returncode)
        self.assertEqual(truth, dump(self.database))

    def test_a_hole_in_the_middle(self) -> None:
        log = self.killed()
        truth = self.expected()
        self.assertEqual(truth, dump(self.database))
        damaged = bytearray(log.read_bytes())
        damaged[len(damaged) // 2] ^= 0x55
        log.write_bytes(damaged)
        self.refused(log)
        codes = []
        for command in self.commands():
            program, *arguments = command.split()
            run = subprocess.run([BIN / program, *arguments], capture_output=True, text=True, timeout=300)
            codes.append(run.returncode)
            if "--repair" in arguments:
                missing = re.search(r"(\d+) batches? (?:is|are) missing", run.stderr)
                self.assertIsNotNone(missing, run.stderr)
                self.assertGreater(int(missing[1]), 0)
        self.assertEqual([DAMAGED, 0, 0, 0], codes[:4])
        (aside,) = self.database.glob("damaged-*")
        self.assertEqual(bytes(damaged), (aside / log.name).read_bytes())
        self.assertEqual(truth, dump(self.database))
        self.assertEqual(len(self.payloads), stats(self.database)["counters"]["frames"])

    def test_an_end_that_is_missing(self) -> None:
        log = self.killed()
        truth = self.expected()
        with log.open("r+b") as file:
            file.truncate(log.stat().st_size * 2 // 3)
        before = self.content()
        for _ in range(2):
            run = ingest(self.database, CAPTURES[0])
            self.assertEqual(DAMAGED, run.returncode, run.stderr)
        self.assertEqual(before, self.content())
        self.assertEqual(0, ingest(self.database, "--repair", self.archive).returncode)  # all in one
        self.assertEqual(truth, dump(self.database))

    def test_a_torn_end_is_no_damage(self) -> None:
        """What a crash leaves of a batch that was never promised."""
        log = self.killed()
        truth = self.expected()
        whole = log.read_bytes()
        for torn in (b"\0" * 100, whole[:20], random.Random(1).randbytes(5000)):
            shutil.rmtree(self.root / "copy", ignore_errors=True)
            shutil.copytree(self.database, self.root / "copy", ignore=shutil.ignore_patterns("control.sock"))
            (self.root / "copy" / log.name).write_bytes(whole + torn)
            self.assertEqual(truth, dump(self.root / "copy"))
            run = ingest(self.root / "copy", self.archive)
            self.assertEqual(0, run.returncode, run.stderr)
            self.assertEqual(truth, dump(self.root / "copy"))

    def test_nothing_to_repair(self) -> None:
        self.assertEqual(66, ingest(self.database, "--repair").returncode)
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        before = self.content()
        run = ingest(self.database, "--repair")
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertIn(b"nothing to repair", run.stderr)
        self.assertEqual(before, self.content())
        with Ingester(self.database, "-u", self.root / "dnstap.sock") as live:
            wait_for(lambda: listening(self.root / "dnstap.sock"))
            self.assertEqual(74, ingest(self.database, "--repair").returncode)
            self.assertIsNone(live.process.poll())


if __name__ == "__main__":
    unittest.main()
