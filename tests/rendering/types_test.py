#!/usr/bin/python3
"""Rdata of every type, random and at its edges: what pdns shows reads back to the same bytes with dnspython and with
BIND, or is the generic form; and a zone file of all of it loads. Seeded: each run has the same rdata."""
from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from independent import (BY_NUMBER, Tally, by_bind, by_dnspython, dns, form_problem, is_generic, is_known_to_dnspython,
                         known_to_bind, reading)
from zone_test import dig

CHECK = shutil.which("named-checkzone") or "/usr/bin/named-checkzone"
OF_A_TYPE = 70
SINGLY = 6  # of a type, for what no zone takes: each starts a program
SOA = 6
SOA_RDATA = b"\2ns\0\4mail\0" + bytes(20)

# The fields of a type, a letter each: b w d 8 numbers of 1, 2, 4 and 8 bytes, n name, s string, S strings, h bytes
# behind their number, 4 6 addresses, E six bytes, m bitmap of types, p parameters of a service, a prefixes, D L digits
# as a string, l a place on earth, o a zero and three sizes, t a
# word as a string, u text and x bytes to the end. Types that are not here have bytes alone.
SHAPES = {
    1: "4", 2: "n", 3: "n", 4: "n", 5: "n", 6: "nnddddd", 7: "n", 8: "n", 9: "n", 11: "4bx", 12: "n", 13: "ss", 14: "nn",
    15: "wn", 16: "S", 17: "nn", 18: "wn", 19: "D", 20: "Ds", 21: "wn", 22: "x", 23: "n", 24: "wbbdddwnx", 25: "wbbx",
    26: "wnn", 27: "LLL", 28: "6", 29: "ol", 30: "nx", 33: "wwwn", 34: "x", 35: "wwsssn", 36: "wn", 37: "wwbx",
    39: "n", 40: "bbbx", 42: "a", 43: "wbbx", 44: "bbx", 46: "wbbdddwnx", 47: "nm", 48: "wbbx", 50: "bbwhhm", 51: "bbwh",
    52: "bbbx", 53: "bbbx", 55: "i", 56: "S", 57: "wbbx", 58: "nn", 59: "wbbx", 60: "wbbx", 61: "x", 62: "dwm", 63: "dbbx",
    64: "wnp", 65: "wnp", 99: "S", 104: "w8", 105: "w4", 106: "w8", 107: "wn", 108: "E", 109: "8", 256: "wwu", 257: "btu",
    258: "S", 259: "ddbsx", 260: "br", 261: "S", 262: "S", 32768: "wbbx", 32769: "wbbx", 45: "k",
}
# The lengths that digests and keys have, and those next to them.
LENGTHS = (0, 1, 2, 3, 4, 7, 8, 11, 12, 16, 19, 20, 21, 31, 32, 33, 47, 48, 49, 64)


