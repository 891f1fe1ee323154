"""Two parsers that share no code with pdns nor with each other: zone-file text to wire."""
from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

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
    run = subprocess.run([CHECKER, "-u"], input=f"IN {rrtype} {text}\n".encode(), capture_output=True, timeout=300)
    match = re.match(rb"CLASS1\tTYPE\d+\t\\# (\d+)([ 0-9A-F]*)", run.stdout)
    if run.returncode != 0 or match is None:
        raise ValueError((run.stderr or run.stdout).decode().strip())
    return bytes.fromhex(match[2].decode().replace(" ", ""))


def is_known_to_dnspython(rrtype: str) -> bool:
    """By its own form: of several old types dnspython has the name only."""
    kind = dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.from_text(rrtype))
    return kind is not dns.rdata.GenericRdata


def known_to_bind() -> set[str]:
    return set(subprocess.run([CHECKER, "-T"], capture_output=True, check=True, timeout=300).stdout.decode().split())


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


def reading(parse: Callable[[str, str], bytes], rrtype: str, text: str, wire: bytes) -> str:
    """"same", "reads <hex>" or "refuses: <why>"."""
    try:
        got = parse(rrtype, text)
    except (dns.exception.DNSException, ValueError, KeyError) as error:
        return f"refuses: {error}"
    return "same" if got == wire else f"reads {got.hex()}"


def is_defect_of_dnspython(rrtype: str, text: str) -> bool:
    """2.3.0 takes \\200 in most strings for a character and writes it as UTF-8; and it goes through
    floating point for the metres of LOC."""
    return rrtype == "LOC" or re.search(r"\\(12[89]|1[3-9]\d|2\d\d)", text) is not None


def form_problem(rrtype: str, text: str, wire: bytes) -> str | None:
    """What is wrong with the text before any parser sees it."""
    if not all(0x20 <= ord(character) <= 0x7E for character in text):
        return "not 7-bit and printable"
    if is_generic(text):
        return None if generic_wire(text) == wire else "the generic form differs"
    return "a type without a name, but not in the generic form" if BY_NUMBER.match(rrtype) else None


def problems_of_valid(rrtype: str, text: str, wire: bytes, bind_knows: set[str]) -> list[str]:
    """Of rdata that a server sends in earnest: every parser that knows the type must read it back."""
    found = [problem for problem in [form_problem(rrtype, text, wire)] if problem]
    if not found and not is_generic(text):
        readings = {}
        if is_known_to_dnspython(rrtype):
            readings["dnspython"] = reading(by_dnspython, rrtype, text, wire)
        if rrtype in bind_knows:
            readings["BIND"] = reading(by_bind, rrtype, text, wire)
        found = [f"{parser} {how}" for parser, how in readings.items() if how != "same"]
        found += ["no parser knows the type"] if not readings else []
    return [f"{rrtype} {text} (wire {wire.hex()}): {problem}" for problem in found]


def problems_of_any(rrtype: str, text: str, wire: bytes, ask_bind: bool) -> list[str]:
    """Of rdata that may be nonsense: one parser must read it back, and none may read something else.
    (Each refuses things that the other takes: BIND a NAPTR's regular expression, dnspython a GPOS
    without numbers.) BIND is asked when dnspython is not content, or when `ask_bind`."""
    found = [problem for problem in [form_problem(rrtype, text, wire)] if problem]
    if not found and not is_generic(text):
        knows = is_known_to_dnspython(rrtype)
        first = reading(by_dnspython, rrtype, text, wire) if knows else "does not know it"
        second = reading(by_bind, rrtype, text, wire) if ask_bind or first != "same" else "same"
        wrong = first.startswith("reads") and not is_defect_of_dnspython(rrtype, text)
        if wrong or second.startswith("reads") or "same" not in (first, second):
            found.append(f"dnspython {first}; BIND {second}")
    return [f"{rrtype} {text} (wire {wire.hex()}): {problem}" for problem in found]
