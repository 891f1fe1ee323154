#!/usr/bin/python3
"""Every record that the servers of the integration tests can serve, zones and lies, shown as pdns-query would: each
reads back to the same wire bytes with dnspython and with BIND's named-rrchecker, whichever know its type."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from independent import Tally, known_to_bind, problems_of_valid
from pdns_testing import scratch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from world import build, liars  # noqa: E402

RENDER = os.environ.get("PDNS_RENDER", "build/release/tests/rendering/render_rdata")
SKIP = 77
# named-rrchecker reads no longer tokens, and each of these starts one.
LONGEST_FOR_BIND = 60000

Rdata = tuple[int, bytes]


def records_of_zones() -> set[Rdata]:
    with scratch() as folder:
        return {(record.rrtype, record.rdata) for zone in build.Build(Path(folder) / "zones") for record in zone.records}


def records_of_liars() -> set[Rdata]:
    """Those that may be shown, be it in the quarantine."""
    return {(rrtype, rdata) for lie in liars.LIES
            for _, rrtype, rdata in [*lie.true, *(rr for rr, _ in lie.false), *liars.ApexRows(lie)]}


def shown(records: list[Rdata]) -> list[tuple[str, str]]:
    """Mnemonic and text of each."""
    lines = "".join(f"{rrtype} {rdata.hex() or '-'}\n" for rrtype, rdata in records)
    run = subprocess.run([RENDER], input=lines, capture_output=True, text=True, timeout=300, check=True)
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in run.stdout.splitlines()]


class World(unittest.TestCase):
    def test_rdata_reads_back(self) -> None:
        records = sorted(records_of_zones() | records_of_liars())
        texts = shown(records)
        self.assertEqual(len(records), len(texts))
        self.assertGreater(len(records), 700)
        bind_knows, tally = known_to_bind(), Tally()

        def check(number: int) -> list[str]:
            (rrtype, text), wire = texts[number], records[number][1]
            known = bind_knows if len(text) < LONGEST_FOR_BIND else set()
            return problems_of_valid(rrtype, text, wire, known)

        for rrtype, text in texts:
            tally.add(rrtype, text)
        with ThreadPoolExecutor(max_workers=4) as pool:  # most of the time goes into starting BIND's checker
            problems = [problem for found in pool.map(check, range(len(records))) for problem in found]
        tally.show()
        self.assertEqual([], problems, "\n" + "\n".join(problems))
        self.assertGreater(len(tally.proper), 48)


if __name__ == "__main__":
    if shutil.which("dnssec-signzone") is None:
        print("skipped: dnssec-signzone is missing (package bind9-utils)")
        sys.exit(SKIP)
    unittest.main()
