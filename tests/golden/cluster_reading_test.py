#!/usr/bin/env python3
"""pdns-query over clusters that fail, lie or were changed by hand. The servers are played: they say what a test wants.

Each says to one of the first statements what a ClickHouse says, so that the fault comes where it is wanted: when the
cluster is opened, or with the rows.
"""
from __future__ import annotations

import http.server
import os
import socket
import struct
import subprocess
import threading
import unittest
from collections.abc import Callable

from pdns_dnstap import varint
from pdns_testing import BIN

STATES = bytes.fromhex("010700000000000000" "010900000000000000" "0300000000000000" "0102" "01" "0500000000000000"
                       "01e64f0000")
COLUMNS = "\n".join([
    "kind UInt8", "key String", "rrtype UInt16", "owner String", "rdata String",
    "first AggregateFunction(min, UInt64)", "last AggregateFunction(max, UInt64)", "cnt AggregateFunction(sum, UInt64)",
    "zone AggregateFunction(max, UInt8)", "reasons AggregateFunction(groupBitOr, UInt8)",
    "sensors AggregateFunction(groupBitOr, UInt64)", "days AggregateFunction(groupUniqArray, UInt32)"]) + "\n"
TIME = 1795372876
FOUND, NOTHING, INCOMPLETE, SOFTWARE, NO_INPUT, IO, DENIED = 0, 1, 2, 70, 66, 74, 77


def text(part: bytes) -> bytes:
    return varint(len(part)) + part


