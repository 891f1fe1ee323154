"""What pdns-query writes, byte by byte, in each format: into a pipe, and on a terminal of 100 columns with and
without colours. The answers are those kept in expected/; `formats_test.py --update` writes them anew, for a person
to look at the difference.

The database holds the captures and rows made to be mean to whoever prints them.
"""
from __future__ import annotations

import difflib
import re
import shutil
import struct
import subprocess
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path

from pdns_dnstap import response
from pdns_terminal import run_on_terminal
from pdns_testing import BIN, CAPTURES, ingest, scratch, stream

EXPECTED = Path(__file__).resolve().parent / "expected"
COLUMNS = 100
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TZ": "UTC", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
TIME = 1795372900
A, NS, CNAME, SOA, HINFO, MX, TXT, CAA, PRIVATE = 1, 2, 5, 6, 13, 15, 16, 257, 65280


def name(*labels: bytes) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def texts(*strings: bytes) -> bytes:
    return b"".join(bytes([len(string)]) + string for string in strings)


ZONE = (b"hostile", b"example")
EVERY_BYTE = bytes(range(256))
ESCAPES = b"\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J"
LOW = tuple(EVERY_BYTE[at:at + 43] for at in range(0, 128, 43))
HIGH = tuple(EVERY_BYTE[at:at + 43] for at in range(128, 256, 43))
MEAN = (b"\x1b[2j\r\n\x07", b'q"u,o;t\t\\', b"$(@). *")
HOSTILE: list[tuple[tuple[bytes, ...], int, bytes]] = [
    (LOW, A, b"\xc0\0\2\x42"),
    (HIGH, A, b"\xc0\0\2\x42"),
    (MEAN, A, b"\xc0\0\2\x42"),
    ((b"a.b",), A, b"\xc0\0\2\x42"),
    ((b"*",), A, b"\xc0\0\2\x43"),
    ((b"=1+1", b"@x", b"-y"), A, b"\xc0\0\2\x43"),
    ((b"<b>", b"&amp"), NS, name(*MEAN, *ZONE)),
    ((b"alias",), CNAME, name(*LOW, *ZONE)),
    ((b"mail",), MX, struct.pack("!H", 10) + name(*HIGH, *ZONE)),
    ((), SOA, name(b"ns", *ZONE) + name(b"host.master\n", *ZONE) + struct.pack("!5I", 1, 2, 3, 4, 5)),
    ((b"info",), HINFO, texts(b'"\\', b"\0\xff\n")),
    ((b"caa",), CAA, b"\x80" + texts(b"issue") + b'ca.example; x="\r\n\x1b[2J"'),
    ((b"private",), PRIVATE, b"\x1b[2J\n"),
    ((b"every",), TXT, texts(EVERY_BYTE[:128], EVERY_BYTE[128:])),
    ((b"escapes",), TXT, texts(ESCAPES)),
    ((b"quotes",), TXT, texts(b'a "b" \\c, d;e', b"'f' `g`", b"", b" h ")),
    ((b"lines",), TXT, texts(b"one\ntwo\r\nthree\tfour\x0b\x0c\x85")),
    ((b"unicode",), TXT, texts("\u202egnp.exe caf\u00e9 \U0001f4a9".encode())),
    ((b"formula",), TXT, texts(b"=cmd|' /C calc'!A0")),
    ((b"long",), TXT, texts(*[bytes([letter]) * 200 for letter in b"xy"])),
]


def hostile_payloads() -> Iterator[bytes]:
    """RESOLVER_RESPONSE frames of hostile.example's server, a second apart."""
    for at, (labels, rrtype, rdata) in enumerate(HOSTILE):
        owner = name(*labels, *ZONE)
        answer = struct.pack("!HHHIH", 0xC00C, rrtype, 1, 300, len(rdata)) + rdata
        message = struct.pack("!6H", 1, 0x8400, 1, 1, 0, 0) + owner + struct.pack("!HH", rrtype, 1) + answer
        yield response(message, name(*ZONE), TIME + at)


