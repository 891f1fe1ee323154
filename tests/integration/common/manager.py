"""A small service manager: what systemd is to a service of Type=notify, played by the test.

It hears sd_notify(3), watches for READY=1 and WATCHDOG=1, keeps descriptors that the service
stores (FDSTORE=1 with SCM_RIGHTS) and hands them, with the sockets of a socket unit, to the next
process by LISTEN_FDS. Where systemd is lenient it is not: a service that stores a descriptor to be
watched for hang-ups would lose the connections of a resolver that went away meanwhile.
"""

from __future__ import annotations

import fcntl
import json
import os
import pathlib
import signal
import socket
import threading
import time
from typing import Any, Iterable

from common import pdns
from common.sandbox import Check, Failure, Sandbox, WaitFor

_FIRST = 3  # SD_LISTEN_FDS_START
_ABOVE = 300  # our copies stay above the places where the service finds them
_STORE_MAX = 128

# The shell becomes the service: only so LISTEN_PID can be known before it runs.
_AS_SERVICE = 'if [ -n "$LISTEN_FDS" ]; then export LISTEN_PID=$$; fi; exec "$@"'


class Service:
    """One process of the service, with exactly these descriptors and this environment."""

    def __init__(
        self,
        command: Iterable[str],
        log: pathlib.Path,
        out: pathlib.Path,
        environment: dict[str, str] | None = None,
        descriptors: Iterable[tuple[str, int]] = (),
    ) -> None:
        handed = list(descriptors)
        given = dict(os.environ) | (environment or {})
        if handed:
            given["LISTEN_FDS"] = str(len(handed))
            given["LISTEN_FDNAMES"] = ":".join(name for name, _ in handed)
        append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        actions: list[tuple[Any, ...]] = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(out), append, 0o644),
            (os.POSIX_SPAWN_OPEN, 2, str(log), append, 0o644),
        ]
        for place, (_, fd) in enumerate(handed, _FIRST):
            actions.append((os.POSIX_SPAWN_DUP2, fd, place))
        arguments = ["sh", "-c", _AS_SERVICE, "sh", *command]
        self.started = time.monotonic()
        self.pid = os.posix_spawn("/bin/sh", arguments, given, file_actions=actions)
        self.code: int | None = None

    @property
    def alive(self) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is None

    def Signal(self, number: int) -> None:
        Check(self.alive, f"the service had ended with {self.code}")
        os.kill(self.pid, number)

    def Wait(self, seconds: float = 60) -> int:
        """The exit code. A service that does not end in time is killed, and a failure."""
        deadline = time.monotonic() + seconds
        while self.alive:
            if time.monotonic() > deadline:
                self.Kill()
                raise Failure(f"the service did not end within {seconds:.0f} s")
            time.sleep(0.005)
        assert self.code is not None
        return self.code

    def Kill(self) -> None:
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
            self.Wait()


