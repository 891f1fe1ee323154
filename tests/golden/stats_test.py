"""`pdns-query --stats` against what an independent reader counted, however often and however broken off it was taken."""
import json
import os
import re
import signal
import struct
import subprocess
import time
import unittest
from pathlib import Path

from live_test import send
from pdns_testing import BIN, CAPTURES, Ingester, dump, expected, expected_counters, ingest, listening, payloads_of
from pdns_testing import query, rows, scratch, stats, stats_counters, stream, wait_for

WHOLE, INCOMPLETE, USAGE, NO_INPUT = 0, 2, 64, 66


def expected_of(captures: list[Path]) -> dict[str, int]:
    """The counters of several captures together; their tuples are not a sum."""
    merged: dict[str, int] = {}
    for capture in captures:
        for name, count in expected_counters(capture).items():
            merged[name] = merged.get(name, 0) + count
    return {name: count for name, count in merged.items() if name not in ("tuples", "quarantined tuples")}


def addresses_of(rrtype: str, rdata: bytes) -> set[bytes]:
    """The addresses that a record leads to: its own, or the hints of SVCB and HTTPS (RFC 9460)."""
    if rrtype in ("A", "AAAA"):
        return {rdata}
    if rrtype not in ("SVCB", "HTTPS"):
        return set()
    found, at = set(), 2
    while rdata[at]:  # over the TargetName
        at += 1 + rdata[at]
    at += 1
    while at < len(rdata):
        key, length = struct.unpack_from(">HH", rdata, at)
        at += 4
        size = {4: 4, 6: 16}.get(key)
        if size:
            found |= {rdata[i:i + size] for i in range(at, at + length, size)}
        at += length
    return found


