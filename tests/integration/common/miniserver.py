"""A small DNS server over UDP and TCP, for answers that no decent server would give."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from typing import Callable

# The query and whether it came over TCP, to the messages sent back (none: no answer).
Handler = Callable[[bytes, bool], list[bytes]]


class MiniServer:
    """Serves each address with its handler, on port 53, in one thread, until Stop()."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._waker = socket.socketpair()
        self._selector.register(self._wake, selectors.EVENT_READ, None)
        self.errors: list[str] = []
        for address, handler in handlers.items():
            self._Listen(address, handler)
        self._thread = threading.Thread(target=self._Run, daemon=True)
        self._thread.start()

    def _Listen(self, address: str, handler: Handler) -> None:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((address, 53))
        self._selector.register(udp, selectors.EVENT_READ, lambda: self._Udp(udp, handler))
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind((address, 53))
        tcp.listen(64)
        self._selector.register(tcp, selectors.EVENT_READ, lambda: self._Accept(tcp, handler))

    def _Run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                try:
                    key.data()
                except Exception as error:  # a broken handler must fail the test, not hang it
                    self.errors.append(repr(error))

    def _Udp(self, udp: socket.socket, handler: Handler) -> None:
        query, peer = udp.recvfrom(65535)
        for message in handler(query, False):
            udp.sendto(message, peer)

    def _Accept(self, tcp: socket.socket, handler: Handler) -> None:
        connection, _ = tcp.accept()
        connection.setblocking(False)
        pending = bytearray()
        self._selector.register(
            connection, selectors.EVENT_READ, lambda: self._Tcp(connection, pending, handler)
        )

    def _Tcp(self, connection: socket.socket, pending: bytearray, handler: Handler) -> None:
        try:
            data = connection.recv(65535)
        except OSError:
            data = b""
        pending += data
        while len(pending) >= 2 and len(pending) >= 2 + int.from_bytes(pending[:2], "big"):
            size = int.from_bytes(pending[:2], "big")
            query = bytes(pending[2 : 2 + size])
            del pending[: 2 + size]
            for message in handler(query, True):
                connection.sendall(struct.pack("!H", len(message)) + message)
        if not data:
            self._selector.unregister(connection)
            connection.close()

    def Stop(self) -> None:
        self._waker.send(b"x")
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()
