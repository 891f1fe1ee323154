#!/usr/bin/env python3
"""Measures the whole table: ingest against its peers, disk, memory, queries, the live socket.

  run.py --build BUILD [--messages 1000000] [--runs 3] [-o TABLE.md] [-o TABLE.json]

Every figure is the median of its runs, programs that are compared run in turn on the same file, and
CPU is user + system time of all threads. README.md says what each row means.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import rows
import table
from measure import Failed, machine

TOOLS = ("pdns-ingest", "pdns-query", "pdns-serve")
BENCH = ("pdns-bench-generate", "pdns-bench-send", "pdns-bench-ask", "pdns-bench-sqlite")


@dataclass
class Bench:
    """What the rows need to know."""

    programs: dict[str, Path]
    scratch: Path
    messages: int
    runs: int
    seed: int
    lookups: int
    skip: frozenset[str]
    results: list[table.Row] = field(default_factory=list)

    def add(self, row: table.Row) -> None:
        self.results.append(row)
        print(f"{row.corpus}: {row.what}: {table.brief(row)}", file=sys.stderr, flush=True)


def find_programs(build: Path) -> dict[str, Path]:
    """Tools and bench programs in a build directory, or in its tools/."""
    found = {}
    for name in (*TOOLS, *BENCH):
        bench = "tests/bench"
        for place in (build / "tools", build / bench, build, build.parent / bench):
            if os.access(place / name, os.X_OK):
                found[name] = (place / name).resolve()
                break
    missing = [name for name in (*TOOLS, *BENCH[:3]) if name not in found]
    if missing:
        raise SystemExit(f"run.py: not in {build}: {', '.join(missing)}")
    return found


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures ingest, peers and queries.")
    build = os.environ.get("PDNS_BIN_DIR")
    parser.add_argument("--build", type=Path, default=build, required=build is None,
                        help="build directory (default: PDNS_BIN_DIR)")
    parser.add_argument("--messages", type=int, default=1_000_000, help="per corpus")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpora", default="rep,new", help="of rep, new, mix")
    parser.add_argument("--lookups", type=int, default=20, help="names asked, after each corpus")
    parser.add_argument("--skip", default="", help="of read, sqlite, query, busy, live")
    parser.add_argument("--memory-messages", type=int, default=0,
                        help="also the peak memory on a mix corpus of so many (10000000)")
    parser.add_argument("--growth-parts", type=int, default=0,
                        help="also so many new corpora into one database (11: 20 M tuples)")
    parser.add_argument("--scratch", type=Path, help="where corpora and databases go (default: a "
                        "temporary directory; must hold some 500 bytes a message)")
    parser.add_argument("-o", "--output", type=Path, action="append", default=[],
                        help="also write there, as .md or .json; may be given twice")
    options = parser.parse_args()
    for output in options.output:
        if output.suffix not in (".md", ".json"):
            parser.error(f"{output}: neither .md nor .json")
    return options


def measure(bench: Bench, options: argparse.Namespace) -> None:
    for name in options.corpora.split(","):
        rows.corpus(bench, name)
    if options.memory_messages:
        rows.memory(bench, options.memory_messages)
    if options.growth_parts:
        rows.growth(bench, options.growth_parts)


def main() -> int:
    options = parse()
    with tempfile.TemporaryDirectory(prefix="pdns-bench-", dir=options.scratch) as scratch:
        bench = Bench(
            find_programs(options.build), Path(scratch), options.messages, options.runs,
            options.seed, options.lookups, frozenset(options.skip.split(",")),
        )
        try:
            measure(bench, options)
        except Failed as failed:
            print(f"run.py: {failed}", file=sys.stderr)
            return 1
    head = machine() | {
        "messages": str(options.messages), "runs": str(options.runs), "seed": str(options.seed)
    }
    print(table.aligned(head, bench.results))
    for output in options.output:
        text = table.json_text if output.suffix == ".json" else table.markdown
        output.write_text(text(head, bench.results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
