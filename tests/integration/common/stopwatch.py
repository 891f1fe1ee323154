"""How long a program kept somebody waiting, on a machine that may have other work.

The kernel counts for each thread how long it was ready to run and had no processor (run delay: the second number of
/proc/PID/task/TID/schedstat, nanoseconds). That is the machine's doing, and is taken off the time that passed. What a
program sleeps, waits for or computes is its own, and stays.
"""

from __future__ import annotations

import contextlib
import pathlib
import time

_OWN = pathlib.Path("/proc/thread-self/schedstat")


def _Delay(schedstat: pathlib.Path) -> float:
    return int(schedstat.read_text().split()[1]) / 1e9


class Stopwatch:
    """From its making on. `process` is the one that answers, as sandbox.Proc gives it: judged by its first thread, or
    with `any_thread` by whichever of its threads had no processor for the longest, as where a library has threads of
    its own. The thread that asks is taken off as well."""

    def __init__(self, process: pathlib.Path, any_thread: bool = False) -> None:
        self._tasks, self._first = process / "task", process / "task" / process.name
        self._any_thread = any_thread
        self._before = self._Delays()
        self._own_before = _Delay(_OWN)
        self._began = time.monotonic()

    def _Delays(self) -> dict[pathlib.Path, float]:
        delays = {}
        for thread in self._tasks.iterdir() if self._any_thread else [self._first]:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
                delays[thread] = _Delay(thread / "schedstat")
        return delays

    def Waited(self) -> float:
        """Seconds that passed, less those in which the two had no processor."""
        passed = time.monotonic() - self._began
        now = self._Delays()
        theirs = max(now[thread] - self._before.get(thread, 0) for thread in now)
        return max(0, passed - theirs - (_Delay(_OWN) - self._own_before))
