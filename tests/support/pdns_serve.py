"""A pdns-serve for a test, on a free port of 127.0.0.1, and requests to it."""
from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import unittest
from pathlib import Path

from pdns_testing import BIN, CAPTURES, ingest, scratch, wait_for


class Server:
    """Ends with the block it is opened for; its standard error is in `log`."""

    def __init__(self, database: Path | str, *arguments: object, log: Path, **options: object) -> None:
        self.log = log
        with open(log, "wb") as out:
            self.process = subprocess.Popen([BIN / "pdns-serve", "-d", database, "-l", "0", *map(str, arguments)],
                                            stderr=out, **options)
        wait_for(lambda: self.process.poll() is not None or self._address() is not None, 300)
        address = self._address()
        assert address is not None, log.read_text()
        self.host, port = address.rsplit(":", 1)
        self.port = int(port)
        self.url = f"http://{self.host}:{self.port}"

    def _address(self) -> str | None:
        found = re.search(r" at https?://([^/\s]+)/", self.log.read_text())
        return found[1] if found else None

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(300)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=300)

    def get(self, target: str, headers: dict[str, str] | None = None, method: str = "GET",
            body: bytes | None = None) -> tuple[int, dict[str, str], str]:
        connection = self.connect()
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            return response.status, {key.lower(): value for key, value in response.getheaders()}, response.read().decode()
        finally:
            connection.close()

    def saf(self, target: str) -> tuple[list[dict], str]:
        """Objects of a DNSDB v2 answer and how it ended; its frame is checked."""
        status, headers, text = self.get("/dnsdb/v2" + target)
        assert status == 200, (status, text)
        assert "charset=utf-8" in headers["content-type"], headers
        lines = text.split("\n")
        assert lines[0] == '{"cond":"begin"}' and lines[-1] == "", (lines[0], lines[-1])
        *objects, end = map(json.loads, lines[1:-1])
        assert all(list(one) == ["obj"] for one in objects)
        return [one["obj"] for one in objects], end["cond"]


class WithCaptures(unittest.TestCase):
    """A folder of its own with a database of the captures, for all tests of a class."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = scratch()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        cls.database = cls.root / "db"
        assert ingest(cls.database, *CAPTURES).returncode == 0


class Served(WithCaptures):
    """And a server of that database."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.server = Server(cls.database, log=cls.root / "log")
        cls.addClassCleanup(cls.server.end)
