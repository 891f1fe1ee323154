"""A stub resolver: asks one resolver many questions, a window of them at a time."""

from __future__ import annotations

import collections
import select
import socket
import time
from typing import Iterable

from common import wire
from common.wire import Question


def Exchange(server: str, port: int, question: Question, seconds: float) -> bytes | None:
    """One question over UDP; None if nothing came back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(seconds)
        try:
            udp.connect((server, port))
            udp.send(wire.Query(4711, question))
            return udp.recv(65535)
        except OSError:
            return None


class Stub:
    """Sends questions and collects rcodes. Not for many threads."""

    def __init__(self, server: str, port: int) -> None:
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.connect((server, port))
        self._udp.setblocking(False)
        self._ident = 0
        self._open: dict[int, Question] = {}
        self.rcodes: dict[Question, int] = {}

    def Send(self, question: Question) -> None:
        self._ident = self._ident % 65535 + 1
        self._open[self._ident] = question
        try:
            self._udp.send(wire.Query(self._ident, question))
        except OSError:  # not listening yet, or the buffer is full: as good as lost on the way
            pass

    def Receive(self, seconds: float) -> None:
        """Takes what has come, waiting for the first answer at most so long."""
        while select.select([self._udp], [], [], seconds)[0]:
            seconds = 0
            try:
                answer = self._udp.recv(65535)
            except OSError:
                continue
            header = wire.ReadHeader(answer)
            question = self._open.pop(header.ident, None)
            if question is not None:
                self.rcodes[question] = header.rcode

    def AskAll(self, questions: Iterable[Question], window: int = 16, seconds: float = 90) -> None:
        """Asks until each has an answer, again after 5 s without; gives up after `seconds`."""
        waiting = collections.deque(dict.fromkeys(questions))
        sent: dict[Question, float] = {}
        deadline = time.monotonic() + seconds
        while (waiting or sent) and time.monotonic() < deadline:
            while waiting and len(sent) < window:
                question = waiting.popleft()
                sent[question] = time.monotonic()
                self.Send(question)
            self.Receive(0.05)
            for question in [q for q in sent if q in self.rcodes]:
                del sent[question]
            late = time.monotonic() - 5
            for question in [q for q, when in sent.items() if when < late]:
                del sent[question]
                waiting.append(question)

    def Close(self) -> None:
        self._udp.close()
