"""However others flood the ingester, over Unix, TCP and TLS: a peer is answered within half a second.

Measured by READY and the ACCEPT that follows it, on a connection that stands and on new ones.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pathlib
import socket
import ssl
import struct
import sys
import time
from typing import Any, Callable, Iterator

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import certificates, dnstap, golden, key_updates, pdns, sandbox, wire  # noqa: E402
from common.framestream import (  # noqa: E402
    ACCEPT,
    CONTENT_TYPE,
    READY,
    START,
    Connect,
    Control,
    Endpoint,
    Frame,
    Sender,
    Tcp,
)
from common.sandbox import Check  # noqa: E402
from common.stopwatch import Stopwatch  # noqa: E402

PORT = 6000
LIMIT = 100  # connections of a kind
CROWD = 300
LONGEST = 0.5  # seconds, less those in which the ingester had no processor
FLOOD_SECONDS = 1.5

Flood = Callable[[Endpoint], None]
_START = Control(START, CONTENT_TYPE)


def _Dear() -> bytes:
    """4000 aliases of one name, each to a name of 120 labels: the dearest answer that fits."""
    head = struct.pack("!6H", 1, wire.FLAG_QR | wire.FLAG_AA, 1, 3600, 0, 0)
    question = b"\1a" * 118 + b"\0" + struct.pack("!2H", 1, 1)
    records = b"".join(
        b"\xc0\x0c" + struct.pack("!HHIH", 5, 1, 60, 5) + b"\2" + struct.pack("!H", i) + b"\xc0\x0c"
        for i in range(3600)
    )  # fmt: skip
    return dnstap.Payload(head + question + records, wire.ParseName("z."), int(time.time()))


def _Over(endpoint: Endpoint, count: int, opening: bytes) -> list[Sender]:
    made = []
    for _ in range(count):
        with contextlib.suppress(OSError, ssl.SSLError):
            made.append(Sender(endpoint, 5))
            made[-1].Send(opening)
    return made


def _Push(endpoint: Endpoint, data: bytes) -> None:
    """Four connections that send this, over and over, as fast as it is taken."""
    senders = _Over(endpoint, 4, _START)
    while senders:
        for sender in list(senders):
            with contextlib.suppress(TimeoutError):
                if not sender.Send(data):
                    senders.remove(sender)
                    senders += _Over(endpoint, 1, _START)


def Junk(endpoint: Endpoint) -> None:
    _Push(endpoint, Frame(b"\xff") * 50_000)


def DearAnswers(endpoint: Endpoint) -> None:
    _Push(endpoint, Frame(_Dear()) * 20)


def Readies(endpoint: Endpoint) -> None:
    _Push(endpoint, Control(READY, CONTENT_TYPE) * 5_000)


def Silent(endpoint: Endpoint) -> None:
    """Come as far as START and stay."""
    held = _Over(endpoint, CROWD, _START)
    time.sleep(FLOOD_SECONDS)
    del held


def ComeAndGo(endpoint: Endpoint) -> None:
    while True:
        with contextlib.suppress(OSError, ssl.SSLError):
            Sender(endpoint, 5).Close()


def Unfinished(endpoint: Endpoint) -> None:
    """Connections on which a few bytes are sent, one by one: of TLS, never a whole handshake."""
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)
    held = [Connect(endpoint) for _ in range(LIMIT)]
    for at in range(len(hello)):
        for one in held:
            with contextlib.suppress(OSError):
                one.send(hello[at : at + 1])


class Watch:
    """The longest that READY waited for ACCEPT."""

    def __init__(self, ingester: pdns.Ingester, kind: str, endpoint: Endpoint) -> None:
        self._kind, self._endpoint = kind, endpoint
        self._process = sandbox.Proc(ingester.popen.pid)

    def Begin(self) -> None:
        self._standing = Sender(self._endpoint)
        self._standing.Send(Control(READY, CONTENT_TYPE))
        self._standing.ReadControl()

    def _Answered(self, sender: Sender, what: str) -> None:
        Check(sender.Send(Control(READY, CONTENT_TYPE)), f"{what}: the reader hung up")
        answer = sender.ReadControl()
        Check(answer is not None and answer[0] == ACCEPT, f"{what}: answered {answer}")

    def Once(self, what: str, fresh: bool) -> float:
        watch = Stopwatch(self._process)  # the sockets are the first thread's
        if fresh:
            sender = Sender(self._endpoint)
            self._Answered(sender, what)
            sender.Close()
        else:
            self._Answered(self._standing, what)
        waited = watch.Waited()
        which = "a new connection" if fresh else "a standing one"
        Check(waited <= LONGEST, f"beside {what} {which} by {self._kind} waited {waited:.2f} s for the ingester")
        return waited


@contextlib.contextmanager
def _Flooding(flood: Callable[..., Any], *arguments: Any) -> Iterator[None]:
    """In processes of their own: what they do with their processor must not hold back the watch."""
    context = multiprocessing.get_context("fork")
    running = [context.Process(target=flood, args=arguments, daemon=True) for _ in range(2)]
    for one in running:
        one.start()
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.join()


def _Hold(watches: list[Watch], what: str, flood: Callable[..., Any], *arguments: Any) -> None:
    for watch in watches:
        watch.Begin()
    longest = 0.0
    with _Flooding(flood, *arguments):
        until = time.monotonic() + FLOOD_SECONDS
        while time.monotonic() < until:
            for watch in watches:
                longest = max(longest, watch.Once(what, False), watch.Once(what, True))
            time.sleep(0.01)
    print(f"beside {what}: {1000 * longest:.0f} ms at the longest")


def _Floods(box: sandbox.Sandbox, options: list[str], other: Tcp, more: dict[str, Any]) -> None:
    ingester = pdns.Ingester(box, options=[*options, "--max-connections", str(LIMIT)])
    unix, tcp = Watch(ingester, "Unix", ingester.socket), Watch(ingester, "TCP", other)
    for flood in (Junk, DearAnswers, Readies, ComeAndGo):
        _Hold([unix, tcp], f"{flood.__name__} by Unix", flood, ingester.socket)
        _Hold([unix, tcp], f"{flood.__name__} by TCP", flood, other)
    # Who comes to a door that is full waits until one has to go.
    for flood in (Silent, Unfinished):
        _Hold([tcp], f"{flood.__name__} by Unix", flood, ingester.socket)
        _Hold([unix], f"{flood.__name__} by TCP", flood, other)
    for name, (flood, *arguments) in more.items():
        _Hold([unix], name, flood, *arguments)
    ingester.Stop()


def _KeyUpdates(files: certificates.Certificates) -> None:
    while True:
        with contextlib.suppress(OSError):
            key_updates.Flood(PORT, str(files.Pem("client")), str(files.Key("client")))


def _Plain(box: sandbox.Sandbox) -> None:
    _Floods(box, ["-a", f"127.0.0.1:{PORT}"], Tcp(PORT), {})


def _Tls(box: sandbox.Sandbox) -> None:
    files = certificates.Certificates(box.folder / "tls")
    options = ["-a", f"127.0.0.1:{PORT}", *files.IngesterOptions()]
    more = {
        "key updates": (_KeyUpdates, files),
        "clients without a certificate": (ComeAndGo, Tcp(PORT, files.Client(None))),
    }
    _Floods(box, options, Tcp(PORT, files.Client()), more)


def Test(box: sandbox.Sandbox) -> None:
    box.Part("plain", _Plain)
    box.Part("tls", _Tls)


if __name__ == "__main__":
    sandbox.Main(Test, certificates.NEEDS)
