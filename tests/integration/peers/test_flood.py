"""Floods of bad senders over Unix, TCP and TLS: bounded connections, memory and log, and good
senders among them lose nothing."""

from __future__ import annotations

import contextlib
import pathlib
import random
import resource
import socket
import struct
import sys
import time
from typing import Any, Iterator

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import certificates, golden, manager, pdns, sandbox  # noqa: E402
from common.framestream import (  # noqa: E402
    CONTENT_TYPE,
    READY,
    START,
    Control,
    Endpoint,
    Frame,
    Sender,
    Tcp,
)
from common.sandbox import Check  # noqa: E402

PORT = 6000
CROWD, LIMIT = 3000, 100
LONGEST_CONTROL = 600
GROWTH = 64 << 20  # bytes that the ingester may take more at the end than at the beginning
LOG_LINES = 150
MOST_OF_ONE = 30  # records of a frame


class Flood:
    """One transport's senders."""

    def __init__(
        self, box: sandbox.Sandbox, name: str, endpoint: Endpoint, frames: list[bytes]
    ) -> None:
        self._box, self._name, self._endpoint = box, name, endpoint
        self._frames = [Frame(frame) for frame in frames]
        self.captures = 0  # whole ones, sent by good senders
        self.extra = 0  # copies of the first frame that came whole, outside of captures

    def _Try(self, data: bytes) -> None:
        """Connects, says this, and goes, whatever the reader thinks of it."""
        sender = Sender(self._endpoint)
        sender.Send(data)
        sender.Close()

    def Good(self) -> None:
        sender = Sender(self._endpoint, 60)
        Check(sender.Open(), f"{self._name}: READY was not accepted")
        Check(sender.Send(b"".join(self._frames)), f"{self._name}: the reader hung up")
        Check(sender.Finish(), f"{self._name}: no FINISH")
        self.captures += 1

    def RandomBytes(self) -> None:
        rng = random.Random(5)
        for size in range(1, 2000, 13):
            self._Try(rng.randbytes(size))

    def EndlessReady(self) -> None:
        """One that never comes to START and reads no answer, and one that never ends a READY."""
        sender = Sender(self._endpoint, 2)
        with contextlib.suppress(TimeoutError):
            for _ in range(300):
                if not sender.Send(Control(READY, CONTENT_TYPE) * 100):
                    break
        sender.Close()
        self._Try(struct.pack("!II", 0, 512) * 10_000)

    def CutEverywhere(self) -> None:
        """The first frame of a stream, cut at every byte of all that goes before its end."""
        start, frame = Control(START, CONTENT_TYPE), self._frames[0]
        for data in (Control(READY, CONTENT_TYPE) + start + frame, start + frame + frame):
            for cut in range(1, len(data)):
                self._Try(data[:cut])
        self.extra = len(frame)  # of the second kind: cut in the second frame

    def ControlLengths(self) -> None:
        """Control frames of every length, before START and after it."""
        start = Control(START, CONTENT_TYPE)
        for size in range(LONGEST_CONTROL + 1):
            data = struct.pack("!II", 0, size) + bytes(size)
            self._Try(data)
            self._Try(start + data + self._frames[0][:20])

    def OversizeLengths(self) -> None:
        start = Control(START, CONTENT_TYPE)
        for size in ((1 << 20) + 1, 1 << 24, 1 << 31, 2**32 - 1):
            self._Try(start + struct.pack("!I", size) + bytes(5000))
        # As much as may be held of a frame, many times over.
        held = []
        for _ in range(80):
            sender = Sender(self._endpoint)
            sender.Send(start + struct.pack("!I", 1 << 20) + bytes((1 << 20) - 1))
            held.append(sender)
        for sender in held:
            sender.Close()

    @contextlib.contextmanager
    def Crowd(self) -> Iterator[None]:
        """Thousands that connect, as far as they get, and say nothing."""
        tcp = isinstance(self._endpoint, Tcp)
        family = socket.AF_INET if tcp else socket.AF_UNIX
        where = ("127.0.0.1", self._endpoint.port) if tcp else str(self._endpoint)
        with contextlib.ExitStack() as stack:
            for _ in range(CROWD):
                one = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
                one.setblocking(False)
                one.connect_ex(where)
            yield

    def CrowdAroundOne(self) -> None:
        sender = Sender(self._endpoint, 60)
        Check(sender.Open(), f"{self._name}: READY was not accepted")
        with self.Crowd():
            half = len(self._frames) // 2
            for part in (self._frames[:half], self._frames[half:]):
                Check(sender.Send(b"".join(part)), f"{self._name}: the reader hung up")
                time.sleep(0.5)
            figures = manager.Status(self._box) or {}
            peers = sum(n for name, n in figures.items() if name.startswith("pdns_connections{"))
            Check(0 < peers <= LIMIT, f"{self._name}: {peers} connections are open")
        Check(sender.Finish(), f"{self._name}: no FINISH")
        self.captures += 1
        self.Good()  # when the others have gone

    def Run(self) -> None:
        doings = (self.RandomBytes, self.EndlessReady, self.CutEverywhere, self.ControlLengths,
                  self.OversizeLengths, self.CrowdAroundOne)  # fmt: skip
        for doing in doings:
            doing()
            self.Good()


