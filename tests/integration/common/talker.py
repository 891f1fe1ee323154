"""A sender of frames about fresh names, and a database that must hold each of them once."""

from __future__ import annotations

import array
import bz2
import fcntl
import pathlib
import termios
import time

from common import dnstap, framestream, pdns, wire
from common.framestream import CONTENT_TYPE, START, Control, Frame, Sender
from common.load import AddressOf
from common.sandbox import Check, Sandbox, WaitFor
from common.wire import Name

APEX = wire.ParseName("talk.test.")


def NameOf(talker: str, number: int) -> Name:
    return (b"%s-%06d" % (talker.encode(), number), *APEX)


def FrameOf(name: Name) -> bytes:
    return Frame(dnstap.Response(name, AddressOf(name), APEX, int(time.time())))


class Talker:
    """One connection. `name` goes into its names, and so must be its own."""

    def __init__(self, socket: pathlib.Path, name: str, shakes_hands: bool = True) -> None:
        """Without the handshake nothing is waited for: a reader need not run yet."""
        self._name = name
        self._sender = Sender(socket)
        if shakes_hands:
            Check(self._sender.Open(), "READY was not accepted")
        else:
            Check(self._sender.Send(Control(START, CONTENT_TYPE)), "START was not taken")
        self.said: list[Name] = []

    def Next(self, count: int) -> bytes:
        """Frames that are counted as said; to be sent by Send, in any pieces."""
        first = len(self.said)
        names = [NameOf(self._name, number) for number in range(first, first + count)]
        self.said += names
        return b"".join(FrameOf(name) for name in names)

    def Send(self, data: bytes) -> None:
        Check(self._sender.Send(data), f"the reader closed the connection of {self._name}")

    def Say(self, count: int) -> None:
        self.Send(self.Next(count))

    def Unread(self) -> int:
        """What of it the reader has not read yet, as the kernel counts; 0: all was read."""
        size = array.array("i", [0])
        fcntl.ioctl(self._sender.socket, termios.TIOCOUTQ, size)
        return size[0]

    def Finish(self) -> None:
        Check(self._sender.Finish(), f"STOP of {self._name} was not answered with FINISH")

    def Close(self) -> None:
        self._sender.Close()


def AwaitStored(sandbox: Sandbox, talkers: list[Talker]) -> None:
    names = {name for talker in talkers for name in talker.said}

    def _Complete() -> bool:
        return names <= {one.row.owner for one in pdns.Ask(sandbox, "*.talk.test")}

    WaitFor(_Complete, 90, f"{len(names)} names to reach the database")


def CheckCounts(sandbox: Sandbox, want: dict[Name, int]) -> None:
    """All of these names, each with its count, and nothing else."""
    have = {one.row.owner: one.count for one in pdns.Ask(sandbox, "*.")}
    lost = [name for name in want if name not in have]
    Check(not lost, f"{len(lost)} of {len(want)} lost, as {lost[:5]}")
    wrong = [(name, count, have[name]) for name, count in want.items() if have[name] != count]
    Check(not wrong, f"{len(wrong)} counts differ (name, sent, stored): {wrong[:5]}")
    Check(len(have) == len(want), f"{len(have)} names stored, {len(want)} sent")


def CheckOnce(sandbox: Sandbox, names: list[Name]) -> None:
    CheckCounts(sandbox, dict.fromkeys(names, 1))


def WriteCapture(path: pathlib.Path, names: list[Name], times: int) -> None:
    """A Frame Streams file with so many frames about each of these names; .bz2: slow to read."""
    body = b"".join(FrameOf(name) for name in names)
    parts = [Control(START, CONTENT_TYPE), body, Control(framestream.STOP)]
    if path.suffix == ".bz2":
        parts = [bz2.compress(part) for part in parts]
    path.write_bytes(parts[0] + parts[1] * times + parts[2])
