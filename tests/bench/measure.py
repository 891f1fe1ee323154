"""Runs a program and says what it cost."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class Failed(Exception):
    """A program that is measured ended badly; the message holds what it said."""


@dataclass(frozen=True)
class Cost:
    cpu: float  # seconds, user and system, all threads and children that were waited for
    wall: float  # seconds
    rss: int  # peak, bytes; below some 20 MB it may be this interpreter's
    out: str = ""


class Running:
    """A program under measure; its output goes to files, so that it never waits for a reader."""

    def __init__(self, command: Sequence[str | Path], scratch: Path, keep_output: bool = True):
        self.command = [str(word) for word in command]
        self._out = scratch / "stdout"
        self._err = scratch / "stderr"
        with (self._out if keep_output else Path(os.devnull)).open("wb") as out:
            with self._err.open("wb") as err:
                self.started = time.monotonic()
                self.process = subprocess.Popen(
                    self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err
                )
        self._keep = keep_output

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)  # Popen's would take the exit status away from wait()

    def process_ended(self) -> bool:
        """Has it ended? Leaves its exit status to wait()."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, options) is not None

    def wait(self, good: Sequence[int] = (0,)) -> Cost:
        _, status, usage = os.wait4(self.process.pid, 0)
        wall = time.monotonic() - self.started
        code = os.waitstatus_to_exitcode(status)
        self.process.returncode = code  # waited for: Popen must not do it again
        if code not in good:
            said = self._err.read_text(errors="replace")[-2000:]
            raise Failed(f"{' '.join(self.command)}: exit {code}\n{said}")
        out = self._out.read_text(errors="replace") if self._keep else ""
        return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024, out)


def run(command: Sequence[str | Path], scratch: Path, keep_output: bool = True) -> Cost:
    return Running(command, scratch, keep_output).wait()


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def median_cost(costs: Sequence[Cost]) -> Cost:
    """Each figure's own median; the output of the last run."""
    return Cost(
        median([cost.cpu for cost in costs]),
        median([cost.wall for cost in costs]),
        int(median([cost.rss for cost in costs])),
        costs[-1].out,
    )


def disk_usage(path: Path) -> int:
    """Bytes on disk, as du counts them: of a file, or of all files below a directory."""
    if path.is_file():
        return path.stat().st_blocks * 512
    return sum(file.stat().st_blocks * 512 for file in path.rglob("*") if file.is_file())


def machine() -> dict[str, str]:
    """What it ran on, for the reader of the table."""
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": cpu,
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory / 2**30:.0f} GiB",
        "kernel": f"{os.uname().sysname} {os.uname().release}",
        "load": f"{os.getloadavg()[0]:.1f} at the end",
    }
