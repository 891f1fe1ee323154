"""What sorted answers of pdns-serve hold in memory: each a place of 100 MB, however much they sort, and as many at once as
there are readers who do not read."""
import os
import re
import socket
import struct
import sys
import unittest
from pathlib import Path

from pdns_dnstap import response
from pdns_serve import Server
from pdns_testing import frame, ingest, scratch, START, STOP, wait_for

MB = 1_000_000
PLACE = 100 * MB
SORTED = 4
TXT, IN, TIME = 16, 1, 1_790_000_000
RECORDS, MESSAGES = 240, 2_000  # of some 250 bytes each


def message(number: int) -> bytes:
    """Texts that differ, of one name."""
    owner = b"\x04many\x04blah\x03org\x00" + struct.pack("!HH", TXT, IN)
    records = []
    for i in range(RECORDS):
        text = f"{number:06}-{i:06}-".encode().ljust(230, b"x")
        records.append(struct.pack("!HHHIHB", 0xc00c, TXT, IN, 60, len(text) + 1, len(text)) + text)
    return struct.pack("!6H", 0, 0x8400, 1, RECORDS, 0, 0) + owner + b"".join(records)


class Memory(unittest.TestCase):
    def test_sorted_answers(self) -> None:
        folder = scratch()
        self.addCleanup(folder.cleanup)
        root = Path(folder.name)
        capture, database = root / "many.dnstap", root / "db"
        with capture.open("wb") as out:
            out.write(START)
            for number in range(MESSAGES):
                out.write(frame(response(message(number), None, TIME + number)))
            out.write(STOP)
        self.assertEqual(0, ingest(database, capture).returncode)
        server = Server(database, log=root / "log")
        self.addCleanup(server.end)

        def held(what: str) -> int:
            status = Path(f"/proc/{server.process.pid}/status").read_text()
            return int(re.search(rf"{what}:\s+(\d+)", status)[1]) * 1024
        # The blocks that the database keeps are there: these are --memory's.
        self.assertIn('"count"', server.get("/api/v1/query?q=many.blah.org&show=count")[2])
        before = held("VmHWM")
        peers = [socket.create_connection((server.host, server.port), 300) for _ in range(SORTED)]
        for peer in peers:
            self.addCleanup(peer.close)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
            peer.sendall(b"GET /api/v1/query?q=many.blah.org&sort=last&limit=1000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for peer in peers:  # all of it is sorted when the first row comes, and held until the last is read
            self.assertTrue(peer.recv(1))
        most = held("VmHWM") - before
        print(f"{SORTED} of {RECORDS * MESSAGES} rows: {most // MB} MB")
        self.assertLess(most, SORTED * PLACE)
        for peer in peers:
            peer.close()
        wait_for(lambda: server.get("/api/v1/query?q=many.blah.org&sort=last&limit=1")[0] == 200)


if __name__ == "__main__":
    if "ASAN_OPTIONS" in os.environ:
        print("skipped: a sanitizer's memory is not the program's (the release preset runs this)")
        sys.exit(77)
    unittest.main()
