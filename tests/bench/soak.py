#!/usr/bin/env python3
"""A live ingester under a steady stream, with an archive, reloads and backfills in between.

Sends the frames of a generated corpus over and over, at a steady rate, on one connection that lives
through every reload. Each backfill takes an older capture, and the archive itself, which must add
nothing. At the end the database must be byte for byte what a plain run stores of the same frames,
the reports must count what was sent, and memory must not have grown. Exit 0: all of that holds.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import mmap
import resource
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

CONTENT_TYPE = b"protobuf:dnstap.Dnstap"
READY = struct.pack(">IIIII", 0, 12 + len(CONTENT_TYPE), 4, 1, len(CONTENT_TYPE)) + CONTENT_TYPE
START = struct.pack(">IIIII", 0, 12 + len(CONTENT_TYPE), 2, 1, len(CONTENT_TYPE)) + CONTENT_TYPE
STOP = struct.pack(">III", 0, 4, 3)
BLOCKS_A_SECOND = 100
GROWTH, ROOM = 1.25, 64 << 20  # of memory, from the first third to the last
BUDGET = 512 << 20  # of memory, as pdns-ingest has it when not told otherwise


class Failed(Exception):
    """What did not hold, for people."""


def check(holds: object, message: str) -> None:
    if not holds:
        raise Failed(message)


class Corpus:
    """The data frames of a generated file, as blocks of bytes that are framed already."""

    def __init__(self, path: Path, frames_a_block: int) -> None:
        self._file = path.open("rb")
        self._data = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        self.counts: list[int] = []  # frames by block
        self._ends: list[int] = []
        self._begin = at = 8 + struct.unpack_from(">I", self._data, 4)[0]
        frames = 0
        while True:
            (size,) = struct.unpack_from(">I", self._data, at)
            if size == 0 or frames == frames_a_block:
                self._ends.append(at)
                self.counts.append(frames)
                frames = 0
            if size == 0:
                break
            at += 4 + size
            frames += 1

    def blocks(self) -> Iterator[tuple[int, memoryview]]:
        """Round and round: how many frames, and their bytes."""
        view = memoryview(self._data)
        places = list(zip(self.counts, [self._begin, *self._ends], self._ends, strict=False))
        for count, begin, end in itertools.cycle(places):
            yield count, view[begin:end]


class Sender:
    """Sends blocks at their time, in a thread, until it is stopped."""

    def __init__(self, path: Path, corpus: Corpus) -> None:
        self.blocks = self.frames = 0
        self.latest = 0.0  # seconds that a block was sent after its time
        self.error: OSError | None = None
        self._corpus = corpus
        self._ending = threading.Event()
        self._peer = socket.socket(socket.AF_UNIX)
        self._peer.settimeout(60)
        self._peer.connect(str(path))
        self._peer.sendall(READY)
        check(self._peer.recv(1000), "no ACCEPT")
        self._peer.sendall(START)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        due = time.monotonic()
        try:
            for count, data in self._corpus.blocks():
                if self._ending.is_set():
                    return
                time.sleep(max(0.0, due - time.monotonic()))
                self._peer.sendall(data)
                self.blocks += 1
                self.frames += count
                self.latest = max(self.latest, time.monotonic() - due)
                due += 1 / BLOCKS_A_SECOND
        except OSError as error:
            self.error = error

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()
        check(self.error is None, f"the connection broke: {self.error}")
        self._peer.sendall(STOP)
        check(self._peer.recv(1000), "STOP was not answered with FINISH")
        self._peer.close()


class Soak:
    """One run in one folder."""

    def __init__(self, args: argparse.Namespace, folder: Path) -> None:
        self.args = args
        self.folder = folder
        self.tools = args.build / "tools"
        self.database, self.archive = folder / "db", folder / "archive"
        self.older: list[Path] = []  # captures that were backfilled
        self.memory: list[tuple[float, int]] = []  # seconds, bytes
        self.reloads = 0

    def generate(self, name: str, messages: int, seed: int) -> Path:
        path = self.folder / name
        generate = self.args.build / "tests" / "bench" / "pdns-bench-generate"
        shape = ["--corpus", "mix", "--messages", str(messages), "--seed", str(seed)]
        subprocess.run([generate, *shape, "--quiet", "-o", path], check=True)
        return path

    def start(self) -> None:
        options = [
            "-u", self.folder / "sock", "--archive", self.archive, "--archive-rotate", "60s",
            "--report", "json",
        ]  # fmt: skip
        self.reports, self.log = self.folder / "reports", self.folder / "log"
        with self.reports.open("wb") as out, self.log.open("wb") as err:
            command = [self.tools / "pdns-ingest", "-d", self.database, *options]
            self.live = subprocess.Popen(command, stdout=out, stderr=err)
        deadline = time.monotonic() + 90
        while not (self.database / "control.sock").is_socket():
            check(self.live.poll() is None and time.monotonic() < deadline, "it does not start")
            time.sleep(0.02)

    def generations(self) -> int:
        """How many times it has started anew and listens again: a signal before that may be one with the reload that
        is under way, also when the report is written already."""
        return self.log.read_bytes().count(b": listening on ") - 1

    def sample(self, second: float) -> None:
        pages = Path(f"/proc/{self.live.pid}/statm").read_text().split()[1]
        self.memory.append((second, int(pages) * resource.getpagesize()))

    def backfill(self) -> subprocess.Popen[bytes]:
        """An older capture that nobody has seen yet, and the archive."""
        seed = 1000 + len(self.older)
        path = self.generate(f"older-{seed}.dnstap", self.args.rate * 2, seed)
        self.older.append(path)
        ingest = [self.tools / "pdns-ingest", "-d", self.database]
        command = [*ingest, "--backfill", path, self.archive]
        with (self.folder / f"backfill-{seed}.log").open("wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def run(self) -> None:
        args = self.args
        corpus = Corpus(self.generate("corpus", args.messages, 1), args.rate // BLOCKS_A_SECOND)
        self.start()
        sender = Sender(self.folder / "sock", corpus)
        began = time.monotonic()
        reload_at, backfill_at = args.reload_every, args.backfill_every
        running: list[subprocess.Popen[bytes]] = []
        while (now := time.monotonic() - began) < args.seconds:
            check(self.live.poll() is None, f"the ingester ended: {self.live.returncode}")
            check(sender.error is None, f"the connection broke: {sender.error}")
            self.sample(now)
            if now >= reload_at and self.generations() == self.reloads:  # signals that come together are one
                self.live.send_signal(signal.SIGHUP)
                self.reloads += 1
                reload_at += args.reload_every
            if now >= backfill_at:
                running.append(self.backfill())
                backfill_at += args.backfill_every
            time.sleep(min(1.0, args.seconds / 50))
        sender.stop()
        took = time.monotonic() - began
        for one in running:
            check(one.wait(600) == 0, f"a backfill exited {one.returncode}")
        deadline = time.monotonic() + 90
        while self.generations() < self.reloads:  # the end would overtake the reload
            check(time.monotonic() < deadline, "the last reload does not end")
            time.sleep(0.02)
        self.live.terminate()
        check(self.live.wait(120) == 0, f"the ingester exited {self.live.returncode}")
        print(
            f"{sender.frames} frames sent in {took:.0f} s, at most {sender.latest:.2f} s late;"
            f" {self.reloads} reloads, {len(self.older)} backfills"
        )
        self.check_counts(sender.frames)
        self.check_rows(corpus, sender.blocks)
        self.check_memory()

    def check_counts(self, sent: int) -> None:
        told = [json.loads(line) for line in self.reports.read_text().splitlines()]
        sources = [source for one in told for source in one["sources"]]
        counted = sum(one["frames"] for one in sources if one["name"].endswith("/sock"))
        print(f"{counted} frames counted by {len(told)} reports; {sent - counted} lost")
        check(len(told) == self.reloads + 1, f"{self.reloads} reloads, {len(told)} reports")
        check(counted == sent, f"{sent} frames sent, {counted} counted")
        again = [self.tools / "pdns-ingest", "-d", self.database, "--report", "json", self.archive]
        done = subprocess.run(again, capture_output=True, check=True)
        report = json.loads(done.stdout)
        files = list(self.archive.glob("*.dnstap*"))
        size = sum(path.stat().st_size for path in files)
        print(
            f"archive: {len(files)} files, {size >> 20} MiB;"
            f" a run over it adds {report['stored']} records"
        )
        check(report["stored"] == 0, "the archive was counted again")

    def check_rows(self, corpus: Corpus, blocks: int) -> None:
        """Against a plain run over the same frames, as one stream, and the older captures."""
        expected = self.folder / "expected"
        command = [self.tools / "pdns-ingest", "-d", expected, *self.older, "-"]
        with (self.folder / "expected.log").open("wb") as log:
            plain = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
        assert plain.stdin is not None
        with plain.stdin as out:
            out.write(START)
            for _, data in itertools.islice(corpus.blocks(), blocks):
                out.write(data)
            out.write(STOP)
        check(plain.wait() == 0, f"the plain run exited {plain.returncode}")
        have, want = self.dump(self.database), self.dump(expected)
        same = "the same" if have == want else "NOT the same"
        print(f"{have[0]} tuples, {same} as by a plain run")
        check(have == want, f"{want[0]} tuples by a plain run; the rows differ")

    def dump(self, database: Path) -> tuple[int, str]:
        """How many rows a database has, and a digest of them."""
        command = [self.tools / "pdns-query", "-d", database, "*.", "--json", "--wire"]
        lines, digest = 0, hashlib.sha256()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as query:
            assert query.stdout is not None
            while block := query.stdout.read(1 << 20):
                lines += block.count(b"\n")
                digest.update(block)
        check(query.returncode == 0, f"pdns-query exited {query.returncode}")
        return lines, digest.hexdigest()

    def check_memory(self) -> None:
        step = max(1, len(self.memory) // 12)
        print("RSS in MiB: " + "  ".join(f"{t:.0f} s {b >> 20}" for t, b in self.memory[::step]))
        everything = [b for _, b in self.memory]
        warm = [b for t, b in self.memory if t > self.args.reload_every] or everything
        third = max(1, len(warm) // 3)
        first, last = statistics.median(warm[:third]), statistics.median(warm[-third:])
        highest = max(everything)
        print(
            f"from the first reload on: median of the first third {first / 2**20:.0f} MiB, of the"
            f" last {last / 2**20:.0f}; highest of all {highest / 2**20:.0f}"
        )
        check(highest < BUDGET, "more memory than the budget")
        check(last <= first * GROWTH + ROOM, "memory has grown")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=Path, required=True, help="the build folder")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=int, default=20_000, help="frames a second")
    parser.add_argument("--messages", type=int, default=1_000_000, help="in the repeated corpus")
    parser.add_argument("--reload-every", type=float, default=60, help="seconds")
    parser.add_argument("--backfill-every", type=float, default=90, help="seconds")
    parser.add_argument("--scratch", type=Path, help="for files, some 400 bytes a frame")
    parser.add_argument("--keep", action="store_true", help="leave all files behind")
    return parser.parse_args()


def main() -> int:
    args = parse()
    folder = Path(tempfile.mkdtemp(prefix="pdns-soak-", dir=args.scratch))
    soak = Soak(args, folder)
    try:
        soak.run()
    except Failed as failure:
        print(f"FAILED: {failure}")
        if (folder / "log").exists():
            print((folder / "log").read_text(errors="replace")[-2000:])
        return 1
    finally:
        live = getattr(soak, "live", None)
        if live is not None and live.poll() is None:
            live.kill()
            live.wait()
        if args.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