def _Rss(process: pathlib.Path) -> int:
    fields = (process / "statm").read_text().split()
    return int(fields[1]) * resource.getpagesize()


def _MoreDescriptors() -> None:
    wanted = CROWD + 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        sandbox.Skip(f"only {hard} descriptors may be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def _Endpoint(
    name: str, ingester: pdns.Ingester, files: certificates.Certificates
) -> Endpoint:
    if name == "unix":
        return ingester.socket
    return Tcp(PORT, files.Client() if name == "tls" else None)


def _Options(name: str, files: certificates.Certificates) -> list[str]:
    options = ["--max-connections", str(LIMIT), "--connection-memory", "16M", "--memory", "64M"]
    if name != "unix":
        options += ["-a", f"127.0.0.1:{PORT}"]
    return options + (files.IngesterOptions() if name == "tls" else [])


def _FloodBy(
    box: sandbox.Sandbox, name: str, capture: golden.Golden, files: certificates.Certificates
) -> tuple[Flood, dict[str, Any]]:
    """Floods one transport; checks what it cost, and returns what was sent and the report."""
    ingester = pdns.Ingester(box, f"ingest-{name}", _Options(name, files))
    flood = Flood(box, name, _Endpoint(name, ingester, files), capture.frames)
    flood.Good()
    process = sandbox.Proc(ingester.popen.pid)
    before = _Rss(process)
    flood.Run()
    grown = _Rss(process) - before
    figures = manager.Status(box) or {}
    lines = ingester.Messages().splitlines()
    told = {
        what: sum(n for key, n in figures.items() if key.startswith(f"pdns_connections_{what}"))
        for what in ("accepted_total", "refused_total", "over_memory_total")
    }
    print(f"{name}: {told}; {grown >> 20} MiB more, {len(lines)} lines in the log")
    Check(told["accepted_total"] > 2000, f"{name}: {told}")
    Check(told["refused_total"] > LONGEST_CONTROL, f"{name}: {told}")
    Check(told["over_memory_total"] > 0, f"{name}: {told}")
    Check(grown < GROWTH, f"{name}: the ingester grew by {grown >> 20} MiB")
    Check(len(lines) < LOG_LINES, f"{name}: {len(lines)} lines in the log")
    return flood, ingester.Stop()


def Test(box: sandbox.Sandbox) -> None:
    _MoreDescriptors()
    capture = golden.Read(pathlib.Path(box.args.capture))
    files = certificates.Certificates(box.folder / "tls")
    captures = 0
    for name in ("unix", "tcp", "tls"):
        flood, report = _FloodBy(box, name, capture, files)
        captures += flood.captures
        want = capture.counters["used"] * flood.captures + flood.extra
        Check(report["used"] == want, f"{name}: {want} frames to be used, the report: {report}")
    have = {one.row: one.count for one in pdns.Ask(box, "*.")}
    want_rows = {row: seen[0] * captures for row, seen in capture.tuples.items()}
    Check(have.keys() == want_rows.keys(), "other rows than the capture's")
    # Only what the first frame says was seen more often than the good senders said it.
    Check(all(have[row] >= count for row, count in want_rows.items()), "frames are missing")
    more = sum(have[row] > count for row, count in want_rows.items())
    Check(more <= MOST_OF_ONE, f"{more} rows were counted too often")


if __name__ == "__main__":
    sandbox.Main(Test, certificates.NEEDS)
