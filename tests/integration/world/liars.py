"""Servers that lie, or send what cannot be read: one zone `<label>.com` and one address each.

The question is always `www.<label>.com A`. Other questions in the zone get honest answers, so that
a resolver finds its way there.
"""

from __future__ import annotations

import struct
import threading
from typing import Callable, NamedTuple

from common import wire
from common.wire import FLAG_AA, FLAG_QR, FLAG_RD, FLAG_TC, Name, RecordWire

A, NS, CNAME, DNAME = (wire.TYPES[t] for t in ("A", "NS", "CNAME", "DNAME"))
TRUTH = bytes([192, 0, 2, 66])
LIE = bytes([6, 6, 6, 6])
VICTIM = wire.ParseName("www.blah.org.")
BANK = wire.ParseName("www.bank.example.")

OFF_CHAIN, OUT_OF_BAILIWICK = "off_chain", "out_of_bailiwick"
Rr = tuple[Name, int, bytes]


class Lie(NamedTuple):
    """`true` and `false` say what the message holds: rows to be trusted, and rows with a reason.

    A `readable` message leaves its rows in every database; of another one it depends on the
    resolver whether it is logged at all. `never` are records that may be in no table.
    """

    label: str
    address: str
    build: Callable[[bytes, bytes, bool], bytes]
    true: list[Rr]
    false: list[tuple[Rr, str]]
    never: list[Rr]
    readable: bool

    @property
    def apex(self) -> Name:
        return (self.label.encode(), b"com")

    @property
    def www(self) -> Name:
        return (b"www", *self.apex)


def _Message(query: bytes, question: bytes, answer: list[bytes], apex: Name) -> bytes:
    """An honest answer with these records; with none, the SOA that a resolver expects instead."""
    flags = FLAG_QR | FLAG_AA | wire.ReadHeader(query).flags & FLAG_RD
    soa = wire.NameWire(apex) * 2 + struct.pack("!5I", 1, 3600, 600, 86400, 300)
    authority = [] if answer else [RecordWire(apex, wire.TYPES["SOA"], soa)]
    head = struct.pack("!5H", flags, 1, len(answer), len(authority), 0)
    return query[:2] + head + question + b"".join(answer + authority)


LIES: list[Lie] = []


def _Add(
    label: str,
    answer: Callable[[Name, Name], list[bytes]],
    *,
    true: Callable[[Name, Name], list[Rr]] = lambda www, apex: [],
    false: Callable[[Name, Name], list[tuple[Rr, str]]] = lambda www, apex: [],
    never: Callable[[Name, Name], list[Rr]] = lambda www, apex: [],
    change: Callable[[bytes, bytes, bool], bytes] = lambda message, question, tcp: message,
    readable: bool = True,
) -> None:
    """`answer` makes the records, `change` damages the message made of them."""
    apex = (label.encode(), b"com")
    www = (b"www", *apex)

    def _Build(query: bytes, question: bytes, tcp: bool) -> bytes:
        return change(_Message(query, question, answer(www, apex), apex), question, tcp)

    LIES.append(
        Lie(
            label,
            f"127.53.1.{len(LIES) + 1}",
            _Build,
            true(www, apex),
            false(www, apex),
            never(www, apex),
            readable,
        )
    )


def _Honest(www: Name, _: Name) -> list[Rr]:
    return [(www, A, TRUTH)]


def _Lied(www: Name, _: Name) -> list[Rr]:
    return [(www, A, LIE)]


def _Flags(flags: int) -> Callable[[bytes, bytes, bool], bytes]:
    """Flips bits of the flags word."""

    def _Change(message: bytes, question: bytes, tcp: bool) -> bytes:
        word = wire.ReadHeader(message).flags ^ flags
        return message[:2] + struct.pack("!H", word) + message[4:]

    return _Change


def _Counts(qdcount: int, ancount: int, more: bytes = b"") -> Callable[[bytes, bytes, bool], bytes]:
    """Other counts in the header; `more` stands between the question and the answer."""

    def _Change(message: bytes, question: bytes, tcp: bool) -> bytes:
        at = 12 + len(question)
        return (
            message[:4] + struct.pack("!HH", qdcount, ancount) + message[8:at] + more + message[at:]
        )

    return _Change


def _Truncated(message: bytes, question: bytes, tcp: bool) -> bytes:
    """Over UDP a lie with TC set, over TCP the truth."""
    if tcp:
        return message.replace(LIE, TRUTH)
    return _Flags(FLAG_TC)(message, question, tcp)


def _OtherQuestion(message: bytes, question: bytes, tcp: bool) -> bytes:
    other = wire.QuestionWire(wire.Question(VICTIM, A))
    return message[:12] + other + message[12 + len(question) :]