class Stats(unittest.TestCase):
    maxDiff = 4000

    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database = self.root / "db"

    def recount(self) -> dict:
        """The same numbers, each counted row by row."""
        run = query(self.database, "--stats", "--recount", "--json")
        self.assertEqual(WHOLE, run.returncode, run.stderr.decode())
        told = json.loads(run.stdout)
        self.assertEqual((True, False), (told["complete"], told["estimated"]))
        return told

    def check_captures(self, captures: list[Path]) -> dict:
        told = stats(self.database)
        self.assertTrue(told["complete"])
        self.assertEqual(expected_of(captures), stats_counters(told))
        tuples, doubtful = expected("tuples", captures), expected("quarantined", captures)
        self.assertEqual(len(tuples), told["tuples"])
        names = {rrname for rrname, _, _ in tuples}
        addresses = set().union(*(addresses_of(rrtype, bytes.fromhex(rdata)) for _, rrtype, rdata in tuples))
        self.assertTrue(told["estimated"])
        self.assertEqual(len(names), told["rrnames"])
        self.assertAlmostEqual(len(addresses), told["addresses"], delta=0.03 * len(addresses))
        recounted = self.recount()
        self.assertEqual(len(names), recounted["rrnames"])
        self.assertEqual(len(addresses), recounted["addresses"])
        of_disk = ("estimated", "addresses", "disk")
        self.assertEqual({key: value for key, value in told.items() if key not in of_disk},
                         {key: value for key, value in recounted.items() if key not in of_disk})
        self.assertEqual({f"{capture.stem.split('-')[0]}-lab" for capture in captures}, set(told["sensors"]))
        self.assertEqual({"rows": 0, "rules": {}}, told["expired"])
        types: dict[str, int] = {}
        for _, rrtype, _ in tuples:
            types[rrtype] = types.get(rrtype, 0) + 1
        self.assertEqual(types, told["types"])
        self.assertEqual(min(first for _, first, _, _ in tuples.values()), told["time_first"])
        self.assertEqual(max(last for _, _, last, _ in tuples.values()), told["time_last"])
        self.assertEqual({"tuples": len(doubtful), "reasons": {"out_of_bailiwick": len(doubtful)}},
                         told["quarantined"])
        return told

    def test_files_then_again_then_a_grown_one(self) -> None:
        frames = [len(payloads_of(capture)) for capture in CAPTURES]
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        told = self.check_captures(CAPTURES[:1])
        self.assertEqual({"taken": 1, "frames": frames[0]}, {k: told["captures"][k] for k in ("taken", "frames")})
        for _ in range(2):  # the first one once more, and then both
            self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
            told = self.check_captures(CAPTURES)
            self.assertEqual({"taken": 2, "frames": sum(frames)}, {k: told["captures"][k] for k in ("taken", "frames")})
            self.assertLess(sum(len(p) for c in CAPTURES for p in payloads_of(c)), told["captures"]["bytes"])
        cut = self.root / "grows"
        payloads = payloads_of(CAPTURES[1])
        self.database = self.root / "grown"
        for part in (payloads[:700], payloads):
            cut.write_bytes(stream(part, stop=False))
            self.assertEqual(0, ingest(self.database, cut).returncode)
            self.assertEqual(len(part), stats_counters(stats(self.database))["frames"])
        self.check_captures(CAPTURES[1:])

    def test_socket(self) -> None:
        """What a socket gave is counted, frames without any tuple at once with the others."""
        with Ingester(self.database, "-u", self.root / "sock", "--flush-interval", "0.05") as run:
            wait_for(lambda: listening(self.database / "control.sock"))
            send(self.root / "sock", payloads_of(CAPTURES[0]))
            wait_for(lambda: stats_counters(stats(self.database)).get("frames") == len(payloads_of(CAPTURES[0])))
            self.check_captures(CAPTURES[:1])  # beside the writer
            send(self.root / "sock", payloads_of(CAPTURES[1]))
            code, _, err = run.stop()
            self.assertEqual(0, code, err)
        told = self.check_captures(CAPTURES)
        self.assertEqual({"taken": 0, "frames": 0, "bytes": 0}, told["captures"])
        with Ingester(self.database, "-u", self.root / "sock", "--message-type", "CLIENT_RESPONSE") as run:
            wait_for(lambda: listening(self.database / "control.sock"))
            send(self.root / "sock", payloads_of(CAPTURES[0])[:100])
            self.assertEqual(0, run.stop()[0])
        self.assertEqual(100, stats(self.database)["counters"]["skipped"]["RESOLVER_RESPONSE"])

    def test_empty_and_none(self) -> None:
        self.assertEqual(NO_INPUT, query(self.database, "--stats").returncode)
        empty = self.root / "nothing-in-it"
        empty.write_bytes(stream([]))
        self.assertEqual(0, ingest(self.database, empty).returncode)
        told = stats(self.database)
        self.assertEqual(0, told["tuples"] + told["rrnames"] + told["addresses"] + told["counters"]["frames"])
        self.assertNotIn("time_first", told)
        self.assertEqual({}, told["types"])
        text = query(self.database, "--stats")
        self.assertEqual(WHOLE, text.returncode)
        self.assertRegex(text.stdout.decode(), r"(?m)^tuples +0$")

    def test_text_and_usage(self) -> None:
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        run = query(self.database, "--stats", "--local")
        self.assertEqual((WHOLE, b""), (run.returncode, run.stderr))
        told = stats(self.database)
        text = [line for line in run.stdout.decode("ascii").splitlines() if line.strip() not in told["sensors"]]
        lines = dict(line.strip().rsplit(maxsplit=1) for line in text)
        self.assertRegex("\n".join(text), rf"(?m)^rrnames +{told['rrnames']}$")
        self.assertEqual("2", lines["sensors"])
        self.assertEqual(str(told["tuples"]), lines["tuples"])
        self.assertEqual(str(told["types"]["MX"]), lines["MX"])
        self.assertEqual(str(told["counters"]["refused"]["rcode"]), lines["refused.rcode"])
        self.assertEqual(str(told["disk"]["bytes"]), lines["bytes on disk"])
        self.assertRegex(lines["first seen"], r"[+-]\d\d:\d\d$")
        self.assertEqual(1, len({len(line) for line in text}), "the columns are not aligned")
        refused = query(self.database, "--stats", "www.blah.org")
        self.assertEqual((USAGE, b""), (refused.returncode, refused.stdout))
        self.assertIn(b"--summarize", refused.stderr)

    def test_interrupt_prints_what_was_counted(self) -> None:
        """Held up while it opens the database, it finds the signal when it begins to count."""
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        current, aside = self.database / "CURRENT", self.root / "aside"
        os.replace(current, aside)
        os.mkfifo(current)
        with subprocess.Popen([BIN / "pdns-query", "-d", self.database, "--stats", "--recount", "-j"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as run:
            with current.open("wb") as writer:  # it waits there by now
                content = aside.read_bytes()
                os.replace(aside, current)
                status = Path(f"/proc/{run.pid}/status")
                wait_for(lambda: re.search(r"^SigCgt:\s+\w*[2367abef]$", status.read_text(), re.MULTILINE))
                run.send_signal(signal.SIGINT)
                time.sleep(0.1)
                writer.write(content)
            told, said = run.communicate(timeout=300)
        self.assertEqual(INCOMPLETE, run.returncode, said)
        self.assertIn(b"incomplete", said)
        self.assertFalse(json.loads(told)["complete"])
        self.assertEqual(0, json.loads(told)["tuples"])

    def test_counts_as_the_answers_do(self) -> None:
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        trusted = rows(dump(self.database).split(b"--\n")[0])
        self.assertEqual(len(trusted), stats(self.database)["tuples"])
        self.assertEqual(len(trusted), self.recount()["tuples"])


if __name__ == "__main__":
    unittest.main()
