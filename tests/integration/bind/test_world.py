"""Zones in, rows out, with BIND. Its named-rrchecker reads back all rdata that was printed."""

from __future__ import annotations

import pathlib
import subprocess
import sys
from typing import Any

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import authority, pdns, resolvers, sandbox, scenario, wire  # noqa: E402

NEEDS = {**authority.NEEDS, **resolvers.NEEDS["bind"], "named-rrchecker": "bind9"}


def CheckText(box: sandbox.Sandbox, report: dict[str, Any], seen: list[pdns.Seen]) -> None:
    """One row of each type, the one with the longest text."""
    longest: dict[int, pdns.Seen] = {}
    for one in sorted(seen, key=lambda one: len(one.rdata_text)):
        if len(one.rdata_text) < 60000:  # named-rrchecker reads no longer tokens
            longest[one.row.rrtype] = one
    for one in longest.values():
        record = f"IN {wire.TypeName(one.row.rrtype)} {one.rdata_text}\n"
        done = subprocess.run(
            ["named-rrchecker", "-u"], input=record, capture_output=True, text=True, check=False
        )
        words = done.stdout.split()  # CLASS1 TYPE16 \\# 5 04...
        sandbox.Check(
            done.returncode == 0 and "".join(words[4:]).lower() == one.row.rdata.hex(),
            f"{one.row}: BIND reads {record.strip()!r} as {done.stdout.strip()!r} {done.stderr}",
        )
    sandbox.Check(len(longest) > 50, f"only {len(longest)} types")


if __name__ == "__main__":
    sandbox.Main(lambda box: scenario.Run(box, "bind", CheckText), NEEDS)
