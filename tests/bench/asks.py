#!/usr/bin/env python3
"""Measures what pdns-query's questions cost, each as a whole process, over some two million tuples.

  asks.py --build BUILD [--messages 1000000] [--runs 5] [--database DB] [-o TABLE.md]

Every figure is the median of its runs. `first ms` is the wall time until the first byte of the answer
could be read, at its best. README.md says what each row means.
"""

from __future__ import annotations

import argparse
import itertools
import math
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from measure import Cost, Failed, Running, machine, median_cost
from run import find_programs
from table import Row, aligned, brief, markdown

INCOMPLETE = 2
Command = list[str | Path]


class Asks:
    def __init__(self, query: Path, database: Path, scratch: Path, runs: int) -> None:
        self.command: Command = [query, "-d", database]
        self.scratch = scratch
        self.runs = runs
        self.results: list[Row] = []

    def tuples(self) -> int:
        run = subprocess.run([*self.command, "*", "--count-only"], capture_output=True, text=True)
        if run.returncode != 0:
            raise Failed(f"exit {run.returncode}\n{run.stderr}")
        return int(run.stdout)

    def measure(self, what: str, questions: Sequence[Sequence[str]], note: str = "",
                first_byte: bool = False) -> None:
        """One row: `runs` times each of the questions."""
        costs: list[Cost] = []
        for arguments in [*questions] * self.runs:
            running = Running([*self.command, *arguments], self.scratch, keep_output=False)
            costs.append(running.wait(good=(0, 1, INCOMPLETE)))
        cost = median_cost(costs)
        row = Row("", what, {"ms": cost.wall * 1e3, "cpu": cost.cpu, "rss_mib": cost.rss / 2**20})
        if first_byte:
            row.figures["first_ms"] = min(self.first_byte(questions[0]) for _ in range(self.runs)) * 1e3
        if note:
            row.figures["note"] = note
        self.results.append(row)
        print(f"{what}: {brief(row)}", file=sys.stderr, flush=True)

    def first_byte(self, arguments: Sequence[str]) -> float:
        started = time.monotonic()
        process = subprocess.Popen([*self.command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        process.stdout.read(1)
        took = time.monotonic() - started
        process.kill()
        process.wait()
        process.stdout.close()
        return took


def make_database(programs: dict[str, Path], scratch: Path, messages: int) -> Path:
    database = scratch / "asks.db"
    for corpus in ("new", "rep"):
        capture = scratch / f"{corpus}.dnstap"
        subprocess.run([programs["pdns-bench-generate"], "--corpus", corpus, "--messages", str(messages),
                        "--seed", "1", "-o", capture], check=True, stderr=subprocess.DEVNULL)
        subprocess.run([programs["pdns-ingest"], "-d", database, capture], check=True, stdout=subprocess.DEVNULL)
        capture.unlink()
    return database


def draw(asks: Asks, rng: random.Random, size: int, *arguments: str) -> list[bytes]:
    """So many lines of an answer, each as likely as any other, by Li's algorithm L: a hundred million
    lines are passed by without a look at each."""
    with subprocess.Popen([*asks.command, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        drawn = list(itertools.islice(process.stdout, size))
        weight = 1.0
        while len(drawn) == size:
            weight *= rng.random() ** (1 / size)
            passed_by = int(math.log(rng.random()) / math.log1p(-weight))
            line = next(itertools.islice(process.stdout, passed_by, None), None)
            if line is None:
                break
            drawn[rng.randrange(size)] = line
    return drawn


def write_lists(asks: Asks, size: int, files: dict[str, Path]) -> None:
    rng = random.Random(1)
    names = draw(asks, rng, size, "*", "-p", "names")
    # Of all rows by name, which is the quick way through a large database. An address of many names
    # comes more than once, so more are drawn.
    addresses = [*dict.fromkeys(draw(asks, rng, size + size // 4, "*", "-t", "A", "-p", "values"))][:size]
    mixed = [*rng.sample(names, len(names) // 2), *rng.sample(addresses, len(addresses) // 2)]
    rng.shuffle(mixed)
    for file, lines in zip(files.values(), (names, addresses, mixed)):
        file.write_bytes(b"".join(lines))


def draw_lists(asks: Asks, size: int) -> dict[str, Path]:
    """Files of indicators that are all known: names, addresses, both in any order. By a process of its own, for a
    program's peak memory is told with that of the process that started it."""
    files = {what: asks.scratch / f"{what.replace(' ', '-')}.txt"
             for what in ("names", "addresses", "names and addresses")}
    drawing = multiprocessing.get_context("fork").Process(target=write_lists, args=(asks, size, files))
    drawing.start()
    drawing.join()
    if drawing.exitcode != 0:
        raise Failed("the lists could not be drawn")
    return files


def measure_all(asks: Asks, size: int) -> None:
    files = draw_lists(asks, size)
    for what, kind in (("NAME", "names"), ("ADDRESS", "addresses")):
        with files[kind].open() as lines:  # in no order, but for short lists
            asks.measure(what, [[line.strip()] for line, _ in zip(lines, range(20))])
    for form in ("table", "json", "csv"):
        asks.measure(f"*.com, 10,000 rows, {form}", [["*.com", "-l", "10000", "-p", form]])
    for what, file in files.items():
        asks.measure(f"-f {size:,} {what}, --hits", [["-f", str(file), "--hits"]])
    asks.measure("--regex 'paypa[l1i]', all names", [["--regex", "paypa[l1i]", "--count-only"]])
    asks.measure("--regex '^[a-z]+[0-9]{2}\\.', all names",
                 [["--regex", "^[a-z]+[0-9]{2}\\.", "--count-only"]])
    asks.measure("--glob '*shop*.com', all names", [["--glob", "*shop*.com", "--count-only"]])
    for form in ("table", "json", "csv", "dig"):
        asks.measure(f"everything, {form}", [["*", "-p", form]], first_byte=True)
    asks.measure("1,000,000 rows by address, json", [["0.0.0.0/0", "-j", "-l", "1000000"]], first_byte=True)
    asks.measure("everything, --sort count -r -l 10", [["*", "--sort", "count", "-r", "-l", "10"]])
    asks.measure("everything, --sort last, json", [["*", "--sort", "last", "-j"]])


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures pdns-query's questions.")
    build = os.environ.get("PDNS_BIN_DIR")
    parser.add_argument("--build", type=Path, default=build, required=build is None)
    parser.add_argument("--messages", type=int, default=1_000_000, help="of each of two corpora")
    parser.add_argument("--database", type=Path, help="one that is there, in place of those corpora")
    parser.add_argument("--list", type=int, default=100_000, help="indicators in a list")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, help="also write the table there, as Markdown")
    return parser.parse_args()


def main() -> None:
    options = parse()
    programs = find_programs(options.build)
    with tempfile.TemporaryDirectory(prefix="pdns-asks-") as scratch:
        database = options.database or make_database(programs, Path(scratch), options.messages)
        asks = Asks(programs["pdns-query"], database, Path(scratch), options.runs)
        tuples = asks.tuples()
        measure_all(asks, options.list)
    head = {"tuples": f"{tuples:,}", **machine()}
    print(aligned(head, asks.results))
    if options.output:
        options.output.write_text(markdown(head, asks.results))


if __name__ == "__main__":
    main()