LIST = (b"www.blah.org\nhxxps://nowhere[.]example/\n205.150.150.140\n# a comment\nb\xc3\xbccher.example\n"
        b"192.0.2.66\n*.sub.blah.org\n")
QUESTIONS = {"zone": ["*.blah.org"], "hostile": ["*.hostile.example"], "list": ["-f", "LIST"],
             "quarantined": ["--quarantined", "*"]}
ROWS = {"table": [], "json": ["-j"], "csv": ["-p", "csv"], "tsv": ["-p", "tsv"], "dig": ["-p", "dig"],
        "names": ["-p", "names"], "values": ["-p", "values"], "timeline": ["--timeline"]}
NUMBERS = {"summary": ["--summarize"], "summary.json": ["--summarize", "-j"], "count": ["--count-only"],
           "hits": ["--hits"], "hits.json": ["--hits", "-j"], "hits.csv": ["--hits", "-p", "csv"],
           "hits.tsv": ["--hits", "-p", "tsv"]}
PIVOTS = {"around": ["--pivot", "1", "www.blah.org"], "hostile-around": ["--pivot", "1", "192.0.2.66"]}
PIVOTED = {"dot": ["--dot"], "table": [], "json": ["-j"], "csv": ["-p", "csv"], "tsv": ["-p", "tsv"]}
CASES: dict[str, list[str]] = {
    **{f"{asked}.{form}": [*question, *how] for asked, question in QUESTIONS.items()
       for form, how in {**ROWS, **NUMBERS}.items() if not form.startswith("hits") or asked in ("hostile", "list")},
    **{f"{asked}.{form}": [*question, *how] for asked, question in PIVOTS.items() for form, how in PIVOTED.items()},
    "hostile-wire.json": ["*.hostile.example", "-j", "--wire"],
    **{f"zone-days.{form}": ["*.blah.org", "--days", *ROWS[form]] for form in ("table", "json", "csv", "tsv")},
}
ON_TERMINAL = [case for case in CASES if case.endswith((".table", ".timeline"))]
COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


def harmful(text: bytes) -> list[bytes]:
    """What a terminal would obey, or may show as something else: all but lines of 7-bit text and our colours."""
    return re.findall(rb"[^\n\x20-\x7e]", COLOUR.sub(b"", text).replace(b"\r\n", b"\n"))


