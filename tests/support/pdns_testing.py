"""What the tests that drive the real binaries share: running them, Frame Streams files, expected rows."""
from __future__ import annotations

import errno
import json
import os
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

BIN = Path(os.environ.get("PDNS_BIN_DIR", "build/release/tools"))
DATA = Path(__file__).resolve().parent.parent / "data"
CAPTURES = [DATA / "bind-rr.dnstap", DATA / "unbound-rr.dnstap"]
CONTENT_TYPE = b"protobuf:dnstap.Dnstap"


def control(kind: int, content_type: bytes = b"") -> bytes:
    body = struct.pack(">I", kind)
    if content_type:
        body += struct.pack(">II", 1, len(content_type)) + content_type
    return struct.pack(">II", 0, len(body)) + body


START = control(2, CONTENT_TYPE)
STOP = control(3)


def frame(payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + payload


def stream(payloads: Iterable[bytes], stop: bool = True) -> bytes:
    return START + b"".join(frame(p) for p in payloads) + (STOP if stop else b"")


def payloads_of(path: Path) -> list[bytes]:
    data = path.read_bytes()
    payloads, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
        if length == 0:
            (length,) = struct.unpack_from(">I", data, at)
            at += 4 + length
        else:
            payloads.append(data[at:at + length])
            at += length
    return payloads


def compress(how: str, data: bytes) -> bytes:
    """`how`: gzip, bzip2, xz, zstd, pzstd or lz4, by the programs of those names."""
    return subprocess.run([how, "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def ingest(database: Path | str, *arguments: object, **options: object) -> subprocess.CompletedProcess:
    command = [BIN / "pdns-ingest", "-d", database, "--report", "json", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=300, **options)


def report(run: subprocess.CompletedProcess) -> dict:
    told = json.loads(run.stdout)
    parts = sum(sum(told[group].values()) for group in ("skipped", "malformed", "refused"))
    assert told["frames"] == told["used"] + parts, told
    return told


def query(database: Path | str, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([BIN / "pdns-query", "-d", database, *map(str, arguments)], capture_output=True, timeout=300)


def stats(database: Path | str) -> dict:
    """The database in numbers."""
    run = query(database, "--stats", "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def stats_counters(told: dict) -> dict[str, int]:
    """What became of frames and records, by the names of X.counters.txt."""
    counters = told["counters"]
    flat = {name: counters[name] for name in ("frames", "used", "stored")}
    for group in ("skipped", "malformed", "refused", "record", "quarantine"):
        flat |= {f"{group}.{name}": count for name, count in counters[group].items()}
    return flat


def dump(database: Path | str) -> bytes:
    """Everything a database holds, as pdns-query prints it."""
    trusted = query(database, "*.", "--json", "--wire")
    quarantined = query(database, "*.", "--json", "--wire", "--quarantined")
    assert trusted.returncode in (0, 1) and quarantined.returncode in (0, 1), trusted.stderr + quarantined.stderr
    return trusted.stdout + b"--\n" + quarantined.stdout


Rows = dict[tuple[str, str, str], tuple[int, int, int, str]]


def rows(lines: bytes) -> Rows:
    """(rrname, rrtype, rdata hex) -> (count, first, last, bailiwick) of JSON lines."""
    found: Rows = {}
    for line in lines.splitlines():
        row = json.loads(line)
        key = (row["rrname"], row["rrtype"], row["rdata_wire"])
        assert key not in found, f"twice in the answer: {key}"
        found[key] = (row["count"], row["time_first"], row["time_last"], row["bailiwick"])
    return found


def labels_of(name: str) -> list[str]:
    """The labels of a name in text form, escapes left as they are."""
    labels, label, escaped = [], "", False
    for character in name:
        if character == "." and not escaped:
            labels.append(label)
            label = ""
        else:
            label += character
        escaped = character == "\\" and not escaped
    return labels


def expected(kind: str, captures: Iterable[Path], times: int = 1) -> Rows:
    """The rows of X.tuples.tsv or X.quarantined.tsv of several captures, merged; `times` over."""
    merged: Rows = {}
    for capture in captures:
        for line in capture.with_suffix(f".{kind}.tsv").read_text().splitlines():
            rrname, rrtype, count, first, last, labels, rdata = line.split("\t")
            owner = [label for label in labels_of(rrname) if label]
            bailiwick = ".".join(owner[len(owner) - int(labels):]) + "."
            key = (rrname, rrtype, "" if rdata == "-" else rdata)
            new = (int(count) * times, int(first), int(last), bailiwick)
            old = merged.get(key, (0, new[1], new[2], ""))
            merged[key] = (old[0] + new[0], min(old[1], new[1]), max(old[2], new[2]), max(old[3], new[3], key=len))
    return merged


def expected_counters(capture: Path) -> dict[str, int]:
    lines = capture.with_suffix(".counters.txt").read_text().splitlines()
    return {name: int(count) for name, count in (line.rsplit(" ", 1) for line in lines)}


def wait_for(condition, seconds: float = 90.0) -> None:
    """Returns when `condition()` is true; fails when it stays false for long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def leave_room(disk: Path, size: int) -> None:
    """Fills a file system up to `size` bytes. A database alone need not fill one: how much it writes depends on how
    often it drains, and so on how busy the machine is."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        ballast.truncate(ballast.tell() - size)


# Less than the database writes (some 100 KB) when the captures come in a single drain.
LITTLE_ROOM = 64 << 10


def listening(path: Path) -> bool:
    """Whether connections are taken at the Unix socket `path`: its file stands there a moment before that."""
    accepts = 1 << 16  # __SO_ACCEPTCON
    sockets = (line.split(maxsplit=7) for line in Path("/proc/net/unix").read_text().splitlines()[1:])
    return any(len(words) == 8 and words[7] == str(path) and int(words[3], 16) & accepts for words in sockets)


class Ingester:
    """A running pdns-ingest, ended with the block."""

    def __init__(self, database: Path | str, *arguments: object, **options: object) -> None:
        command = [BIN / "pdns-ingest", "-d", database, "--report", "json", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, **{**pipes, **options})

    def __enter__(self) -> "Ingester":
        return self

    def stop(self, signal_number: int = signal.SIGTERM) -> tuple[int, bytes, bytes]:
        self.process.send_signal(signal_number)
        self.process.wait(timeout=300)  # before its standard input is closed, which would be an end as well
        out, err = self.process.communicate(timeout=300)
        return self.process.returncode, out, err

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def scratch() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="pdns-test-")
