#!/usr/bin/env python3
"""Holds pdns-bench-generate to its word: generate_test.py GENERATOR DECODER

Same seed, same bytes; another seed, others; every message is whole for independent readers
(dnstap-read or fstrm_dump, dnspython; each where it is installed) and for the decode path under
test; the shares that the README promises.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from frames import DNSTAP_MESSAGE, QUERY_ZONE, RESPONSE_MESSAGE, RESPONSE_TIME_SEC
from frames import fields, name_text, payloads

try:
    import dns.message
    import dns.name
except ImportError:  # the rest of the test does without
    dns = None

MESSAGES = 20000
GENERATOR = ""
DECODER = ""


def generate(directory: Path, name: str, corpus: str, seed: int) -> Path:
    path = directory / name
    command = [GENERATOR, "--corpus", corpus, "--messages", str(MESSAGES)]
    subprocess.run([*command, "--seed", str(seed), "-o", str(path), "--quiet"], check=True)
    return path


def digest(path: Path) -> str:
    """A failure shall show two of these, not two files."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


class GenerateTest(unittest.TestCase):
    directory: Path
    corpora: dict[str, Path]

    @classmethod
    def setUpClass(cls) -> None:
        holder = tempfile.TemporaryDirectory(prefix="pdns-bench-")
        cls.addClassCleanup(holder.cleanup)
        cls.directory = Path(holder.name)
        cls.corpora = {c: generate(cls.directory, c, c, 7) for c in ("rep", "new", "mix")}

    def test_same_seed_same_bytes(self) -> None:
        for corpus, path in self.corpora.items():
            again = generate(self.directory, "again", corpus, 7)
            self.assertEqual(digest(path), digest(again), corpus)

    def test_other_seed_other_bytes(self) -> None:
        for corpus, path in self.corpora.items():
            other = generate(self.directory, "other", corpus, 8)
            self.assertNotEqual(digest(path), digest(other), corpus)
            self.assertEqual(self.names(other, 50) & self.names(path, 50), set(), corpus)

    @staticmethod
    def names(path: Path, count: int) -> set[str]:
        found = set()
        for _, payload in zip(range(count), payloads(path)):
            found.add(name_text(fields(fields(payload)[DNSTAP_MESSAGE])[RESPONSE_MESSAGE], 12))
        return found

    def test_shares(self) -> None:
        distinct = {}
        for corpus, path in self.corpora.items():
            answers = empty = 0
            tops = set()
            last = 0
            for payload in payloads(path):
                message = fields(fields(payload)[DNSTAP_MESSAGE])
                wire = message[RESPONSE_MESSAGE]
                count = struct.unpack_from(">H", wire, 6)[0]
                answers += count
                empty += count == 0
                tops.add(name_text(wire, 12))
                self.assertGreater(message[RESPONSE_TIME_SEC], last - 2, "time goes forward")
                last = max(last, message[RESPONSE_TIME_SEC])
            distinct[corpus] = len(tops) / MESSAGES
            self.assertTrue(1.7 <= answers / MESSAGES <= 2.1, f"{corpus}: {answers} answers")
            self.assertTrue(0.09 <= empty / MESSAGES <= 0.16, f"{corpus}: {empty} without")
        self.assertTrue(0.08 < distinct["rep"] < 0.2, distinct)
        self.assertTrue(0.45 < distinct["mix"] < 0.65, distinct)
        self.assertTrue(0.93 < distinct["new"] < 0.97, distinct)

    def test_decode_path_takes_every_message(self) -> None:
        for path in self.corpora.values():
            answers = 0
            for payload in payloads(path):
                wire = fields(fields(payload)[DNSTAP_MESSAGE])[RESPONSE_MESSAGE]
                answers += struct.unpack_from(">H", wire, 6)[0]
            out = subprocess.run([DECODER, str(path)], check=True, capture_output=True).stdout
            read = json.loads(out)
            self.assertEqual((read["frames"], read["used"]), (MESSAGES, MESSAGES))
            self.assertEqual(read["stored"], answers, "every answer is in its zone, on the chain")

    def test_independent_reader_takes_every_message(self) -> None:
        for path in self.corpora.values():
            if shutil.which("dnstap-read"):
                done = subprocess.run(["dnstap-read", str(path)], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(done.stdout.count(" RR "), MESSAGES)
            elif shutil.which("fstrm_dump"):
                done = subprocess.run(["fstrm_dump", str(path)], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stdout.count("Data frame"), MESSAGES)
            else:
                self.skipTest("dnstap-read and fstrm_dump not found (packages bind9-dnsutils, fstrm-bin)")

    def test_messages_are_whole_dns(self) -> None:
        if dns is None:
            self.skipTest("dnspython not found (package python3-dnspython)")
        for path in self.corpora.values():
            for _, payload in zip(range(1500), payloads(path)):
                message = fields(fields(payload)[DNSTAP_MESSAGE])
                zone = dns.name.from_text(name_text(message[QUERY_ZONE]))
                response = dns.message.from_wire(bytes(message[RESPONSE_MESSAGE]))
                self.assertEqual(len(response.question), 1)
                self.assertEqual(response.edns, 0)
                for rrset in response.answer:
                    self.assertTrue(rrset.name.is_subdomain(zone), f"{rrset.name} {zone}")


if __name__ == "__main__":
    GENERATOR, DECODER = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
