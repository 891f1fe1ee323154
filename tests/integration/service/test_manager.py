"""The ingester as a service: what it tells its manager, and what it takes over from it."""

from __future__ import annotations

import pathlib
import socket
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import manager, sandbox  # noqa: E402
from common.manager import FramesOf, Manager, Status  # noqa: E402
from common.sandbox import Check, Sandbox, WaitFor  # noqa: E402
from common.talker import AwaitStored, CheckOnce, Talker  # noqa: E402


def _Options(box: Sandbox) -> list[str]:
    return ["-u", str(box.folder / "dnstap.sock"), "--flush-interval", "0.2"]


def ReadyWhenDrained(box: Sandbox) -> None:
    """What was sent while nobody ran is read when READY=1 arrives, on old and new connections."""
    path = box.folder / "dnstap.sock"
    service = Manager(box, _Options(box))
    service.Start()
    talkers = [Talker(path, f"old{n}") for n in range(4)]
    for talker in talkers:
        talker.Say(10)
    AwaitStored(box, talkers)
    cut = talkers[0].Next(1)
    talkers[0].Send(cut[:7])
    WaitFor(lambda: talkers[0].Unread() == 0, 90, "half a frame to be read")
    service.End()
    Check(path.is_socket(), "the socket's file went away between two processes")
    peers = [name for name in service.stored if name.startswith("pdns-handed-peer-")]
    Check(len(peers) == 4, f"4 connections, and what was stored is {service.stored}")

    talkers += [Talker(path, f"new{n}", shakes_hands=False) for n in range(4)]
    talkers[0].Send(cut[7:])
    for talker in talkers:
        talker.Say(400)
    waiting = sum(talker.Unread() > 0 for talker in talkers)
    Check(waiting == len(talkers), f"{waiting} of {len(talkers)} connections have a backlog")
    seconds = service.Start()
    unread = [talker.Unread() for talker in talkers]
    Check(not any(unread), f"ready, and so many bytes are still in the sockets: {unread}")
    figures = Status(box)
    queued = 1 + 400 * len(talkers)
    Check(figures, "ready, and the control socket does not answer")
    assert figures is not None
    frames = FramesOf(figures, str(path))
    Check(frames == queued, f"ready with {frames:.0f} of {queued} frames that were queued")
    for talker in talkers[:4]:
        talker.Finish()
    service.Stop()
    Check(not path.exists() or path.is_socket(), "another file stands in the socket's place")
    CheckOnce(box, [name for talker in talkers for name in talker.said])
    print(f"{queued} frames that were queued are in when READY=1 comes, after {seconds:.2f} s")


def Watchdog(box: Sandbox) -> None:
    """It is heard more often than asked for, after a reload as well."""
    service = Manager(box, _Options(box), watchdog=0.4)
    service.Start()
    service.Await("WATCHDOG=1", 3)
    service.Reload()
    service.Await("WATCHDOG=1", service.Said("WATCHDOG=1") + 3)
    service.Stop()
    Check(service.Said("STOPPING=1") == 1, "it did not say STOPPING=1 once")


def Activated(box: Sandbox) -> None:
    """The manager's own socket: used from its first connection on, never removed, never doubled."""
    path = box.folder / "unit.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unit:
        unit.bind(str(path))
        unit.listen(64)
        options = ["--activated", "--flush-interval", "0.2"]
        service = Manager(box, options, sockets=[("pdns-ingest.socket", unit)])
        early = Talker(path, "early", shakes_hands=False)  # what activation is for
        early.Say(10)
        service.Start()
        late = Talker(path, "late")
        for step in (service.Restart, service.Reload, service.Restart):
            late.Say(10)
            step()
            early.Say(10)
        late.Say(10)
        AwaitStored(box, [early, late])
        reports = service.Stop()
        Check(path.is_socket(), "the manager's socket file was removed")
        CheckOnce(box, early.said + late.said)
        sources = {len(report["sources"]) for report in reports}
        Check(sources == {1}, f"one socket, and the reports name {sources} sources")
        Talker(path, "waits", shakes_hands=False).Close()  # still listened on, by the manager


def Unactivated(box: Sandbox) -> None:
    """Nothing handed over: told at once, with the code of a wrong command line."""
    command = manager.Command(box, ["--activated"])
    log = box.folder / "alone.log"
    code = manager.Service(command, log, box.folder / "alone.reports").Wait()
    Check(code == 64 and "systemd" in log.read_text(), f"exit {code}: {log.read_text()}")


def Test(box: Sandbox) -> None:
    for part in (ReadyWhenDrained, Watchdog, Activated, Unactivated):
        box.Part(part.__name__, part)


if __name__ == "__main__":
    sandbox.Main(Test, {})