# --- Messages that can be read: what is in them about others is a lie. ---------------------------
_Add(
    "off-chain",
    lambda www, apex: [
        RecordWire(www, A, TRUTH),
        RecordWire(BANK, A, LIE),
        RecordWire(VICTIM, A, LIE),
    ],
    true=_Honest,
    false=lambda www, apex: [((BANK, A, LIE), OFF_CHAIN), ((VICTIM, A, LIE), OFF_CHAIN)],
)
_Add(
    "sibling",
    lambda www, apex: [RecordWire((b"mail", *apex), A, LIE), RecordWire(www, A, TRUTH)],
    true=_Honest,
    false=lambda www, apex: [(((b"mail", *apex), A, LIE), OFF_CHAIN)],
)
_Add(
    "to-victim",
    lambda www, apex: [RecordWire(www, CNAME, wire.NameWire(VICTIM)), RecordWire(VICTIM, A, LIE)],
    true=lambda www, apex: [(www, CNAME, wire.NameWire(VICTIM))],
    false=lambda www, apex: [((VICTIM, A, LIE), OUT_OF_BAILIWICK)],
)
_Add(
    "tld",
    lambda www, apex: [
        RecordWire(www, A, TRUTH),
        RecordWire((b"com",), NS, wire.NameWire(www)),
        RecordWire((), NS, wire.NameWire(www)),
    ],
    true=_Honest,
    false=lambda www, apex: [
        (((b"com",), NS, wire.NameWire(www)), OFF_CHAIN),
        (((), NS, wire.NameWire(www)), OFF_CHAIN),
    ],
)
_Add(
    "twice",
    lambda www, apex: [RecordWire(www, A, TRUTH), RecordWire((b"WWW", *apex), A, TRUTH)] * 2,
    true=_Honest,
)
_Add(
    "chaos",
    lambda www, apex: [RecordWire(www, A, TRUTH), RecordWire(www, A, LIE, rrclass=3)],
    true=_Honest,
    never=_Lied,
    readable=False,
)
# The same poison where it does not count: behind the answer section.
_Add(
    "authority",
    lambda www, apex: [
        RecordWire(www, A, TRUTH),
        RecordWire((b"blah", b"org"), NS, wire.NameWire(www)),
        RecordWire(VICTIM, A, LIE),
    ],
    true=_Honest,
    never=lambda www, apex: [((b"blah", b"org"), NS, wire.NameWire(www))],
    change=lambda message, question, tcp: message[:6] + struct.pack("!3H", 1, 1, 1) + message[12:],
)
_Add(
    "truncated",
    lambda www, apex: [RecordWire(www, A, LIE)],
    true=_Honest,
    never=_Lied,
    change=_Truncated,
)

# --- Messages that a resolver should not use; some log them nevertheless. -------------------------
_Add(
    "meta",
    lambda www, apex: [
        RecordWire(www, A, TRUTH),
        RecordWire(www, 250, b"\1\2"),
        RecordWire(www, 255, b""),
    ],
    true=_Honest,
    never=lambda www, apex: [(www, 250, b"\1\2"), (www, 255, b"")],
    readable=False,
)
_Add(
    "short-a",
    lambda www, apex: [RecordWire(www, A, TRUTH), RecordWire(www, A, LIE[:3])],
    true=_Honest,
    never=lambda www, apex: [(www, A, LIE[:3])],
    readable=False,
)
_Add(
    "other-question",
    lambda www, apex: [RecordWire(VICTIM, A, LIE)],
    false=lambda www, apex: [((VICTIM, A, LIE), OUT_OF_BAILIWICK)],
    change=_OtherQuestion,
    readable=False,
)
for _label, _change in {
    "servfail": _Flags(wire.SERVFAIL),
    "refused": _Flags(wire.REFUSED),
    "opcode": _Flags(4 << 11),
    "no-response": _Flags(FLAG_QR),
    "no-question": lambda message, question, tcp: (
        message[:4] + b"\0\0" + message[6:12] + message[12 + len(question) :]
    ),
    "two-questions": lambda message, question, tcp: _Counts(2, 1, question)(message, question, tcp),
    "cut": lambda message, question, tcp: message[:-2],
    "one-too-few": _Counts(1, 2),
    "loop": lambda message, question, tcp: (
        message[: 12 + len(question)]
        + struct.pack("!H", 0xC000 | 12 + len(question))
        + message[-14:]
    ),
}.items():
    _Add(
        _label,
        lambda www, apex: [RecordWire(www, A, LIE)],
        never=_Lied,
        change=_change,
        readable=False,
    )


class Liars:
    """The handlers of all lies, for a MiniServer, and how often each lie was told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.told: dict[str, int] = {}

    def Handlers(self) -> dict[str, Callable[[bytes, bool], list[bytes]]]:
        return {lie.address: self._Handler(lie) for lie in LIES}

    def _Handler(self, lie: Lie) -> Callable[[bytes, bool], list[bytes]]:
        def _Handle(query: bytes, tcp: bool) -> list[bytes]:
            asked = wire.ReadQuestion(query)
            question = query[12 : 12 + len(wire.QuestionWire(asked))]
            if (wire.Lower(asked.name), asked.rrtype) == (lie.www, A):
                with self._lock:
                    self.told[lie.label] = self.told.get(lie.label, 0) + 1
                return [lie.build(query, question, tcp)]
            wanted = (wire.Lower(asked.name), asked.rrtype)
            records = [RecordWire(*rr) for rr in ApexRows(lie) if rr[:2] == wanted]
            return [_Message(query, question, records, lie.apex)]

        return _Handle


def ApexRows(lie: Lie) -> list[Rr]:
    """What the zone says of itself, honestly."""
    server = (b"ns", *lie.apex)
    address = bytes(int(part) for part in lie.address.split("."))
    return [(lie.apex, NS, wire.NameWire(server)), (server, A, address)]
