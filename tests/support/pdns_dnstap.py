"""dnstap frames made by hand, as much of them as a test needs."""
from __future__ import annotations

RESOLVER_RESPONSE = 4


def varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def blob(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def response(message: bytes, zone: bytes | None, seconds: int, sensor: bytes = b"") -> bytes:
    """The payload of a frame: a server of `zone` (wire form; None: unknown) answered with that DNS message then."""
    where = b"" if zone is None else blob(11, zone)
    fields = number(1, RESOLVER_RESPONSE) + where + number(12, seconds) + blob(14, message)
    return (blob(1, sensor) if sensor else b"") + blob(14, fields) + number(15, 1)
