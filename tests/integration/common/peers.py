"""Senders of every bad kind on the socket, and good ones among them that must not lose a frame."""

from __future__ import annotations

import pathlib
import random
import struct
import threading
from typing import Any, Callable

from common import golden, pdns, sandbox
from common.framestream import (
    ACCEPT,
    CONTENT_TYPE,
    MAX_FRAME,
    READY,
    START,
    STOP,
    Control,
    Endpoint,
    Frame,
    Sender,
)
from common.sandbox import Check, WaitFor

OTHER_TYPE = b"protobuf:somebody.Else"


class Peers:
    """The senders' doings, and how often the whole capture has been handed over."""

    def __init__(self, endpoint: Endpoint, frames: list[bytes]) -> None:
        self._endpoint = endpoint
        self._frames = [Frame(frame) for frame in frames]
        self._held: list[Sender] = []  # stay connected to the end
        self._doomed: list[tuple[Sender, str]] = []  # the reader has to end these
        self._talker = self._Opened()
        self.captures = 0
        self.junk = 0  # frames that are no protobuf
        self.too_long = 0

    def _New(self) -> Sender:
        return Sender(self._endpoint)

    def _Opened(self) -> Sender:
        sender = self._New()
        Check(sender.Open(), "READY with the right content type was not accepted")
        return sender

    def _SendCapture(self, sender: Sender, step: int = 100) -> None:
        for at in range(0, len(self._frames), step):
            Check(sender.Send(b"".join(self._frames[at : at + step])), "the reader hung up")
        self.captures += 1

    def Good(self) -> None:
        sender = self._Opened()
        self._SendCapture(sender)
        Check(sender.Finish(), "STOP was not answered with FINISH")

    def GoodAtOnce(self) -> None:
        """All that can be sent without waiting in one write."""
        sender = self._Opened()
        Check(sender.Send(b"".join(self._frames) + Control(STOP)), "the reader hung up")
        self.captures += 1
        sender.Close()

    def Dribble(self) -> None:
        """A few frames byte by byte, the rest cut where no frame ends."""
        sender = self._Opened()
        data = b"".join(self._frames)
        for at in range(1500):
            sender.Send(data[at : at + 1])
        for at in range(1500, len(data), 4099):
            Check(sender.Send(data[at : at + 4099]), "the reader hung up")
        self.captures += 1
        sender.Finish()

    def Idle(self) -> None:
        """At every point of the handshake, and in the middle of things, for ever."""
        ready = Control(READY, CONTENT_TYPE)
        for start in (b"", b"", b"\0", ready[:11], ready):
            self._held.append(self._New())
            self._held[-1].Send(start)
        self._held.append(self._Opened())
        for start in (b"\0\0", self._frames[0][:30]):
            self._held.append(self._Opened())
            self._held[-1].Send(start)

    def ReadyTwice(self) -> None:
        """libfstrm starts again on the same connection when an ACCEPT did not suit it."""
        sender = self._New()
        for _ in range(2):
            sender.Send(Control(READY, CONTENT_TYPE))
            answer = sender.ReadControl()
            Check(answer is not None and answer[0] == ACCEPT, f"READY was answered with {answer}")
        sender.Send(Control(START, CONTENT_TYPE))
        self._SendCapture(sender)
        Check(sender.Finish(), "STOP after a second READY was not answered with FINISH")

    def Unidirectional(self) -> None:
        """START and no READY; nothing is read, and the end is a STOP or none."""
        for end in (Control(STOP), b""):
            sender = self._New()
            sender.Send(Control(START, CONTENT_TYPE))
            self._SendCapture(sender)
            sender.Send(end)
            sender.Close()

    def SeveralTypes(self) -> None:
        sender = self._New()
        sender.Send(Control(READY, OTHER_TYPE, CONTENT_TYPE))
        answer = sender.ReadControl()
        Check(answer is not None and answer[0] == ACCEPT, f"READY was answered with {answer}")
        sender.Send(Control(START, CONTENT_TYPE))
        self._SendCapture(sender)
        sender.Finish()

    def WrongType(self) -> None:
        """Refused in the handshake, however often; what follows is not taken."""
        for _ in range(20):
            sender = self._New()
            sender.Send(Control(READY, OTHER_TYPE))
            answer = sender.ReadControl()
            if answer is not None and answer[0] == ACCEPT:
                Check(OTHER_TYPE not in answer[1], "a foreign content type was accepted")
            sender.Send(Control(START, OTHER_TYPE) + self._frames[0] + Control(STOP))
            sender.Close()
        sender = self._New()
        sender.Send(Control(START, OTHER_TYPE) + b"".join(self._frames[:50]))
        self._doomed.append((sender, "after a START with a foreign content type"))

    def Garbage(self) -> None:
        rng = random.Random(7)
        ready, start = Control(READY, CONTENT_TYPE), Control(START, CONTENT_TYPE)
        field = struct.pack("!III", 0, 4 + 8 + 4, READY) + struct.pack("!II", 1, 4000) + b"prot"
        sizes = (0, 1, 3, 513, 1 << 31, 2**32 - 1)
        kinds = [
            rng.randbytes(5000),
            b"\0" * 5000,
            b"\xff" * 5000,
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(500),
            *(struct.pack("!II", 0, size) + b"\0" * 600 for size in sizes),
            struct.pack("!III", 0, 4, 99),  # no such control frame
            struct.pack("!III", 0, 12, READY) + struct.pack("!II", 7, 0),  # no such field
            field,  # a field longer than its frame
            ready + ready[:6],
            Control(READY),
            Control(READY, *[OTHER_TYPE] * 15),
            Control(STOP),
            Control(ACCEPT, CONTENT_TYPE),
            start + start,
            start + Control(STOP) + start,
            start + b"\0" * 1000,
        ]  # fmt: skip
        for data in kinds:
            sender = self._New()
            sender.Send(data)
            sender.Close()
            self._held.append(self._New())
            self._held[-1].Send(data)

    def DataFirst(self) -> None:
        """Frames without any handshake are not to be taken."""
        sender = self._New()
        sender.Send(b"".join(self._frames[:50]))
        self._doomed.append((sender, "after frames without a handshake"))

    def Junk(self) -> None:
        """Well framed, up to the limit, but not dnstap: counted, and the stream goes on."""
        sender = self._Opened()
        for payload in (b"\xff", b"junk" * 100, b"\0" * MAX_FRAME):
            Check(sender.Send(Frame(payload)), "the reader hung up on a frame that is no protobuf")
            self.junk += 1
        self._SendCapture(sender)
        Check(sender.Finish(), "no FINISH after junk")

    def TooLong(self) -> None:
        """Beyond the limit nothing can be trusted any more; what came before is kept."""
        for size in (MAX_FRAME + 1, 2**32 - 1):
            sender = self._Opened()
            self._SendCapture(sender)
            sender.Send(struct.pack("!I", size))
            sender.Send(b"".join(self._frames[:50]))
            self.too_long += 1
            self._doomed.append((sender, f"after a frame of {size} bytes"))

    def Vanish(self) -> None:
        """Gone in the middle of a length or of a frame, and right after STOP."""
        for cut in (1, 3, 4, 5, len(self._frames[0]) - 1):
            for leave in (Sender.Close, Sender.Reset):
                sender = self._Opened()
                self._SendCapture(sender)
                sender.Send(self._frames[0][:cut])
                leave(sender)
        for leave in (Sender.Close, Sender.Reset):
            sender = self._Opened()
            self._SendCapture(sender)
            sender.Send(Control(STOP))
            leave(sender)

    def Crowd(self) -> None:
        """Many at once, none of whom says a word; then all leave."""
        crowd = [self._New() for _ in range(200)]
        for sender in crowd:
            sender.Close()

    def CheckDoomed(self) -> None:
        """Ended, if not at once: a reader that closes at once is connected to again at once."""
        for sender, when in self._doomed:
            Check(sender.IsClosed(), f"the connection was not closed {when}")
            sender.Close()

    def KeepTalking(self, ending: threading.Event) -> None:
        """Junk without pause, also while the ingester wants to end."""
        while not ending.wait(0.001) and self._talker.Send(Frame(b"\xff") * 10):
            pass


