"""Frame Streams by hand: the bytes that a well or ill behaved dnstap sender writes."""

from __future__ import annotations

import fcntl
import pathlib
import socket
import ssl
import struct
import termios
import time
from dataclasses import dataclass
from typing import Iterator

CONTENT_TYPE = b"protobuf:dnstap.Dnstap"
ACCEPT, START, STOP, READY, FINISH = 1, 2, 3, 4, 5
MAX_FRAME = 1 << 20


def Control(kind: int, *content_types: bytes) -> bytes:
    """A control frame: escape, length, type, and its content type fields."""
    fields = b"".join(struct.pack("!II", 1, len(text)) + text for text in content_types)
    return struct.pack("!III", 0, 4 + len(fields), kind) + fields


def Frame(payload: bytes) -> bytes:
    return struct.pack("!I", len(payload)) + payload


def ReadFrames(path: pathlib.Path) -> Iterator[bytes]:
    """The data frames of a capture."""
    data = path.read_bytes()
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        at += 4
        if size == 0:
            at += 4 + int.from_bytes(data[at : at + 4], "big")
            continue
        yield data[at : at + size]
        at += size


@dataclass(frozen=True)
class Tcp:
    """Where the reader listens by TCP, and what a client needs to speak TLS, if that is due."""

    port: int
    tls: ssl.SSLContext | None = None
    address: str = "127.0.0.1"


Endpoint = pathlib.Path | Tcp


def Connect(endpoint: Endpoint) -> socket.socket:
    """A connection without TLS. Waits while the reader's queue is full."""
    if isinstance(endpoint, Tcp):
        made = socket.create_connection((endpoint.address, endpoint.port), 60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.settimeout(None)
        return made
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.connect(str(endpoint))
    return made


class Sender:
    """One connection to the reader's socket. Leaves it open until Close() or Reset()."""

    def __init__(self, endpoint: Endpoint, seconds: float = 60) -> None:
        self.socket = Connect(endpoint)
        self.socket.settimeout(seconds)
        if isinstance(endpoint, Tcp) and endpoint.tls is not None:
            self.socket = endpoint.tls.wrap_socket(self.socket, server_hostname="localhost")

    def Send(self, data: bytes) -> bool:
        """False if the reader has closed, which it may do to a peer that misbehaves."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            return False
        return True

    def ReadControl(self) -> tuple[int, bytes] | None:
        """Type and fields of the reader's next control frame; None if it closed."""
        head = self._Exactly(8)
        if head is None:
            return None
        body = self._Exactly(int.from_bytes(head[4:], "big"))
        return None if body is None else (int.from_bytes(body[:4], "big"), body[4:])

    def _Exactly(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            try:
                more = self.socket.recv(size - len(data))
            except (ConnectionResetError, ssl.SSLError):
                return None
            if not more:
                return None
            data += more
        return data

    def Open(self) -> bool:
        """The handshake of a bidirectional sender; False if the reader does not accept."""
        self.Send(Control(READY, CONTENT_TYPE))
        answer = self.ReadControl()
        accepted = answer is not None and answer[0] == ACCEPT and CONTENT_TYPE in answer[1]
        return accepted and self.Send(Control(START, CONTENT_TYPE))

    def Finish(self) -> bool:
        """STOP, and the FINISH that has to come back."""
        self.Send(Control(STOP))
        answer = self.ReadControl()
        self.Close()
        return answer is not None and answer[0] == FINISH

    def IsClosed(self) -> bool:
        """Waits for the reader to close; True when it did."""
        try:
            while self.socket.recv(4096):
                pass
        except TimeoutError:
            return False
        except (ConnectionResetError, ssl.SSLError):
            pass
        return True

    def _Settle(self) -> None:
        """TCP: until the other side's system has all; a close with input unread drops the rest."""
        if self.socket.family == socket.AF_UNIX:
            return
        deadline, left = time.monotonic() + 60, b"\1"
        while any(left) and time.monotonic() < deadline:
            try:
                left = fcntl.ioctl(self.socket.fileno(), termios.TIOCOUTQ, b"\0" * 4)
            except OSError:
                return
            time.sleep(0.001)

    def Close(self) -> None:
        self._Settle()
        self.socket.close()

    def Reset(self) -> None:
        """Goes away as a killed process does with input unread: the reader meets an error."""
        self._Settle()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
