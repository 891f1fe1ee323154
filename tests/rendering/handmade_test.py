#!/usr/bin/python3
"""Rdata made to be mean, of every type in the captures and some more: what pdns shows in a form of
the type's own reads back to the same wire bytes with dnspython and with BIND's named-rrchecker."""
from __future__ import annotations

import os
import random
import struct
import subprocess
import unittest
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from independent import Tally, dns, is_generic, known_to_bind, problems_of_any
from pdns_testing import CAPTURES, expected

RENDER = os.environ.get("PDNS_RENDER", "build/release/tests/rendering/render_rdata")
BIND_CHECKS_A_TYPE = 8  # each starts a program


def u16(value: int) -> bytes:
    return struct.pack(">H", value)


def u32(value: int) -> bytes:
    return struct.pack(">I", value)


def string(value: bytes) -> bytes:
    return bytes([len(value)]) + value


def loc(latitude: int, longitude: int, altitude: int, sizes: bytes = b"\x12\x16\x13") -> bytes:
    return b"\0" + sizes + u32(latitude) + u32(longitude) + u32(altitude)


def service(*params: tuple[int, bytes], target: bytes = b"\0") -> bytes:
    return u16(1) + target + b"".join(u16(key) + u16(len(value)) + value for key, value in params)


ORG, MEAN_NAME = b"\3org\0", b"\4a.b\\\6\0\x1b\"; @\3o$(\0"
EVERY_BYTE = [bytes(range(start, start + 64)) for start in range(0, 256, 64)]
EQUATOR = 1 << 31

