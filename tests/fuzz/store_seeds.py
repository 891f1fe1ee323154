"""Seeds of the fuzz targets of the store: the worked examples of schema/keys.md, and rows made to be mean."""
from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from seed_bytes import as_varint, numbered, u16, wire

SCHEMA = Path(__file__).resolve().parent.parent.parent / "schema/keys.md"


def unfold(text: str) -> bytes:
    out = b""
    for word in text.split():
        byte, _, times = word.partition("*")
        out += bytes.fromhex(byte) * int(times or 1)
    return out


def examples(what: str, line: str) -> Iterator[bytes]:
    for block in re.findall(r"^```example\n(.*?)^```", SCHEMA.read_text(), re.M | re.S):
        if f"what: {what}\n" in block:
            for text in re.findall(rf"^{line}: (.*)$", block, re.M):
                yield unfold(text)


def row_key_seeds() -> dict[str, bytes]:
    """Keys, and wire names with rdata behind them; around the sizes at which rdata is cut."""
    longest = b"".join(bytes([size]) + bytes(size) for size in (63, 63, 63, 61)) + b"\0"
    ordered = b"\1\1" * 61 + (b"\0" + b"\1\1" * 63) * 3 + b"\0\0"
    return {
        "mean": b"org\0" + b"\1\1\1\2\0" + b"\0" + u16(1),
        "upper": b"Org\0\0\0\1",
        "owner": b"org\0\0",
        "half-type": b"org\0\0\0",
        "rest-254": b"org\0\0" + u16(16) + b"x" * 254,
        "rest-255": b"org\0\0" + u16(16) + b"x" * 255,
        "rest-256": b"org\0\0" + u16(16) + b"x" * 256,
        "owner-505": ordered + u16(16) + b"x" * 192,
        "owner-698": b"a" * 696 + b"\0\0" + u16(16),
        "name": wire("blah.org") + b"x" * 100,
        "longest-name": longest + b"x" * 192,
        "longest-name-cut": longest + b"x" * 193,
    }


def value_seeds() -> dict[str, bytes]:
    runs = b"\0" + as_varint(9 * 86400) + b"\1\2"  # ten days, in runs
    return {
        "most": b"\xff" * 40,
        "padded": b"\x80\0\1\1\1",
        "runs": runs + b"\0\1\6",
        "runs-rdata": runs + b"\1\0\0\0\0rdata",
        "runs-are-ends": runs + b"\0\0\7",
        "runs-beyond": runs + b"\0\x08\0",
        "runs-many": runs + as_varint((1 << 64) - 1) + b"\0\0",
        "twice": (runs + b"\0\1\6") * 2,
    }


def history_seeds() -> dict[str, bytes]:
    """Six bytes a sighting: day, second, days it goes on, seconds behind, what else."""
    def sighting(day: int, length: int = 0, what: int = 1) -> bytes:
        return bytes([day]) + u16(7) + bytes([length, 9, what])

    return {
        "one": sighting(5),
        "joined": sighting(5) + sighting(6) + sighting(4),
        "ends": sighting(5) + sighting(9),
        "runs": sighting(5, 2) + sighting(9) + sighting(12, 7),
        "filled": sighting(5) + sighting(7) + sighting(6),
        "every-other": b"".join(sighting(day, 0, day) for day in range(0, 127, 2)),
        "both-ends-of-time": sighting(0) + sighting(128) + sighting(130, 3),
        "all": b"".join(sighting(day % 256, day % 5, day * 7 % 256) for day in range(0, 600, 9)),
    }


def journal_seeds() -> dict[str, bytes]:
    first = b"\x07org\0\0\0\1"
    return {
        "two": b"\1\2\0" + first + b"\x0f\1x",
        "shares-less": b"\1\2\0" + first + b"\x0d\2\1x",
        "shares-more": b"\1\2\0" + first + b"\x11\1x",
        "falls": b"\1\2\0" + first + b"\x0d\1\0",
        "none": b"\1\0",
        "too-many": b"\1" + as_varint(257),
        "too-long": b"\1\1\0" + as_varint(701) + b"k" * 701,
    }


def meta_seeds() -> dict[str, bytes]:
    kinds = ("schema", "ledger", "number", "counter", "sensor", "type", "quarantined", "times", "expired")
    seeds = {"names": b"refused.rcode\nused\nrefused\n.", "expired-short": b"expired/\0\0\0"}
    for kind in kinds:
        for line in ("key", "value"):
            seeds |= numbered(f"{kind}-{line}", examples(kind, line))
    ledger = seeds["ledger-value-0"]
    return seeds | {"ledger-not-broken": ledger + b"\0", "ledger-cut": ledger[:-1], "later-schema": b"pdns\4\1more"}


def sketch_seeds() -> dict[str, bytes]:
    return {
        "hashes": b"".join(struct.pack(">Q", (number * 0x9E3779B97F4A7C15) % (1 << 64)) for number in range(64)),
        "highest": b"\x3f" + b"\x33" * 256,
        "beyond": b"\0" + b"\x34" * 256,
        "no-part": b"\x40" + b"\1" * 256,
    }


def store_corpora(rdata: dict[str, bytes]) -> dict[str, dict[str, bytes]]:
    """`rdata`: some of every type, each behind its rrtype."""
    return {
        "row_key": numbered("example", examples("row", "key")) | row_key_seeds(),
        "reverse_key": numbered("example", examples("reverse", "key")) | rdata
                       | numbered("whole", examples("reverse", "value")),
        "value": numbered("example", examples("value", "value")) | numbered("merged", examples("merge", "merged"))
                 | value_seeds(),
        "history_merge": history_seeds(),
        "journal": numbered("example", examples("journal", "value")) | journal_seeds(),
        "meta_rows": meta_seeds(),
        "sketch": numbered("part", (b"\1" + part for part in examples("sketch", "value"))) | sketch_seeds(),
    }
