"""Lists as other programs write them: what pdns-query -f asks for of each, and what it says about it."""
import json
import subprocess
import unittest
from pathlib import Path

from pdns_dnstap import response
from pdns_testing import BIN, CAPTURES, DATA, ingest, query, scratch, stream

FOUND, NOTHING, INCOMPLETE, NO_INPUT = 0, 1, 2, 66
LISTS = DATA / "lists"
SEEN = 1795372876

# Of each list: the lines and what they ask for, in the order of the database, and what is said.
ASKED = {
    "names-array.txt": ([(4, "nobody.example"), (2, "hxxp://mail[.]blah[.]org/x"), (1, "www.blah.org"), (3, "205.150.150.142")], ()),
    "names-pretty.txt": ([(2, "nobody.example"), (1, "www.blah.org")], ()),
    "own.ndjson": ([(2, "nobody.example"), (1, "www.blah.org"), (3, "205.150.150.140")], ("asking for the values of 'domain', 'ip'",)),
    "eve.json.log": ([(3, "nobody.example"), (1, "www.blah.org")],
                     ("asking for the values of 'rrname'", "1 attributes or objects of other kinds passed over")),
    "zeek-dns.log": ([(11, "nobody.example"), (9, "www.blah.org")],
                     ("heading in line 7: asking for column 8 ('query')", "1 lines have no indicator in these columns")),
    "columns.csv": ([(3, "nobody.example"), (2, "www.blah.org"), (2, "205.150.150.140")],
                    ("heading in line 1: asking for columns 2 ('address') and 3 ('name')",)),
    "feed.csv": ([(5, "http://nobody.example/x"), (4, "http://www.blah.org/a,b")], ("heading in line 3: asking for column 3 ('url')",)),
    "comments.txt": ([(6, "||nobody.example^"), (3, "www.blah.org")], ()),
}

# Labels that mean something to a reader of lists, or to a spreadsheet, or to nobody.
HOSTILE = [b"a,b", b"a;b", b"a|b", b"a b", b"a\tb", b'a"b', b"'a'", b"\xff\xfe", b"a\\b", b"a.b", b"#a", b"//a", b";a", b"! a", b"[a]", b"[.]", b"a[dot]b", b"<.>",
           b"*", b"a*", b"+", b"=1+1", b"-a", b"@", b"a@b", b"ip:a", b"domain: a", b"||a^", b"a/b", b"http://a", b"1-2", b"\x00", b"\r\n", b"(a)", b"$", b"a dot b",
           b"fe80::1%eth0", b"{\"a\"", b"[\"a\"", b"`a`", b"a#b", b"a?b", b"- a", b"1. a", b"\xc3\xbc", b"\xe3\x80\x82", b"hxxp", b"-", b"n/a", b"null"]


def wire(*labels: bytes) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def answer(owner: bytes, last: int) -> bytes:
    """The frame of a server of the root that gives one address."""
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes([192, 0, 2, last])
    return response(b"\0\1\x84\0\0\1\0\1\0\0\0\0" + owner + b"\0\1\0\1" + record, b"\0", SEEN)


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = scratch()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.root = Path(cls.folder.name)
        cls.database = cls.root / "db"
        assert ingest(cls.database, *CAPTURES).returncode == 0

    def ask(self, database: Path, listed: bytes, *options: str) -> subprocess.CompletedProcess:
        return subprocess.run([BIN / "pdns-query", "-d", database, "-f", "-", *options], input=listed, capture_output=True, timeout=100)

    def test_lists_of_other_programs(self) -> None:
        for name, (asked, said) in ASKED.items():
            for form in ("as it is", "CRLF", "UTF-16"):
                with self.subTest(name, form=form):
                    listed = (LISTS / name).read_bytes()
                    if form == "CRLF":
                        listed = listed.replace(b"\n", b"\r\n")
                    if form == "UTF-16":
                        listed = listed.decode().encode("utf-16")
                    run = self.ask(self.database, listed, "--hits", "-j")
                    self.assertEqual(FOUND, run.returncode, run.stderr)
                    rows = [json.loads(line) for line in run.stdout.splitlines()]
                    self.assertEqual(sorted(asked), sorted((row["line"], row["asked"]) for row in rows))
                    self.assertEqual({"nobody" not in row["asked"] for row in rows if row["hit"]}, {True})
                    for words in said:
                        self.assertIn(words, run.stderr.decode())
                    self.assertEqual(len(said), len(run.stderr.splitlines()), run.stderr)

    def test_a_line_that_is_broken_costs_no_other(self) -> None:
        for listed in (b'{"domain":"www.blah.org"}\n{"domain":"bl', b'{"domain":"www.blah.org"}\n{"domain":}\n{"domain":"a..b"}\n'):
            run = self.ask(self.database, listed, "-j")
            self.assertEqual(INCOMPLETE, run.returncode)
            self.assertEqual({"www.blah.org."}, {json.loads(line)["rrname"] for line in run.stdout.splitlines()})
            self.assertIn(b"warning: line 2: ", run.stderr)
        for listed in (b'{"a":1}\n{"b":2}\n', b'{"a":1}', b'[{"a":"www.blah.org"}]'):
            run = self.ask(self.database, listed)
            self.assertEqual((NO_INPUT, b""), (run.returncode, run.stdout), listed)
            self.assertIn(b"member such as", run.stderr)

    def test_answers_are_lists(self) -> None:
        """Whatever a name has in it, each way of printing it asks for that name again, and for no other."""
        database = self.root / "hostile"
        owners = [wire(label, b"example") for label in HOSTILE] + [wire(b"a", label) for label in HOSTILE] + [wire(label) for label in HOSTILE]
        capture = self.root / "hostile.dnstap"
        capture.write_bytes(stream(answer(owner, number % 250 + 1) for number, owner in enumerate(owners)))
        self.assertEqual(0, ingest(database, capture).returncode)
        names = [json.loads(line)["rrname"] for line in query(database, "-j", "*").stdout.splitlines()]
        self.assertEqual(len(owners), len(set(names)))
        for form, heading in (("names", 0), ("json", 0), ("csv", 1), ("tsv", 1)):
            printed = query(database, "-p", form, "*").stdout
            lines = printed.splitlines()[heading:]
            self.assertEqual(len(names), len(lines))
            run = self.ask(database, printed, "-j")
            self.assertEqual(FOUND, run.returncode, run.stderr)
            told: dict[str, set[str]] = {}
            for row in map(json.loads, run.stdout.splitlines()):
                told.setdefault(names[row["line"] - 1 - heading], set()).add(row["rrname"])
            for name, line in zip(names, lines):
                # The owner of a wildcard is asked for with all that is below, as people write it.
                self.assertTrue(told[name] == {name} or name.startswith("*.") and name in told[name], (form, line, told[name]))


if __name__ == "__main__":
    unittest.main()
