#!/usr/bin/env python3
"""Measures pdns-serve: lookups of known names and addresses over kept connections, over some two million tuples.

  serve.py --build BUILD [--messages 1000000] [--requests 50000] [--seconds 5] [--database DB [--busy]] [-o TABLE.md]

`CPU us` is the server's, all threads, for one answer. README.md says what each row means.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from asks import Asks, draw, make_database
from measure import Failed, Running, machine, run
from run import find_programs
from table import Row, aligned, brief, markdown

NAME = "/dnsdb/v2/lookup/rrset/name/"
ADDRESS = "/dnsdb/v2/lookup/rdata/ip/"
EVERYTHING = NAME + "*?limit=0"
TICK = os.sysconf("SC_CLK_TCK")
SLOW_READERS = 100
FAST_A_SECOND = 20


class Server:
    """The program under measure, on a free port."""

    def __init__(self, program: Path, database: Path, scratch: Path):
        self.place = scratch / "serve"
        self.place.mkdir()
        self.running = Running([program, "-d", database, "-l", "0"], self.place)
        self.address = ("127.0.0.1", self._port())

    def _port(self) -> int:
        while not self.running.process_ended():
            found = re.search(r" at http://127\.0\.0\.1:(\d+)/", (self.place / "stderr").read_text())
            if found:
                return int(found[1])
            time.sleep(0.01)
        raise Failed((self.place / "stderr").read_text())

    def cpu(self) -> float:
        """Seconds, in hundredths: over many answers."""
        fields = Path(f"/proc/{self.running.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def rss(self) -> int:
        status = Path(f"/proc/{self.running.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024  # type: ignore[index]

    def end(self) -> None:
        self.running.signal(signal.SIGTERM)
        self.running.wait()


class Client:
    """One kept connection; it reads as little of HTTP as it must, so that it costs less than the server."""

    def __init__(self, address: tuple[str, int]):
        self.socket = socket.create_connection(address, timeout=300)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def ask(self, path: str) -> bytes:
        """The body of an answer that has its length, or comes in chunks."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self.rest = self.rest[:end].lower(), self.rest[end + 4:]
        if not head.startswith(b"http/1.1 200"):
            raise Failed(f"{path}: {head[:40]!r}")
        length = re.search(rb"\r\ncontent-length: *(\d+)", head)
        if length is None:
            return b"".join(iter(self._chunk, b""))
        return self._bytes(int(length[1]))

    def _more(self) -> None:
        got = self.socket.recv(1 << 18)
        if not got:
            raise Failed("the server hung up")
        self.rest += got

    def _bytes(self, size: int) -> bytes:
        while len(self.rest) < size:
            self._more()
        found, self.rest = self.rest[:size], self.rest[size:]
        return found

    def _chunk(self) -> bytes:
        while (end := self.rest.find(b"\r\n")) < 0:
            self._more()
        size = int(self.rest[:end], 16)
        self.rest = self.rest[end + 2:]
        return self._bytes(size + 2)[:-2]


def part(sorted_times: Sequence[float], share: float) -> float:
    return sorted_times[min(len(sorted_times) - 1, int(len(sorted_times) * share))]