def _Together(doings: list[Callable[[], None]]) -> None:
    """All at the same time; the first complaint of any is raised."""
    errors: list[BaseException] = []

    def _Guard(doing: Callable[[], None]) -> None:
        try:
            doing()
        except BaseException as error:  # raised again below
            errors.append(error)

    threads = [threading.Thread(target=_Guard, args=(doing,)) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def Run(
    box: sandbox.Sandbox,
    ingester: pdns.Ingester,
    endpoint: Endpoint,
    also: Callable[[], None] = lambda: None,
) -> None:
    """The whole story, and what a transport adds to it; at its end the ingester has stopped."""
    capture = golden.Read(pathlib.Path(box.args.capture))
    peers = Peers(endpoint, capture.frames)
    peers.WrongType()  # before so many are refused that the log only counts them
    Check("content type" in ingester.Messages().lower(), "no word about the foreign content type")
    also()
    peers.Idle()
    _Together([peers.Good, peers.Garbage, peers.WrongType, peers.DataFirst])
    _Together([peers.Good, peers.ReadyTwice, peers.Unidirectional, peers.SeveralTypes])
    _Together([peers.GoodAtOnce, peers.Junk, peers.TooLong, peers.Crowd])
    _Together([peers.Good, peers.Dribble, peers.Vanish])
    peers.CheckDoomed()
    ending = threading.Event()
    talker = threading.Thread(target=peers.KeepTalking, args=(ending,))

    def _AllIn() -> bool:
        total = sum(one.count for one in pdns.Ask(box, "*."))
        return total >= capture.counters["stored"] * peers.captures

    WaitFor(_AllIn, 90, f"{peers.captures} captures to be committed")
    talker.start()
    report = ingester.Stop()
    ending.set()
    talker.join()
    golden.Compare(
        capture, peers.captures, pdns.Ask(box, "*."), pdns.Ask(box, "*.", "--quarantined")
    )
    _CheckReport(report, capture, peers)
    print(f"{peers.captures} captures of {len(capture.frames)} frames among bad peers, all counted")


def _CheckReport(report: dict[str, Any], capture: golden.Golden, peers: Peers) -> None:
    for name in ("used", "stored", "refused.rcode", "refused.truncated"):
        kind, _, which = name.partition(".")
        have = report[kind].get(which, 0) if which else report[kind]
        want = capture.counters[name] * peers.captures
        Check(have == want, f"{name} is {have}, not {want}")
    Check(not report["skipped"], f"skipped: {report['skipped']}")
    malformed = report["malformed"]
    Check(malformed.get("protobuf", 0) >= peers.junk, f"{peers.junk} junk frames: {malformed}")
    Check(malformed.get("frame", 0) >= peers.too_long, f"{peers.too_long} too long: {malformed}")
