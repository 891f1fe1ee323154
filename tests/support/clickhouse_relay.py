"""Stands between pdns and a ClickHouse server, one request at a time for each connection, and asks the test about each."""
from __future__ import annotations

import socket
import threading
import urllib.parse
from collections.abc import Callable

from clickhouse import Cluster, Node


def message(peer: socket.socket) -> bytes | None:
    """A request or an answer of HTTP with its body; None at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while (len(body) < int(length[0].split(b":")[1]) if length
           else b"transfer-encoding: chunked" in head.lower() and not body.endswith(b"0\r\n\r\n")):
        more = peer.recv(65536)
        if not more:
            return None
        body += more
    return head + b"\r\n\r\n" + body


def statement(request: bytes) -> str:
    """Its SQL, without the rows of an INSERT."""
    head, _, body = request.partition(b"\r\n\r\n")
    target = head.split(b" ")[1].decode()
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query).get("query")
    return query[0] if query else body.decode("utf-8", "backslashreplace")


class Relay:
    """`before` and `after` get each statement, before the server has it and when it has answered; what they do there holds
    it up. If one says False, the connection is closed."""

    def __init__(self, node: Node, before: Callable[[str], object] | None = None,
                 after: Callable[[str], object] | None = None) -> None:
        self.node, self.before, self.after = node, before, after
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                with socket.create_connection(("127.0.0.1", self.node.http)) as server:
                    while (request := message(peer)) is not None:
                        sql = statement(request)
                        if self.before is not None and self.before(sql) is False:
                            return
                        server.sendall(request)
                        answer = message(server)
                        if answer is None or (self.after is not None and self.after(sql) is False):
                            return
                        peer.sendall(answer)
            except OSError:
                return

    def close(self) -> None:
        self.listener.close()


def through(cluster: Cluster, address: str, relays: list[Relay]) -> str:
    """The address, with each relay in place of its server."""
    for node, relay in zip(cluster.nodes, relays):
        address = address.replace(f":{node.http}", f":{relay.port}")
    return address
