"""What the browser tests look at: a database with the cases that the page has a view for.

Eight months of www.example.com: a move of its address, a detour of three days, other name servers and mail hosts
since July; an address that 150 names share; a quarantined record; names in Cyrillic and Hebrew script; text that
would be a script, if anybody let it; two sensors; and, if wanted, 100,000 records of one zone."""
from __future__ import annotations

import calendar
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from pdns_dnstap import response
from pdns_testing import ingest, stream

A, NS, CNAME, SOA, MX, TXT, AAAA = 1, 2, 5, 6, 15, 16, 28
DAY = 86_400
SHARED = 150
MANY_NAMES, MANY_EACH = 50, 2_000
HOSTILE = ["<script>document.title='owned'</script>", "<img src=x onerror=\"document.title='owned'\">",
           "javascript:alert(1)", "\u202egro.elpmaxe\u202c", "{{7*7}} ${7*7}"]
LONG = 60_000  # characters of one TXT


def seconds(date: str) -> int:
    return calendar.timegm(time.strptime(date, "%Y-%m-%d"))


def name(text: str) -> bytes:
    labels = [label.encode("ascii") for label in text.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def text(value: str) -> bytes:
    data = value.encode()
    return b"".join(bytes([len(part)]) + part for part in (data[at:at + 255] for at in range(0, len(data), 255)))


def address(value: str) -> bytes:
    return bytes(map(int, value.split(".")))


def message(owner: str, rrtype: int, values: Iterable[bytes]) -> bytes:
    """An authoritative answer: each value is a record of that owner."""
    records = [struct.pack("!HHHIH", 0xC00C, rrtype, 1, 60, len(value)) + value for value in values]
    return (struct.pack("!6H", 0, 0x8400, 1, len(records), 0, 0) + name(owner) + struct.pack("!HH", rrtype, 1)
            + b"".join(records))


def seen(owner: str, rrtype: int, values: Iterable[bytes], zone: str, when: int, sensor: bytes = b"sensor-a") -> bytes:
    return response(message(owner, rrtype, values), name(zone), when, sensor)


def daily(first: str, last: str, step: int = 1) -> range:
    return range(seconds(first) + 32_400, seconds(last) + DAY, step * DAY)


def example_com() -> Iterator[bytes]:
    zone = "example.com"
    for first, last, host in (("2026-03-02", "2026-06-30", "192.0.2.10"), ("2026-06-29", "2026-07-01", "203.0.113.66"),
                              ("2026-07-01", "2026-11-20", "192.0.2.20")):
        for when in daily(first, last):
            sensor = b"sensor-b" if host.startswith("203") else b"sensor-a"
            yield seen("www.example.com", A, [address(host)], zone, when, sensor)
    for when in daily("2026-03-02", "2026-11-20", 3):
        yield seen("www.example.com", AAAA, [bytes.fromhex("20010db8000000000000000000000010")], zone, when)
        yield seen("mail.example.com", A, [address("192.0.2.25")], zone, when)
        yield seen("www.example.com", TXT, [text("v=spf1 mx -all")], zone, when)
    for when in daily("2026-03-02", "2026-06-30", 2):
        yield seen(zone, NS, [name("ns1.example.net"), name("ns2.example.net")], zone, when)
        yield seen(zone, MX, [b"\0\x0a" + name("mail.example.com")], zone, when, b"sensor-b")
    for when in daily("2026-07-01", "2026-11-20", 2):
        yield seen(zone, NS, [name("ns1.example.net"), name("ns.parking.example")], zone, when)
        yield seen(zone, MX, [b"\0\x05" + name("mx.parking.example")], zone, when)
    for host, value in (("ns1.example.net", "192.0.2.53"), ("ns2.example.net", "192.0.2.54")):
        for when in daily("2026-03-02", "2026-11-20", 10):
            yield seen(host, A, [address(value)], "example.net", when)


def others() -> Iterator[bytes]:
    when = seconds("2026-09-01")
    for at in range(SHARED):
        yield seen(f"site{at}.shared.example", A, [address("198.51.100.7")], "shared.example", when + at * 3600)
    # The server of example.com answers for a bank: not trusted.
    yield seen("www.bank.example", A, [address("203.0.113.99")], "example.com", when, b"sensor-b")
    for label in ("\u043f\u0440\u0438\u043c\u0435\u0440", "\u05e9\u05dc\u05d5\u05dd"):
        owner = f"xn--{label.encode('punycode').decode()}.example"
        yield seen(owner, A, [address("192.0.2.77")], "example", when)
    for at, value in enumerate([*HOSTILE, "x" * LONG]):
        yield seen("hostile.example", TXT, [text(value)], "example", when + at)
    yield seen("alias.hostile.example", CNAME, [b"\x19<img src=x onerror=alert>\0"], "hostile.example", when)


def many(names: int) -> Iterator[bytes]:
    when = seconds("2026-10-01")
    for at in range(names):
        values = (struct.pack("!I", 0x64400000 + at * MANY_EACH + each) for each in range(MANY_EACH))
        yield seen(f"n{at}.many.example", A, values, "many.example", when + at)


def build(database: Path | str, capture: Path, names: int = 0) -> None:
    """`names`: how many names of MANY_EACH addresses there are, besides."""
    capture.write_bytes(stream([*example_com(), *others(), *many(names)]))
    run = ingest(database, capture)
    assert run.returncode == 0, run.stderr.decode()
