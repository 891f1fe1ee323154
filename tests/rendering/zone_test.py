#!/usr/bin/python3
"""Rows as lines of a zone file: what BIND's named-checkzone loads, all of the captures in one zone and rows made to
be mean, and of what it loads each row that is no comment is there."""
from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from independent import dns
from pdns_testing import CAPTURES, ingest, query

RENDER_ROWS = os.environ.get("PDNS_RENDER_ROWS", "build/release/tests/rendering/render_rows")
CHECK = shutil.which("named-checkzone") or "/usr/bin/named-checkzone"
Row = tuple[bytes, int, bytes, int]  # owner, type, rdata, last seen


def wire(name: str) -> bytes:
    return dns.name.from_text(name).to_wire()


def canonical(owner: bytes) -> dns.name.Name:
    return dns.name.from_wire(owner, 0)[0]


SOA = wire("ns.") + wire("mail.") + bytes(20)
NS, CNAME, SOA_TYPE, MD, TXT, DNAME = 2, 5, 6, 3, 16, 39
APEX: list[Row] = [(b"\0", NS, wire("ns."), 5), (b"\0", SOA_TYPE, SOA, 7), (b"\0", SOA_TYPE, SOA[:-1] + b"\1", 9)]
SERVER: Row = (wire("ns."), 1, b"abcd", 5)


def rows_of_captures() -> list[Row]:
    """Each once, in the order of the store: names before those below them."""
    last_seen = {row[:3]: row[3] for row in [*APEX, SERVER]}
    for capture in CAPTURES:
        for line in capture.with_suffix(".tuples.tsv").read_text().splitlines():
            owner, rrtype, _, _, last, _, rdata = line.split("\t")
            key = (wire(owner), int(dns.rdatatype.from_text(rrtype)), b"" if rdata == "-" else bytes.fromhex(rdata))
            last_seen[key] = max(int(last), last_seen.get(key, 0))
    return [(*key, last_seen[key]) for key in sorted(last_seen, key=lambda key: (canonical(key[0]), key))]


