"""Numbers and names in the bytes that seeds are made of."""
from __future__ import annotations

import struct
from collections.abc import Iterator


def u16(value: int) -> bytes:
    return struct.pack(">H", value)


def u32(value: int) -> bytes:
    return struct.pack(">I", value)


def wire(name: str) -> bytes:
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def as_varint(value: int, width: int = 1) -> bytes:
    """At least `width` bytes: more than it needs is an encoding that some take and some do not."""
    out = b""
    while value >= 0x80 or width > 1:
        out += bytes([value & 0x7F | 0x80])
        value, width = value >> 7, width - 1
    return out + bytes([value])


def numbered(prefix: str, cases: Iterator[bytes]) -> dict[str, bytes]:
    return {f"{prefix}-{i}": case for i, case in enumerate(cases)}
