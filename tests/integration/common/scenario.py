"""A resolver resolves the world; the database must hold what the zones say, and no more."""

from __future__ import annotations

import itertools
import pathlib
import time
from typing import Any, Callable

from common import authority, client, miniserver, pdns, resolvers, wire, zonefile
from common.sandbox import Check, Sandbox, WaitFor
from common.wire import Question
from world import build, liars
from world.model import Row, World

A = wire.TYPES["A"]
QUESTIONS = pathlib.Path(build.__file__).with_name("questions.txt")
Expectation = dict[str, Any]


def Questions() -> list[Question]:
    """questions.txt, and a question for each byte that a label can hold."""
    lines = (line.split() for line in QUESTIONS.read_text().splitlines())
    asked = [
        Question(wire.ParseName(words[0]), wire.TypeNumber(rrtype))
        for words in lines
        if words and not words[0].startswith(";")
        for rrtype in words[1:]
    ]
    names = (wire.ParseName(f"{name}.names.net.") for name in build.ByteNames())
    return asked + [Question(name, A) for name in names]


def WarmUp(sandbox: Sandbox, stub: client.Stub, zone: str = "wild.net.") -> None:
    """Asks for fresh names until one is in the database: from then on nothing is lost.

    A resolver may try to connect seconds apart, and throws away what it has until then.
    """
    numbers = itertools.count()

    def _Arrived() -> bool:
        stub.Send(Question(wire.ParseName(f"warm-up-{next(numbers)}.{zone}"), A))
        stub.Receive(0.2)
        database = sandbox.folder / "db"
        return database.exists() and bool(pdns.Ask(sandbox, f"*.{zone}"))

    WaitFor(_Arrived, 60, "a first answer of the resolver to reach the database")


def LieRows() -> tuple[set[Row], dict[Row, str], set[Row]]:
    """Of all lies: rows to be trusted, quarantined rows with reason, what may be in no table.

    The last two come without regard to the zone.
    """
    true = {Row(*rr, lie.apex) for lie in liars.LIES for rr in lie.true + liars.ApexRows(lie)}
    false = {Row(*rr, lie.apex): reason for lie in liars.LIES for rr, reason in lie.false}
    never = {Row(*rr, lie.apex) for lie in liars.LIES for rr in lie.never}
    return true, false, never


def Readable() -> tuple[set[Row], dict[Row, str]]:
    """Rows that every resolver's frames must leave: trusted, and quarantined."""
    lies = [lie for lie in liars.LIES if lie.readable]
    true = {Row(*rr, lie.apex) for lie in lies for rr in lie.true}
    return true, {Row(*rr, lie.apex): reason for lie in lies for rr, reason in lie.false}


def Show(rows: set[Row]) -> str:
    lines = [f"  {row}" for row in sorted(rows)[:20]]
    return "\n".join(lines + ([f"  and {len(rows) - 20} more"] if len(rows) > 20 else []))


def CheckTrusted(world: World, seen: list[pdns.Seen], required: set[Row]) -> None:
    """All that was asked is there; whatever else is there is true."""
    rows = set(pdns.Index(seen))
    true_lies, _, _ = LieRows()
    missing = required - rows
    Check(not missing, f"{len(missing)} rows are missing:\n{Show(missing)}")
    untrue = {row for row in rows if row not in true_lies and not world.Holds(row)}
    Check(not untrue, f"{len(untrue)} rows are not what the world says:\n{Show(untrue)}")


def CheckQuarantined(
    world: World, seen: list[pdns.Seen], trusted: set[Row], required: dict[Row, str]
) -> None:
    """Each row of the quarantine is a known lie, or true but said by the wrong server."""
    _, lies, never = LieRows()
    reasons: dict[tuple[Any, ...], frozenset[str]] = {}
    for one in seen:
        key = one.row[:3]
        reasons[key] = reasons.get(key, frozenset()) | one.reasons
        known = {reason for row, reason in lies.items() if row[:3] == key}
        Check(one.reasons, f"in the quarantine without a reason: {one.row}")
        Check(
            one.reasons <= known or world.IsTrue(*key),
            f"in the quarantine without being a lie: {one.row} {set(one.reasons)}",
        )
        Check(key not in {row[:3] for row in never}, f"may be in no table: {one.row}")
    for row, reason in required.items():
        Check(reason in reasons.get(row[:3], ()), f"not quarantined as {reason}: {row}")
    both = {row[:3] for row in lies} & {row[:3] for row in trusted}
    Check(not both, f"lies are trusted: {both}")


def CheckText(seen: list[pdns.Seen]) -> int:
    """Rdata text must read back to the same bytes; returns how many rows could be read here."""
    count = 0
    for one in seen:
        try:
            rdata = zonefile.ParseRdataText(one.row.rrtype, one.rdata_text)
        except KeyError:
            continue
        Check(
            rdata == one.row.rdata, f"{one.row}: its text reads back differently: {one.rdata_text}"
        )
        count += 1
    return count


def CheckTimes(seen: list[pdns.Seen], started: float) -> None:
    """Observed between the start of the test and now, in whole seconds."""
    for one in seen:
        Check(
            int(started) - 1 <= one.first <= one.last <= time.time() + 1,
            f"not seen during the test: {one}",
        )