def dig(rows: list[Row]) -> str:
    lines = "".join(f"{owner.hex()} {rrtype} {rdata.hex() or '-'} {last}\n" for owner, rrtype, rdata, last in rows)
    run = subprocess.run([RENDER_ROWS, "dig"], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return run.stdout.decode()


def load(text: str, of: str = ".") -> tuple[int, str, list[str]]:
    """Exit code, what was said, and the lines of the zone that was loaded."""
    with tempfile.TemporaryDirectory() as folder:
        zone, out = Path(folder) / "zone", Path(folder) / "out"
        zone.write_text(text, encoding="ascii")
        # What one owner holds is judged, not whether names that others name are there.
        loose = [word for option in "kmMSnr" for word in (f"-{option}", "ignore")]
        run = subprocess.run([CHECK, "-i", "none", *loose, "-o", out, of, zone], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        loaded = out.read_text(encoding="ascii").splitlines() if out.exists() else []
        return run.returncode, run.stdout.decode(), [line for line in loaded if not line.startswith(";")]


def active(text: str) -> list[str]:
    return [line for line in text.splitlines()[1:] if not line.startswith(";")]


@unittest.skipUnless(os.path.exists(CHECK), "named-checkzone not found (package bind9-utils)")
class Zone(unittest.TestCase):
    def loads(self, rows: list[Row]) -> list[str]:
        text = dig(rows)
        self.assertEqual(len(text.splitlines()), len(rows) + 1)
        code, said, loaded = load(text)
        self.assertEqual(code, 0, said[-2000:])
        self.assertEqual(len(loaded), len(active(text)))
        return active(text)

    def test_captures(self) -> None:
        rows = rows_of_captures()
        self.assertGreater(len(rows), 2000)
        self.assertGreater(len(self.loads(rows)), len(rows) * 9 // 10)

    def test_what_no_zone_holds(self) -> None:
        a = wire("a.")
        rows = [*APEX, SERVER, (a, 1, b"abcd", 5), (a, MD, wire("b."), 5), (a, CNAME, wire("b."), 9),
                (a, CNAME, wire("c."), 7), (a, 255, b"", 99), (wire("d."), DNAME, wire("x."), 1),
                (wire("d."), DNAME, wire("y."), 2)]
        kept = [line.split()[:4] for line in self.loads(rows)]
        self.assertEqual([line[:3] for line in kept], [[".", "IN", "NS"], [".", "IN", "SOA"], ["ns.", "IN", "A"],
                                                       ["a.", "IN", "CNAME"], ["d.", "IN", "DNAME"]])
        self.assertEqual([kept[3][3], kept[4][3]], ["b.", "y."])

    def test_mean_bytes(self) -> None:
        every = bytes(range(256))
        parts = (every[:128], every[128:], b'";\n$INCLUDE /etc/passwd\n(')
        text = b"".join(bytes([len(part)]) + part for part in parts)
        mean = [b"\x1b]0;\a", b"$INCLUDE", b"@", b'"();\\', b"a b\n\t", every[193:], every[:63], every[64:96] + b"~"]
        rows = [*APEX, SERVER]
        for label in mean:
            owner = bytes([len(label)]) + label.lower() + b"\0"
            rows += [(owner, TXT, text, 1), (owner, 65280, every, 1), (owner, 15, b"\0\1" + owner, 1)]
        self.assertEqual(len(self.loads(rows)), len(rows) - 1)

    def test_no_record_of_any_type_spoils_the_zone(self) -> None:
        """Random and edge rdata of every type: judged by what the parser of the type takes."""
        chance = random.Random(7)

        def some(low: int, high: int, of: bytes) -> bytes:
            return bytes(chance.choice(of) for _ in range(chance.randint(low, high)))

        def string(text: bytes) -> bytes:
            return bytes([len(text)]) + text

        def name() -> bytes:
            return b"".join(string(some(1, 8, b"abc-_ *\xff.")) for _ in range(chance.randint(0, 3))) + b"\0"

        kinds = (
            lambda: some(*[chance.choice((0, 1, 2, 4, 5, 7, 8, 16, 20, 24, 32, 36))] * 2, bytes(range(256))),
            lambda: some(1, 24, b"\0\1\2\3"),
            lambda: some(0, 6, b"\0\1\2") + name(),
            lambda: b"".join(string(some(0, 6, b'ab1"\\!^.*$ \0\xff')) for _ in range(chance.randint(1, 4))),
            lambda: some(4, 4, b"\0\1\2") + b"".join(string(some(0, 9, b"ab1!^.*$+(){}[]")) for _ in range(3)) + name(),
        )
        types = [*range(1, 111), 249, *range(256, 265), 32768, 32769, 65280]
        rows = [*APEX, SERVER]
        for rrtype in types:
            if rrtype in (NS, CNAME, SOA_TYPE, DNAME):  # of which the zone has its own
                continue
            rows += [(string(b"x%d-%d" % (rrtype, i)) + b"\0", rrtype, chance.choice(kinds)(), 1) for i in range(40)]
        self.assertGreater(len(self.loads(rows)), len(rows) // 10)
        cases = sorted((Path(__file__).resolve().parent.parent / "data/zone").glob("*.dnstap"))
        self.assertEqual(5, len(cases))
        for case in cases:
            with self.subTest(case=case.name), tempfile.TemporaryDirectory() as folder:
                self.assertEqual(0, ingest(Path(folder) / "db", case).returncode)
                told = query(Path(folder) / "db", "*.", "-p", "dig")
                code, said, loaded = load(told.stdout.decode(), "zone.example")
                self.assertEqual((0, 3), (code, len(loaded)), said)


if __name__ == "__main__":
    unittest.main(verbosity=2)  # tells why a part was skipped
