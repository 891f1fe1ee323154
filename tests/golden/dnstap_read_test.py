"""pdns-tap says what BIND's dnstap-read says: line by line, and YAML field by field.

Skipped (77) where dnstap-read is not installed; the YAML part also needs PyYAML.
"""
import os
import re
import shutil
import struct
import subprocess
import sys
import unittest
from pathlib import Path

from pdns_dnstap import blob, number
from pdns_testing import BIN, CAPTURES, scratch, stream

try:
    import yaml
except ImportError:
    yaml = None


def run(program: str | Path, *arguments: object, zone: str = "UTC") -> bytes:
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True, timeout=300, env={**os.environ, "TZ": zone}).stdout


def question(name: bytes, rrtype: int = 1, rr_class: int = 1) -> bytes:
    return struct.pack("!6H", 7, 0x8180, 1, 0, 0, 0) + name + struct.pack("!HH", rrtype, rr_class)


def payload(kind: int, message: bytes, address: bytes = b"\x7f\0\0\1", protocol: int = 1) -> bytes:
    """Both messages are `message`; the query at 1780000000.123456789, the response a second later."""
    family = 1 if len(address) == 4 else 2
    fields = [number(1, kind), number(2, family), number(3, protocol), blob(4, address), blob(5, address[::-1]),
              number(6, 5300), number(7, 53), number(8, 1780000000), b"\x4d" + struct.pack("<I", 123456789),
              blob(10, message), number(12, 1780000001), b"\x6d" + struct.pack("<I", 999999999), blob(14, message)]
    return blob(14, b"".join(fields)) + number(15, 1)


class Lines(unittest.TestCase):
    def same(self, capture: Path) -> None:
        theirs = run("dnstap-read", capture).splitlines()
        ours = run(BIN / "pdns-tap", capture).splitlines()
        self.assertGreater(len(theirs), 0)
        for i, (their, our) in enumerate(zip(theirs, ours)):
            self.assertEqual(their, our, f"line {i + 1} of {capture}")
        self.assertEqual(len(theirs), len(ours))

    def test_captures(self) -> None:
        for capture in CAPTURES:
            self.same(capture)

    def test_local_time(self) -> None:
        for zone in ("Asia/Kolkata", "America/St_Johns"):
            theirs = run("dnstap-read", CAPTURES[0], zone=zone)
            self.assertEqual(theirs, run(BIN / "pdns-tap", "--local", CAPTURES[0], zone=zone))
            self.assertEqual(run(BIN / "pdns-tap", CAPTURES[0]), run(BIN / "pdns-tap", CAPTURES[0], zone=zone))

    def test_every_type_class_byte_and_kind(self) -> None:
        cases = [payload(kind, question(b"\3wWw\4Blah\3org\0")) for kind in range(1, 15)]
        cases += [payload(4, question(b"\3a" + bytes([byte]) + b"b\0")) for byte in range(256)]
        # Not the types that releases of BIND have come to name one after the other.
        cases += [payload(4, question(b"\0", rrtype)) for rrtype in [*range(66), *range(99, 128), *range(249, 261), 65280]]
        cases += [payload(4, question(b"\0", 1, rr_class)) for rr_class in (1, 3, 4, 77, 254, 255, 65535)]
        cases += [payload(4, question(b"\0"), b"\x20\1\x0d\xb8" + bytes(11) + b"\1", 2)]
        with scratch() as folder:
            capture = Path(folder) / "made"
            capture.write_bytes(stream(cases))
            self.same(capture)


@unittest.skipIf(yaml is None, "PyYAML not found (package python3-yaml)")
class Yaml(unittest.TestCase):
    """What dnstap-read -y says, pdns-tap --yaml says under the same keys."""

    @staticmethod
    def load(text: bytes) -> list[dict]:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return [document for document in yaml.load_all(text, loader) if document]

    @staticmethod
    def canonical(record: str) -> str:
        """Differ: case and blanks within hex and base64, and a 0 behind the last colon of an address, which keeps
        YAML from taking it for a key. The rdata of rarer types has several good forms; tests/rendering holds it."""
        plain = "A AAAA NS CNAME SOA MX PTR TXT RRSIG DS NSEC DNAME SRV DNSKEY".split()
        fields = record.split(" ")
        shown = fields if fields[3] in plain else fields[:4]
        return re.sub("::0$", "::", "".join(shown)).lower()

    def same_records(self, theirs: list[str], ours: list[str]) -> None:
        """In any order: dnstap-read sorts by owner."""
        self.assertEqual(*[sorted(map(self.canonical, records)) for records in (theirs, ours)])

    def same_sections(self, their: dict, our: dict) -> None:
        for key, value in their.items():
            if key.endswith("_SECTION"):
                (self.assertEqual if key == "QUESTION_SECTION" else self.same_records)(value, our[key])
            elif key == "OPT_PSEUDOSECTION":
                edns = our[key]["EDNS"]
                self.assertEqual({k: v for k, v in value["EDNS"].items() if k in ("version", "flags", "udp")},
                                 {k: v for k, v in edns.items() if k != "options"})
                if "COOKIE" in value["EDNS"]:
                    self.assertIn(f"COOKIE: {value['EDNS']['COOKIE']}", edns["options"])
                if "EDE" in value["EDNS"]:
                    self.assertIn(f"EDE: {value['EDNS']['EDE']['INFO-CODE']}", edns["options"])
            else:
                self.assertEqual(value, our[key], key)

    def same_message(self, their: dict, our: dict) -> None:
        for key, value in their.items():
            if key == "response_time":
                self.assertEqual(value, our[key].replace(microsecond=0))
            elif key == "response_message_data":
                self.same_sections(value, our[key])
            elif key == "query_zone":
                self.assertEqual(value.rstrip("."), our[key].rstrip("."))
            elif key != "response_message":  # the same once more, as text of dig
                self.assertEqual(value, our[key], key)

    def test_captures(self) -> None:
        for capture in CAPTURES:
            theirs = self.load(run("dnstap-read", "-y", capture))
            ours = self.load(run(BIN / "pdns-tap", "--yaml", capture))
            self.assertEqual(len(theirs), len(ours))
            for their, our in zip(theirs, ours):
                for key in ("type", "identity", "version"):
                    self.assertEqual(their[key], our[key])
                self.same_message(their["message"], our["message"])


if __name__ == "__main__":
    if shutil.which("dnstap-read") is None:
        print("no dnstap-read (bind9-dnsutils)")
        sys.exit(77)
    unittest.main(verbosity=2)  # tells why a part was skipped
