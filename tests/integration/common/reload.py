"""The ingester starts anew under load, and not a frame of the resolver is lost.

Once by SIGHUP, again and again: the same process becomes the program anew and keeps all sockets.
Then by a service manager, which keeps them from one process to the next.
"""

from __future__ import annotations

import dataclasses
import pathlib
import signal
import time
from typing import Any

from common import authority, client, manager, miniserver, pdns, resolvers, restart, scenario
from common.load import Load, LoadZone, Numbered
from common.sandbox import Check, Sandbox, WaitFor
from world import build

RATE = 200
RELOADS = 5
RESTARTS = 3
BETWEEN = 1.0  # seconds of load from one to the next


@dataclasses.dataclass
class Scene:
    """A resolver, its questioner, and the zone that counts what it served."""

    sandbox: Sandbox
    stub: client.Stub
    zone: LoadZone
    reports: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    next: int = 0  # number of the first name of the next load

    def Begin(self) -> tuple[Load, int]:
        """A load, and the number from which on the resolver's stream is whole."""
        scenario.WarmUp(self.sandbox, self.stub, f"warm{self.next}.load.net.")
        load = Load(self.stub, RATE, self.next)
        return load, restart.AwaitWhole(self.sandbox, load, self.next)

    def End(self, load: Load, start: int) -> set[int]:
        """The numbers that were answered since `start`; all must get to the database."""
        load.Stop()
        self.next = load.asked
        answered = {n for n in load.answered if n >= start}
        restart.AwaitStored(self.sandbox, answered, "over all restarts")
        return answered

    def Judge(self, answered: set[int], what: str) -> None:
        """Each as often as it was served; one that the resolver asked for again may be less."""
        counts = {one.row.owner: one.count for one in pdns.Ask(self.sandbox, "*.load.net")}
        lost = [n for n in answered if Numbered(n) not in counts]
        Check(not lost, f"{what}: {len(lost)} of {len(answered)} lost, as {sorted(lost)[:5]}")
        again = 0
        for number in answered:
            served, count = self.zone.served[Numbered(number)], counts[Numbered(number)]
            Check(1 <= count <= served, f"{what}: {number}: served {served}, counted {count}")
            again += served > 1
        Check(again < len(answered) / 2, f"{what}: {again} names were asked for several times")
        print(f"{what}: {len(answered)} served, 0 lost, none counted twice ({again} asked again)")


def _Options(sandbox: Sandbox) -> list[str]:
    return ["-u", str(sandbox.folder / "dnstap.sock"), "--flush-interval", "0.2"]


def _AwaitGeneration(sandbox: Sandbox, service: manager.Service, out: pathlib.Path, n: int) -> None:
    """Until n processes have ended with a report and the next one answers."""

    def _IsBack() -> bool:
        Check(service.alive, f"it ended with {service.code} instead of starting anew")
        ended = len(out.read_text("utf-8").splitlines())
        return ended == n and manager.Status(sandbox) is not None

    WaitFor(_IsBack, 90, f"reload {n} to be over")


def _Reloads(scene: Scene, service: manager.Service, out: pathlib.Path) -> None:
    """SIGHUP under load, without any manager, with an archive."""
    sandbox = scene.sandbox
    load, start = scene.Begin()
    for n in range(1, RELOADS + 1):
        service.Signal(signal.SIGHUP)
        _AwaitGeneration(sandbox, service, out, n)
        time.sleep(BETWEEN)
    answered = scene.End(load, start)
    service.Signal(signal.SIGTERM)
    code = service.Wait()
    Check(code == 0, f"pdns-ingest exited {code}")
    scene.reports += manager.Reports(out)
    Check(len(scene.reports) == RELOADS + 1, f"{len(scene.reports)} reports")
    scene.Judge(answered, f"{RELOADS} reloads by SIGHUP")


def _CheckArchive(scene: Scene) -> None:
    """What the live path stored, the archive adds nothing to; alone it gives the same rows."""
    sandbox, archive = scene.sandbox, scene.sandbox.folder / "archive"
    again = manager.RunToEnd(sandbox, "replay", [str(archive)])
    Check(again["stored"] == 0, f"the archive was counted again: {again['stored']} records")
    fresh = sandbox.folder / "fresh"
    alone = manager.RunToEnd(sandbox, "fresh", [str(archive)], fresh)
    live = {one.row: one.count for one in pdns.Ask(sandbox, "*.")}
    kept = {one.row: one.count for one in pdns.Ask(sandbox, "*.", database=fresh)}
    Check(kept == live, f"{len(kept)} rows of the archive, {len(live)} of the live path differ")
    print(f"archive: {alone['frames']} frames, the same rows, nothing counted again")


def _Restarts(scene: Scene) -> None:
    """A manager ends one process and starts the next."""
    service = manager.Manager(scene.sandbox, _Options(scene.sandbox))
    service.Start()
    load, start = scene.Begin()
    times = []
    for _ in range(RESTARTS):
        times.append(service.Restart())
        time.sleep(BETWEEN)
    service.Reload()
    time.sleep(BETWEEN)
    answered = scene.End(load, start)
    scene.reports += service.Stop()
    scene.Judge(answered, f"{RESTARTS} restarts and a reload by the manager")
    print("ready after " + ", ".join(f"{seconds:.2f}" for seconds in times) + " s")


def Run(sandbox: Sandbox, resolver_name: str) -> None:
    authority.Start(sandbox)
    zone = LoadZone()
    server = miniserver.MiniServer({build.LOAD_ADDRESS: zone.Handler()})
    out = sandbox.folder / "ingest.reports"
    archive = ["--archive", str(sandbox.folder / "archive"), "--min-free", "0"]
    command = manager.Command(sandbox, [*_Options(sandbox), *archive])
    service = manager.Service(command, sandbox.folder / "ingest.log", out)
    WaitFor(lambda: manager.Status(sandbox), 90, "pdns-ingest to listen")
    resolver = resolvers.START[resolver_name](sandbox, sandbox.folder / "dnstap.sock")
    resolver.AwaitAnswer()
    scene = Scene(sandbox, resolver.Stub(), zone)
    _Reloads(scene, service, out)
    _CheckArchive(scene)
    _Restarts(scene)
    server.Stop()
    Check(not server.errors, f"the counting server broke: {server.errors}")
    restart.CheckRows(sandbox, zone, scene.reports)
