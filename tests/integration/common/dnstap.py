"""dnstap frames made by hand: RESOLVER_RESPONSE, as much as a test needs."""

from __future__ import annotations

import struct

from common import wire
from common.wire import FLAG_AA, FLAG_QR, Name

_RESOLVER_RESPONSE, _MESSAGE = 4, 1


def _Varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def _Number(field: int, value: int) -> bytes:
    return _Varint(field << 3) + _Varint(value)


def _Bytes(field: int, value: bytes) -> bytes:
    return _Varint(field << 3 | 2) + _Varint(len(value)) + value


def Payload(dns: bytes, zone: Name, when: int) -> bytes:
    """The payload of a frame: `zone`'s server answered with these bytes."""
    message = (
        _Number(1, _RESOLVER_RESPONSE)
        + _Bytes(11, wire.NameWire(zone))
        + _Number(12, when)
        + _Bytes(14, dns)
    )
    return _Bytes(14, message) + _Number(15, _MESSAGE)


def Response(owner: Name, address: bytes, zone: Name, when: int) -> bytes:
    """The same of an answer with one record: `owner` has this address."""
    question = wire.QuestionWire(wire.Question(owner, wire.TYPES["A"]))
    head = struct.pack("!6H", 1, FLAG_QR | FLAG_AA, 1, 1, 0, 0)
    return Payload(head + question + wire.RecordWire(owner, wire.TYPES["A"], address), zone, when)
