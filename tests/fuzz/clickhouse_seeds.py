"""Seeds of the fuzz targets of the ClickHouse engine: addresses, and rows as a server sends them."""
from __future__ import annotations

import struct

from seed_bytes import as_varint
from store_seeds import examples


def address_seeds() -> dict[str, bytes]:
    return {name: text.encode() for name, text in {
        "one": "clickhouse://127.0.0.1",
        "two": "clickhouse://pdns_write@ch1.example:8123,ch2.example:8124/pdns?outbox=/var/lib/pdns/outbox",
        "tls": "clickhouses://pdns@[2001:db8::1]:8443/db_2?ca=/etc/pdns/ca.pem&password-file=/etc/pdns/password",
        "password": "clickhouse://pdns:secret@host/pdns",
        "option": "clickhouse://host/pdns?password=secret",
        "twice": "clickhouse://host:8123,host/pdns",
        "bracket": "clickhouse://[::1/pdns",
        "port": "clickhouse://host:65536/pdns",
        "quote": "clickhouse://host/pd'ns",
        "header": "clickhouse://a\r\nX-Evil: 1@host/pdns",
        "ats": "clickhouse://a@b@host/?outbox=a&outbox=b",
        "empty": "clickhouse://,/",
    }.items()}


def values(first: int, last: int, days: list[int], count: int = 1, zone: int = 2, sensors: int = 1) -> bytes:
    return (struct.pack("<QQQBBQ", first, last, count, zone, 0, sensors) + as_varint(len(days))
            + b"".join(struct.pack("<I", day) for day in days))


def states(first: int, last: int, days: list[int]) -> bytes:
    return (b"\1" + struct.pack("<Q", first) + b"\1" + struct.pack("<Q", last) + struct.pack("<Q", 3) + b"\1\2\1"
            + struct.pack("<Q", 5) + as_varint(len(days)) + b"".join(struct.pack("<I", day) for day in days))


def row_seeds() -> dict[str, bytes]:
    day = 86400
    return {
        "once": values(20779 * day + 5, 20779 * day + 5, [20779]),
        "every": values(day, 3 * day, [1, 2, 3]),
        "ends": values(day, 3 * day, [3, 1]),
        "runs": values(day, 9 * day, [9, 1, 2, 5, 5]),
        "outside": values(day, day, [2]),
        "no-day": values(day, day, []),
        "no-sensor": values(day, day, [1], sensors=0),
        "many": values(day, day, [1], count=2**64 - 1, zone=129),
        "backwards": values(2 * day, day, [1, 2]),
        "far": values(2**63, 2**63, [2**32 - 1]),
        "short": values(day, day, [1])[:-1],
        "lie": values(day, day, [])[:-1] + as_varint(2**60),
        "states": states(day, 3 * day, [2, 1, 3]),
        "unset": b"\0" + states(day, day, [1])[9:],
    }


def outbox_seeds() -> dict[str, bytes]:
    """What stands between the first line and the hash of a promise."""
    parts = as_varint(2) + (as_varint(300) + bytes(8)) * 2
    key = b"s/" + bytes(range(32)) + struct.pack(">I", 1)
    position = next(examples("ledger", "value"))
    frames = struct.pack(">QQB", 70, 800, 0)
    source = as_varint(len(key)) + key + as_varint(len(frames + position)) + frames + position
    return {
        "none": as_varint(0) + as_varint(0),
        "parts": parts + as_varint(0),
        "source": parts + as_varint(1) + source,
        "many": as_varint(2**60) + bytes(9),
        "cut": parts + as_varint(1) + source[:-1],
    }


def page_seeds() -> dict[str, bytes]:
    """The first byte is the place of the kind in the target's list, and 0x80 for a page of owners."""
    def text(part: bytes) -> bytes:
        return as_varint(len(part)) + part

    def row(key: bytes, rrtype: int, owner: bytes, rdata: bytes, history: bytes) -> bytes:
        return text(key) + struct.pack("<H", rrtype) + text(owner) + text(rdata) + history

    once = values(20779 * 86400, 20779 * 86400, [20779])
    doubtful = once[:25] + b"\2" + once[26:]  # the reasons
    name = b"org\0blah\0\0"
    forward = row(name, 1, b"", b"\xcd\x96\x96\x8c", once)
    return {
        "owner": b"\0" + forward * 2,
        "quarantined": b"\1" + row(name, 1, b"", b"\1\2\3\4", doubtful),
        "trusted-with-reason": b"\0" + row(name, 1, b"", b"\1\2\3\4", doubtful),
        "name": b"\2" + row(b"net\0\0", 2, name, b"\3net\0", once),
        "address": b"\3" + row(b"\xcd\x96\x96\x8c", 1, name, b"\xcd\x96\x96\x8c", once),
        "address-short": b"\4" + row(b"\1\2\3\4", 28, name, b"\1\2\3\4", once),
        "text": b"\5" + row(b"\4text\0", 16, name, b"\4text", once),
        "long": b"\0" + row(name, 16, b"", b"x" * 300, once),
        "too-long": b"\0" + row(name, 16, b"", b"x" * 65536, once),
        "owners": b"\x82" + (text(b"net\0\0") + struct.pack("<H", 2) + text(name)) * 2,
        "owners-no-name": b"\x82" + text(b"net\0\0") + struct.pack("<H", 2) + text(b"org"),
        "cut": b"\0" + forward[:-1],
        "lie": b"\0" + as_varint(2**63) + b"abc",
        "html": b"\0<html><body>502 Bad Gateway</body></html>",
        "exception": b"\0" + forward + b"Code: 241, e.displayText() = DB::Exception: Memory limit",
    }


def clickhouse_corpora() -> dict[str, dict[str, bytes]]:
    return {"clickhouse_address": address_seeds(), "clickhouse_outbox": outbox_seeds(), "clickhouse_page": page_seeds(),
            "clickhouse_row": row_seeds()}
