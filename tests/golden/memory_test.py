"""What an ingester and a question may hold in memory: the budget and 64 MiB, whatever a server sends and however
much is stored already."""
import os
import struct
import subprocess
import sys
import unittest
from pathlib import Path

from pdns_dnstap import response
from pdns_testing import BIN, frame, scratch, START, STOP

MIB = 1 << 20
BESIDE = 64  # MiB: the program, its threads, what is being merged
QUESTION = 64  # MiB: half of it the cache of blocks
QUESTIONS = [("nothing.example",), ("--rdata", "192.0.2.1"), ("--text", "x", "-l", "3"), ("*", "-l", "1000"), ("--stats",)]
TIME = 1_790_000_000


def name(text: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\0"


def answer(owner: str, rrtype: int, rdata: bytes) -> bytes:
    message = struct.pack(">6H", 1, 0x8400, 1, 1, 0, 0) + name(owner) + struct.pack(">HH", rrtype, 1)
    return message + b"\xc0\x0c" + struct.pack(">HHIH", rrtype, 1, 300, len(rdata)) + rdata


def peak(*command: object) -> int:
    """MiB that one run held at most. Asked of a process of its own: the figure is of all its children."""
    script = ("import resource, subprocess, sys\n"
              "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)\n"
              "assert done.returncode in (0, 1, 2), done.stderr\n"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n")
    out = subprocess.run([sys.executable, "-c", script, *map(str, command)], capture_output=True, text=True, timeout=900)
    assert out.returncode == 0, out.stderr
    return int(out.stdout) // 1024


class Memory(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def ingest(self, database: Path, budget: int, payloads: object) -> int:
        """The peak of one run."""
        capture = self.root / "capture"
        with capture.open("wb") as out:
            out.write(START)
            for payload in payloads:
                out.write(frame(payload))
            out.write(STOP)
        return peak(BIN / "pdns-ingest", "-d", database, "--memory", f"{budget}M", capture)

    def check_questions(self, database: Path) -> list[int]:
        peaks = [peak(BIN / "pdns-query", "-d", database, *question) for question in QUESTIONS]
        self.assertLess(max(peaks), QUESTION, peaks)
        return peaks

    def long_rdata(self, budget: int, count: int) -> tuple[int, list[int]]:
        """Texts of 65 KB that differ in their last bytes only."""
        filler = ((b"\xff" + b"x" * 255) * 255)[:64992]
        database = self.root / f"long-{budget}-{count}"
        payloads = (response(answer("t.evil.example", 16, filler + struct.pack(">Q", i)), name("evil.example"), TIME + i)
                    for i in range(count))
        return self.ingest(database, budget, payloads), self.check_questions(database)

    def test_long_rdata(self) -> None:
        for budget in (64, 512):
            with self.subTest(budget=budget):
                few, of_few = self.long_rdata(budget, 500)
                many, of_many = self.long_rdata(budget, 4000)
                print(f"--memory {budget}M, rdata of 65 KB: 500 {few} MiB, 4000 {many} MiB; questions {of_few} {of_many}")
                self.assertLess(many, budget + BESIDE)

    def test_growth(self) -> None:
        """One run after the other into one database, each of names that were never seen."""
        for budget, each in ((64, 60_000), (512, 120_000)):
            database, peaks = self.root / f"grown-{budget}", []
            for part in range(5):
                payloads = (response(answer(f"host{i}.zone{i % 997}.example", 1, struct.pack(">I", 0xC0000000 + i)),
                                     name("example"), TIME + i) for i in range(part * each, (part + 1) * each))
                peaks.append(self.ingest(database, budget, payloads))
            print(f"--memory {budget}M, growth: {peaks} MiB; questions {self.check_questions(database)}")
            self.assertLess(max(peaks), budget + BESIDE, peaks)

    def test_unpacking(self) -> None:
        """Compressed captures with dear windows, as many as there are cores and more. Window and content are about as
        large, so that what is allocated is used."""
        budget, captures = 64, []
        for number, (log, size) in enumerate([(24, 20), (24, 20), (24, 20), (27, 160)]):
            frames = frame(response(answer(f"host{number}.example", 1, bytes(4)), name("example"), TIME))
            filler = frame(bytes(1 << 16)) * (size * MIB >> 16)  # without a message: counted, and nothing else
            packed = subprocess.run(["zstd", "-1", f"--long={log}"], input=START + frames + filler + STOP,
                                    stdout=subprocess.PIPE, check=True).stdout
            captures.append(self.root / f"capture-{number}")
            captures[-1].write_bytes(packed)
        command = [BIN / "pdns-ingest", "-d", self.root / "unpacked", "--memory", f"{budget}M", *captures]
        most = peak(*command)
        print(f"--memory {budget}M, windows of 16 and 128 MiB: {most} MiB")
        self.assertLess(most, budget + BESIDE)
        again = subprocess.run(command, capture_output=True, text=True, timeout=300)
        self.assertEqual(again.returncode, 1, again.stderr)
        self.assertEqual(again.stderr.count("already_taken"), 3, again.stderr)
        self.assertIn("zstd: it takes 129 MiB to unpack, and files may have 28 together; a larger --memory", again.stderr)


if __name__ == "__main__":
    if "ASAN_OPTIONS" in os.environ:
        print("skipped: a sanitizer's memory is not the program's (the release preset runs this)")
        sys.exit(77)
    unittest.main()