class Formats(unittest.TestCase):
    update = False

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = scratch()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.database = Path(cls.folder.name) / "db"
        cls.list = Path(cls.folder.name) / "list.txt"
        cls.list.write_bytes(LIST)
        mean = Path(cls.folder.name) / "mean.dnstap"
        mean.write_bytes(stream(hostile_payloads()))
        assert ingest(cls.database, *CAPTURES, mean).returncode == 0

    def command(self, case: str) -> list[str | Path]:
        words = [self.list if word == "LIST" else word for word in CASES[case]]
        return [BIN / "pdns-query", "-d", self.database, *words]

    def on_pipe(self, case: str) -> bytes:
        run = subprocess.run(self.command(case), env=ENVIRONMENT, capture_output=True, timeout=300)
        self.assertEqual(0, run.returncode, run.stderr.decode())
        return run.stdout

    def on_terminal(self, case: str, both: bool = False, **more: str) -> bytes:
        code, text, said = run_on_terminal(self.command(case), COLUMNS, {**ENVIRONMENT, **more}, both)
        self.assertEqual(0, code, said.decode())
        return text

    def check(self, file: str, told: bytes) -> None:
        path = EXPECTED / file
        if self.update:
            path.write_bytes(told)
        kept = path.read_bytes() if path.exists() else b""
        if kept != told:
            lines = [text.decode("latin-1").splitlines(keepends=True) for text in (kept, told)]
            shown = "".join(difflib.unified_diff(*lines, f"expected/{file}", "now", n=1))
            self.fail(f"{file}: if this is meant, formats_test.py --update\n{shown.encode('unicode_escape').decode()}"
                      .replace("\\n", "\n"))

    def test_into_a_pipe(self) -> None:
        for case in CASES:
            with self.subTest(case):
                self.check(case, self.on_pipe(case))

    def test_on_a_terminal(self) -> None:
        for case in ON_TERMINAL:
            with self.subTest(case):
                plain = self.on_terminal(case, NO_COLOR="1")
                self.check(f"{case}.100", plain)
                self.check(f"{case}.colour", self.on_terminal(case))
                self.assertLessEqual(max(map(len, plain.splitlines())), COLUMNS)

    def test_nothing_that_a_terminal_obeys_gets_out(self) -> None:
        for case in CASES:
            for more in ({}, {"NO_COLOR": "1"}):
                text = self.on_terminal(case, both=True, **more)
                if case.endswith(".tsv"):
                    text = text.replace(b"\t", b" ")
                self.assertEqual([], harmful(text), case)
                self.assertLessEqual(set(COLOUR.findall(text)), set() if more else {
                    b"\x1b[0m", b"\x1b[1m", b"\x1b[2m", b"\x1b[32m", b"\x1b[36m", b"\x1b[m"}, case)

    def test_color_never_holds_for_what_is_said_as_well(self) -> None:
        command = [BIN / "pdns-query", "-d", self.database, "205.150.150.140"]
        for never in ([], ["--color", "never"]):
            _, text, _ = run_on_terminal([*command, *never], COLUMNS, ENVIRONMENT, both=True)
            self.assertIn(b"--rdata", text)
            self.assertEqual(not never, bool(COLOUR.search(text)))

    def test_what_is_asked_does_no_harm_either(self) -> None:
        for asked in (b"\x1b[2J\x07.example", b"a..b\x1b]0;x\x07", b"\xc2\x9b2J", b"caf\xe9.example", b"a\nb\r.example"):
            given = Path(self.folder.name) / "asked.txt"
            given.write_bytes(asked + b"\nwww.blah.org\n")
            for words in ([asked], ["-f", given, "--hits"], ["-f", given], ["--rdata", asked], ["-t", asked, "x"],
                          ["--since", asked, "x"], ["--bailiwick", asked, "x"], ["-f", asked], ["--sort", asked, "x"],
                          [b"--" + asked], ["--pivot", asked, "--dot"], ["-p", asked, "x"], ["--regex", b"(" + asked]):
                command = [BIN / "pdns-query", "-d", self.database, *words]
                _, text, _ = run_on_terminal(command, COLUMNS, ENVIRONMENT, both=True)
                self.assertEqual([], harmful(text), words)
        _, text, _ = run_on_terminal([BIN / "pdns-query", "-d", b"/nowhere/" + ESCAPES, "x"], COLUMNS, ENVIRONMENT, both=True)
        self.assertIn(b"31mred", text)
        self.assertEqual([], harmful(text))

    def test_harm_would_be_seen(self) -> None:
        for byte in range(256):
            text = b"x" + bytes([byte]) + b"y"
            self.assertEqual([] if byte == 10 or 32 <= byte < 127 else [bytes([byte])], harmful(text))
        for text in (b"\x1b[2J", b"\x1b]0;title\x07", b"a\rb"):
            self.assertNotEqual([], harmful(text))
        self.assertEqual([], harmful(b"\x1b[1mx\x1b[0m\r\n"))

    def test_every_row_made_is_there(self) -> None:
        self.assertEqual(b"%d\n" % len(HOSTILE), self.on_pipe("hostile.count"))

    def test_every_file_is_used(self) -> None:
        files = {*CASES, *(f"{case}.{form}" for case in ON_TERMINAL for form in ("100", "colour"))}
        self.assertEqual(sorted(files), sorted(path.name for path in EXPECTED.iterdir()))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        shutil.rmtree(EXPECTED, ignore_errors=True)
        EXPECTED.mkdir()
        Formats.update = True
        sys.argv[1:] = ["Formats.test_into_a_pipe", "Formats.test_on_a_terminal"]
    unittest.main()
