"""What the captures in tests/data hold: payloads, and the smallest message or rdata of each type."""
from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CAPTURES = sorted((ROOT / "tests/data").glob("*.dnstap"))
# The types with a text of their own in the captures, by number.
TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "LOC": 29, "SRV": 33,
    "NAPTR": 35, "DNAME": 39, "APL": 42, "RRSIG": 46, "NSEC": 47, "SVCB": 64, "HTTPS": 65, "CAA": 257,
}


def payloads(path: Path) -> Iterator[bytes]:
    data, at = path.read_bytes(), 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
        if length == 0:
            (length,) = struct.unpack_from(">I", data, at)
            at += 4 + length
            continue
        yield data[at:at + length]
        at += length


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def field(data: bytes, wanted: int) -> bytes | None:
    """The last length-delimited field of that number in a protobuf message."""
    at, found = 0, None
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            _, at = varint(data, at)
        elif kind == 2:
            length, at = varint(data, at)
            if key >> 3 == wanted:
                found = data[at:at + length]
            at += length
        else:
            at += {1: 8, 5: 4}[kind]
    return found


def skip_name(message: bytes, at: int) -> int:
    while message[at] != 0:
        if message[at] >= 0xC0:
            return at + 2
        at += 1 + message[at]
    return at + 1


def answers(message: bytes) -> list[tuple[int, bytes]]:
    """(type, rdata as sent) of each answer."""
    _, _, questions, count = struct.unpack_from(">4H", message)
    at = 12
    for _ in range(questions):
        at = skip_name(message, at) + 4
    found = []
    for _ in range(count):
        at = skip_name(message, at)
        rrtype, _, _, length = struct.unpack_from(">HHIH", message, at)
        found.append((rrtype, message[at + 10:at + 10 + length]))
        at += 10 + length
    return found


def smallest_by_type() -> dict[int, tuple[bytes, bytes]]:
    """For each type of an answer, the smallest payload that holds one: (payload, DNS message)."""
    chosen: dict[int, tuple[bytes, bytes]] = {}
    for capture in CAPTURES:
        for payload in payloads(capture):
            message = field(field(payload, 14) or b"", 14)
            if message is None:
                continue
            for rrtype, _ in answers(message):
                if rrtype not in chosen or len(payload) < len(chosen[rrtype][0]):
                    chosen[rrtype] = (payload, message)
    return chosen


def rdata_by_type() -> dict[int, bytes]:
    """For each type, the shortest rdata of the expected tuples that is not empty."""
    chosen: dict[int, bytes] = {}
    for capture in CAPTURES:
        for line in capture.with_suffix(".tuples.tsv").read_text().splitlines():
            _, rrtype, *_, text = line.split("\t")
            number = TYPES.get(rrtype)
            if number is None and rrtype.startswith("TYPE"):
                number = int(rrtype[4:])
            rdata = b"" if text == "-" else bytes.fromhex(text)
            if number is not None and rdata and (number not in chosen or len(rdata) < len(chosen[number])):
                chosen[number] = rdata
    for rrtype, (_, message) in smallest_by_type().items():
        sent = [rdata for number, rdata in answers(message) if number == rrtype]
        chosen.setdefault(rrtype, min(sent, key=len))
    return chosen
