"""The rows of the table, each measured by running the real programs."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from frames import answered_names
from measure import Cost, Failed, Running, disk_usage, median, median_cost, run
from table import Row

if TYPE_CHECKING:
    from run import Bench

MIB = 2**20
MILLION = 1_000_000


def generate(bench: Bench, corpus: str, messages: int, path: Path, first_new: int = 0) -> Path:
    command = [bench.programs["pdns-bench-generate"], "--corpus", corpus, "--quiet",
               "--messages", messages, "--seed", bench.seed, "--first-new", first_new, "-o", path]
    run(command, bench.scratch)
    return path


def fresh(bench: Bench, name: str) -> Path:
    path = bench.scratch / name
    shutil.rmtree(path, ignore_errors=True)
    for file in bench.scratch.glob(name + "*"):  # SQLite's, with its WAL
        if file.is_file():
            file.unlink()
    return path


def ingest(bench: Bench, database: Path, file: Path, messages: int) -> tuple[Cost, dict]:
    """One run of pdns-ingest over a corpus; its report must say that all of it counted."""
    command = [bench.programs["pdns-ingest"], "-d", database, "--report", "json", file]
    cost = run(command, bench.scratch)
    report = json.loads(cost.out)
    check(report, messages)
    return cost, report


def check(report: dict, messages: int) -> None:
    """A corpus holds nothing that is skipped, refused or quarantined: else no figure counts."""
    for group in ("skipped", "malformed", "refused", "record", "quarantine"):
        if any(report[group].values()):
            raise Failed(f"pdns-ingest: {group}: {report[group]}")
    if report["frames"] != messages or report["used"] != messages:
        used = f"{report['used']} of {report['frames']}"
        raise Failed(f"pdns-ingest: {used} frames used, not {messages}")


def ingest_row(what: str, corpus: str, cost: Cost, report: dict, size: int) -> Row:
    return Row(corpus, what, {
        "cpu": cost.cpu, "wall": cost.wall, "wall_by_cpu": cost.wall / cost.cpu,
        "rss_mib": cost.rss / MIB, "tuples": report["tuples_new"],
        "bytes_a_tuple": size / report["tuples_new"],
    })


def corpus(bench: Bench, name: str) -> None:
    """All rows of one corpus: ingest and its peers in turn, then lookups, then the live socket."""
    file = generate(bench, name, bench.messages, bench.scratch / f"{name}.dnstap")
    database = compare(bench, name, file)
    if "query" not in bench.skip:
        names = answered_names(file, bench.lookups, bench.seed)
        bench.add(Row(name, "pdns-query NAME, idle", lookups(bench, database, names)))
        if "busy" not in bench.skip:
            busy(bench, name, database, names)
    if "live" not in bench.skip:
        live(bench, name, file)
    shutil.rmtree(database)
    file.unlink()


def compare(bench: Bench, name: str, file: Path) -> Path:
    ours: list[Cost] = []
    reads: list[Cost] = []
    sqlites: list[Cost] = []
    database = bench.scratch / "db"
    sqlite_database = bench.scratch / "sqlite.db"
    with_sqlite = "sqlite" not in bench.skip and "pdns-bench-sqlite" in bench.programs
    with_read = "read" not in bench.skip and shutil.which("dnstap-read") is not None
    for _ in range(bench.runs):
        cost, report = ingest(bench, fresh(bench, "db"), file, bench.messages)
        ours.append(cost)
        if with_read:
            reads.append(run(["dnstap-read", "-p", file], bench.scratch, keep_output=False))
        if with_sqlite:
            command = [bench.programs["pdns-bench-sqlite"], file, fresh(bench, "sqlite.db")]
            sqlites.append(run(command, bench.scratch))
    mine = median_cost(ours)
    bench.add(ingest_row("pdns-ingest FILE", name, mine, report, disk_usage(database)))
    if reads:
        bench.add(peer_row(name, "dnstap-read -p FILE", mine, median_cost(reads)))
    if sqlites:
        peer = median_cost(sqlites)
        tuples = json.loads(peer.out)["tuples"]
        if tuples != report["tuples_new"]:
            raise Failed(f"SQLite has {tuples} tuples, pdns-ingest {report['tuples_new']}")
        row = peer_row(name, "SQLite upsert", mine, peer)
        row.figures |= {"tuples": tuples, "bytes_a_tuple": disk_usage(sqlite_database) / tuples}
        bench.add(row)
    fresh(bench, "sqlite.db")
    compacted(bench, name, database, report["tuples_new"])
    return database


def compacted(bench: Bench, name: str, database: Path, tuples: int) -> None:
    """The same database in its smallest form; lookups are measured on it as it was before."""
    copy = fresh(bench, "compacted")
    shutil.copytree(database, copy)
    cost = run([bench.programs["pdns-ingest"], "-d", copy, "--compact"], bench.scratch)
    bench.add(Row(name, "pdns-ingest --compact", {
        "cpu": cost.cpu, "wall": cost.wall, "rss_mib": cost.rss / MIB,
        "bytes_a_tuple": disk_usage(copy) / tuples}))
    shutil.rmtree(copy)


def peer_row(corpus_name: str, what: str, mine: Cost, peer: Cost) -> Row:
    return Row(corpus_name, what, {
        "cpu": peer.cpu, "wall": peer.wall, "wall_by_cpu": peer.wall / peer.cpu,
        "rss_mib": peer.rss / MIB, "ratio": mine.cpu / peer.cpu,
    })


def lookups(bench: Bench, database: Path, names: list[str]) -> dict:
    """Whole processes, one name each; every name has rows in the database."""
    costs = []
    for name in names:
        cost = run([bench.programs["pdns-query"], "-d", database, "-j", name], bench.scratch)
        if not cost.out:
            raise Failed(f"pdns-query {name}: exit 0 and no row")
        costs.append(cost)
    nothing = [run(["/bin/true"], bench.scratch).wall for _ in names]
    return {
        "cpu": median([cost.cpu for cost in costs]),
        "ms": median([cost.wall for cost in costs]) * 1000,
        "ms_worst": max(cost.wall for cost in costs) * 1000,
        "note": f"/bin/true: {median(nothing) * 1000:.1f} ms",
    }


def busy(bench: Bench, name: str, database: Path, names: list[str]) -> None:
    """The same lookups while an ingester writes new names into the same database."""
    # Other names than the corpus before, and enough of them to be busy for all lookups.
    more = generate(bench, "new", bench.messages, bench.scratch / "more.dnstap",
                    first_new=10 * bench.messages)
    side = bench.scratch / "busy"
    side.mkdir(exist_ok=True)
    writer = Running([bench.programs["pdns-ingest"], "-d", database, more], side)
    try:
        time.sleep(0.5)
        walls = []
        for query in names * 5:
            walls.append(run([bench.programs["pdns-query"], "-d", database, "-j", query],
                             bench.scratch).wall * 1000)
            if writer.process_ended():
                walls.pop()  # it may have had the machine to itself
                break
    finally:
        writer.wait()
    more.unlink()
    figures: dict = {"note": f"{len(walls)} lookups while it was busy"}
    if walls:
        figures |= {"ms": median(walls), "ms_worst": max(walls)}
    bench.add(Row(name, "pdns-query NAME, busy", figures))


def live(bench: Bench, name: str, file: Path) -> None:
    """One connection, frames as fast as the sender can, into a fresh database."""
    sents, costs, reports = [], [], []
    for _ in range(bench.runs):
        sent, cost, report = live_run(bench, file)
        sents.append(sent)
        costs.append(cost)
        reports.append(report)
    frames = sents[-1]["frames"]
    cost = median_cost(costs)
    bench.add(Row(name, "pdns-ingest -u SOCKET", {
        "cpu": cost.cpu, "rss_mib": cost.rss / MIB, "tuples": reports[-1]["tuples_new"],
        "frames_per_s": frames / median([sent["seconds"] for sent in sents]),
        "frames_per_cpu_s": frames / cost.cpu,
        "lost": max(sent["frames"] - report["frames"] for sent, report in zip(sents, reports)),
    }))


def live_run(bench: Bench, file: Path) -> tuple[dict, Cost, dict]:
    side = bench.scratch / "live"
    side.mkdir(exist_ok=True)
    socket_path = side / "sock"
    socket_path.unlink(missing_ok=True)
    reader = Running([bench.programs["pdns-ingest"], "-d", fresh(bench, "live.db"),
                      "-u", socket_path, "--report", "json"], side)
    try:
        await_reader(reader, socket_path)
        command = [bench.programs["pdns-bench-send"], file, socket_path]
        sent = json.loads(run(command, bench.scratch).out)
        reader.signal(signal.SIGTERM)
    except BaseException:
        reader.signal(signal.SIGKILL)
        reader.wait(good=range(-64, 256))
        raise
    cost = reader.wait()
    fresh(bench, "live.db")
    return sent, cost, json.loads(cost.out)


def await_reader(reader: Running, path: Path) -> None:
    """Until it listens; a connection that says nothing and goes away is nothing to it."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not reader.process_ended():
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                return
        time.sleep(0.01)
    raise Failed(f"nobody listens on {path}")


