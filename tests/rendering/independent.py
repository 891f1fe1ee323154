"""Two parsers that share no code with pdns nor with each other: zone-file text to wire."""
from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter

try:
    import dns.exception
    import dns.name
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype
except ImportError:
    print("skipped: dnspython is missing (package python3-dnspython)")
    sys.exit(77)

CHECKER = shutil.which("named-rrchecker")
if CHECKER is None:
    print("skipped: named-rrchecker is missing (package bind9-utils)")
    sys.exit(77)

GENERIC = re.compile(r"\\# (\d+)(?: ([0-9a-f]+))?\Z")
BY_NUMBER = re.compile(r"TYPE(\d+)\Z")


def is_generic(text: str) -> bool:
    return text.startswith("\\# ")


def generic_wire(text: str) -> bytes:
    """RFC 3597, 5: read here by hand, since a parser that knows the type would parse what it holds."""
    match = GENERIC.match(text)
    if match is None:
        raise ValueError(f"not the generic form: {text}")
    wire = bytes.fromhex(match[2] or "")
    if len(wire) != int(match[1]):
        raise ValueError(f"wrong length: {text}")
    return wire


def by_dnspython(rrtype: str, text: str) -> bytes:
    rdata = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(rrtype), text, origin=dns.name.root)
    return rdata.to_wire(origin=dns.name.root)


def by_bind(rrtype: str, text: str) -> bytes:
    """Raises ValueError with BIND's words when it refuses."""
    run = subprocess.run([CHECKER, "-u"], input=f"IN {rrtype} {text}\n".encode(), capture_output=True, timeout=20)
    match = re.match(rb"CLASS1\tTYPE\d+\t\\# (\d+)([ 0-9A-F]*)", run.stdout)
    if run.returncode != 0 or match is None:
        raise ValueError((run.stderr or run.stdout).decode().strip())
    return bytes.fromhex(match[2].decode().replace(" ", ""))


def is_known_to_dnspython(rrtype: str) -> bool:
    """By its own form: of several old types dnspython has the name only."""
    kind = dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.from_text(rrtype))
    return kind is not dns.rdata.GenericRdata


def known_to_bind() -> set[str]:
    return set(subprocess.run([CHECKER, "-T"], capture_output=True, check=True, timeout=20).stdout.decode().split())


class Tally:
    """How each type came out, for the report at the end."""

    def __init__(self) -> None:
        self.proper: Counter[str] = Counter()
        self.generic: Counter[str] = Counter()

    def add(self, rrtype: str, text: str) -> None:
        (self.generic if is_generic(text) else self.proper)[rrtype] += 1

    def show(self) -> None:
        total = sum(self.proper.values()) + sum(self.generic.values())
        print(f"{total} rdata of {len(self.proper | self.generic)} types")
        only = sorted(self.generic.keys() - self.proper.keys())
        print(f"always in the generic form: {' '.join(only)}")
        some = sorted(self.generic.keys() & self.proper.keys())
        print("partly: " + " ".join(f"{name} ({self.generic[name]} of {self.generic[name] + self.proper[name]})"
                                    for name in some))


def mismatches(rrtype: str, text: str, wire: bytes, bind_knows: set[str]) -> list[str]:
    """What is wrong with the text of this rdata; nothing when it reads back everywhere."""
    problems = []
    if not all(0x20 <= ord(character) <= 0x7E for character in text):
        problems.append("not 7-bit and printable")
    if is_generic(text):
        if generic_wire(text) != wire:
            problems.append("generic form differs")
        return [f"{rrtype} {text}: {problem}" for problem in problems]
    if BY_NUMBER.match(rrtype):
        problems.append("a type without a name, but not in the generic form")
    dnspython_knows = is_known_to_dnspython(rrtype)
    if not dnspython_knows and rrtype not in bind_knows:
        problems.append("no parser knows this type")
    if dnspython_knows:
        try:
            if by_dnspython(rrtype, text) != wire:
                problems.append(f"dnspython reads {by_dnspython(rrtype, text).hex()}")
        except (dns.exception.DNSException, ValueError, KeyError) as error:
            problems.append(f"dnspython: {type(error).__name__} {error}")
    if rrtype in bind_knows:
        try:
            if by_bind(rrtype, text) != wire:
                problems.append(f"BIND reads {by_bind(rrtype, text).hex()}")
        except ValueError as error:
            problems.append(f"BIND: {error}")
    return [f"{rrtype} {text} (wire {wire.hex()}): {problem}" for problem in problems]
