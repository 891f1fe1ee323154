"""Reloads of every untimely kind: amid a frame, in a storm, before an end, with a broken
configuration, amid a backfill."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import manager, sandbox  # noqa: E402
from common.manager import Service, Status  # noqa: E402
from common.sandbox import Check, Sandbox, WaitFor  # noqa: E402
from common.talker import (  # noqa: E402
    AwaitStored,
    CheckCounts,
    CheckOnce,
    NameOf,
    Talker,
    WriteCapture,
)


class Ingester:
    """Without a manager; counts its generations by their reports."""

    def __init__(self, box: Sandbox, options: list[str] | None = None) -> None:
        self.socket = box.folder / "dnstap.sock"
        self.log = box.folder / "ingest.log"
        self._box = box
        self._out = box.folder / "ingest.reports"
        options = ["-u", str(self.socket)] if options is None else options
        command = manager.Command(box, ["--flush-interval", "0.2", *options])
        self.service = Service(command, self.log, self._out)
        self.AwaitAnswer()

    def AwaitAnswer(self) -> None:
        def _Answers() -> bool:
            Check(self.service.alive, f"pdns-ingest ended with {self.service.code}")
            return Status(self._box) is not None

        WaitFor(_Answers, 90, "pdns-ingest to answer on its control socket")

    @property
    def ended(self) -> int:
        """Generations that have ended."""
        return len(self._out.read_text().splitlines())

    def Reload(self) -> None:
        before = self.ended
        self.service.Signal(signal.SIGHUP)
        WaitFor(lambda: self.ended > before, 90, "the reload")
        self.AwaitAnswer()

    def Stop(self) -> None:
        self.service.Signal(signal.SIGTERM)
        code = self.service.Wait()
        Check(code == 0, f"pdns-ingest exited {code}")
        manager.Reports(self._out)


def AmidFrames(box: Sandbox) -> None:
    """Every connection at another byte of a frame, idle ones and such in the handshake too."""
    ingester = Ingester(box)
    talkers = [Talker(ingester.socket, f"t{n}") for n in range(20)]
    rest = [b""] * len(talkers)
    for turn in range(4):
        for n, talker in enumerate(talkers):
            data = rest[n] + talker.Next(5)
            cut = len(data) - (turn * 31 + n * 7) % 90
            talker.Send(data[:cut])
            rest[n] = data[cut:]
        ingester.Reload()
    for talker, data in zip(talkers, rest):
        talker.Send(data)
        talker.Finish()
    AwaitStored(box, talkers)
    ingester.Stop()
    CheckOnce(box, [name for talker in talkers for name in talker.said])


def Storm(box: Sandbox) -> None:
    """SIGHUP whenever it may come: none ends the process, and nothing is lost."""
    ingester = Ingester(box)
    talker = Talker(ingester.socket, "storm")
    asked, deadline = 0, time.monotonic() + 90
    while asked < 150 or ingester.ended <= 3:  # a slow machine does fewer of as many
        Check(time.monotonic() < deadline, f"{asked} reloads were asked for, {ingester.ended} were done")
        talker.Say(1)
        ingester.service.Signal(signal.SIGHUP)
        time.sleep(0.001 * (asked % 23))
        asked += 1
    ingester.AwaitAnswer()
    AwaitStored(box, [talker])
    ended = ingester.ended
    ingester.Stop()
    CheckOnce(box, talker.said)
    print(f"storm: {ended} reloads of {asked} asked for")


def EndAmidReload(box: Sandbox) -> None:
    """SIGTERM wins, whenever it comes, and what was sent before it is stored."""
    said = []
    for n in range(24):
        ingester = Ingester(box)
        talker = Talker(ingester.socket, f"end{n}")
        talker.Say(20)
        WaitFor(lambda: talker.Unread() == 0, 90, "the frames to be read")
        ingester.service.Signal(signal.SIGHUP)
        time.sleep(0.004 * n)
        ingester.Stop()
        Check(not ingester.socket.exists(), "the socket's file stayed behind")
        said += talker.said
    CheckOnce(box, said)


def BrokenConfiguration(box: Sandbox) -> None:
    """It is refused and all goes on; mended, it holds from then on."""
    config, second = box.folder / "ingest.conf", box.folder / "second.sock"
    good = f"unix = {box.folder / 'dnstap.sock'}\n"
    config.write_text(good)
    ingester = Ingester(box, ["--config", str(config)])
    talker = Talker(ingester.socket, "first")
    unfit = (
        "no-such-option = 1\n",
        "memory = little\n",
        "archive = /proc/none\n",
        "listen = 127.0.0.1:0\ntls-cert = /none\ntls-key = /none\n",
    )
    for n, line in enumerate(unfit, 1):
        config.write_text(good + line)
        ingester.service.Signal(signal.SIGHUP)
        WaitFor(lambda: ingester.log.read_text().count("no reload") == n, 90, "a refusal")
        talker.Say(10)
        AwaitStored(box, [talker])
    Check(ingester.ended == 0, "it was started anew with a broken configuration")
    config.write_text(good + f"unix = {second}\n")
    ingester.Reload()
    talker.Say(10)
    other = Talker(second, "second")
    other.Say(10)
    AwaitStored(box, [talker, other])
    ingester.Stop()
    CheckOnce(box, talker.said + other.said)


def AmidBackfill(box: Sandbox) -> None:
    """A client of the control socket goes on with the next process; each file counts once."""
    folder = box.folder / "captures"
    folder.mkdir()
    want = {}
    for file in range(30):
        names = [NameOf(f"file{file}", n) for n in range(1000)]
        want.update(dict.fromkeys(names, 30))
        WriteCapture(folder / f"{file:03}.dnstap.bz2", names, 30)
    ingester = Ingester(box)
    talker = Talker(ingester.socket, "live")
    log, out = box.folder / "client.log", box.folder / "client.reports"
    command = manager.Command(box, ["--backfill", str(folder)])
    with log.open("wb") as errors, out.open("wb") as output:
        client = subprocess.Popen(command, stdout=output, stderr=errors)
    WaitFor(lambda: "it takes the files" in log.read_text(), 90, "the backfill to begin")
    ingester.Reload()
    talker.Say(10)
    Check(client.wait(60) == 0, f"the client exited {client.returncode}: {log.read_text()}")
    Check("started anew" in log.read_text(), "the backfill was over before the reload")
    reports = manager.Reports(out)
    Check(len(reports) > 1, f"{len(reports)} reports of the backfill")
    stored = sum(report["stored"] for report in reports)
    Check(stored == sum(want.values()), f"the client was told of {stored} records")
    AwaitStored(box, [talker])
    ingester.Stop()
    CheckCounts(box, want | dict.fromkeys(talker.said, 1))
    print(f"a backfill by {len(reports)} processes: " + str([r["frames"] for r in reports]))


def Test(box: Sandbox) -> None:
    for part in (AmidFrames, Storm, EndAmidReload, BrokenConfiguration, AmidBackfill):
        box.Part(part.__name__, part)


if __name__ == "__main__":
    sandbox.Main(Test, {})
