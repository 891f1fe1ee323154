"""Reloads of every untimely kind: amid a frame, in a storm, before an end, with a broken
configuration, amid a backfill."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import signal
import socket
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

    def __init__(
        self, box: Sandbox, options: list[str] | None = None, program: pathlib.Path | None = None
    ) -> None:
        self.socket = box.folder / "dnstap.sock"
        self.log = box.folder / "ingest.log"
        self._box = box
        self._out = box.folder / "ingest.reports"
        options = ["-u", str(self.socket)] if options is None else options
        command = manager.Command(box, ["--flush-interval", "0.2", *options])
        if program is not None:  # that, and all of its options in a file
            command = [str(program), *options]
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
    for n in range(40):
        ingester = Ingester(box)
        talker = Talker(ingester.socket, f"end{n}")
        talker.Say(20)
        WaitFor(lambda: talker.Unread() == 0, 90, "the frames to be read")
        ingester.service.Signal(signal.SIGHUP)
        time.sleep(0.0025 * n)
        ingester.Stop()
        for path in (ingester.socket, box.folder / "db" / "control.sock"):
            Check(not path.exists(), f"{path} stayed behind")
        said += talker.said
    CheckOnce(box, said)


def _Listening(address: str | tuple[str, int]) -> socket.socket:
    taken = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    taken.bind(address)
    taken.listen()
    return taken


def _Faults(box: Sandbox, used: str, port: int) -> dict[str, tuple[str, ...]]:
    """By option, configurations that cannot be served; none: whatever it says, it can. `{}`: what is served."""
    file, folder = box.folder / "a file", box.folder / "a folder"
    file.write_text("")
    folder.mkdir()
    (folder / "notes").write_text("")
    pipe = box.folder / "a pipe"
    os.mkfifo(pipe)
    tls = f"{{}}listen = 127.0.0.1:0\ntls-cert = {file}\ntls-key = {file}\n"
    archive = f"{{}}archive = {box.folder / 'archive'}\n"
    of = {
        "unix": ("/nowhere/s.sock", str(file), used, str(box.folder / ("long" * 60))),
        "listen": ("nonsense", f"127.0.0.1:{port}", "192.0.2.1:6000", "127.0.0.1:65536"),
        "follow": ("",),
        "backfill": ("",),
        "watch": ("/nowhere", str(file), ""),
        "message-type": ("NONSENSE", ""),
        "untrusted": ("maybe",),
        "socket-mode": ("rwx", "0"),
        "socket-owner": ("no-such-user",),
        "socket-group": ("no-such-group",),
        "backfill-group": ("no-such-group", "65534"),
        "max-connections": ("0", "many"),
        "connection-memory": ("1",),
        "archive": ("/proc/none", "/nowhere/archive", str(file)),
        "database": (str(file), str(folder), "/proc/none"),
        "outbox": ("/nowhere",),
        "flush-interval": ("0", "often"),
        "memory": ("little", "1"),
        "journal-keep": ("1m",),
        "max-database": ("much", "1K"),
        "min-free-database": ("some",),
        "control": ("/nowhere/control.sock", str(file), used),
        "stats-interval": ("often",),
        "metrics": ("nonsense", f"127.0.0.1:{port}", "192.0.2.1:9150"),
        "metrics-host": ("ns1.example.net",),
        "report": ("xml",),
        "tls-key": ("/nowhere",),
        "tls-client-ca": ("/nowhere",),
        "archive-name": ("n",),
        "archive-rotate": ("1h",),
        "archive-keep": ("1d",),
        "min-free": ("1G",),
        "archive-all": ("true",),
        "no-archive-compress": ("true",),
    }
    faults = {name: tuple(f"{{}}{name} = {value}\n" for value in values) for name, values in of.items()}
    faults["metrics-host"] += ("{}metrics = 127.0.0.1:0\nmetrics-host = no:name\n",)
    faults["tls-cert"] = (tls, tls.replace(f"tls-cert = {file}", f"tls-cert = {pipe}"), "{}tls-cert = /nowhere\n")
    faults["tls-client-ca"] += (tls + "tls-client-ca = /nowhere\n",)
    faults["archive-name"] += (archive + "archive-name = a/b\n",)
    faults["archive-rotate"] += (archive + "archive-rotate = soon\n",)
    faults["archive-keep"] += (archive + "archive-keep = 1\n",)
    faults["min-free"] += (archive + "min-free = some\n",)
    faults["activated"] = ("activated = true\n",)
    # A file to follow is waited for, and what cannot be taken of a backfill is told in its report, if it has a name.
    faults |= dict.fromkeys(("compact", "verbose", "no-wait"), ())
    return faults


def _Options(box: Sandbox) -> set[str]:
    """Those that a configuration may name."""
    text = subprocess.run([box.bin_dir / "pdns-ingest", "--help"], capture_output=True, text=True, check=True).stdout
    listed = set(re.findall(r"^  (?:-\w \[ )?--([a-z-]+)", text, re.MULTILINE))
    return listed - {"help", "version", "config", "check", "repair"}


def _Good(box: Sandbox) -> str:
    return (
        f"unix = {box.folder / 'dnstap.sock'}\ndatabase = {box.folder / 'db'}\nreport = json\nflush-interval = 0.2\n"
    )


def _Configuration(box: Sandbox) -> pathlib.Path:
    config = box.folder / "ingest.conf"
    config.write_text(_Good(box))
    return config


def _FreePort() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def EveryFault(box: Sandbox) -> None:
    """Whatever the next process would stumble over is said by this one, which goes on."""
    used = str(box.folder / "used.sock")
    config = _Configuration(box)

    def _With(text: str) -> str:
        """What is served, and that; an option that may be given once is given by the text."""
        of = {line.partition(" = ")[0] for line in text.splitlines()} & {"database", "report", "flush-interval"}
        kept = [line for line in _Good(box).splitlines(True) if line.partition(" = ")[0] not in of]
        return text.replace("{}", "".join(kept))

    with _Listening(used), _Listening(("127.0.0.1", 0)) as tcp:
        faults = _Faults(box, used, tcp.getsockname()[1])
        odd = set(faults) ^ _Options(box)
        Check(not odd, f"options without a word here, or gone: {odd}")
        ingester = Ingester(box, ["--config", str(config)], box.bin_dir / "pdns-ingest")
        talker = Talker(ingester.socket, "first")
        unfit = ["", "no-such-option = 1\n", "no line\n", "{}check = true\n"]
        twice, port = box.folder / "twice.sock", _FreePort()
        unfit += [f"{{}}unix = {twice}\nunix = {twice}\n", f"{{}}unix = {twice}\ncontrol = {twice}\n"]
        # Of what is listened on already, however it is written.
        link = box.folder / "link"
        link.symlink_to(box.folder)
        for held in (ingester.socket, f"{box.folder}/./dnstap.sock", link / "dnstap.sock"):
            unfit += [f"{{}}unix = {held}\n", f"{{}}control = {held}\n"]
        unfit += [f"{{}}listen = {port}\nmetrics = {port}\n", f"{{}}listen = {port}\nlisten = {port}\n"]
        unfit += [text for texts in faults.values() for text in texts]
        for n, text in enumerate(unfit, 1):
            config.write_text(_With(text))
            ingester.service.Signal(signal.SIGHUP)

            def _Refused(n: int = n) -> bool:
                Check(ingester.service.alive, f"it ended by {text!r}")
                Check(ingester.ended == 0, f"it was started anew with {text!r}")
                return ingester.log.read_text().count("no reload") == n

            WaitFor(_Refused, 90, "a refusal")
            talker.Say(2)
    AwaitStored(box, [talker])
    ingester.Stop()
    CheckOnce(box, talker.said)
    print(f"{len(unfit)} faults of {len(faults)} options refused")


def _Become(program: pathlib.Path, text: str) -> None:
    other = program.with_name("other")
    other.write_text(text)
    other.chmod(0o755)
    other.rename(program)


def TheProgramItself(box: Sandbox) -> None:
    """It is no program, it crashes, it says no, or it vanishes once it was asked."""
    program, config = box.folder / "pdns-ingest", _Configuration(box)
    shutil.copy(box.bin_dir / "pdns-ingest", program)
    ingester = Ingester(box, ["--config", str(config)], program)
    talker = Talker(ingester.socket, "first")
    for text, words in (
        ("#!/nowhere\n", "no reload, all goes on as before"),
        ("#!/bin/sh\nkill -SEGV $$\n", "ended by signal 11"),
        ("#!/bin/sh\necho a reason >&2; exit 64\n", "no reload, all goes on as before: a reason"),
        ('#!/bin/sh\nrm "$0"\n', "no reload, going on with the configuration as it was"),
        ("#!/bin/sh\necho another >&2; exit 64\n", "no reload, all goes on as before: another"),
    ):
        _Become(program, text)
        ingester.service.Signal(signal.SIGHUP)
        WaitFor(lambda words=words: words in ingester.log.read_text(), 90, f"the words: {words}")
        ingester.AwaitAnswer()
        talker.Say(10)
        AwaitStored(box, [talker])
    Check(ingester.ended == 1, f"{ingester.ended} reports")
    ingester.Stop()
    CheckOnce(box, talker.said)


def FailsAtTheStart(box: Sandbox) -> None:
    """What was right when it was looked at need not be when it is started: what was served is served on."""
    said = []
    faults = ("memory = little\n", "metrics = 192.0.2.1:9150\n", "unix = /nowhere/x\n", "watch = /nowhere\n")
    for n, fault in enumerate(faults):
        program, config = box.folder / "pdns-ingest", _Configuration(box)
        shutil.copy(box.bin_dir / "pdns-ingest", program)
        ingester = Ingester(box, ["--config", str(config)], program)
        talker = Talker(ingester.socket, f"first{n}")
        talker.Say(10)
        _Become(program, f'#!/bin/sh\n[ "$1" = --check ] || exec {box.bin_dir / "pdns-ingest"} "$@"\n')
        config.write_text(_Good(box) + fault)
        ended = ingester.ended
        ingester.service.Signal(signal.SIGHUP)
        words = "going on with the one before"
        inode = ingester.socket.stat().st_ino
        WaitFor(lambda n=n: ingester.log.read_text().count(words) == n + 1, 90, f"the words for {fault}")
        ingester.AwaitAnswer()
        Check(ingester.ended == ended + 1, f"{ingester.ended} reports")
        Check(ingester.socket.stat().st_ino == inode, "who waits to be accepted was cut off")
        talker.Say(10)
        other = Talker(ingester.socket, f"other{n}")
        other.Say(10)
        AwaitStored(box, [talker, other])
        said += talker.said + other.said
        config.write_text(_Good(box))
        ingester.Reload()
        ingester.Stop()
    CheckOnce(box, said)


def GoneMeanwhile(box: Sandbox) -> None:
    """What is served was moved away or damaged under the service: it says so and serves on; mended, it is reloaded."""
    database, folder = box.folder / "db", box.folder / "sockets"
    folder.mkdir()
    path = folder / "dnstap.sock"
    ingester = Ingester(box, ["-u", str(path), "-u", str(box.folder / "other.sock")])
    talker = Talker(path, "gone")
    aside = box.folder / "aside"

    def _Refused(words: str) -> None:
        before = ingester.log.read_text().count("no reload")
        ingester.service.Signal(signal.SIGHUP)
        WaitFor(lambda: ingester.log.read_text().count("no reload") > before, 90, "a refusal")
        last = ingester.log.read_text().splitlines()[-1]
        Check(words in last, f"{words} is not in: {last}")
        Check(ingester.service.alive and ingester.ended == 0, "it ended")
        talker.Say(5)
        WaitFor(lambda: talker.Unread() == 0, 90, "the frames to be read")

    for what, words in (
        (folder, f"socket {path}: cannot be made"),
        (database, "database"),
        (database / "CURRENT", "its file CURRENT is missing"),
        (next(database.glob("MANIFEST-*")), "database"),
    ):
        what.rename(aside)
        _Refused(words)
        aside.rename(what)
    path.unlink()
    with _Listening(str(path)):
        _Refused("a live process listens on it")
    path.unlink()
    ingester.Reload()  # it is made anew
    other = Talker(path, "again")
    other.Say(5)
    AwaitStored(box, [talker, other])
    ingester.Stop()
    CheckOnce(box, talker.said + other.said)


def BrokenConfiguration(box: Sandbox) -> None:
    """It is refused and all goes on; mended, it holds from then on."""
    config, second = box.folder / "ingest.conf", box.folder / "second.sock"
    good = f"unix = {box.folder / 'dnstap.sock'}\n"
    config.write_text(good)
    ingester = Ingester(box, ["--config", str(config)])
    talker = Talker(ingester.socket, "first")
    config.write_text(good + "memory = little\n")
    ingester.service.Signal(signal.SIGHUP)
    WaitFor(lambda: "no reload" in ingester.log.read_text(), 90, "a refusal")
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


def _Connected(address: tuple[str, int]) -> socket.socket:
    """A connection; the next process may still be on its way to listen."""
    made: list[socket.socket] = []

    def _Try() -> bool:
        try:
            made.append(socket.create_connection(address, 60))
        except ConnectionRefusedError:
            return False
        return True

    WaitFor(_Try, 60, "the metrics to be served")
    return made[0]


def _Health(address: tuple[str, int]) -> bytes:
    """What is said to one more who asks."""
    with _Connected(address) as peer:
        peer.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: peer.recv(4096), b""))


def AmidRequests(box: Sandbox) -> None:
    """The next process serves the metrics at the same address, whatever peers hold on to."""
    address = ("127.0.0.1", 9553)
    ingester = Ingester(box, ["-u", str(box.folder / "dnstap.sock"), "--metrics", "127.0.0.1:9553"])
    for n in range(3):
        peers = [_Connected(address) for _ in range(60)]
        for peer in peers[n::3]:
            peer.sendall(b"GET /metr" if n % 2 else b"GET /metrics HTTP/1.0\r\n\r\n")
        ingester.Reload()
        answer = _Health(address)
        Check(answer.endswith(b"ok\n"), f"/health: {answer!r}")
        for peer in peers:
            peer.close()
    ingester.Stop()


def Test(box: Sandbox) -> None:
    parts = (AmidFrames, AmidRequests, Storm, EndAmidReload, BrokenConfiguration, EveryFault, TheProgramItself)
    for part in (*parts, GoneMeanwhile, FailsAtTheStart, AmidBackfill):
        box.Part(part.__name__, part)


if __name__ == "__main__":
    sandbox.Main(Test, {})
