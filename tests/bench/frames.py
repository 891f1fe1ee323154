"""Frame Streams files and the few dnstap fields that the bench needs, read without any library."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path

DNSTAP_MESSAGE = 14
QUERY_ZONE = 11
RESPONSE_TIME_SEC = 12
RESPONSE_MESSAGE = 14


def payloads(path: Path) -> Iterator[memoryview]:
    """The data frames of a file. Not mapped: a child's peak memory starts with its parent's."""
    with path.open("rb", buffering=2**20) as file:
        while header := file.read(4):
            (size,) = struct.unpack(">I", header)
            if size == 0:  # a control frame: its length, its content
                (size,) = struct.unpack(">I", file.read(4))
                file.read(size)
                continue
            data = file.read(size)
            if len(data) < size:
                raise ValueError(f"{path}: cut off at {file.tell()}")
            yield memoryview(data)


def varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data: memoryview) -> dict[int, int | memoryview]:
    """The fields of one protobuf message by number; of repeated ones the last."""
    found: dict[int, int | memoryview] = {}
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        match key & 7:
            case 0:
                found[key >> 3], at = varint(data, at)
            case 2:
                size, at = varint(data, at)
                found[key >> 3] = data[at : at + size]
                at += size
            case 5:
                (found[key >> 3],) = struct.unpack_from("<I", data, at)
                at += 4
            case other:
                raise ValueError(f"wire type {other}")
    return found


def name_text(wire: memoryview, at: int = 0) -> str:
    """An uncompressed name as text; the names of the corpora need no escapes."""
    labels = []
    while wire[at]:
        labels.append(bytes(wire[at + 1 : at + 1 + wire[at]]).decode("ascii"))
        at += 1 + wire[at]
    return ".".join(labels) + "."


def answered_names(path: Path, count: int, seed: int) -> list[str]:
    """Question names of `count` messages with an answer, drawn over the whole file."""
    rng = random.Random(seed)
    names: list[str] = []
    seen = 0
    for payload in payloads(path):
        # Reservoir over frames; only those that enter it are decoded.
        seen += 1
        place = seen - 1 if len(names) < count else rng.randrange(seen)
        if place >= count:
            continue
        message = fields(fields(payload)[DNSTAP_MESSAGE])[RESPONSE_MESSAGE]
        if struct.unpack_from(">H", message, 6)[0] == 0:
            continue
        name = name_text(message, 12)
        if place < len(names):
            names[place] = name
        else:
            names.append(name)
    return names
