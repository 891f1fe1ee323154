"""Senders of every bad kind over TLS, and those who do not come as far as that."""

from __future__ import annotations

import pathlib
import random
import socket
import ssl
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import certificates, framestream, manager, pdns, peers, sandbox  # noqa: E402
from common.framestream import Tcp  # noqa: E402
from common.sandbox import Check, WaitFor  # noqa: E402

PORT = 6000


def _ClientHello(context: ssl.SSLContext) -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def _Refused(tls: ssl.SSLContext, who: str) -> None:
    """TLS 1.3 tells a client only after its handshake that its certificate would not do."""
    try:
        sender = framestream.Sender(Tcp(PORT, tls))
    except (ssl.SSLError, ConnectionError):
        return
    Check(not sender.Open(), f"{who} was let in")
    sender.Close()


def _NoTls(hello: bytes) -> list[socket.socket]:
    """Garbage instead of a ClientHello, plain dnstap, and handshakes that stop at each byte."""
    rng = random.Random(11)
    plain = framestream.Control(framestream.READY, framestream.CONTENT_TYPE)
    kinds = [plain, b"GET / HTTP/1.1\r\n\r\n", b"\0" * 5000, rng.randbytes(5000)]
    kinds += [hello[:at] for at in range(len(hello))]
    kinds += [hello[:at] + bytes([hello[at] ^ 255]) + hello[at + 1 :] for at in range(0, 200, 3)]
    kinds += [hello + rng.randbytes(300), hello + hello]
    held = []
    for data in kinds:
        for stay in (False, True):
            made = framestream.Connect(Tcp(PORT))
            made.sendall(data)
            if stay and len(held) < 200:
                held.append(made)
            else:
                made.close()
    return held


def Test(box: sandbox.Sandbox) -> None:
    files = certificates.Certificates(box.folder / "tls")
    options = ["-a", f"127.0.0.1:{PORT}", *files.IngesterOptions()]
    ingester = pdns.Ingester(box, options=options)
    held: list[socket.socket] = []

    def _WithoutTls() -> None:
        _Refused(files.Client(None), "a client without a certificate")
        _Refused(files.Client("stranger"), "a client with a stranger's certificate")
        held.extend(_NoTls(_ClientHello(files.Client())))
        name = f'pdns_connections_refused_total{{socket="127.0.0.1:{PORT}"}}'
        WaitFor(lambda: (manager.Status(box) or {})[name] >= 40, 90, "them to be counted")
        lines = len(ingester.Messages().splitlines())
        Check(lines < 100, f"{lines} lines in the log about peers without TLS")

    peers.Run(box, ingester, Tcp(PORT, files.Client()), _WithoutTls)
    for one in held:
        one.close()


if __name__ == "__main__":
    sandbox.Main(Test, certificates.NEEDS)
