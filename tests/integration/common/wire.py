"""DNS names and messages, wire and text: just what the tests need, standard library only.

A name here is a tuple of labels (bytes, without the root label), as read; Lower() makes the form
that a database holds. Nothing in this file shares code with the programs under test.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

Name = tuple[bytes, ...]

TYPES = {
    "A": 1, "NS": 2, "MD": 3, "MF": 4, "CNAME": 5, "SOA": 6, "MB": 7, "MG": 8, "MR": 9,
    "NULL": 10, "WKS": 11, "PTR": 12, "HINFO": 13, "MINFO": 14, "MX": 15, "TXT": 16, "RP": 17,
    "AFSDB": 18, "X25": 19, "ISDN": 20, "RT": 21, "NSAP": 22, "NSAP-PTR": 23, "SIG": 24,
    "KEY": 25, "PX": 26, "GPOS": 27, "AAAA": 28, "LOC": 29, "NXT": 30, "EID": 31, "NIMLOC": 32,
    "SRV": 33, "ATMA": 34, "NAPTR": 35, "KX": 36, "CERT": 37, "A6": 38, "DNAME": 39, "SINK": 40,
    "OPT": 41, "APL": 42, "DS": 43, "SSHFP": 44, "IPSECKEY": 45, "RRSIG": 46, "NSEC": 47,
    "DNSKEY": 48, "DHCID": 49, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52, "SMIMEA": 53, "HIP": 55,
    "NINFO": 56, "RKEY": 57, "TALINK": 58, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61,
    "CSYNC": 62, "ZONEMD": 63, "SVCB": 64, "HTTPS": 65, "SPF": 99, "NID": 104, "L32": 105,
    "L64": 106, "LP": 107, "EUI48": 108, "EUI64": 109, "ANY": 255, "URI": 256, "CAA": 257,
    "AVC": 258, "DOA": 259, "AMTRELAY": 260, "TA": 32768, "DLV": 32769,
}  # fmt: skip
TYPE_NAMES = {number: name for name, number in TYPES.items()}

FLAG_QR, FLAG_AA, FLAG_TC, FLAG_RD = 0x8000, 0x0400, 0x0200, 0x0100
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, REFUSED = 0, 1, 2, 3, 5


def TypeNumber(text: str) -> int:
    """A type as people write it: a mnemonic or TYPEnnn."""
    text = text.upper()
    if text in TYPES:
        return TYPES[text]
    if text.startswith("TYPE") and text[4:].isdigit():
        return int(text[4:])
    raise ValueError(f"no such type: {text}")


def TypeName(number: int) -> str:
    return TYPE_NAMES.get(number, f"TYPE{number}")


def Unescape(text: str, at: int) -> tuple[int, int]:
    """The byte that the backslash at `at` stands for, and the position after it."""
    digits = text[at + 1 : at + 4]
    if len(digits) == 3 and digits.isdigit():
        return int(digits), at + 4
    return ord(text[at + 1]), at + 2


def ParseName(text: str, origin: Name = ()) -> Name:
    """Presentation form to labels; a name without a trailing dot is relative to `origin`."""
    if text == ".":
        return ()
    if text == "@":
        return origin
    labels: list[bytes] = []
    label = bytearray()
    at, ended = 0, False
    while at < len(text):
        ended = False
        if text[at] == "\\":
            byte, at = Unescape(text, at)
            label.append(byte)
        elif text[at] == ".":
            if not label:
                raise ValueError(f"empty label in {text!r}")
            labels.append(bytes(label))
            label.clear()
            at, ended = at + 1, True
        else:
            label.append(ord(text[at]))
            at += 1
    if not ended:
        labels.append(bytes(label))
    name = tuple(labels) if ended else tuple(labels) + origin
    if len(NameWire(name)) > 255 or any(not 0 < len(label) < 64 for label in name):
        raise ValueError(f"not a DNS name: {text!r}")
    return name


def NameText(name: Name) -> str:
    """Labels to a text that is safe to print and to parse (for messages and for zone files)."""
    if not name:
        return "."
    plain = b"-_*/0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    escaped = ("".join(chr(b) if b in plain else f"\\{b:03d}" for b in label) for label in name)
    return ".".join(escaped) + "."


def NameWire(name: Name) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in name) + b"\0"


def Lower(name: Name) -> Name:
    return tuple(label.lower() for label in name)


def IsUnder(name: Name, zone: Name) -> bool:
    """True for the zone's own name too."""
    return len(name) >= len(zone) and (not zone or name[-len(zone) :] == zone)


def ReadName(message: bytes, at: int) -> tuple[Name, int]:
    """A name, possibly compressed, and the position after it. Pointers only go backwards."""
    labels: list[bytes] = []
    after, lowest = -1, at
    while True:
        length = message[at]
        if length >= 0xC0:
            target = struct.unpack_from("!H", message, at)[0] & 0x3FFF
            after = at + 2 if after < 0 else after
            if target >= lowest:
                raise ValueError("a compression pointer that does not point back")
            at = lowest = target
        elif length > 63:
            raise ValueError("not a label")
        elif length == 0:
            return tuple(labels), at + 1 if after < 0 else after
        else:
            label = message[at + 1 : at + 1 + length]
            if len(label) != length:
                raise ValueError("a label past the end")
            labels.append(label)
            at += 1 + length


class Question(NamedTuple):
    name: Name
    rrtype: int
    rrclass: int = 1


class Header(NamedTuple):
    ident: int
    flags: int
    qdcount: int
    ancount: int
    nscount: int
    arcount: int

    @property
    def rcode(self) -> int:
        return self.flags & 15

    @property
    def truncated(self) -> bool:
        return bool(self.flags & FLAG_TC)


def ReadHeader(message: bytes) -> Header:
    return Header(*struct.unpack_from("!6H", message))


def ReadQuestion(message: bytes) -> Question:
    """The one question of a message."""
    if ReadHeader(message).qdcount != 1:
        raise ValueError("not one question")
    name, at = ReadName(message, 12)
    rrtype, rrclass = struct.unpack_from("!2H", message, at)
    return Question(name, rrtype, rrclass)


def Query(ident: int, question: Question, edns_size: int = 1232) -> bytes:
    """A recursive query with DO set, so that signatures come along."""
    opt = b"\0" + struct.pack("!HHIH", 41, edns_size, 0x8000, 0)
    return struct.pack("!6H", ident, FLAG_RD, 1, 0, 0, 1) + QuestionWire(question) + opt


def QuestionWire(question: Question) -> bytes:
    return NameWire(question.name) + struct.pack("!2H", question.rrtype, question.rrclass)


def RecordWire(owner: Name, rrtype: int, rdata: bytes, rrclass: int = 1, ttl: int = 300) -> bytes:
    return NameWire(owner) + struct.pack("!HHIH", rrtype, rrclass, ttl, len(rdata)) + rdata
