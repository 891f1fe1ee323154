"""The ingester is restarted while a resolver resolves: what arrives, and what is lost.

How much is lost is the resolver's affair (libfstrm throws away while nobody listens), so it is
reported and not judged. Judged is: the ingester ends well, nothing is counted that was not served,
and all is there from before the restart and from after the resolver came back.
"""

from __future__ import annotations

import time
from typing import Any

from common import authority, miniserver, pdns, resolvers, scenario
from common.load import APEX, ExpectedRow, Load, LoadZone, Numbered
from common.sandbox import Check, Sandbox, WaitFor
from world import build

RATE = 200
BLOCK = 2 * RATE  # so many answers in a row must be in the database for the stream to be whole


def Stored(sandbox: Sandbox) -> set[int]:
    """The numbers of the names that are in the database now."""
    owners = (one.row.owner[0] for one in pdns.Ask(sandbox, "*.load.net"))
    return {int(label[1:]) for label in owners if label[:1] == b"q"}


def AwaitStored(sandbox: Sandbox, numbers: set[int], what: str) -> None:
    missing = set(numbers)

    def _Complete() -> bool:
        missing.difference_update(Stored(sandbox))
        return not missing

    WaitFor(_Complete, 90, f"{len(numbers)} answers {what} to reach the database")


def WholeSince(answered: set[int], stored: set[int], start: int) -> int | None:
    """Where, at or after `start`, BLOCK answers in a row begin that are all stored."""
    row: list[int] = []
    for number in sorted(n for n in answered if n >= start):
        row = [*row, number] if number in stored else []
        if len(row) == BLOCK:
            return row[0]
    return None


def AwaitWhole(sandbox: Sandbox, load: Load, start: int) -> int:
    """Under load, until the stream is whole again; a resolver has several connections to renew."""
    found: list[int] = []

    def _IsWhole() -> bool:
        since = WholeSince(set(load.answered), Stored(sandbox), start)
        found.extend([] if since is None else [since])
        return bool(found)

    WaitFor(_IsWhole, 240, "the resolver's answers to arrive whole after the restart")
    return found[0]


def _Table(load: Load, zone: LoadZone, stored: set[int], cuts: list[tuple[str, int, int]]) -> str:
    head = f"{'':<24}{'asked':>8}{'answered':>10}{'served':>8}{'stored':>8}{'lost':>6}"
    lines = [head]
    for name, low, high in [*cuts, ("all", 0, load.asked)]:
        numbers = set(range(low, high))
        served = {n for n in numbers if Numbered(n) in zone.served}
        lines.append(
            f"{name:<24}{len(numbers):>8}{len(numbers & load.answered):>10}{len(served):>8}"
            f"{len(numbers & stored):>8}{len(served - stored):>6}"
        )
    return "\n".join(lines)


def CheckRows(sandbox: Sandbox, zone: LoadZone, reports: list[dict[str, Any]]) -> None:
    """Nothing that was not served, nothing counted twice, and the reports say what the rows say."""
    rows = pdns.Ask(sandbox, "*.")
    pdns.Index(rows)
    for one in rows:
        if one.row.rrtype == 1 and one.row.owner in zone.served:
            Check(one.row == ExpectedRow(one.row.owner), f"not what was served: {one}")
            times = zone.served[one.row.owner]
            Check(one.count <= times, f"served {times} times, counted {one.count}: {one.row}")
        else:
            in_load = one.row.owner[-len(APEX) :] == APEX
            Check(not in_load or one.row.owner == APEX, f"never served: {one.row}")
    Check(not pdns.Ask(sandbox, "*.", "--quarantined"), "true answers are in the quarantine")
    for key, have in (("stored", sum(one.count for one in rows)), ("tuples_new", len(rows))):
        said = sum(report[key] for report in reports)
        Check(said == have, f"the reports say {key} {said}, the rows say {have}")


def Run(sandbox: Sandbox, resolver_name: str) -> None:
    authority.Start(sandbox)
    zone = LoadZone()
    server = miniserver.MiniServer({build.LOAD_ADDRESS: zone.Handler()})
    ingester = pdns.Ingester(sandbox)
    resolver = resolvers.START[resolver_name](sandbox, ingester.socket)
    resolver.AwaitAnswer()
    stub = resolver.Stub()
    scenario.WarmUp(sandbox, stub, "load.net.")
    load = Load(stub, RATE)
    start = AwaitWhole(sandbox, load, 0)
    before = set(load.answered)
    AwaitStored(sandbox, {n for n in before if n >= start}, "before the restart")

    stopped, cut = time.monotonic(), load.asked
    reports = [ingester.Stop()]
    away = load.asked
    ended = time.monotonic()
    ingester = pdns.Ingester(sandbox, "ingest-again")
    ready, back = time.monotonic(), load.asked

    whole = AwaitWhole(sandbox, load, back)
    load.Stop()
    after = {n for n in load.answered if n >= whole}
    AwaitStored(sandbox, after, "after the resolver came back")
    reports.append(ingester.Stop())
    server.Stop()
    Check(not server.errors, f"the counting server broke: {server.errors}")

    stored = Stored(sandbox)
    print(
        f"{resolver_name}, {RATE} fresh names a second; the ingester drained and ended in"
        f" {ended - stopped:.2f} s and listened again {ready - ended:.2f} s later"
    )
    cuts = [
        ("before SIGTERM", 0, cut), ("while draining", cut, away), ("nobody listens", away, back),
        ("until it is back", back, whole), ("after", whole, load.asked),
    ]  # fmt: skip
    print(_Table(load, zone, stored, cuts))
    lost = {n for n in before if n >= start} - stored
    Check(not lost, f"{len(lost)} answers that were committed before the restart are gone")
    lost = after - stored
    Check(not lost, f"{len(lost)} answers from after the reconnect are missing")
    CheckRows(sandbox, zone, reports)
