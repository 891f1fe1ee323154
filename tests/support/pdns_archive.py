"""What the tests of the live archive share: numbered frames, a sender of them, the archive's content."""
from __future__ import annotations

import json
import random
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from pdns_testing import CAPTURES, CONTENT_TYPE, START, STOP, control, frame, payloads_of

READY = control(4, CONTENT_TYPE)
_EXTRA = b"\x1a\x08"  # Dnstap.extra, eight bytes
_TYPE, _MESSAGE, _CLIENT_RESPONSE = 1, 14, 6


def numbered(payload: bytes, number: int) -> bytes:
    """The payload made the only one of its kind, as the nanoseconds of real frames make it."""
    return payload + _EXTRA + struct.pack(">Q", number)


def number_of(payload: bytes) -> int:
    assert payload[-10:-8] == _EXTRA, "not a numbered frame"
    return int.from_bytes(payload[-8:], "big")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def _field(data: bytes, begin: int, wanted: int) -> int:
    """Where the value of a protobuf field begins, its length not counted in."""
    at = begin
    while True:
        key, at = _varint(data, at)
        length, after = _varint(data, at)
        if key >> 3 == wanted:
            return after if key & 7 == 2 else at
        wire = key & 7
        at = {0: after, 1: at + 8, 2: after + length, 5: at + 4}[wire]


def as_client_response(payload: bytes) -> bytes:
    at = _field(payload, _field(payload, 0, _MESSAGE), _TYPE)
    return payload[:at] + bytes([_CLIENT_RESPONSE]) + payload[at + 1:]


def whole_frames(data: bytes) -> list[bytes]:
    """The data frames of a stream that may be cut off anywhere."""
    frames, at = [], 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
        if length == 0:
            if at + 4 > len(data):
                break
            at += 4 + struct.unpack_from(">I", data, at)[0]
        elif at + length > len(data):
            break
        else:
            frames.append(data[at:at + length])
            at += length
    return frames


def archived(folder: Path, name: str = "pdns") -> dict[str, list[bytes]]:
    """The frames of an archive by file; the two forms of one file must be the same."""
    found: dict[str, list[bytes]] = {}
    for path in sorted(folder.glob(f"{name}-*")):
        data = path.read_bytes()
        if path.suffix == ".zst":
            data = subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=True).stdout
        frames = whole_frames(data)
        stem = path.name.removesuffix(".zst")
        assert found.setdefault(stem, frames) == frames, f"{stem} and its compressed form differ"
    return found


def status(database: Path) -> dict[str, float]:
    """The figures of the live ingester that owns the database."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(database / "control.sock"))
        client.sendall(b'{"op":"status"}\n')
        with client.makefile("rb") as answer:
            return json.loads(answer.readline())


def frames_of_captures() -> list[bytes]:
    return [p for capture in CAPTURES for p in payloads_of(capture)]


class Feeder:
    """Sends numbered frames to a socket until it is stopped, whatever becomes of the reader.

    Connections end now and then, with STOP, without, or in the middle of a frame. No frame is sent
    twice; `begun` counts those of which any byte may have gone out.
    """

    def __init__(self, path: Path, make: Callable[[int], bytes], seed: int, per_second: float) -> None:
        self.begun = 0
        self.connections = 0
        self._path, self._make, self._chance = path, make, random.Random(seed)
        self._pause = 0.005
        self._at_once = max(1, int(per_second * self._pause))
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                with socket.socket(socket.AF_UNIX) as peer:
                    peer.settimeout(30)
                    peer.connect(str(self._path))
                    self.connections += 1
                    self._talk(peer)
            except OSError:  # killed, or not there yet
                time.sleep(0.005)

    def _talk(self, peer: socket.socket) -> None:
        both_ways = self._chance.random() < 0.7
        if both_ways:
            peer.sendall(READY)
            if not peer.recv(4096):
                return
        peer.sendall(START)
        while not self._ending.is_set() and self._chance.random() > 0.005:
            block = [frame(self._make(self.begun + i)) for i in range(self._chance.randint(1, 2 * self._at_once))]
            self.begun += len(block)
            peer.sendall(b"".join(block))
            time.sleep(self._pause)
        end = self._chance.choice([STOP, STOP, b"", frame(self._make(self.begun))[:-3]])
        self.begun += 1  # the number of the frame that may have been cut
        peer.sendall(end)
        if end == STOP and both_ways:
            peer.recv(4096)
