"""Peers of every bad kind at the HTTP port of --metrics, each kind many times: /health is answered."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import socket
import sys
import time
from typing import Callable

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import pdns, sandbox  # noqa: E402
from common.sandbox import Check, WaitFor  # noqa: E402
from common.stopwatch import Stopwatch  # noqa: E402

PORT = 9553
PEERS = 200
MOST = 128 + 64  # connections that are served, and those that are about to be closed
PROMPT = 0.5  # seconds, less those in which neither side had a processor
O_CLOEXEC = 0o2000000
GET = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"


def _Connect(source: str = "127.0.0.1", buffer: int = 0) -> socket.socket:
    peer = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    peer.settimeout(60)
    if buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    peer.bind((source, 0))
    peer.connect(("127.0.0.1", PORT))
    return peer


def _Receive(peer: socket.socket) -> bytes:
    """To the end of the connection, which must come."""
    answer = b""
    try:
        while some := peer.recv(65536):
            answer += some
    except ConnectionResetError:
        pass
    return answer


def _Ask(request: bytes, source: str = "127.0.0.1") -> tuple[int, bytes]:
    with _Connect(source) as peer:
        peer.sendall(request)
        answer = _Receive(peer)
    head, _, body = answer.partition(b"\r\n\r\n")
    Check(head.startswith(b"HTTP/1.1 "), f"no answer to {request[:60]!r}: {answer[:60]!r}")
    return int(head.split()[1]), body


def _Health(process: pathlib.Path, source: str) -> float:
    """Seconds until /health says yes to a peer that has just come."""
    watch = Stopwatch(process, any_thread=True)
    Check(_Ask(GET % b"health", source) == (200, b"ok\n"), "/health does not say yes")
    return watch.Waited()


class Flood:
    """Many peers that do the same; those that are shut out come again. In processes of their own, which give way: what
    they do with their processor must not hold back who asks meanwhile. On a busy machine 64 of them came from one
    address between connect() and send() of him who asks, and he was shut out as the oldest that had said nothing."""

    def __init__(self, first: bytes, more: bytes = b"", pause: float = 0.01, buffer: int = 0) -> None:
        self._first, self._more, self._pause, self._buffer = first, more, pause, buffer
        context = multiprocessing.get_context("fork")
        self._end = context.Event()
        self._parts = [context.Process(target=self._Run, args=(part,), daemon=True) for part in range(4)]

    def __enter__(self) -> Flood:
        for part in self._parts:
            part.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for part in self._parts:
            part.join()

    def _Run(self, part: int) -> None:
        os.nice(19)
        # Half of them from one address, the others from many.
        peers: list[socket.socket | None] = [None] * (PEERS // 4)
        while not self._end.is_set():
            for n, peer in enumerate(peers):
                peers[n] = self._Step(peer, f"127.0.{part}.{n + 1}" if n % 2 else "127.0.0.1")
            self._end.wait(self._pause)
        for peer in peers:
            if peer is not None:
                peer.close()

    def _Step(self, peer: socket.socket | None, source: str) -> socket.socket | None:
        """One peer's next doing; what it becomes of it."""
        try:
            if peer is None:
                peer = _Connect(source, self._buffer)
                peer.setblocking(False)
                peer.send(self._first) if self._first else None
            elif self._more:
                peer.send(self._more)
            elif self._first == b"" and peer.recv(1, socket.MSG_PEEK) == b"":
                raise ConnectionResetError
        except BlockingIOError:
            pass
        except OSError:
            if peer is not None:
                peer.close()
            return None
        return peer


FLOODS: dict[str, Callable[[], Flood]] = {
    "silent": lambda: Flood(b""),
    "a byte a second": lambda: Flood(b"G", b"x", pause=1),
    "deaf": lambda: Flood(GET % b"metrics", buffer=1),
    "endless headers": lambda: Flood(b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 100),
    "endless lines": lambda: Flood(b"GET /", b"x" * 1000),
    "endless bodies": lambda: Flood(
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n", b"x" * 10000
    ),
    "pipelines": lambda: Flood((GET % b"metrics") * 100, (GET % b"health") * 100),
    "requests": lambda: Flood(GET % b"metrics", GET % b"metrics", pause=0),
}