def row(owner: str, address: bytes, count: int = 1, sensors: int = 1, reasons: int = 0) -> bytes:
    key = b"".join(label.encode() + b"\0" for label in reversed(owner.split("."))) + b"\0"
    return (text(key) + struct.pack("<H", 1) + text(b"") + text(address)
            + struct.pack("<QQQBBQ", TIME, TIME, count, 1, reasons, sensors) + varint(1) + struct.pack("<I", TIME // 86400))


ROWS = [row("a.blah.org", b"\1\2\3\4"), row("c.blah.org", b"\1\2\3\6")]

# What a played server may do with an answer: (status, headers, bytes that are sent); the connection is closed behind it.
Answer = tuple[int, dict[str, str], bytes]


class Played:
    """A server; `rows` makes the answer of a statement that asks for rows, of the body that would be right."""

    def __init__(self, rows: Callable[[bytes], Answer] | None = None, body: bytes = b"", version: str = "1.0",
                 columns: str = COLUMNS, states: bytes = STATES, every: Answer | None = None) -> None:
        played = self
        self.rows, self.every, self.asked = rows, every, []
        told = [line.encode() for line in columns.splitlines()]
        itself = text(b"18.16.1") + varint(0) + varint(len(told)) + b"".join(map(text, told)) + states
        self.says = [("SELECT version()", itself), ("key = 'schema'", version.encode() + b"\n" if version else b""),
                     ("PREWHERE kind = 102", b""), ("PREWHERE", body)]

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
                played.asked.append(sql)
                status, headers, data = played.answer(sql)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def answer(self, sql: str) -> Answer:
        if self.every is not None:
            return self.every
        for mark, body in self.says:
            if mark in sql:
                right = whole(body)
                return self.rows(body) if mark == "PREWHERE" and self.rows is not None else right
        return 404, {"X-ClickHouse-Summary": "{}", "Content-Length": "0"}, b""

    def end(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def whole(body: bytes, status: int = 200, **headers: str) -> Answer:
    return status, {"X-ClickHouse-Query-Id": "1", "Content-Length": str(len(body)), **headers}, body


def chunked(body: bytes, end: bool) -> Answer:
    return 200, {"X-ClickHouse-Query-Id": "1", "Transfer-Encoding": "chunked"}, (
        b"%x\r\n%s\r\n" % (len(body), body) + (b"0\r\n\r\n" if end else b""))


class ClusterReading(unittest.TestCase):
    def ask(self, first: Played, second: Played | int, *arguments: str, user: str = "reader") -> subprocess.CompletedProcess:
        """Both are ended behind the question."""
        port = second if isinstance(second, int) else second.port
        address = f"clickhouse://{user}@127.0.0.1:{first.port},127.0.0.1:{port}/pdns"
        environment = {name: value for name, value in os.environ.items() if name != "PDNS_CLICKHOUSE_PASSWORD"}
        try:
            return subprocess.run([BIN / "pdns-query", "-d", address, *(arguments or ("*.blah.org", "-p", "names"))],
                                  capture_output=True, timeout=300, env=environment)
        finally:
            first.end()
            if not isinstance(second, int):
                second.end()

    def expect(self, run: subprocess.CompletedProcess, code: int, out: bytes, *words: str) -> None:
        said = run.stderr.decode()
        self.assertEqual((code, out), (run.returncode, run.stdout), said)
        for word in words:
            self.assertIn(word, said)

    def rows_fail(self, rows: Callable[[bytes], Answer], *words: str, shown: bytes = b"a.blah.org.\n") -> None:
        """The rows of the first shard come, and the error names the second."""
        run = self.ask(Played(body=ROWS[0]), Played(rows, body=ROWS[1]))
        self.expect(run, INCOMPLETE, shown, "shard 2", *words)

    def test_all_is_well(self) -> None:
        first, second = Played(body=ROWS[0]), Played(body=ROWS[1])
        self.expect(self.ask(first, second), FOUND, b"a.blah.org.\nc.blah.org.\n")
        self.assertTrue(any("key >= unhex('6f726700626c616800')" in sql for sql in second.asked), second.asked)
        self.expect(self.ask(Played(), Played()), NOTHING, b"")

    def test_an_answer_that_is_cut(self) -> None:
        """Within a row, and between two: a short answer is never taken for a whole one."""
        self.rows_fail(lambda body: (*whole(body)[:2], body[:-5]), "connection")
        self.rows_fail(lambda body: (*whole(body * 2)[:2], body), "connection")
        self.rows_fail(lambda body: chunked(body, end=False), "connection")
        self.rows_fail(lambda body: whole(body[:-5]), "within a row")
        self.rows_fail(lambda body: (200, {"X-ClickHouse-Query-Id": "1"}, body), "length")

    def test_an_exception_in_the_midst(self) -> None:
        exception = b"Code: 241, e.displayText() = DB::Exception: Memory limit (total) exceeded, e.what() = DB::Exception\n"
        self.rows_fail(lambda body: chunked(body + exception, end=True), "error behind the rows", "Memory limit",
                       shown=b"a.blah.org.\nc.blah.org.\n")
        self.rows_fail(lambda _: whole(exception, 500), "Memory limit")

    def test_a_proxy_that_answers_html(self) -> None:
        page = b"<html><body>502 Bad Gateway</body></html>"
        for status in (200, 502):
            self.rows_fail(lambda _, status=status: (status, {"Content-Length": str(len(page))}, page), "HTML")
            run = self.ask(Played(), Played(every=(status, {"Content-Length": str(len(page))}, page)))
            self.expect(run, SOFTWARE, b"", "shard 2", "HTML", "no ClickHouse answers")

    def test_rows_that_were_changed_by_hand(self) -> None:
        self.rows_fail(lambda _: whole(row("c.blah.org", b"\1\2\3\6", sensors=0)), "not one of pdns")
        self.rows_fail(lambda _: whole(row("c.blah.org", b"\1\2\3\6", reasons=1)), "not one of pdns")
        self.rows_fail(lambda body: whole(body + body), "order of its key")

    def test_wrong_credentials(self) -> None:
        denied = whole(b"Code: 193, e.displayText() = DB::Exception: Wrong password for user reader, e.what() = ..", 500)
        self.expect(self.ask(Played(), Played(every=denied)), DENIED, b"", "shard 2", "reader", "password")
        self.rows_fail(lambda _: denied, "password")

    def test_tables_of_another_kind(self) -> None:
        for second, words in ((Played(version="2.0"), "upgrade"), (Played(version=""), "version is not there"),
                              (Played(columns=COLUMNS.replace("UInt64", "UInt32")), "other columns"),
                              (Played(columns=""), "init-cluster")):
            self.expect(self.ask(Played(), second), NO_INPUT, b"", "shard 2", words)

    def test_opening_asks_little(self) -> None:
        """What a server is, the version of its table, the sensors: each costs a way there and back."""
        first, second = Played(body=ROWS[0]), Played(body=ROWS[1])
        self.expect(self.ask(first, second), FOUND, b"a.blah.org.\nc.blah.org.\n")
        for server in (first, second):
            self.assertEqual(1, sum("version()" in sql for sql in server.asked), server.asked)
            self.assertLessEqual(len(server.asked), 4, server.asked)  # with the rows

    def test_a_server_that_tells_nonsense_of_itself(self) -> None:
        for states, words in ((STATES[:-1], "other bytes"), (STATES + b"\0", "other bytes")):
            self.expect(self.ask(Played(), Played(states=states)), SOFTWARE, b"", "shard 2", words)
        for body in (b"", b"\0", b"\xff\xff\xff\xff\x0f", text(b"18.16.1") + b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f"):
            self.expect(self.ask(Played(), Played(every=whole(body))), SOFTWARE, b"", "shard 2", "does not tell its version")

    def test_a_shard_that_is_away(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.expect(self.ask(Played(body=ROWS[0]), port), IO, b"", "shard 2", "cannot be reached")

    def test_what_a_cluster_does_not_keep(self) -> None:
        self.expect(self.ask(Played(), Played(), "--new-since", "1h"), 64, b"", "no journal")


if __name__ == "__main__":
    unittest.main()
