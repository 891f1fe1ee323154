"""A capture with its expected content, written by an independent reader (see tests/data)."""

from __future__ import annotations

import pathlib
from typing import Any, NamedTuple

from common import framestream, pdns, wire
from common.sandbox import Check
from world.model import Row


class Golden(NamedTuple):
    """Rows with (count, first, last); counters by name."""

    frames: list[bytes]
    tuples: dict[Row, tuple[int, int, int]]
    quarantined: dict[tuple[wire.Name, int, bytes], tuple[int, int, int]]
    counters: dict[str, int]


def _Rows(path: pathlib.Path) -> dict[Row, tuple[int, int, int]]:
    rows = {}
    for line in path.read_text("ascii").splitlines():
        rrname, rrtype, count, first, last, labels, rdata = line.split("\t")
        owner = wire.ParseName(rrname)
        zone = owner[len(owner) - int(labels) :]
        row = Row(owner, wire.TypeNumber(rrtype), bytes.fromhex(rdata.strip("-")), zone)
        rows[row] = (int(count), int(first), int(last))
    return rows


def Read(capture: pathlib.Path) -> Golden:
    Check(capture.is_file(), f"no capture {capture}")
    base = capture.with_suffix("")
    counters = (
        line.rsplit(" ", 1) for line in base.with_suffix(".counters.txt").read_text().splitlines()
    )
    return Golden(
        list(framestream.ReadFrames(capture)),
        _Rows(base.with_suffix(".tuples.tsv")),
        {row[:3]: seen for row, seen in _Rows(base.with_suffix(".quarantined.tsv")).items()},
        {name: int(count) for name, count in counters},
    )


def Compare(
    golden: Golden, times: int, trusted: list[pdns.Seen], quarantined: list[pdns.Seen]
) -> None:
    """The database holds the capture, taken so many times, and nothing else."""
    want = {row: (n * times, first, last) for row, (n, first, last) in golden.tuples.items()}
    have = {row: (one.count, one.first, one.last) for row, one in pdns.Index(trusted).items()}
    _Same(want, have, "tuples")
    want_q = {key: (n * times, a, b) for key, (n, a, b) in golden.quarantined.items()}
    have_q = {one.row[:3]: (one.count, one.first, one.last) for one in quarantined}
    _Same(want_q, have_q, "quarantined tuples")


def _Same(want: dict[Any, Any], have: dict[Any, Any], what: str) -> None:
    keys = [key for key in {**want, **have} if want.get(key) != have.get(key)]
    shown = "".join(f"\n  {key}: want {want.get(key)}, have {have.get(key)}" for key in keys[:10])
    Check(not keys, f"{len(keys)} {what} differ (count, first, last):{shown}")