def _Descriptors(process: pathlib.Path) -> list[str]:
    """Sockets of a process; fails for one, or for an epoll or an event, that a child would inherit."""
    sockets = []
    for entry in (process / "fd").iterdir():
        try:
            what = os.readlink(entry)
            flags = (process / "fdinfo" / entry.name).read_text()
        except FileNotFoundError:
            continue  # closed meanwhile
        if what.startswith("socket:"):
            sockets.append(what)
        if what.startswith(("socket:", "anon_inode:")):
            inherited = not int(flags.split("flags:")[1].split()[0], 8) & O_CLOEXEC
            Check(not inherited, f"descriptor {entry.name}, {what}, would be inherited")
    return sockets


def _Floods(ingester: pdns.Ingester) -> None:
    process = sandbox.Proc(ingester.popen.pid)
    before = len(_Descriptors(process))
    for name, flood in FLOODS.items():
        with flood():
            took = []
            for n in range(20):
                took.append(_Health(process, "127.0.0.1" if n % 2 else "127.9.9.9"))
                Check(took[-1] < PROMPT, f"{name}: /health took {took[-1]:.2f} s")
                time.sleep(0.02)
            more = len(_Descriptors(process)) - before
            Check(more <= MOST, f"{name}: {more} sockets")
        print(f"{name}: /health in {max(took) * 1000:.0f} ms at most; {more} sockets more")


def _TimeIsUp(ingester: pdns.Ingester) -> None:
    """Who never gets to the end of a header is shut out, also with a byte now and then."""
    with _Connect() as silent, _Connect() as dripping:
        began = time.monotonic()
        dripping.send(b"GET / HTTP/1.1\r\nA: ")

        def _Shut() -> bool:
            try:
                dripping.send(b"x")
            except OSError:
                return True
            return False

        WaitFor(_Shut, 90, "a dripping peer to be shut out")
        Check(silent.recv(1) == b"", "a silent peer was sent something")
        print(f"shut out after {time.monotonic() - began:.1f} s")
    Check(_Health(sandbox.Proc(ingester.popen.pid), "127.0.0.1") < PROMPT, "/health is slow")
    Check(ingester.popen.poll() is None, "pdns-ingest ended")


def _Hosts() -> None:
    for host, want in (
        (b"localhost:9553", 200), (b"192.0.2.1", 200), (b"[::1]:9553", 200), (socket.gethostname().encode(), 200),
        (b"ns1.example.net:9553", 200), (b"evil.example:9553", 421), (b"localhost.evil.example", 421),
    ):  # fmt: skip
        code, body = _Ask(b"GET /health HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        Check(code == want, f"status {code} for Host: {host!r}: {body!r}")
    Check(_Ask(b"GET /health HTTP/1.0\r\n\r\n")[0] == 200, "HTTP/1.0 without a Host is refused")
    Check(_Ask(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: a\r\n\r\n")[0] == 400, "two Hosts are taken")
    code, figures = _Ask(GET % b"metrics")
    Check(code == 200 and b"\npdns_frames_total{" in figures, f"figures: {code} {figures[:200]!r}")


def Test(box: sandbox.Sandbox) -> None:
    options = ["--metrics", f"0.0.0.0:{PORT}", "--metrics-host", "ns1.example.net"]
    ingester = pdns.Ingester(box, options=options)

    def _Ready() -> bool:
        try:
            return _Ask(GET % b"ready")[0] == 200
        except ConnectionRefusedError:
            return False  # it does not listen yet

    WaitFor(_Ready, 90, "/ready")
    _Hosts()
    _Floods(ingester)
    _TimeIsUp(ingester)
    said = ingester.Messages()
    Check("warning" not in said and "error" not in said and len(said) < 1000, f"the log says {said[:1000]}")
    ingester.Stop()


if __name__ == "__main__":
    sandbox.Main(Test, {})