HANDMADE: dict[str, list[bytes]] = {
    "TXT": [b"\0", b"\0\0\0", b"".join(map(string, EVERY_BYTE)), string(b"x" * 255) * 3, string(b'"\\;#()'), string(b"\t")],
    "SPF": [string(b'v=spf1 "x" \\ ;\xff')],
    "HINFO": [string(b"A B") + string(b""), string(b'"\\') + string(b"\0\xff")],
    "ISDN": [string(b"150862028003217"), string(b"1") + string(b"sa"), string(b'"') + string(b"\\")],
    "X25": [string(b"311061700956")],
    "CAA": [b"\0" + string(b"issue") + b"", b"\x80" + string(b"issue") + b'ca.org; a="b\\"', b"\0" + string(b"iodef") + EVERY_BYTE[3],
            b"\0" + string(b"Issue0") + b"x", b"\0" + string(b"a b") + b"x", b"\0" + string(b"") + b"x"],
    "URI": [u16(1) + u16(2) + b'https://x/"\\ \xff\0', u16(0) + u16(0) + b"x", u16(0) + u16(0)],
    "NAPTR": [u16(1) + u16(2) + string(b"u") + string(b"E2U+sip") + string(b'!^.*$!sip:\\1@"x"!') + b"\0",
              u16(0) + u16(0) + b"\0\0\0" + MEAN_NAME],
    "LOC": [loc(EQUATOR, EQUATOR, 10000000), loc(EQUATOR + 1, EQUATOR - 1, 0), loc(0, 0, 0), loc(EQUATOR, EQUATOR, 0xFFFFFFFF),
            loc(EQUATOR - 324000000, EQUATOR + 648000000, 10000001), loc(EQUATOR + 324000001, EQUATOR, 0),
            loc(EQUATOR + 3600000, EQUATOR + 59999, 9999999), loc(EQUATOR, EQUATOR, 1, b"\0\0\0"),
            loc(EQUATOR, EQUATOR, 1, b"\x99\x99\x99"), loc(EQUATOR, EQUATOR, 1, b"\xff\x0f\xf0"), loc(EQUATOR, EQUATOR, 1, b"\x01\x10\x02")],
    "SVCB": [service((1, string(b"h2,h3"))), service((1, string(b"h2") + string(b"h3"))), service((1, string(b'\\"'))),
             service((3, u16(443)), (1, string(b"h2"))), service((667, b"hello")), service((2, b"")), service((2, b"x")),
             service((0, u16(1) + u16(4)), (1, string(b"h2")), (4, b"\1\2\3\4")), service((5, b"\0\1\2")), service((5, b"")),
             service((7, b"/q{?dns}")), service((8, b"")), service((9, b"a b\"\\,")), service((65535, b"")), service((4, b"")),
             service((3, b"x")), service((1, b"")), service((1, string(b"a b"))), service(target=MEAN_NAME), u16(0) + ORG],
    "HTTPS": [service((4, b"\1\2\3\4" * 3), (6, b"\x20\1\x0d\xb8" + bytes(12))), service((6, bytes(10) + b"\xff\xff\1\2\3\4"))],
    "WKS": [b"\1\2\3\4\x06\x00\x00\x00\x40", b"\1\2\3\4\x11" + b"\xff" * 12, b"\1\2\3\4\x06"],
    "APL": [b"", u16(1) + b"\x18\x83\x0a\0\1", u16(1) + b"\x20\x04\1\2\3\4", u16(2) + b"\x40\x81\x20", u16(1) + b"\x00\x00", u16(9) + b"\x01\x01\x01"],
    "IPSECKEY": [b"\1\0\2key", b"\1\1\2\1\2\3\4key", b"\1\2\2" + bytes(16) + b"key", b"\1\3\2" + ORG + b"key", b"\1\0\0", b"\1\4\2x"],
    "HIP": [b"\4\2" + u16(3) + b"hit!key", b"\4\2" + u16(3) + b"hit!key" + ORG, b"\0\2" + u16(0)],
    "AMTRELAY": [b"\1\0", b"\1\x81\1\2\3\4", b"\1\3" + ORG],
    "CERT": [u16(1) + u16(2) + b"\5cert", u16(0) + u16(0) + b"\0cert", u16(253) + u16(1) + b"\xfecert", u16(65535) + u16(65535) + b"\xffc"],
    "DS": [u16(1) + b"\x08\x02" + bytes(32), u16(1) + b"\xff\xff\0", u16(1) + b"\x08\x01"],
    "DNSKEY": [u16(257) + b"\3\x08key!", u16(257) + b"\3\xffkey!", u16(0) + b"\0\0"],
    "KEY": [u16(512) + b"\xff\1\3\1\0\1", u16(0xC000) + b"\3\5"],
    "TLSA": [b"\3\1\1" + bytes(32), b"\xff\xff\xff\0", b"\3\1\1"],
    "SSHFP": [b"\1\1" + bytes(20), b"\xff\xff\0"],
    "NSEC": [ORG + b"\0\1\x40", ORG, MEAN_NAME + b"\0\6\x40\1\0\0\0\3", ORG + b"\xff\x01\x01", ORG + b"\0\0", ORG + b"\0\2\x40\0"],
    "NSEC3": [b"\1\0" + u16(10) + string(b"salt") + string(b"h" * 20) + b"\0\1\x40", b"\1\1" + u16(0) + b"\0" + string(b"h" * 20)],
    "NSEC3PARAM": [b"\1\0" + u16(10) + string(b"salt"), b"\1\0" + u16(0) + b"\0"],
    "CSYNC": [u32(1) + u16(3) + b"\0\1\x60", u32(0xFFFFFFFF) + u16(0xFFFF)],
    "RRSIG": [u16(1) + b"\x08\x02" + u32(300) + u32(0xFFFFFFFF) + u32(0) + u16(1) + MEAN_NAME + b"sig",
              u16(65280) + b"\xff\x02" + u32(300) + u32(1) + u32(0) + u16(1) + ORG + b"sig", u16(1) + b"\x08\x02" + u32(300) + u32(9) + u32(8) + u16(1) + ORG],
    "SOA": [MEAN_NAME + ORG + u32(0xFFFFFFFF) * 5], "MX": [u16(65535) + MEAN_NAME, u16(0) + b"\0"], "NS": [MEAN_NAME, b"\0"],
    "EUI48": [b"\0\1\2\xfd\xfe\xff"], "EUI64": [bytes(8)], "L32": [u16(1) + b"\1\2\3\4"], "L64": [u16(1) + bytes(8)], "NID": [u16(1) + b"\xff" * 8],
    "NSAP": [b"\x47\0\5", b"\0" * 20], "GPOS": [string(b"-22.6882") + string(b"116.8652") + string(b"250.0"), string(b"") * 3],
    "OPENPGPKEY": [b"key!", b"\0"], "DHCID": [b"key!"], "ZONEMD": [u32(1) + b"\1\1" + bytes(48), u32(1) + b"\xff\xff" + bytes(12)],
    "AAAA": [bytes(16), bytes(10) + b"\xff\xff\1\2\3\4", bytes(12) + b"\1\2\3\4", b"\x20\1" + bytes(13) + b"\1"],
    "RP": [MEAN_NAME + b"\0"], "PX": [u16(1) + MEAN_NAME + ORG], "SRV": [u16(1) * 3 + MEAN_NAME], "A6": [b"\0" + bytes(16), b"\x80" + ORG],
}


