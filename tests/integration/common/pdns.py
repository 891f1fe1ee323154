"""The programs under test, used as people use them."""

from __future__ import annotations

import json
import pathlib
import socket
import subprocess
from dataclasses import dataclass
from typing import Any, Iterable

from common import wire
from common.sandbox import Check, Failure, Sandbox, WaitFor
from world.model import Row


@dataclass(frozen=True)
class Seen:
    """A row of pdns-query: the tuple, and what was observed of it."""

    row: Row
    count: int
    first: int
    last: int
    rdata_text: str
    reasons: frozenset[str]  # why it is in the quarantine; of a trusted row none


class Ingester:
    """`pdns-ingest -u SOCKET -d DATABASE`, from its start to its report."""

    def __init__(
        self,
        sandbox: Sandbox,
        name: str = "ingest",
        options: Iterable[str] = (),
        descriptors: int | None = None,
    ) -> None:
        """`descriptors` limits how many files and connections it may have open."""
        self.socket = sandbox.folder / "dnstap.sock"
        self.database = sandbox.folder / "db"
        self._log = sandbox.folder / f"{name}.log"
        limit = ["prlimit", f"--nofile={descriptors}"] if descriptors else []
        command = [
            str(sandbox.bin_dir / "pdns-ingest"), "-d", str(self.database), "-u", str(self.socket),
            "--flush-interval", "0.2", "--report", "json", *options,
        ]  # fmt: skip
        with self._log.open("wb") as errors:
            self.popen = subprocess.Popen(
                [*limit, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            )
        WaitFor(self._Listens, 90, "pdns-ingest to listen")

    def _Listens(self) -> bool:
        Check(self.popen.poll() is None, f"pdns-ingest ended at once with {self.popen.returncode}")
        for path in (self.socket, self.database / "control.sock"):  # the latter is made when the database is open
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                try:
                    probe.connect(str(path))
                except OSError:
                    return False
        return True

    def Stop(self, expect: int = 0) -> dict[str, Any]:
        """SIGTERM; the exit code must be 0 and standard output one report that adds up."""
        Check(self.popen.poll() is None, f"pdns-ingest had ended with {self.popen.returncode}")
        self.popen.terminate()
        try:
            out, _ = self.popen.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.Kill()
            raise Failure("pdns-ingest did not end within 60 s of SIGTERM") from None
        Check(
            self.popen.returncode == expect,
            f"pdns-ingest exited {self.popen.returncode} after SIGTERM, not {expect}",
        )
        report = json.loads(out)
        CheckReport(report)
        return dict(report)

    def Kill(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.communicate()

    def Messages(self) -> str:
        """What it said on standard error."""
        return self._log.read_text("utf-8", "replace")


def CheckReport(report: dict[str, Any]) -> None:
    """Every frame is used or counted under exactly one other name, in total and by source."""
    others = sum(sum(report[kind].values()) for kind in ("skipped", "malformed", "refused"))
    Check(
        report["frames"] == report["used"] + others, f"frames do not add up: {json.dumps(report)}"
    )
    by_source = sum(source["frames"] for source in report["sources"])
    Check(by_source == report["frames"], f"sources do not add up: {json.dumps(report)}")


def Ask(sandbox: Sandbox, *arguments: str, database: pathlib.Path | None = None) -> list[Seen]:
    """Rows of pdns-query; none if it found nothing. By default of the database of the run."""
    command = [
        str(sandbox.bin_dir / "pdns-query"),
        "-d",
        str(database or sandbox.folder / "db"),
        "-j",
        "--wire",
    ]
    done = subprocess.run([*command, *arguments], capture_output=True, check=False, timeout=60)
    out, errors = done.stdout, done.stderr.decode("utf-8", "replace").strip()
    Check(done.returncode in (0, 1), f"pdns-query {arguments} exited {done.returncode}: {errors}")
    Check(all(b == 10 or 32 <= b < 127 for b in out), f"pdns-query {arguments}: not plain text")
    rows = [_Seen(json.loads(line)) for line in out.decode("ascii").splitlines()]
    Check(bool(rows) == (done.returncode == 0), f"{len(rows)} rows and exit {done.returncode}")
    return rows


def _Seen(row: dict[str, Any]) -> Seen:
    rrname, bailiwick = wire.ParseName(row["rrname"]), wire.ParseName(row["bailiwick"])
    Check(row["rrname"].endswith("."), f"rrname without a trailing dot: {row}")
    Check(wire.Lower(rrname) == rrname, f"rrname not in lower case: {row}")
    Check(0 < row["time_first"] <= row["time_last"] and row["count"] >= 1, f"odd numbers: {row}")
    tuple_ = Row(
        rrname, wire.TypeNumber(row["rrtype"]), bytes.fromhex(row["rdata_wire"]), bailiwick
    )
    reasons = frozenset(row["reason"].split(",")) if "reason" in row else frozenset()
    return Seen(tuple_, row["count"], row["time_first"], row["time_last"], row["rdata"], reasons)


def Index(seen: list[Seen]) -> dict[Row, Seen]:
    """By tuple; a tuple that stands twice is a failure."""
    index = {one.row: one for one in seen}
    Check(len(index) == len(seen), "the same tuple stands in two rows")
    return index