class Rdata:
    """Fields of rdata, more often mean than not."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def number(self, size: int) -> bytes:
        chance = self.chance
        edge = chance.choice((0, 0, 1, 1, 2, 3, 4, 5, 7, 8, 10, 13, 16, 127, 128, 253, 254, 255, 1 << 31, (1 << 31) + 3600000))
        value = edge if chance.random() < 0.8 else chance.getrandbits(8 * size)
        if chance.random() < 0.05:
            value = (1 << 8 * size) - 1
        return (value % (1 << 8 * size)).to_bytes(size, "big")

    def some(self, low: int, high: int, of: bytes = bytes(range(256))) -> bytes:
        return bytes(self.chance.choice(of) for _ in range(self.chance.randint(low, high)))

    def counted(self, data: bytes) -> bytes:
        return bytes([len(data)]) + data

    def string(self) -> bytes:
        chance = self.chance
        of = chance.choice((b"abcXYZ019", b"abc -_.,;:!^.*$\\\"()@", b"0123456789", b"a\0\t\n\x7f\x80\xff\"\\", bytes(range(256))))
        return self.counted(self.some(*chance.choice(((0, 0), (1, 1), (1, 9), (255, 255))), of))

    def name(self) -> bytes:
        chance = self.chance
        of = chance.choice((b"abc019-_", b"ab.\\\"();@$* \0\x1b\x7f\xff"))
        label = (lambda: self.counted(self.some(1, 8, of)))
        return b"".join(label() for _ in range(chance.choice((0, 1, 2, 3, 9)))) + b"\0"

    def bitmap(self) -> bytes:
        chance = self.chance
        windows = sorted(chance.sample((0, 0, 1, 2, 127, 128, 255), chance.choice((0, 1, 1, 2, 3))))
        return b"".join(bytes([window]) + self.counted(self.some(0, chance.choice((1, 6, 32)), b"\0\0\1\x40\x80\xff") +
                                                       chance.choice((b"\1", b"\x40", b"\x02", b""))) for window in windows)

    def digits(self, of: bytes) -> bytes:
        if self.chance.random() < 0.6:
            return self.counted(self.some(0, 5, of))
        return self.counted(self.chance.choice((b"-22.6882", b"90", b"-90.0", b"90.5", b"+180.", b".5", b".", b"1e3", b"-0")))

    def params(self) -> bytes:
        chance = self.chance
        values = {
            0: lambda: b"".join(struct.pack(">H", key) for key in sorted(chance.sample((1, 3, 4, 5, 667, 7), chance.randint(0, 3)))),
            1: lambda: b"".join(self.string() for _ in range(chance.choice((0, 1, 1, 2, 5)))), 2: lambda: self.some(0, chance.choice((0, 0, 1))),
            3: lambda: self.some(*[chance.choice((0, 1, 2, 2, 2, 3))] * 2), 4: lambda: self.some(*[chance.choice((0, 4, 4, 8, 5))] * 2),
            5: lambda: self.some(0, 9), 6: lambda: self.some(*[chance.choice((0, 16, 16, 32, 15))] * 2),
            7: lambda: chance.choice((b"/dns-query{?dns}", b"/q{?dns}", b"/{?dns}x", b"/{?dns,x}", b"x{?dns}", b"/q", b"", b"/\xff{?dns}",
                                      b"/a b{?dns}", b"/a%20{?dns}", b"/%{?dns}", b"//{?dns}", b"/?x{?dns}", b"/{x}{?dns}")),
        }
        keys = [chance.choice((0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 667, 65280, 65535)) for _ in range(chance.choice((0, 1, 2, 3, 5)))]
        keys = sorted(set(keys)) if chance.random() < 0.9 else keys
        found = [(key, values.get(key, lambda: self.string()[1:])()) for key in keys]
        return b"".join(struct.pack(">HH", key, len(value)) + value for key, value in found)

    def prefixes(self) -> bytes:
        chance = self.chance
        found = b""
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            address = self.some(0, chance.choice((4, 4, 16, 17)), b"\1\x0a\xff\0") + chance.choice((b"", b"\1"))
            prefix = chance.choice((0, 1, 8, 24, 32, 33, 64, 128, 129, 255))
            found += struct.pack(">HBB", chance.choice((1, 1, 2, 2, 3)), prefix, len(address) | chance.choice((0, 0x80))) + address
        return found

    def gateway(self, types: int) -> bytes:
        """A relay or gateway with its type, and what stands between them."""
        kind = self.chance.randrange(5)
        where = [b"", self.some(4, 4), self.some(16, 16), self.name(), self.some(0, 5)][kind]
        head = bytes([kind | self.chance.choice((0, 0x80))]) if types == 1 else bytes([kind, self.chance.randrange(4)])
        return head + where

    def of(self, rrtype: int) -> bytes:
        fields = {
            "b": lambda: self.number(1), "w": lambda: self.number(2), "d": lambda: self.number(4), "8": lambda: self.number(8),
            "n": self.name, "s": self.string, "S": lambda: b"".join(self.string() for _ in range(self.chance.randint(1, 4))),
            "h": lambda: self.counted(self.some(*[self.chance.choice((0, 1, 4, 5, 20, 20, 35, 40, 255))] * 2)), "4": lambda: self.some(4, 4),
            "6": lambda: self.some(16, 16, b"\0\0\0\xff\1"), "E": lambda: self.some(6, 6), "m": self.bitmap, "p": self.params,
            "a": self.prefixes, "D": lambda: self.digits(b"0123456789"), "L": lambda: self.digits(b"0123456789.-+"),
            "x": lambda: self.some(*[self.chance.choice(LENGTHS)] * 2), "r": lambda: self.gateway(1),
            "t": lambda: self.counted(self.some(1, 9, b"aZ09") if self.chance.random() < 0.8 else self.some(0, 3)),
            "u": lambda: self.string()[1:], "l": self.place, "o": lambda: b"\0" + self.some(3, 3, bytes(b << 4 | e for b in range(10) for e in range(10)) + b"\xff"),
            "k": lambda: self.number(1) + self.gateway(2) + self.some(0, 9), "i": self.host_identity,
        }
        return b"".join(fields[letter]() for letter in SHAPES.get(rrtype, "x"))

    def place(self) -> bytes:
        chance = self.chance
        numbers = ((1 << 31) + chance.choice((0, 1, -1, degrees * 3600000, -degrees * 3600000, degrees * 3600000 + 1,
                                              chance.randint(-degrees * 3600000, degrees * 3600000))) for degrees in (90, 180))
        height = chance.choice((0, 1, 9999999, 10000000, 10000001, (1 << 32) - 1, chance.getrandbits(32), chance.getrandbits(24)))
        return b"".join(struct.pack(">I", number) for number in (*numbers, height))

    def host_identity(self) -> bytes:
        tag, key = self.some(0, 16), self.some(0, 9)
        servers = b"".join(self.name() for _ in range(self.chance.choice((0, 0, 1, 2))))
        return struct.pack(">BBH", len(tag), self.chance.randrange(4), len(key)) + tag + key + servers

    def mutated(self, rdata: bytes) -> bytes:
        at, chance = self.chance.randrange(len(rdata) + 1), self.chance
        cut, put = chance.choice(((1, b""), (0, bytes([chance.randrange(256)])), (1, chance.choice((b"\0", b"\xff", b"\x80")))))
        return rdata[:at] + put + rdata[at + cut:]


def cases() -> list[tuple[int, bytes]]:
    makes = Rdata(20261122)
    found: dict[tuple[int, bytes], None] = {}
    for rrtype in (*range(1, 128), *range(256, 270), 32768, 32769, 65280, 65534):
        if rrtype == 41:  # OPT, which is no record
            continue
        shaped = [makes.of(rrtype) for _ in range(OF_A_TYPE * 2 // 3)]
        mutated = [makes.mutated(makes.chance.choice(shaped)) for _ in range(OF_A_TYPE // 3)]
        for rdata in (b"", b"\0", bytes(4), *shaped, *mutated):
            found[rrtype, rdata] = None
    return list(found)


def loaded(zone: str) -> dict[bytes, bytes]:
    """Owner -> rdata, as BIND holds them after loading: its raw format, in which names are not compressed."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "zone", Path(folder) / "out"
        file.write_text(zone, encoding="ascii")
        loose = [word for option in "kmMSnr" for word in (f"-{option}", "ignore")]
        run = subprocess.run([CHECK, "-i", "none", *loose, "-F", "raw", "-o", out, ".", file], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=300)
        lines = zone.splitlines()
        said = run.stdout.decode(errors="replace").splitlines()
        if run.returncode != 0:
            numbers = sorted({int(line.split(f"{file}:")[1].split(":")[0]) for line in said if f"{file}:" in line})
            raise AssertionError("\n".join([*said[:60], *(lines[number - 1] for number in numbers[:60])]))
        raw = out.read_bytes()
    found, at = {}, 24
    while at < len(raw):
        count, size = struct.unpack_from(">IH", raw, at + 14)
        at += 20 + size
        owner = raw[at - size:at]
        for _ in range(count):
            (size,) = struct.unpack_from(">H", raw, at)
            found[owner] = raw[at + 2:at + 2 + size]
            at += 2 + size
    return found