def CheckPivot(sandbox: Sandbox) -> None:
    """Who has this address, be it as a hint in an HTTPS record? Whom does this server serve?"""
    for what in ("205.150.150.140", "205.150.150.140/32"):
        names = {wire.NameText(one.row.owner) for one in pdns.Ask(sandbox, "--rdata", what)}
        Check(names == {"blah.org.", "www.blah.org."}, f"--rdata {what} names {sorted(names)}")
    for what, name in (("198.51.100.99", "https.types.org."), ("auth01.ca-dns.net", "blah.org.")):
        names = {wire.NameText(one.row.owner) for one in pdns.Ask(sandbox, "--rdata", what)}
        Check(name in names, f"--rdata {what} names {sorted(names)}")


# What the world and its liars give, as far as each resolver logs it: BIND none that it cannot
# read, PowerDNS those with QR=0 without their message.
COUNTERS = {
    "bind": "refused.rcode refused.truncated refused.opcode refused.question record.duplicate"
    " quarantine.off_chain quarantine.out_of_bailiwick",
    "unbound": "refused.rcode refused.truncated refused.opcode refused.question"
    " refused.not_response malformed.dns record.duplicate record.class record.meta"
    " record.malformed quarantine.off_chain quarantine.out_of_bailiwick"
    " skipped.CLIENT_QUERY skipped.CLIENT_RESPONSE skipped.RESOLVER_QUERY",
    "recursor": "refused.rcode refused.truncated refused.opcode refused.question"
    " refused.no_message malformed.dns record.duplicate record.class record.meta"
    " record.malformed quarantine.off_chain quarantine.out_of_bailiwick",
}


def CheckCounters(report: dict[str, Any], wanted: str) -> None:
    """These names, none with zero, and no others."""
    kinds = ("skipped", "malformed", "refused", "record", "quarantine")
    found = {f"{kind}.{name}" for kind in kinds for name, n in report[kind].items() if n > 0}
    names = set(wanted.split())
    Check(found == names, f"counters: missing {names - found}, unexpected {found - names}")
    Check(report["stored"] > 0 and report["tuples_new"] > 0, f"nothing stored: {report}")


def Run(
    sandbox: Sandbox,
    resolver_name: str,
    also: Callable[[Sandbox, dict[str, Any], list[pdns.Seen]], None] | None = None,
) -> None:
    """The whole story of one resolver. `also` checks what is its own."""
    started = time.time()
    world = authority.Start(sandbox)
    teller = liars.Liars()
    server = miniserver.MiniServer(teller.Handlers())
    ingester = pdns.Ingester(sandbox)
    resolver = resolvers.START[resolver_name](sandbox, ingester.socket)
    resolver.AwaitAnswer()
    stub = resolver.Stub()
    WarmUp(sandbox, stub)
    true_lies, false_lies = Readable()
    answers = {row for q in Questions() for row in world.Answer(q.name, q.rrtype)}
    required = true_lies | {row for row in answers if not world.IsMade(row)}
    *early, late = _Batches(Questions())
    for batch in early:
        stub.AskAll(batch)
    for lie in liars.LIES:
        stub.Send(Question(lie.www, A))
    WaitFor(lambda: len(teller.told) == len(liars.LIES), 90, "the resolver to ask all the liars")
    stub.AskAll(late)
    AwaitRows(sandbox, required)
    report = ingester.Stop()
    server.Stop()
    Check(not server.errors, f"the lying server broke: {server.errors}")

    trusted = pdns.Ask(sandbox, "*.")
    quarantined = pdns.Ask(sandbox, "*.", "--quarantined")
    Check(not any(one.reasons for one in trusted), "a trusted row has a reason")
    CheckTrusted(world, trusted, required)
    CheckQuarantined(world, quarantined, {one.row for one in trusted}, false_lies)
    CheckTimes(trusted + quarantined, started)
    CheckPivot(sandbox)
    Check(CheckText(trusted + quarantined) > len(required) // 2, "hardly any rdata could be read")
    Check(any(world.IsMade(one.row) for one in trusted), "no CNAME made from a DNAME")
    CheckCounters(report, COUNTERS[resolver_name])
    if also:
        also(sandbox, report, trusted)
    print(
        f"{resolver_name}: {len(Questions()) + len(liars.LIES)} questions,"
        f" {report['frames']} frames, {len(required)} rows expected, {len(trusted)} found,"
        f" {len(quarantined)} in quarantine"
    )


def _Batches(questions: list[Question]) -> list[list[Question]]:
    """NS, then SOA, then the rest, each to be asked when the one before is answered.

    The server of a zone names its NS beside any other answer, and its SOA beside a denial. A
    resolver that has them from there asks for them no more, and no answer of its own is logged.
    """
    first = [wire.TYPES["NS"], wire.TYPES["SOA"]]
    batches = [[q for q in questions if q.rrtype == rrtype] for rrtype in first]
    return [*batches, [q for q in questions if q.rrtype not in first]]


def AwaitRows(sandbox: Sandbox, required: set[Row]) -> None:
    """Until the rows are committed. What is missing is told better by CheckTrusted later."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if required <= {one.row for one in pdns.Ask(sandbox, "*.")}:
            return
        time.sleep(0.2)