class Bench:
    def __init__(self, server: Server, asker: Path, seconds: int, fast_requests: int):
        self.server = server
        self.asker = asker
        self.seconds = seconds
        self.fast_requests = fast_requests
        (server.place / "asker").mkdir()
        self.rows: list[Row] = []

    def add(self, what: str, times: list[float], wall: float, cpu: float, note: str = "") -> None:
        times.sort()
        self.add_row(what, {"p50_ms": part(times, 0.5) * 1e3, "p99_ms": part(times, 0.99) * 1e3,
                            "ms_worst": times[-1] * 1e3, "answers_per_s": len(times) / wall,
                            "cpu_us": cpu / len(times) * 1e6}, note)

    def add_row(self, what: str, figures: dict[str, float], note: str = "") -> None:
        row = Row("", what, figures)
        if note:
            row.figures["note"] = note
        self.rows.append(row)
        print(f"{what}: {brief(row)}", file=sys.stderr, flush=True)

    def lookups(self, what: str, paths: Sequence[str], connections: int = 1) -> None:
        """So many requests on their way for some seconds, by a program that costs little."""
        targets = self.server.place / "targets"
        targets.write_text("".join(path + "\n" for path in paths))
        command = [self.asker, str(self.server.address[1]), str(connections)]
        run([*command, "1", targets], self.server.place / "asker")
        cpu = self.server.cpu()
        said = json.loads(run([*command, str(self.seconds), targets], self.server.place / "asker").out)
        cpu = self.server.cpu() - cpu
        if said["known"] != said["answers"]:
            raise Failed(f"{what}: of {said['answers']} known ones {said['known']} were found")
        self.add_row(what, {"p50_ms": said["p50_ms"], "p99_ms": said["p99_ms"], "ms_worst": said["worst_ms"],
                            "answers_per_s": said["answers"] / said["seconds"],
                            "cpu_us": cpu / said["answers"] * 1e6})

    def beside_slow_readers(self, paths: Sequence[str]) -> None:
        slow = [socket.create_connection(self.server.address) for _ in range(SLOW_READERS)]
        for reader in slow:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
            reader.sendall(f"GET {EVERYTHING} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        done = threading.Event()

        def read() -> None:  # each some 10 KB/s
            while not done.wait(0.1):
                for reader in slow:
                    reader.recv(1024)
        reading = threading.Thread(target=read)
        reading.start()
        client = Client(self.server.address)
        times: list[float] = []
        cpu, began = self.server.cpu(), time.monotonic()
        for i, path in enumerate(paths[:self.fast_requests]):
            time.sleep(max(0.0, began + i / FAST_A_SECOND - time.monotonic()))
            asked = time.monotonic()
            client.ask(path)
            times.append(time.monotonic() - asked)
        wall = time.monotonic() - began
        rss = self.server.rss()
        cpu = self.server.cpu() - cpu
        done.set()
        reading.join()
        for reader in slow:
            reader.close()
        self.add(f"names, {FAST_A_SECOND} a second beside {SLOW_READERS} slow readers", times, wall, cpu,
                 f"RSS {rss / 2**20:.0f} MiB")

    def stream(self) -> None:
        client = Client(self.server.address)
        cpu, began = self.server.cpu(), time.monotonic()
        objects = client.ask(NAME + "*?limit=100000").count(b"\n") - 2
        wall = time.monotonic() - began
        self.add("100,000 RRsets in one answer", [wall], wall, self.server.cpu() - cpu,
                 f"{objects / wall:,.0f} RRsets/s")


def measure(bench: Bench, names: list[str], addresses: list[str], busy: Callable[[], Running] | None) -> None:
    bench.lookups("names, one connection", names)
    bench.lookups("addresses, one connection", addresses)
    bench.lookups("names, eight connections", names, 8)
    bench.stream()
    bench.beside_slow_readers(names)
    if busy is None:
        return
    for what, paths in (("names", names), ("addresses", addresses)):
        writer = busy()
        try:
            bench.lookups(f"{what}, one connection, busy ingester", paths)
            if writer.process_ended():
                raise Failed("the ingester had ended before the questions: --seconds is too long for --busy-messages")
        finally:
            writer.signal(signal.SIGTERM)
            writer.wait(good=(0, 1))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures pdns-serve.")
    build = os.environ.get("PDNS_BIN_DIR")
    parser.add_argument("--build", type=Path, default=build, required=build is None)
    parser.add_argument("--messages", type=int, default=1_000_000, help="of each of two corpora")
    parser.add_argument("--database", type=Path, help="one that is there, in place of those corpora")
    parser.add_argument("--busy", action="store_true", help="also write new names into --database")
    parser.add_argument("--requests", type=int, default=50_000, help="different ones, of each kind")
    parser.add_argument("--seconds", type=int, default=5, help="of lookups of each kind")
    parser.add_argument("--busy-messages", type=int, default=3_000_000, help="that the ingester is busy with; 0: none")
    parser.add_argument("--fast-requests", type=int, default=200, help="beside slow readers")
    parser.add_argument("-o", "--output", type=Path, help="also write the table there, as Markdown")
    return parser.parse_args()


def main() -> None:
    options = parse()
    programs = find_programs(options.build)
    with tempfile.TemporaryDirectory(prefix="pdns-serve-bench-") as made:
        scratch = Path(made)
        database = options.database or make_database(programs, scratch, options.messages)
        asks = Asks(programs["pdns-query"], database, scratch, 1)
        tuples = asks.tuples()

        def known(prefix: str, *arguments: str) -> list[str]:
            drawn = draw(asks, random.Random(1), options.requests, *arguments)
            return [prefix + line.decode().strip().replace("/", "%2F") for line in drawn]
        names = known(NAME, "*", "-p", "names")
        addresses = known(ADDRESS, "*", "-t", "A", "-p", "values")
        busy = None
        if options.busy_messages > 0 and (options.busy or options.database is None):
            busy = writer(programs, database, scratch, options.busy_messages)
        server = Server(programs["pdns-serve"], database, scratch)
        bench = Bench(server, programs["pdns-bench-ask"], options.seconds, options.fast_requests)
        try:
            measure(bench, names, addresses, busy)
        finally:
            server.end()
    head = {"tuples": f"{tuples:,}", **machine()}
    print(aligned(head, bench.rows))
    if options.output:
        options.output.write_text(markdown(head, bench.rows))


def writer(programs: dict[str, Path], database: Path, scratch: Path, messages: int) -> Callable[[], Running]:
    """Starts an ingester that writes new names into the database, other ones each time."""
    place = scratch / "busy"
    place.mkdir()
    seeds = iter(range(1_000_001, 2_000_000))

    def start() -> Running:
        seed = next(seeds)
        capture = place / f"{seed}.dnstap"
        Running([programs["pdns-bench-generate"], "--corpus", "new", "--messages", str(messages), "--seed", str(seed),
                 "--quiet", "-o", capture], place).wait()
        return Running([programs["pdns-ingest"], "-d", database, capture], place)
    return start


if __name__ == "__main__":
    main()
