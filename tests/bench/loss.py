#!/usr/bin/env python3
"""What is lost when the ingester goes away, comes back, or waits for its disk: with real resolvers.

  loss.py --bin-dir BUILD/tools [--resolvers bind,unbound,recursor]

Fresh names at a steady rate through a resolver; a name is served when the resolver had its answer,
lost when it is not in the database at the end. Prints a Markdown table. What libfstrm throws away
while nobody listens is the resolver's affair; reload, restart and slow disk have to show 0.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time
from typing import Callable

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from common import authority, manager, miniserver, resolvers, restart, sandbox  # noqa: E402
from common import scenario  # noqa: E402
from common.load import Load, LoadZone  # noqa: E402
from common.manager import Manager, Service  # noqa: E402
from common.sandbox import Check, Sandbox, WaitFor  # noqa: E402
from world import build  # noqa: E402

RATE, FAST = 200, 1500
TIMES = 4  # reloads and restarts in a case
AWAY = 8.0  # seconds that the disk hangs
ABSENT = 5.0
DEFAULT_FLUSH = 10.0
SETTLE = 10.0  # seconds at most for the last answers to arrive
STARTS = 10  # for the time to READY=1
SLOW_DISK = pathlib.Path(__file__).with_name("slow_disk.c")

Results = dict[str, dict[str, str]]  # of a case, by resolver


class Bench:
    """One resolver through all cases, on one database."""

    def __init__(self, box: Sandbox, name: str, results: Results) -> None:
        self._box = box
        self._name = name
        self._results = results
        self._next = 0
        authority.Start(box)
        self._server = miniserver.MiniServer({build.LOAD_ADDRESS: LoadZone().Handler()})
        self._resolver = resolvers.START[name](box, box.folder / "dnstap.sock")
        self._resolver.AwaitAnswer()
        self._stub = self._resolver.Stub()

    def Run(self) -> None:
        for case in (
            self._Absent,
            self._Reload,
            self._Restart,
            self._Plain,
            self._Kill,
            self._SlowDisk,
            self._Ready,
        ):
            case()
        self._server.Stop()
        Check(not self._server.errors, f"the counting server broke: {self._server.errors}")

    def _Options(self, flush: float = 1) -> list[str]:
        socket = str(self._box.folder / "dnstap.sock")
        return ["-u", socket, "--flush-interval", str(flush)]

    def _Start(
        self, *options: str, flush: float = 1, environment: dict[str, str] | None = None
    ) -> Service:
        command = manager.Command(self._box, [*self._Options(flush), *options])
        log, out = self._box.folder / "ingest.log", self._box.folder / "ingest.reports"
        service = Service(command, log, out, environment)

        def _IsUp() -> bool:
            Check(service.alive, f"pdns-ingest ended with {service.code}: {log.read_text()[-500:]}")
            return manager.Status(self._box) is not None

        WaitFor(_IsUp, 30, "pdns-ingest to answer")
        return service

    def _End(self, service: Service) -> None:
        service.Signal(signal.SIGTERM)
        code = service.Wait()
        Check(code == 0, f"pdns-ingest exited {code}")

    def _Load(self, rate: float) -> Load:
        return Load(self._stub, rate, self._next)

    def _Whole(self) -> tuple[Load, int]:
        """A load, and from which number on all of it arrives."""
        scenario.WarmUp(self._box, self._stub, f"warm{self._next}.load.net.")
        load = self._Load(RATE)
        return load, restart.AwaitWhole(self._box, load, self._next)

    def _StopLoad(self, load: Load) -> None:
        """Returns when the last of it is in the database, or should be: resolvers send late."""
        load.Stop()
        self._next = load.asked
        last = {n for n in load.answered if n >= load.asked - RATE}
        deadline = time.monotonic() + SETTLE
        while time.monotonic() < deadline and not last <= restart.Stored(self._box):
            time.sleep(0.2)

    def _Count(self, case: str, load: Load, start: int) -> None:
        answered = {n for n in load.answered if n >= start}
        lost = len(answered - restart.Stored(self._box))
        self._results.setdefault(case, {})[self._name] = f"{lost} of {len(answered)}"
        print(f"{self._name}: {case}: {lost} of {len(answered)}", file=sys.stderr, flush=True)

    def _Absent(self) -> None:
        load = self._Load(RATE)
        time.sleep(ABSENT)
        service = self._Start()
        restart.AwaitWhole(self._box, load, load.asked)
        self._StopLoad(load)
        self._End(service)
        self._Count(f"no reader for the first {ABSENT:.0f} s", load, 0)

    def _Reload(self) -> None:
        service = self._Start()
        load, start = self._Whole()
        for _ in range(TIMES):
            service.Signal(signal.SIGHUP)
            time.sleep(1.5)
        self._StopLoad(load)
        self._End(service)
        done = len((self._box.folder / "ingest.reports").read_text().splitlines())
        Check(done >= TIMES, f"{done} of {TIMES} reloads were done")
        self._Count(f"{TIMES} reloads (SIGHUP)", load, start)

    def _Restart(self) -> None:
        service = Manager(self._box, self._Options())
        service.Start()
        load, start = self._Whole()
        for _ in range(TIMES):
            service.Restart()
            time.sleep(1.5)
        self._StopLoad(load)
        service.Stop()
        self._Count(f"{TIMES} restarts by the manager", load, start)

    def _Interrupt(self, how: int, *options: str, flush: float = 1) -> tuple[Load, int]:
        """Ended so, and started again at once."""
        service = self._Start(*options, flush=flush)
        load, start = self._Whole()
        time.sleep(flush / 2)  # the last commit was a moment ago
        service.Signal(how)
        service.Wait()
        service = self._Start(*options, flush=flush)
        restart.AwaitWhole(self._box, load, load.asked)
        self._StopLoad(load)
        self._End(service)
        return load, start

    def _Plain(self) -> None:
        load, start = self._Interrupt(signal.SIGTERM)
        self._Count("SIGTERM and start, no manager", load, start)

    def _Kill(self) -> None:
        archive = str(self._box.folder / "archive")
        options = ["--archive", archive, "--min-free", "0"]
        load, start = self._Interrupt(signal.SIGKILL, *options, flush=DEFAULT_FLUSH)
        self._Count("kill -9 and start", load, start)
        manager.RunToEnd(self._box, "replay", [archive])
        self._Count("the same, archive replayed", load, start)

    def _SlowDisk(self) -> None:
        flag, library = self._box.folder / "slow", self._box.folder / "slow_disk.so"
        compile_ = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SLOW_DISK), "-ldl"]
        subprocess.run(compile_, check=True)
        slow = {"LD_PRELOAD": str(library), "PDNS_SLOW_DISK": str(flag)}
        service = self._Start(environment=slow)
        load, _ = self._Whole()
        self._StopLoad(load)
        load, begun = self._Load(FAST), time.monotonic()
        time.sleep(3)
        before = _Memory(service.pid, "VmRSS")
        flag.touch()
        time.sleep(AWAY)
        figures = manager.Status(self._box) or {}
        waiting, drains = figures["pdns_drains_waiting"], figures["pdns_drains_total"]
        Check(waiting > 0, f"the disk hangs, and no drain waits: {waiting}, {drains} done")
        flag.unlink()
        time.sleep(3)
        rate = load.asked - load.first
        seconds = time.monotonic() - begun
        self._StopLoad(load)
        peak = _Memory(service.pid, "VmHWM")
        self._End(service)
        self._Count(f"disk hangs for {AWAY:.0f} s, {FAST}/s", load, load.first)
        self._Note("asked a second meanwhile", f"{rate / seconds:.0f}")
        self._Note("RSS before and peak, MiB", f"{before >> 10}, {peak >> 10}")

    def _Ready(self) -> None:
        """On the database as it is by now, a resolver connecting whenever it likes."""
        service = Manager(self._box, self._Options(), name="ready")
        seconds = []
        for _ in range(STARTS):
            seconds.append(service.Start())
            service.Stop()
        text = f"{statistics.median(seconds):.3f}, {max(seconds):.3f}"
        self._Note("exec to READY=1, median and most, s", text)

    def _Note(self, what: str, text: str) -> None:
        self._results.setdefault(what, {})[self._name] = text


def _Memory(pid: int, field: str) -> int:
    """In KiB."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise sandbox.Failure(f"no {field} of {pid}")


