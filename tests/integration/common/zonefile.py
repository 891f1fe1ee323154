"""Zone files (RFC 1035, section 5, and RFC 3597) to records in canonical wire form.

This is where the expected rdata comes from: zone text that the authoritative server loads too, and
an encoder that knows nothing of ldns, BIND or the programs under test. Types without an entry in
FORMS are written in zone files as `\\# length hex`.
"""

from __future__ import annotations

import base64
import calendar
import ipaddress
import pathlib
import re
import struct
import time
from typing import Callable, Iterator, NamedTuple

from . import wire
from .wire import Name


class Record(NamedTuple):
    """Owner lower-cased; rdata with every name inside uncompressed and lower-cased."""

    owner: Name
    rrtype: int
    rdata: bytes


class Token(NamedTuple):
    text: str
    quoted: bool


_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([()])|;[^\n]*|(\n)|((?:[^\s";()\\]|\\.)+)', re.DOTALL)


def _Lines(text: str) -> Iterator[tuple[bool, list[Token]]]:
    """Logical lines: whether one starts with a blank (it has no owner), and its tokens."""
    tokens: list[Token] = []
    depth, blank, fresh = 0, text[:1] in " \t", True
    for match in _TOKEN.finditer(text + "\n"):
        quoted, paren, newline, plain = match.groups()
        if newline and depth == 0:
            if tokens:
                yield blank, tokens
            tokens, fresh = [], True
            continue
        if fresh and match.group(0)[0] != ";":
            blank, fresh = match.start() > 0 and text[match.start() - 1] in " \t", False
        if quoted is not None:
            tokens.append(Token(quoted, True))
        elif paren:
            depth += 1 if paren == "(" else -1
        elif plain is not None:
            tokens.append(Token(plain, False))


def _Bytes(text: str) -> bytes:
    """A character string with its escapes resolved."""
    out = bytearray()
    at = 0
    while at < len(text):
        if text[at] == "\\":
            byte, at = wire.Unescape(text, at)
            out.append(byte)
        else:
            out += text[at].encode("latin-1")
            at += 1
    return bytes(out)


def _String(text: str) -> bytes:
    data = _Bytes(text)
    if len(data) > 255:
        raise ValueError("a character string has at most 255 bytes")
    return bytes([len(data)]) + data


def _Time(text: str) -> bytes:
    """An RRSIG time: YYYYMMDDHHmmSS or seconds."""
    if len(text) != 14:
        return struct.pack("!I", int(text))
    return struct.pack("!I", calendar.timegm(time.strptime(text, "%Y%m%d%H%M%S")))


def _Bitmap(types: list[str]) -> bytes:
    """The type bit maps of NSEC (RFC 4034, section 4.1.2)."""
    windows: dict[int, bytearray] = {}
    for number in sorted(wire.TypeNumber(t) for t in types):
        window = windows.setdefault(number >> 8, bytearray(32))
        window[(number & 255) >> 3] |= 0x80 >> (number & 7)
    stripped = ((index, bytes(bits).rstrip(b"\0")) for index, bits in sorted(windows.items()))
    return b"".join(bytes([index, len(bits)]) + bits for index, bits in stripped)


# One letter a field; a capital one takes all the tokens that are left.
FIELDS: dict[str, Callable[[str, Name], bytes]] = {
    "n": lambda t, origin: wire.NameWire(wire.Lower(wire.ParseName(t, origin))),
    "4": lambda t, _: ipaddress.IPv4Address(t).packed,
    "6": lambda t, _: ipaddress.IPv6Address(t).packed,
    "b": lambda t, _: struct.pack("!B", int(t)),
    "h": lambda t, _: struct.pack("!H", int(t)),
    "w": lambda t, _: struct.pack("!I", int(t)),
    "s": lambda t, _: _String(t),
    "r": lambda t, _: _Bytes(t),
    "t": lambda t, _: struct.pack("!H", wire.TypeNumber(t)),
    "d": lambda t, _: _Time(t),
    "x": lambda t, _: bytes.fromhex(t.replace("-", "")),
    "S": lambda t, _: b"".join(_String(s) for s in t.split("\n")),
    "X": lambda t, _: bytes.fromhex(t.replace("\n", "")),
    "B": lambda t, _: base64.b64decode(t.replace("\n", "")),
    "M": lambda t, _: _Bitmap(t.split("\n")),
}
FORMS = {
    "A": "4", "AAAA": "6", "NS": "n", "CNAME": "n", "PTR": "n", "DNAME": "n", "MB": "n",
    "MG": "n", "MR": "n", "SOA": "nnwwwww", "MX": "hn", "RT": "hn", "KX": "hn", "AFSDB": "hn",
    "LP": "hn", "SRV": "hhhn", "RP": "nn", "MINFO": "nn", "PX": "hnn", "NAPTR": "hhsssn",
    "TXT": "S", "SPF": "S", "AVC": "S", "NINFO": "S", "HINFO": "ss", "X25": "s", "ISDN": "S",
    "GPOS": "sss", "CAA": "bsr", "URI": "hhr", "TLSA": "bbbX", "SMIMEA": "bbbX", "SSHFP": "bbX",
    "DS": "hbbX", "CDS": "hbbX", "DNSKEY": "hbbB", "CDNSKEY": "hbbB", "DHCID": "B",
    "OPENPGPKEY": "B", "EUI48": "x", "EUI64": "x", "RRSIG": "tbbwddhnB", "NSEC": "nM",
}  # fmt: skip


def ParseRdata(rrtype: int, tokens: list[Token], origin: Name = ()) -> bytes:
    """Raises KeyError for a type that has no entry in FORMS (and no RFC 3597 form)."""
    if tokens and tokens[0] == Token("\\#", False):
        data = bytes.fromhex("".join(t.text for t in tokens[2:]))
        if len(data) != int(tokens[1].text):
            raise ValueError("the length after \\# is not that of the data")
        return data
    form = FORMS[wire.TypeName(rrtype)]
    out = b""
    for index, field in enumerate(form):
        text = "\n".join(t.text for t in tokens[index:]) if field.isupper() else tokens[index].text
        out += FIELDS[field](text, origin)
    if not form[-1].isupper() and len(tokens) != len(form):
        raise ValueError(f"{len(tokens)} fields in a {wire.TypeName(rrtype)}")
    return out


def ParseRdataText(rrtype: int, text: str) -> bytes:
    """Rdata as a program printed it."""
    lines = list(_Lines(text))
    if len(lines) != 1:
        raise ValueError("not one line of rdata")
    return ParseRdata(rrtype, lines[0][1])


def ParseZone(text: str, origin: Name) -> list[Record]:
    """The records of a zone, canonical, in the file's order; TTLs are not kept."""
    records: list[Record] = []
    here, owner = origin, origin
    for blank, tokens in _Lines(text):
        if not blank and tokens[0].text == "$ORIGIN":
            here = wire.ParseName(tokens[1].text, here)
            continue
        if not blank and tokens[0].text.startswith("$"):
            continue
        if not blank:
            owner = wire.Lower(wire.ParseName(tokens[0].text, here))
            tokens = tokens[1:]
        while tokens[0].text.isdigit() or tokens[0].text == "IN":
            tokens = tokens[1:]
        rrtype = wire.TypeNumber(tokens[0].text)
        records.append(Record(owner, rrtype, ParseRdata(rrtype, tokens[1:], here)))
    return records


def ReadZone(path: pathlib.Path, origin: Name) -> list[Record]:
    return ParseZone(path.read_text("latin-1"), origin)
