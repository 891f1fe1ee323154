"""The engine of a new ClickHouse, which is to be had as a library only, behind an HTTP face of its own.

usage: clickhouse_library.py LIBRARY FOLDER PORT

As the HTTP interface of a server, as far as pdns and its tests use it: a statement in `query`, in the body or in both,
settings in the URL, users by X-ClickHouse-User and -Key, answers that are whole before they are sent, exceptions by
status and X-ClickHouse-Exception-Code. What it is not: one statement runs at a time, in the order in which they came;
answers are never streamed; there is no cluster, replica or TLS.

The library's C functions take a connection, which is a session: each request gets one, so that a setting of one request
is none of the next. An INSERT's body goes through a file, since the library cuts binary data inside of a statement.
"""
from __future__ import annotations

import ctypes
import http.server
import itertools
import os
import re
import sys
import threading
import urllib.parse
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = "26.5"  # of the engine in the package of fetch_clickhouse_library.py
USERS = {"default": ("", 0), "pdns_write": ("secret", 0), "pdns_read": ("secret", 2)}  # password, readonly
OF_HTTP = {"query", "query_id", "database", "user", "password", "wait_end_of_query", "buffer_size"}  # no settings
ABSENT = {60, 81}
DENIED = {164, 192, 193, 194, 497, 516}


class Failed(Exception):
    """An exception of the engine: its text begins with its code."""

    def code(self) -> int:
        found = re.match(r"Code: (\d+)", str(self))
        return int(found[1]) if found else 1


def quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Turns:
    """A lock that is had in the order in which it was asked for."""

    def __init__(self) -> None:
        self.lock, self.waiting = threading.Lock(), deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = threading.Event()
        with self.lock:
            self.waiting.append(mine)
            if self.waiting[0] is mine:
                mine.set()
        mine.wait()
        try:
            yield
        finally:
            with self.lock:
                self.waiting.popleft()
                if self.waiting:
                    self.waiting[0].set()


class Engine:
    def __init__(self, library: str, folder: Path) -> None:
        self.library = ctypes.CDLL(library)
        text, size, pointer = ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p
        for name, result, arguments in (
                ("connect", ctypes.POINTER(pointer), [ctypes.c_int, ctypes.POINTER(text)]),
                ("close_conn", None, [ctypes.POINTER(pointer)]),
                ("query_n", pointer, [pointer, text, size, text, size]),
                ("result_buffer", pointer, [pointer]), ("result_length", size, [pointer]),
                ("result_error", text, [pointer]), ("destroy_query_result", None, [pointer])):
            function = getattr(self.library, "chdb_" + name)
            function.restype, function.argtypes = result, arguments
        self.folder = folder
        self.keeper = self._connect()  # the engine ends with its last connection

    def _connect(self) -> ctypes.POINTER(ctypes.c_void_p):
        words = [b"clickhouse", b"--path=" + os.fsencode(self.folder / "data")]
        connection = self.library.chdb_connect(len(words), (ctypes.c_char_p * len(words))(*words))
        if not connection or not connection[0]:
            raise Failed("Code: 1. The engine does not open its data")
        return connection

    @contextmanager
    def session(self) -> Iterator["Session"]:
        connection = self._connect()
        try:
            yield Session(self.library, connection[0])
        finally:
            self.library.chdb_close_conn(connection)


class Session:
    def __init__(self, library: ctypes.CDLL, connection: int) -> None:
        self.library, self.connection = library, connection

    def run(self, sql: bytes) -> bytes:
        library, form = self.library, b"TabSeparated"
        result = library.chdb_query_n(self.connection, sql, len(sql), form, len(form))
        try:
            error = library.chdb_result_error(result)
            if error:
                raise Failed(error.decode("utf-8", "backslashreplace"))
            size = library.chdb_result_length(result)
            return ctypes.string_at(library.chdb_result_buffer(result), size) if size else b""
        finally:
            library.chdb_destroy_query_result(result)

    def set(self, name: str, value: str) -> None:
        if not re.fullmatch(r"\w+", name):
            raise Failed(f"Code: 115. Unknown setting {name}")
        self.run(f"SET {name} = {quoted(value)}".encode())


class Request:
    """One statement of one user. `files`: numbers for the names of bodies."""

    def __init__(self, engine: Engine, files: Iterator[int]) -> None:
        self.engine, self.files = engine, files

    def run(self, arguments: dict[str, str], user: str, key: str, body: bytes) -> bytes:
        password, readonly = USERS.get(user, (None, 0))
        if password is None or password != key:
            raise Failed(f"Code: 516. DB::Exception: {user}: Authentication failed: password is incorrect, or there is no "
                         "user with such name. (AUTHENTICATION_FAILED)")
        with self.engine.session() as session:
            if database := arguments.get("database"):
                session.run(f"USE `{database}`".encode())
            for name, value in arguments.items():
                if name not in OF_HTTP:
                    session.set(name, value)
            if readonly:
                session.set("readonly", str(readonly))
            return self._statement(session, arguments.get("query", ""), body)

    def _statement(self, session: Session, sql: str, body: bytes) -> bytes:
        insert = re.fullmatch(r"\s*INSERT\s+INTO\s+(\S+)\s+FORMAT\s+(\w+)\s*", sql, re.I)
        if insert is None:
            return session.run(sql.encode() + b"\n" + body)
        path = self.engine.folder / "files" / f"body{next(self.files)}"
        path.write_bytes(body)
        try:
            return session.run(f"INSERT INTO {insert[1]} FROM INFILE {quoted(str(path))} COMPRESSION 'none' "
                               f"FORMAT {insert[2]}".encode())
        finally:
            path.unlink()


def status_of(code: int) -> int:
    return 404 if code in ABSENT else 403 if code in DENIED else 500


def handler_of(engine: Engine) -> type[http.server.BaseHTTPRequestHandler]:
    turns, request = Turns(), Request(engine, itertools.count())

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            if len(body) < size:  # cut: nothing is done
                self.close_connection = True
                return
            arguments = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True))
            user = self.headers.get("X-ClickHouse-User", "default")
            try:
                with turns.turn():
                    answer = request.run(arguments, user, self.headers.get("X-ClickHouse-Key", ""), body)
            except Failed as failed:
                code = failed.code()
                self.answer(status_of(code), str(failed).encode(), {"X-ClickHouse-Exception-Code": str(code)})
            else:
                self.answer(200, answer, {})

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "X-ClickHouse-Summary": "{}", "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def main() -> None:
    library, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    engine = Engine(library, folder)
    http.server.ThreadingHTTPServer.request_queue_size = 128
    http.server.ThreadingHTTPServer(("127.0.0.1", port), handler_of(engine)).serve_forever()


if __name__ == "__main__":
    main()
