#!/usr/bin/python3
"""Every row of the real captures, through the real binaries: rrname and rdata text read back to the
same wire bytes with dnspython and with BIND's named-rrchecker."""
from __future__ import annotations

import json
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from independent import Tally, by_dnspython, dns, known_to_bind, problems_of_valid
from pdns_testing import CAPTURES, ingest, labels_of, payloads_of, query, scratch


def rows_of_captures() -> list[dict]:
    with scratch() as folder:
        database = Path(folder) / "db"
        run = ingest(database, *CAPTURES)
        assert run.returncode == 0, run.stderr.decode()
        rows: list[dict] = []
        for options in ([], ["--quarantined"]):
            told = query(database, "*.", "--json", "--wire", *options)
            assert told.returncode == 0, told.stderr.decode()
            rows += [json.loads(line) for line in told.stdout.splitlines()]
        return rows


def field(message: bytes, wanted: int) -> bytes | None:
    """The last length-delimited protobuf field of that number."""
    def varint(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            value |= (message[at] & 0x7F) << shift
            shift += 7
            at += 1
            if message[at - 1] < 0x80:
                return value, at

    at, found = 0, None
    while at < len(message):
        key, at = varint(at)
        if key & 7 == 2:
            length, at = varint(at)
            if key >> 3 == wanted:
                found = message[at:at + length]
            at += length
        elif key & 7 == 0:
            _, at = varint(at)
        else:
            at += 8 if key & 7 == 1 else 4
    return found


def owners_on_the_wire() -> set[bytes]:
    """Owner names of all answers in the captures, read by dnspython, in lower case."""
    owners = set()
    for capture in CAPTURES:
        for payload in payloads_of(capture):
            message = field(field(payload, 14) or b"", 14) or b""
            _, _, questions, answers = (int.from_bytes(message[i:i + 2], "big") for i in range(0, 8, 2))
            at = 12
            for _ in range(questions):
                at += dns.name.from_wire(message, at)[1] + 4
            for _ in range(answers):
                name, used = dns.name.from_wire(message, at)
                owners.add(name.canonicalize().to_wire())
                at += used + 8
                at += 2 + int.from_bytes(message[at:at + 2], "big")
    return owners


class Captures(unittest.TestCase):
    rows: list[dict]

    @classmethod
    def setUpClass(cls) -> None:
        cls.rows = rows_of_captures()

    def test_rrnames_read_back(self) -> None:
        on_the_wire = owners_on_the_wire()
        seen: dict[bytes, str] = {}
        for row in self.rows:
            text = row["rrname"]
            name = dns.name.from_text(text, origin=None)
            self.assertTrue(name.is_absolute(), text)
            wire = name.to_wire()
            self.assertIn(wire, on_the_wire, text)
            self.assertEqual(text, seen.setdefault(wire, text))
            bailiwick = dns.name.from_text(row["bailiwick"], origin=None)
            self.assertTrue(name.is_subdomain(bailiwick), row)
            self.assertEqual(len(name.labels) - 1, len([label for label in labels_of(text) if label]))
        self.assertGreater(len(seen), 300)

    def test_rdata_reads_back(self) -> None:
        tally, problems = Tally(), []
        bind_knows = known_to_bind()
        different = sorted({(row["rrtype"], row["rdata"], row["rdata_wire"]) for row in self.rows})
        for rrtype, text, _ in different:
            tally.add(rrtype, text)
        with ThreadPoolExecutor(max_workers=4) as pool:  # most of the time goes into starting BIND's checker
            for found in pool.map(lambda row: problems_of_valid(row[0], row[1], bytes.fromhex(row[2]), bind_knows), different):
                problems += found
        tally.show()
        self.assertEqual([], problems, "\n" + "\n".join(problems))
        self.assertGreater(sum(tally.proper.values()), 500)

    def test_the_parsers_can_tell(self) -> None:
        bind_knows = known_to_bind()
        self.assertEqual([], problems_of_valid("A", "192.0.2.1", b"\xc0\0\2\1", bind_knows))
        for rrtype, text, wire in (("A", "192.0.2.1", b"\xc0\0\2\2"), ("TXT", '"a"', b"\1b"), ("A", "\\# 1 00", b"x"),
                                   ("NS", "a", b"\1b\0"), ("TYPE1234", "x", b"x"), ("TXT", "\x1b", b"\1\x1b")):
            self.assertNotEqual([], problems_of_valid(rrtype, text, wire, bind_knows), text)
        self.assertEqual(b"\1a", by_dnspython("TXT", "a"))


if __name__ == "__main__":
    unittest.main()