class Manager:
    """Starts `pdns-ingest` again and again, and keeps for it what it stores."""

    def __init__(
        self,
        sandbox: Sandbox,
        options: Iterable[str],
        name: str = "managed",
        sockets: Iterable[tuple[str, socket.socket]] = (),
        watchdog: float = 0,
    ) -> None:
        """`sockets`: of socket units, by the name of each. `watchdog`: in seconds; 0: none."""
        self.log = sandbox.folder / f"{name}.log"
        self.out = sandbox.folder / f"{name}.reports"
        self._command = Command(sandbox, options)
        self._sockets = [(unit, _Keep(one.fileno())) for unit, one in sockets]
        self._kept: list[tuple[str, int]] = []
        self._messages: list[dict[str, str]] = []
        self._complaints: list[str] = []
        self._lock = threading.Lock()
        path = sandbox.folder / f"{name}.notify"
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(path))
        self._environment = {"NOTIFY_SOCKET": str(path)}
        if watchdog:
            self._environment["WATCHDOG_USEC"] = str(int(watchdog * 1e6))
        self._thread = threading.Thread(target=self._Listen, daemon=True)
        self._thread.start()
        self.service: Service | None = None

    def _Listen(self) -> None:
        while True:
            data, fds, _, _ = socket.recv_fds(self._notify, 65536, 64)
            lines = data.decode("utf-8", "replace").splitlines()
            message = dict(line.partition("=")[::2] for line in lines)
            with self._lock:
                if "FDSTORE" in message:
                    self._Store(message, fds)
                    fds = []
                if "FDSTOREREMOVE" in message:
                    self._Remove(message.get("FDNAME", ""))
                self._messages.append(message)
            for fd in fds:  # of a barrier: to close it is the answer
                os.close(fd)

    def _Store(self, message: dict[str, str], fds: list[int]) -> None:
        name = message.get("FDNAME", "stored")
        if message.get("FDPOLL") != "0":
            self._complaints.append(f"{name} was stored to be watched for hang-ups")
        for fd in fds:
            if len(self._kept) < _STORE_MAX:
                self._kept.append((name, _Keep(fd)))
            else:
                self._complaints.append(f"no room to store {name}")
            os.close(fd)

    def _Remove(self, name: str) -> None:
        for _, fd in (one for one in self._kept if one[0] == name):
            os.close(fd)
        self._kept = [one for one in self._kept if one[0] != name]

    @property
    def stored(self) -> list[str]:
        """Names of the descriptors that are kept now."""
        with self._lock:
            return [name for name, _ in self._kept]

    def Said(self, assignment: str) -> int:
        """How often the service has said it, e.g. "READY=1"."""
        key, _, value = assignment.partition("=")
        with self._lock:
            return sum(message.get(key) == value for message in self._messages)

    def Await(self, assignment: str, times: int) -> None:
        def _Heard() -> bool:
            Check(self.service and self.service.alive, f"it ended before it said {assignment}")
            return self.Said(assignment) >= times

        WaitFor(_Heard, 90, f"the service to say {assignment}, {times} times in all")
        with self._lock:
            Check(not self._complaints, "; ".join(self._complaints))

    def Spawn(self) -> Service:
        """Starts a process with all that is kept for it; READY=1 is not waited for."""
        with self._lock:
            descriptors = [*self._sockets, *self._kept]
        self.service = Service(self._command, self.log, self.out, self._environment, descriptors)
        return self.service

    def Start(self) -> float:
        """Seconds until it said READY=1."""
        before = self.Said("READY=1")
        service = self.Spawn()
        while self.Said("READY=1") == before:  # closer than WaitFor polls
            Check(service.alive, f"the service ended at once with {service.code}")
            Check(time.monotonic() - service.started < 60, "no READY=1 within 60 s")
            time.sleep(0.001)
        seconds = time.monotonic() - service.started
        left = [name for name in self.stored if name.startswith("pdns-handed-")]
        Check(not left, f"ready, and the manager still holds {left}")
        return seconds

    def End(self, how: int = signal.SIGTERM, expect: int = 0) -> None:
        """Ends the process and keeps what it stored, as a restart does."""
        assert self.service is not None
        self.service.Signal(how)
        code = self.service.Wait()
        Check(code == expect, f"the service ended with {code}, not {expect}")

    def Restart(self) -> float:
        self.End()
        stored = self.stored
        Check("pdns-handed-state" in stored, f"a restart, and what was stored is {stored}")
        return self.Start()

    def Reload(self) -> None:
        """As systemctl reload: SIGHUP, and the same process is ready again."""
        assert self.service is not None
        begun, ready = self.Said("RELOADING=1"), self.Said("READY=1")
        self.service.Signal(signal.SIGHUP)
        self.Await("RELOADING=1", begun + 1)
        self.Await("READY=1", ready + 1)

    def Stop(self) -> list[dict[str, Any]]:
        """For good: what was stored is closed. The reports of all processes there were."""
        self.End()
        with self._lock:
            for _, fd in self._kept:
                os.close(fd)
            self._kept = []
        return Reports(self.out)


def _Keep(fd: int) -> int:
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _ABOVE)


def Command(
    sandbox: Sandbox, options: Iterable[str], database: pathlib.Path | None = None
) -> list[str]:
    """pdns-ingest, by default on the database of the run."""
    program, database = sandbox.bin_dir / "pdns-ingest", database or sandbox.folder / "db"
    return [str(program), "-d", str(database), "--report", "json", *options]


def RunToEnd(
    sandbox: Sandbox, name: str, options: Iterable[str], database: pathlib.Path | None = None
) -> dict[str, Any]:
    """The report of a run that ends by itself."""
    out = sandbox.folder / f"{name}.reports"
    service = Service(Command(sandbox, options, database), sandbox.folder / f"{name}.log", out)
    code = service.Wait()
    Check(code == 0, f"pdns-ingest {' '.join(options)} exited {code}")
    return Reports(out)[-1]


def Reports(path: pathlib.Path) -> list[dict[str, Any]]:
    """Of all processes that wrote there, re-execs included; each must add up."""
    reports = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for report in reports:
        pdns.CheckReport(report)
    return reports


def Status(sandbox: Sandbox) -> dict[str, float] | None:
    """The figures of the live ingester, by its control socket; None while it is away."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
        control.settimeout(60)
        try:
            control.connect(str(sandbox.folder / "db" / "control.sock"))
            control.sendall(b'{"op":"status"}\n')
            answer = control.makefile("rb").read()
        except OSError:
            return None
    return dict(json.loads(answer)) if answer else None


def Skipped(figures: dict[str, float] | None) -> dict[str, float]:
    """Frames that were skipped so far, by the name of the reason; empty while it is away."""
    counts: dict[str, float] = {}
    for name, value in (figures or {}).items():
        if name.startswith("pdns_frames_total{") and value > 0:
            outcome = name.partition('outcome="')[2].partition('"')[0]
            kind, _, reason = outcome.partition(".")
            if kind == "skipped":
                counts[reason] = counts.get(reason, 0) + value
    return counts


def FramesOf(figures: dict[str, float], source: str) -> float:
    """Frames of a source, whatever became of them: "files", or the name of a socket."""
    head = f'pdns_frames_total{{source="{source}",'
    return sum(value for name, value in figures.items() if name.startswith(head))