@unittest.skipUnless(os.path.exists(CHECK), "named-checkzone not found (package bind9-utils)")
class EveryType(unittest.TestCase):
    def test_both_parsers_read_it(self) -> None:
        wanted = cases()
        owners = [b"\6" + b"x%05d" % i + b"\0" for i in range(len(wanted))]
        apex = [(b"\0", 2, b"\2ns\0", 5), (b"\0", SOA, SOA_RDATA, 7), (b"\2ns\0", 1, bytes(4), 5)]
        shown = dig(apex + [(owner, *case, 1) for owner, case in zip(owners, wanted)])
        lines = shown.splitlines()[1 + len(apex):]
        self.assertEqual(len(lines), len(wanted))
        held, bind_knows = loaded(shown), known_to_bind()
        problems: list[str] = []
        tally, singly = Tally(), Counter()
        for owner, (rrtype, rdata), line in zip(owners, wanted, lines):
            comment = line.startswith("; ")
            _, _, mnemonic, rest = line.removeprefix("; ").split(None, 3)
            text = rest.rsplit(" ; ", 1)[0].rstrip(" ")
            if text.endswith("\\") and rest.startswith(text + " "):  # an escaped blank at the end
                text += " "
            tally.add(mnemonic, text)
            found = [form_problem(mnemonic, text, rdata)]
            if not is_generic(text) and is_known_to_dnspython(mnemonic):
                found.append(reading(by_dnspython, mnemonic, text, rdata))
            if not comment:
                found.append("same" if held.get(owner) == rdata else f"BIND holds {held.get(owner, b'').hex()}")
            elif not is_generic(text):
                singly[mnemonic] += 1
                if mnemonic != "NAPTR" and singly[mnemonic] <= SINGLY:
                    found.append(reading(by_bind, mnemonic, text, rdata) if mnemonic in bind_knows else "BIND does not know it")
            problems += [f"{line}\n  wire {rdata.hex()}: {how}" for how in found if how not in (None, "same")]
        tally.show()
        self.assertEqual([], problems[:50], f"{len(problems)} problems\n" + "\n".join(problems[:50]))
        self.assertGreater(len(wanted), 5000)
        # Comments are what is generic, of a type that BIND may judge; what no zone takes; and a NAPTR's expression.
        self.assertLessEqual(set(singly), {"MD", "MF", "NAPTR", "SOA"})
        self.assertGreater(sum(tally.proper.values()), 2500)
        self.assertEqual(set(), {name for name in tally.proper if BY_NUMBER.match(name)})


if __name__ == "__main__":
    unittest.main()
