#!/usr/bin/python3
"""The JSON rows as dnsdbq reads them, the client of the largest passive DNS database: every row of the real captures
comes back from it as text, as CSV and as JSON. (With -J dnsdbq 2.6.4 passes over its fences -A and -B, and its
sorting and -p minimal fail, whatever the rows.)"""
from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import unittest
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

from pdns_testing import CAPTURES, expected, ingest, query, scratch

DNSDBQ = shutil.which("dnsdbq")
SKIP = 77
# It asks for a key before it reads a file, where it needs none; HOME could hold a configuration.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "DNSDB_API_KEY": "none",
               "DNSDB_SERVER": "http://127.0.0.1:1", "TZ": "UTC", "LC_ALL": "C"}

Row = tuple[str, str, str, int, int, int, str]  # rrname, rrtype, rdata, first, last, count, bailiwick
TIME = r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"
# dnsdbq puts quotes around texts and leaves those inside as they are, so the line is cut by what stands around them.
CSV_LINE = re.compile(rf'"{TIME}","{TIME}",,,(\d+),"(.*)","(.*)","([A-Z0-9-]+)","(.*)"')
TEXT_ROW = re.compile(rf";; record times: {TIME} \.\. {TIME}(?: \([\w ]+\))?\n"
                      r";; count: (\d+); bailiwick: (.*)\n(.*?)  ([A-Z0-9-]+)  (.*)\n\n")


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


def row_of(cut: tuple[str, ...]) -> Row:
    first, last, count, bailiwick, rrname, rrtype, rdata = cut
    return rrname, rrtype, rdata, seconds(first), seconds(last), int(count), bailiwick


def of_csv(told: str) -> list[Row]:
    matches = [CSV_LINE.fullmatch(line) for line in told.splitlines()[1:]]
    assert all(matches), "a line that is no row"
    return [row_of(match.groups()) for match in matches if match]


def of_text(told: str) -> list[Row]:
    assert TEXT_ROW.sub("", told) == "", "what is no row"
    return [row_of(match) for match in TEXT_ROW.findall(told)]


def of_json(told: str) -> list[Row]:
    columns = ("rrname", "rrtype", "rdata", "time_first", "time_last", "count", "bailiwick")
    return [tuple(json.loads(line)[column] for column in columns) for line in told.splitlines()]


READERS = {"json": of_json, "csv": of_csv, "text": of_text}


def dnsdbq(lines: bytes, form: str, *options: str) -> tuple[str, str]:
    """What it printed, and what it said about it."""
    run = subprocess.run([DNSDBQ, "-J", "-", "-p", form, *options], input=lines, capture_output=True, env=ENVIRONMENT,
                         timeout=300)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode("ascii"), run.stderr.decode()


def differences(wanted: list[Row], lines: bytes, form: str) -> list[str]:
    """What dnsdbq does not read from `lines` as it is in `wanted`, what it reads besides, and what it complains of."""
    told, said = dnsdbq(lines, form)
    read, asked = Counter(READERS[form](told)), Counter(wanted)
    return [f"lost: {row}" for row in asked - read] + [f"new: {row}" for row in read - asked] + said.splitlines()


class Dnsdbq(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = scratch()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.database = Path(cls.folder.name) / "db"
        assert ingest(cls.database, *CAPTURES).returncode == 0
        cls.lines = cls.ask()
        cls.rows = of_json(cls.lines.decode("ascii"))

    @classmethod
    def ask(cls, *options: str) -> bytes:
        run = query(cls.database, "*.", "-j", *options)
        assert run.returncode == 0, run.stderr.decode()
        return run.stdout

    def test_every_row_is_read(self) -> None:
        wanted = expected("tuples", CAPTURES)
        self.assertEqual(sorted((name, rrtype, *row) for (name, rrtype, _), row in wanted.items()),
                         sorted((r[0], r[1], r[5], r[3], r[4], r[6]) for r in self.rows))
        for form in READERS:
            self.assertEqual([], differences(self.rows, self.lines, form)[:5], form)

    def test_rows_with_more_fields_are_read(self) -> None:
        for options in (("--wire",), ("--days",), ("--quarantined", "--wire"), ("blah.org", "www.blah.org")):
            lines = self.ask(*options)
            rows = of_json(lines.decode("ascii"))
            for form in READERS:
                self.assertEqual([], differences(rows, lines, form), options)
            # Fields that it does not know are kept.
            self.assertEqual([json.loads(line) for line in lines.splitlines()],
                             [json.loads(line) for line in dnsdbq(lines, "json")[0].splitlines()])

    def test_a_fault_is_seen(self) -> None:
        """Each deliberate one, in a single row."""
        first, *rest = self.lines.splitlines(keepends=True)
        row = json.loads(first)
        faults: dict[str, dict] = {
            "count": {"count": row["count"] + 1}, "time": {"time_first": row["time_first"] - 1},
            "name": {"rrname": row["rrname"] + "x."}, "type": {"rrtype": "TYPE2"}, "rdata": {"rdata": row["rdata"] + "x"},
            "bailiwick": {"bailiwick": "org."}, "rdata that is no text": {"rdata": 5},
            "time that is no number": {"time_first": str(row["time_first"])},
        }
        for form in READERS:
            for name, fault in faults.items():
                bad = json.dumps({**row, **fault}, separators=(",", ":")).encode() + b"\n"
                found = differences(self.rows, bad + b"".join(rest), form)
                self.assertIn(f"lost: {self.rows[0]}", found, f"{form}: {name}")
            self.assertEqual([f"lost: {self.rows[0]}"], differences(self.rows, b"".join(rest), form))
            self.assertEqual([f"new: {self.rows[0]}"], differences(self.rows, first + self.lines, form))


if __name__ == "__main__":
    if DNSDBQ is None:
        print("skipped: dnsdbq not found (package dnsdbq)")
        sys.exit(SKIP)
    unittest.main()