def _Table(results: Results, names: list[str]) -> str:
    lines = ["| lost of served | " + " | ".join(names) + " |", "|--" * (len(names) + 1) + "|"]
    for case, cells in results.items():
        lines.append(f"| {case} | " + " | ".join(cells.get(name, "") for name in names) + " |")
    return "\n".join(lines)


def _Names() -> list[str]:
    """Of the resolvers to run, from the command line, before it is parsed for good."""
    parser = argparse.ArgumentParser(add_help=False)
    _AddOptions(parser)
    return str(parser.parse_known_args()[0].resolvers).split(",")


def _AddOptions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--resolvers", default=",".join(resolvers.START), help="which of them")


def Test(box: Sandbox) -> None:
    results: Results = {}
    names = _Names()
    for name in names:
        run: Callable[[Sandbox], None] = lambda part: Bench(part, name, results).Run()
        box.Part(name, run)
    load = os.getloadavg()[0]
    print(_Table(results, names))
    print(f"{RATE} names a second unless said; {os.cpu_count()} cores, load average {load:.1f}")


if __name__ == "__main__":
    needs = dict(authority.NEEDS)
    for one in _Names():
        needs.update(resolvers.NEEDS[one])
    sandbox.Main(Test, needs | {"cc": "gcc"}, _AddOptions)
