"""An Unbound that only forwards sends FORWARDER_RESPONSE and no RESOLVER_RESPONSE.

By default nothing is stored and the user is told why; with --message-type the rows are taken, under
the root, since a forwarder says of no answer whose zone it is.
"""

from __future__ import annotations

import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import authority, client, manager, pdns, resolvers, sandbox, scenario, wire  # noqa: E402
from common.sandbox import Check  # noqa: E402
from world.model import World  # noqa: E402

UPSTREAM_PORT = 5301
TYPES = "RESOLVER_RESPONSE,FORWARDER_RESPONSE"


def _NothingByDefault(box: sandbox.Sandbox, ingester: pdns.Ingester, port: int) -> None:
    stub = client.Stub(resolvers.ADDRESS, port)
    number, deadline = 0, time.monotonic() + 90
    # Unbound keeps frames for up to a second.
    while "FORWARDER_RESPONSE" not in manager.Skipped(manager.Status(box)):
        Check(time.monotonic() < deadline, "no FORWARDER_RESPONSE arrived")
        stub.Send(wire.Question(wire.ParseName(f"early-{number}.wild.net."), wire.TYPES["A"]))
        stub.Receive(0)
        time.sleep(0.05)
        number += 1
    stub.Close()
    report = ingester.Stop()
    skipped = report["skipped"].get("FORWARDER_RESPONSE", 0)
    Check(skipped > 0, f"no FORWARDER_RESPONSE arrived: {report}")
    Check(report["used"] == 0 and report["stored"] == 0, f"something was used: {report}")
    Check(not pdns.Ask(box, "*."), "rows from frames that were not asked for")
    Check(
        "FORWARDER_RESPONSE" in ingester.Messages(),
        f"no word about the frames that a forwarder sends:\n{ingester.Messages()}",
    )


def _RowsWhenAsked(box: sandbox.Sandbox, world: World, resolver: resolvers.Resolver) -> None:
    ingester = pdns.Ingester(box, "ingest-forwarded", ["--message-type", TYPES])
    stub = resolver.Stub()
    scenario.WarmUp(box, stub)
    questions = scenario.Questions()
    stub.AskAll(questions)
    rows = {row for q in questions for row in world.Answer(q.name, q.rrtype)}
    required = {row._replace(zone=()) for row in rows if not world.IsMade(row)}
    scenario.AwaitRows(box, required)
    ingester.Stop()
    found = set(pdns.Index(pdns.Ask(box, "*.")))
    missing = required - found
    Check(not missing, f"{len(missing)} rows are missing:\n{scenario.Show(missing)}")
    untrue = {row for row in found if row.zone != () or not world.IsTrue(*row[:3])}
    Check(not untrue, f"{len(untrue)} rows are not the world's:\n{scenario.Show(untrue)}")
    Check(not pdns.Ask(box, "*.", "--quarantined"), "true answers are in the quarantine")
    print(f"{len(required)} rows expected, {len(found)} found, all under the root")


def Test(box: sandbox.Sandbox) -> None:
    world = authority.Start(box)
    upstream = resolvers.StartUnbound(box, None, port=UPSTREAM_PORT)
    upstream.AwaitAnswer()
    ingester = pdns.Ingester(box)
    forward_to = f"{resolvers.ADDRESS}@{UPSTREAM_PORT}"
    resolver = resolvers.StartUnbound(box, ingester.socket, forward_to)
    resolver.AwaitAnswer()
    _NothingByDefault(box, ingester, resolver.port)
    _RowsWhenAsked(box, world, resolver)


if __name__ == "__main__":
    sandbox.Main(Test, {**authority.NEEDS, **resolvers.NEEDS["unbound"]})
