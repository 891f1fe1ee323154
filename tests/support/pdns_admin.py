"""What the tests of pdns-admin share: runs of it, and captures of many small answers."""
from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path

from pdns_dnstap import response
from pdns_testing import BIN, stream

DONE, LOOK, INCOMPLETE, USAGE, NO_INPUT, DAMAGED, IO = 0, 1, 2, 64, 66, 70, 74


def admin(command: str, database: Path | str, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([BIN / "pdns-admin", command, "-d", database, *map(str, arguments)], capture_output=True, timeout=300)


def told(wanted: int, command: str, database: Path | str, *arguments: object) -> dict:
    """The report of a run that ends with that code."""
    run = admin(command, database, "--json", *arguments)
    assert run.returncode == wanted, (run.returncode, run.stderr)
    return json.loads(run.stdout)


def wire(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label) + b"\0"


def answer(name: str, seconds: int, address: int = 0xCD96968C, zone: str = "blah.org", sensor: bytes = b"") -> bytes:
    """The payload of a frame: `name` A `address`."""
    message = struct.pack("!6H", 1, 0x8400, 1, 1, 0, 0) + wire(name) + b"\0\1\0\1" + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + struct.pack("!I", address)
    return response(message, wire(zone), seconds, sensor)


def many(count: int, seconds: int, prefix: str = "n") -> bytes:
    """A capture of `count` tuples, each of a name of its own, seen a second after the one before."""
    return stream(answer(f"{prefix}{i:06}.blah.org", seconds + i, i) for i in range(count))