def memory(bench: Bench, messages: int) -> None:
    """Peak memory of one long run."""
    file = generate(bench, "mix", messages, bench.scratch / "mix.dnstap")
    database = fresh(bench, "db")
    cost, report = ingest(bench, database, file, messages)
    row = ingest_row("pdns-ingest FILE, long", "mix", cost, report, disk_usage(database))
    row.figures["note"] = f"{messages:,} messages, one run"
    bench.add(row)
    shutil.rmtree(database)
    file.unlink()


def growth(bench: Bench, parts: int) -> None:
    """The cost of each further corpus of new names as the database grows."""
    database = fresh(bench, "db")
    tuples = 0
    costs: list[Cost] = []
    for part in range(parts):
        file = generate(bench, "new", bench.messages, bench.scratch / "part.dnstap",
                        first_new=part * bench.messages + bench.messages)
        cost, report = ingest(bench, database, file, bench.messages)
        costs.append(cost)
        tuples += report["tuples_new"]
        file.unlink()
    later = sorted(costs[1:], key=lambda cost: cost.cpu)
    mean = sum(cost.cpu for cost in later) / len(later)
    for what, cost in (("first part", costs[0]), ("later parts, median", later[len(later) // 2]),
                       ("dearest part", later[-1])):
        bench.add(Row("growth", what, {
            "cpu": cost.cpu, "wall": cost.wall, "wall_by_cpu": cost.wall / cost.cpu,
            "rss_mib": cost.rss / MIB, "note": f"{cost.cpu / costs[0].cpu:.2f} x the first"}))
    bench.add(Row("growth", "whole database", {
        "cpu": mean, "tuples": tuples, "bytes_a_tuple": disk_usage(database) / tuples,
        "note": f"mean of the later parts, {mean / costs[0].cpu:.2f} x the first"}))
    bench.add(lookup_after_growth(bench, database))
    shutil.rmtree(database)


def lookup_after_growth(bench: Bench, database: Path) -> Row:
    file = generate(bench, "new", bench.messages, bench.scratch / "part.dnstap",
                    first_new=bench.messages)
    names = answered_names(file, bench.lookups, bench.seed)
    file.unlink()
    return Row("growth", "pdns-query NAME, idle", lookups(bench, database, names))
