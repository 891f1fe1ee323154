"""A steady stream of fresh names through a resolver, and a zone that counts what it served."""

from __future__ import annotations

import struct
import threading
import time
import zlib

from common import client, miniserver, wire
from common.wire import FLAG_AA, FLAG_QR, FLAG_RD, Name, Question, RecordWire
from world.model import Row

A, NS, SOA = (wire.TYPES[t] for t in ("A", "NS", "SOA"))
APEX = wire.ParseName("load.net.")
_SERVER = (b"ns", *APEX)


def AddressOf(name: Name) -> bytes:
    """Each name has its own address, so that a row's rdata can be held against its owner."""
    return struct.pack("!I", zlib.crc32(wire.NameWire(wire.Lower(name))))


def ExpectedRow(name: Name) -> Row:
    return Row(name, A, AddressOf(name), APEX)


def Numbered(number: int) -> Name:
    return (b"q%06d" % number, *APEX)


class LoadZone:
    """load.net.: every name below it has an A. Counts how often each was sent out."""

    def __init__(self) -> None:
        self.served: dict[Name, int] = {}

    def Handler(self) -> miniserver.Handler:
        return lambda query, tcp: [self._Answer(query)]

    def _Answer(self, query: bytes) -> bytes:
        asked = wire.ReadQuestion(query)
        name = wire.Lower(asked.name)
        soa = wire.NameWire(APEX) * 2 + struct.pack("!5I", 1, 3600, 600, 86400, 300)
        answer, authority = [], []
        if asked.rrtype == A and name != APEX:
            answer = [RecordWire(name, A, AddressOf(name))]
            self.served[name] = self.served.get(name, 0) + 1
        elif (name, asked.rrtype) == (APEX, NS):
            answer = [RecordWire(APEX, NS, wire.NameWire(_SERVER))]
        elif (name, asked.rrtype) == (APEX, SOA):
            answer = [RecordWire(APEX, SOA, soa)]
        else:
            authority = [RecordWire(APEX, SOA, soa)]
        flags = FLAG_QR | FLAG_AA | wire.ReadHeader(query).flags & FLAG_RD
        question = query[12 : 12 + len(wire.QuestionWire(asked))]
        head = struct.pack("!5H", flags, 1, len(answer), len(authority), 0)
        return query[:2] + head + question + b"".join(answer + authority)


class Load:
    """Asks q000000.load.net, q000001.load.net, ... at a steady rate, in a thread, until Stop()."""

    def __init__(self, stub: client.Stub, per_second: float, first: int = 0) -> None:
        self._stub = stub
        self._pace = 1 / per_second
        self._ending = threading.Event()
        self.first = first
        self.asked = first  # numbers from `first` to below it have been asked
        self.answered: set[int] = set()
        self._thread = threading.Thread(target=self._Run, daemon=True)
        self._thread.start()

    def _Run(self) -> None:
        due = time.monotonic()
        while not self._ending.is_set():
            while due <= time.monotonic():
                self._stub.Send(Question(Numbered(self.asked), A))
                self.asked += 1
                due += self._pace
            self._Collect(max(0.0, min(0.05, due - time.monotonic())))
        deadline = time.monotonic() + 3
        while len(self.answered) < self.asked - self.first and time.monotonic() < deadline:
            self._Collect(0.1)

    def _Collect(self, seconds: float) -> None:
        self._stub.Receive(seconds)
        for question, rcode in self._stub.rcodes.items():
            if rcode == wire.NOERROR and question.name[0][1:].isdigit():
                self.answered.add(int(question.name[0][1:]))
        self._stub.rcodes.clear()

    def Stop(self) -> None:
        self._ending.set()
        self._thread.join()