def mutations(seed: bytes, count: int, chance: random.Random) -> Iterator[bytes]:
    for _ in range(count):
        rdata = bytearray(seed)
        for _ in range(chance.choice((1, 1, 2, 4))):
            at = chance.randrange(len(rdata) + 1)
            what = chance.randrange(4)
            if what == 0 and at < len(rdata):
                rdata[at] = chance.choice((0, 1, 32, 34, 44, 59, 92, 127, 255, chance.randrange(256)))
            elif what == 1:
                rdata[at:at] = bytes([chance.randrange(256)])
            elif what == 2:
                del rdata[at:at + 1]
            else:
                rdata += chance.randbytes(chance.randrange(4))
        yield bytes(rdata)


def cases() -> list[tuple[str, bytes]]:
    chance = random.Random(20260101)
    seeds = defaultdict(list, {rrtype: list(rdatas) for rrtype, rdatas in HANDMADE.items()})
    for _, rrtype, wire in expected("tuples", CAPTURES):
        if len(seeds[rrtype]) < len(HANDMADE.get(rrtype, [])) + 4:
            seeds[rrtype].append(bytes.fromhex(wire))
    found: dict[tuple[str, bytes], None] = {}
    for rrtype, rdatas in sorted(seeds.items()):
        for rdata in rdatas:
            found[rrtype, rdata] = None
        for rdata in rdatas:
            for mutated in mutations(rdata, 40, chance):
                found[rrtype, mutated] = None
    return list(found)


def render(wanted: list[tuple[str, bytes]]) -> list[tuple[str, str]]:
    lines = "".join(f"{rrtype} {rdata.hex() or '-'}\n" for rrtype, rdata in wanted)
    run = subprocess.run([RENDER], input=lines.encode(), capture_output=True, check=True, timeout=300)
    told = [tuple(line.split(" ", 1)) for line in run.stdout.decode("ascii").splitlines()]
    assert len(told) == len(wanted)
    return told


class Handmade(unittest.TestCase):
    def test_reads_back(self) -> None:
        wanted = cases()
        tally, bind_checks = Tally(), Counter()
        jobs = []
        for (_, rdata), (rrtype, text) in zip(wanted, render(wanted)):
            tally.add(rrtype, text)
            bind_checks[rrtype] += not is_generic(text)
            jobs.append((rrtype, text, rdata, bind_checks[rrtype] <= BIND_CHECKS_A_TYPE))
        tally.show()
        with ThreadPoolExecutor(max_workers=4) as pool:
            problems = [problem for found in pool.map(lambda job: problems_of_any(*job), jobs) for problem in found]
        self.assertEqual([], problems, "\n" + "\n".join(problems))
        self.assertGreater(len(jobs), 5000)
        self.assertGreater(sum(tally.proper.values()), 1500)

    def test_mnemonics_are_common(self) -> None:
        bind_knows = known_to_bind()
        names = render([(f"TYPE{number}", b"x") for number in range(1, 65536)])
        mnemonics = 0
        for number, (name, _) in enumerate(names, 1):
            self.assertEqual(number, dns.rdatatype.from_text(name), name)
            if name == f"TYPE{number}":
                continue
            mnemonics += 1
            if number != 41 and not 128 <= number <= 255:  # BIND lists no meta types
                self.assertIn(name, bind_knows)
        self.assertGreater(mnemonics, 70)


if __name__ == "__main__":
    unittest.main()
