"""pdns-query as a responder uses it, over the captures' tuples: what it answers is told from the lists
that came with the captures, and read back by other programs' parsers."""
import csv
import fcntl
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import termios
import unittest
from pathlib import Path

from pdns_terminal import run_on_terminal
from pdns_testing import BIN, CAPTURES, DATA, expected, ingest, labels_of, query, rows, scratch, wait_for

FOUND, NOTHING, INCOMPLETE, USAGE = 0, 1, 2, 64


def unescaped(name: str) -> str:
    """-p names writes some signs by their numbers; a dot within a label stays another one than that between two."""
    return re.sub(r"\\(\d{3}|.)", lambda found: "\0" if found[1] == "." else chr(int(found[1])) if len(found[1]) == 3 else found[1], name)


class Query(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = scratch()
        cls.database = Path(cls.folder.name) / "db"
        assert ingest(cls.database, *CAPTURES).returncode == 0
        cls.tuples = expected("tuples", CAPTURES)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def ask(self, *arguments: str, code: int = FOUND, **options: object) -> bytes:
        run = query(self.database, *arguments) if not options else subprocess.run(
            [BIN / "pdns-query", "-d", self.database, *arguments], capture_output=True, timeout=300, **options)
        self.assertEqual(code, run.returncode, run.stderr.decode())
        self.said = run.stderr.decode()
        return run.stdout

    def check(self, wanted, *arguments: str) -> None:
        """The answer holds the tuples that `wanted(name, labels, rrtype, row)` picks, and no other."""
        picked = {key: row for key, row in self.tuples.items()
                  if wanted(key[0], [label for label in labels_of(key[0]) if label], key[1], row)}
        self.assertTrue(picked, arguments)
        self.assertEqual(picked, rows(self.ask(*arguments, "-j", "--wire")), arguments)

    def test_wildcards_are_what_labels_say(self) -> None:
        self.check(lambda name, *_: name.endswith(".blah.org.") or name == "blah.org.", "*.blah.org")
        self.check(lambda _, labels, *__: labels[-2:] == ["blah", "org"] and len(labels) == 3, "+.blah.org")
        self.check(lambda _, labels, *__: labels[:1] == ["www"] and len(labels) > 1, "www.*")
        self.check(lambda _, labels, *__: labels[:2] == ["www", "blah"] and len(labels) == 3, "www.blah.+")
        self.check(lambda _, labels, *__: len(labels) > 1 and labels[-1] == "org" and labels[-2].startswith("bl"),
                   "bl*.org")
        self.check(lambda _, labels, *__: any(label.startswith("ns") for label in labels), "ns*")
        self.check(lambda name, *_: re.search(r"(^|\.)w+\d*\.", name) is not None, "--regex", r"(^|\.)w+\d*\.")
        self.check(lambda name, *_: re.fullmatch(r".*bl.h\.org\.", name) is not None, "--glob", "*bl?h.org")

    def test_filters(self) -> None:
        dnssec = {"DS", "RRSIG", "NSEC", "DNSKEY", "NSEC3", "NSEC3PARAM", "CDS", "CDNSKEY", "DLV", "TA"}
        self.check(lambda _, __, rrtype, ___: rrtype in ("A", "MX"), "*", "-t", "A,mx")
        self.check(lambda _, __, rrtype, ___: rrtype not in dnssec, "*", "-t", "ANY")
        self.check(lambda _, __, rrtype, ___: rrtype in dnssec, "*", "-t", "ANY-DNSSEC")
        firsts = sorted(row[1] for row in self.tuples.values())
        lasts = sorted(row[2] for row in self.tuples.values())
        early, late = firsts[len(firsts) // 2], lasts[len(lasts) // 2]
        self.check(lambda *a: a[3][2] >= late, "*", "--since", str(late))
        self.check(lambda *a: a[3][1] <= early, "*", "--until", str(early))
        self.check(lambda *a: a[3][1] >= early and a[3][2] <= late,
                   "*", "--since", str(early), "--until", str(late), "--within")
        self.check(lambda *a: a[3][1] <= early <= a[3][2], "*", "--at", str(early))
        self.check(lambda *a: 3 <= a[3][0] <= 6, "*", "--min-count", "3", "--max-count", "6")
        self.check(lambda *a: a[3][3] == "blah.org.", "*", "--bailiwick", "blah.org")
        self.check(lambda name, *_: not (name.endswith(".org.") or name == "org."), "*", "--exclude", "*.org")

    def test_days(self) -> None:
        """Both captures are of one day."""
        told = [json.loads(line) for line in self.ask("*", "-j", "--days", "--active-on", "2026-11-22").splitlines()]
        self.assertEqual(len(self.tuples), len(told))
        self.assertEqual({(1, '[["2026-11-22", "2026-11-22"]]')},
                         {(row["days_active"], json.dumps(row["days"])) for row in told})
        self.ask("*", "--active-on", "2026-11-21", code=NOTHING)
        self.ask("*", "--active-between", "2026-11-23,2026-12-31", code=NOTHING)
        self.check(lambda *_: True, "*", "--active-between", "2026-11-01,2026-11-22")

    def test_sensors(self) -> None:
        seen = {f"{capture.stem.split('-')[0]}-lab": expected("tuples", [capture]).keys() for capture in CAPTURES}
        for sensor, keys in seen.items():
            self.assertEqual(keys, rows(self.ask("*", "-j", "--wire", "--sensor", sensor)).keys())
        self.check(lambda *_: True, "*", "--sensor", ",".join(seen))
        for line in self.ask("*", "-j", "--wire").splitlines():
            row = json.loads(line)
            (key,) = rows(line)
            self.assertEqual(",".join(sorted(sensor for sensor, keys in seen.items() if key in keys)), row["sensor_id"])

    def test_new_rows(self) -> None:
        """All came into the database just now, each once."""
        told = [json.loads(line) for line in self.ask("--new-since", "1h", "-j").splitlines()]
        self.assertEqual(list(range(1, len(self.tuples) + 1)), [row["seq"] for row in told])
        self.assertEqual(sorted(row["time_committed"] for row in told), [row["time_committed"] for row in told])
        first = [row["rrname"] for row in told if row["new"] == "rrname"]
        self.assertEqual(sorted({row["rrname"] for row in told}), sorted(first))
        self.assertEqual({"rrname", "rdata"}, {row["new"] for row in told})
        self.check(lambda name, *_: name.endswith(".blah.org.") or name == "blah.org.", "*.blah.org", "--new-since", "1h")

    def test_formats_read_back(self) -> None:
        told = [json.loads(line) for line in self.ask("*", "-j").splitlines()]
        self.assertEqual(len(self.tuples), len(told))
        columns = ["rrname", "rrtype", "rdata"]
        wanted = [[row[c] for c in columns] + [str(row["count"])] for row in told]
        table = self.ask("*", "-p", "csv").decode("ascii")
        self.assertTrue(table.endswith("\r\n"))
        read = list(csv.DictReader(io.StringIO(table, newline=""), strict=True))
        self.assertEqual(wanted, [[row[c] for c in columns] + [row["count"]] for row in read])
        lines = self.ask("*", "-p", "tsv").decode("ascii").splitlines()
        self.assertEqual(wanted, [[row[0], row[1], row[2], row[5]] for row in (line.split("\t") for line in lines[1:])])
        names = self.ask("*", "-p", "names").decode().splitlines()
        self.assertEqual(sorted(set(unescaped(row["rrname"]) for row in told)), sorted(map(unescaped, names)))
        values = self.ask("*", "-p", "values").decode().splitlines()
        self.assertEqual(sorted(set(row["rdata"] for row in told)), sorted(values))
        if shutil.which("jq"):
            command = ["jq", "-s", "map(.count) | add"]
            counted = subprocess.run(command, input=self.ask("*", "-j"), capture_output=True, check=True)
            self.assertEqual(sum(row["count"] for row in told), int(counted.stdout))

    def pages(self, size: int, *arguments: str) -> list[str]:
        """The whole answer, by --limit and the cursors that it names."""
        lines, cursor = [], []
        for _ in range(1000):
            run = query(self.database, *arguments, "-l", str(size), *cursor)
            page = run.stdout.decode().splitlines()
            lines += page
            if run.returncode != INCOMPLETE:
                self.assertEqual(FOUND if page else NOTHING, run.returncode, run.stderr.decode())
                return lines
            self.assertEqual(size, len(page))
            cursor = ["--cursor", re.search(r"cut at --limit \d+; to go on: --cursor ([0-9a-f]+)$",
                                            run.stderr.decode(), re.MULTILINE).group(1)]
        self.fail("no end")

    def test_an_answer_in_parts_is_the_answer(self) -> None:
        listed = Path(self.folder.name) / "listed"
        listed.write_text("*.blah.org\n205.150.0.0/16\nwww.blah.org\n0.0.0.0/0\n")
        for arguments in (("*",), ("*.org",), ("0.0.0.0/0",), ("--rdata", "*"), ("--regex", "n.*s"),
                          ("--quarantined", "*"), ("*.org", "+.net", "0.0.0.0/1"), ("-f", str(listed))):
            for order in ((), ("--sort", "last", "-r"), ("--sort", "type"), ("--sort", "rdata")):
                whole = self.ask(*arguments, *order, "-j").decode().splitlines()
                self.assertEqual(whole, self.pages(max(2, len(whole) // 6), *arguments, *order, "-j"), arguments)
            for form in ("names", "values"):
                whole = self.ask(*arguments, "-p", form).decode().splitlines()
                self.assertEqual(whole, self.pages(max(2, len(whole) // 4), *arguments, "-p", form), arguments)

    def test_cursors_of_something_else(self) -> None:
        self.ask("*", "-l", "2", code=INCOMPLETE)
        cursor = re.search("--cursor ([0-9a-f]+)$", self.said, re.MULTILINE).group(1)
        for other in (("*.org",), ("*", "--since", "2020-01-01"), ("*", "--sort", "name"), ("--quarantined", "*")):
            self.ask(*other, "--cursor", cursor, code=USAGE)
            self.assertIn("another question", self.said)
        for bad in (cursor[:-2], cursor + "00", "7"):
            self.ask("*", "--cursor", bad, code=USAGE)
        self.ask("*", "--cursor", cursor, "-p", "csv", "-l", "1", code=INCOMPLETE)  # looks may differ

    def test_rows_that_came_between_two_parts(self) -> None:
        """None is told twice and none of the first part's is lost, whatever came since."""
        database = Path(self.folder.name) / "growing"
        assert ingest(database, CAPTURES[0]).returncode == 0
        before = rows(query(database, "*", "-j", "--wire").stdout)
        first = query(database, "*", "-j", "--wire", "-l", str(len(before) // 2))
        cursor = re.search("--cursor ([0-9a-f]+)$", first.stderr.decode(), re.MULTILINE).group(1)
        assert ingest(database, CAPTURES[1]).returncode == 0
        then = query(database, "*", "-j", "--wire", "--cursor", cursor)
        keys = [*rows(first.stdout), *rows(then.stdout)]
        self.assertEqual(len(keys), len(set(keys)))
        self.assertEqual(len(before) // 2 + then.stdout.count(b"\n"), len(keys))
        self.assertEqual(set(), before.keys() - set(keys))
        self.assertLess(len(before), len(keys))

    def test_names_in_an_order_of_their_own_come_once(self) -> None:
        for form, field in (("names", "rrname"), ("values", "rdata")):
            lines = self.ask("*", "-p", form, "--sort", "count", "-r").decode().splitlines()
            ordered = [json.loads(line) for line in self.ask("*", "-j", "--sort", "count", "-r").splitlines()]
            self.assertEqual(list(dict.fromkeys(unescaped(row[field]) for row in ordered)), list(map(unescaped, lines)))

    def test_parts_are_of_rows(self) -> None:
        for part in (("-l", "3"), ("--offset", "3")):
            self.ask("*", "--hits", *part, code=USAGE)
            self.assertIn("not with --hits", self.said)

    def test_sorting_limits_and_offsets(self) -> None:
        def counts(*arguments: str, code: int = FOUND) -> list[int]:
            return [json.loads(line)["count"] for line in self.ask("*", "-j", *arguments, code=code).splitlines()]
        every = sorted((row[0] for row in self.tuples.values()), reverse=True)
        self.assertEqual(every, counts("--sort", "count", "-r"))
        self.assertEqual(every[:7], counts("--sort", "count", "-r", "-l", "7", code=INCOMPLETE))
        self.assertRegex(self.said, "cut at --limit 7; to go on: --cursor [0-9a-f]+\n")
        self.assertEqual(every[7:], counts("--sort", "count", "-r", "--offset", "7"))
        whole = self.ask("*", "-j").splitlines()
        self.assertEqual(whole[:5], self.ask("*", "-j", "-l", "5", code=INCOMPLETE).splitlines())
        self.assertEqual(whole[5:], self.ask("*", "-j", "--offset", "5").splitlines())
        for key in ("first", "last", "name", "type", "rdata"):
            self.assertEqual(sorted(whole), sorted(self.ask("*", "-j", "--sort", key).splitlines()), key)

    def test_lists_and_hits(self) -> None:
        lines = ("# from a report\nhxxps://www[.]blah[.]org/x?y\n\n205.150.150.140\nnobody@nowhere.example\n"
                 "a..b\n*.sub.blah.org\n")
        told = self.ask("-f", "-", "--hits", "-p", "csv", code=INCOMPLETE, input=lines.encode()).decode()
        self.assertIn("line 6: 'a..b'", self.said)
        read = [(row["line"], row["hit"], row["rows"]) for row in csv.DictReader(io.StringIO(told, newline=""))]
        self.assertEqual([("2", "yes", "2"), ("4", "yes", "2"), ("5", "no", "0"), ("7", "yes", "4")], read)
        answers = [json.loads(line) for line in
                   self.ask("-f", "-", "-j", input=b"205.150.150.140\nwww.blah.org\n").splitlines()]
        self.assertEqual([("www.blah.org", 2)] * 2 + [("205.150.150.140", 1)] * 2,
                         [(row["asked"], row["line"]) for row in answers])
        self.ask("-f", "/does/not/exist", code=66)

    def test_lists_of_misp_and_stix(self) -> None:
        passed_over = {"misp-event": 6, "misp-search": 1, "stix-bundle": 8}
        bad = {"misp-event": "Event.Attribute[10].value: 'not a name'", "misp-search": "",
               "stix-bundle": "objects[7].pattern: a pattern of STIX with LIKE or MATCHES"}
        for path in sorted((DATA / "lists").glob("*.json")):
            with self.subTest(list=path.name):
                name, code = path.stem, INCOMPLETE if bad[path.stem] else FOUND
                told = self.ask("-f", str(path), "--hits", "-j", code=code)
                rows = [json.loads(line) for line in told.splitlines()]
                self.assertTrue(any(row["hit"] for row in rows))
                self.assertEqual(sorted(row["line"] for row in rows), [row["line"] for row in rows])
                lines = "".join(f"{row['asked']}\n" for row in rows).encode()
                as_lines = self.ask("-f", "-", "--hits", "-j", input=lines).splitlines()
                self.assertEqual([row | {"line": i} for i, row in enumerate(rows, 1)], [*map(json.loads, as_lines)])
                self.ask("-f", str(path), "--hits", "-j", code=code)
                self.assertIn(bad[name], self.said)
                self.assertIn(f"{passed_over[name]} attributes or objects of other kinds passed over", self.said)
                utf16 = path.read_text(encoding="ascii").encode("utf-16")
                self.assertEqual(told, self.ask("-f", "-", "--hits", "-j", code=code, input=utf16))
        self.ask("-f", "-", code=66, input=b'{"Attribute": [{"type": "domain", "value": "www.blah.org"}')
        self.assertIn("list -: JSON, byte 58", self.said)

    def test_pivot(self) -> None:
        paths = {tuple(row["path"]) for row in
                 map(json.loads, self.ask("--pivot", "2", "www.blah.org", "-j").splitlines())}
        self.assertIn(("www.blah.org.", "205.150.150.140"), paths)
        self.assertIn(("www.blah.org.", "auth01.ca-dns.net."), paths)
        graph = self.ask("--pivot", "--dot", "www.blah.org").decode("ascii")
        self.assertRegex(graph, r'label="205\.150\.150\.140"')
        zones = {row["rrname"] for row in
                 map(json.loads, self.ask("--pivot", "1", "auth01.ca-dns.net", "-j").splitlines())}
        self.assertLessEqual({"blah.org.", "wild.net."}, zones, "what a name server serves")
        self.ask("--pivot", "www.blah.org", "--max-fanout", "2", "-j")
        self.assertIn("not followed", self.said)

    def test_numbers(self) -> None:
        self.assertEqual(b"%d\n" % len(self.tuples), self.ask("*", "--count-only"))
        total = json.loads(self.ask("*", "--summarize", "-j"))
        self.assertEqual((len(self.tuples), sum(row[0] for row in self.tuples.values())),
                         (total["num_results"], total["count"]))
        self.assertIn(b"====", self.ask("*.blah.org", "--timeline"))
        self.assertIn("looked at", self.ask("ns*", "--count-only") and self.said)
        self.ask(*(f"{first}*" for first in "abcdefghijklmnopqrst"), "--count-only")
        self.assertEqual(10, len(re.findall("looked at all [0-9]+ rows", self.said)), self.said)
        self.assertIn("10 more questions looked at all rows", self.said)
        self.ask("*", "--min-count", "3", "--max-count", "2", code=USAGE)
        self.assertIn("no row can pass", self.said)

    def test_terminal_is_coloured_and_folded(self) -> None:
        """No line is wider than the terminal, and nothing is lost in folding."""
        def on_terminal(**environment: str) -> str:
            command = [BIN / "pdns-query", "-d", self.database, "*.signed3.net"]
            code, text, said = run_on_terminal(command, 120, {**os.environ, **environment})
            self.assertEqual(FOUND, code, said.decode())
            return text.decode("ascii")
        plain = on_terminal(NO_COLOR="1")
        self.assertNotIn("\x1b", plain)
        self.assertLessEqual(max(map(len, plain.splitlines())), 120)
        coloured = on_terminal()
        self.assertIn("\x1b[1m", coloured)
        self.assertEqual(plain, re.sub(r"\x1b\[[0-9;]*m", "", coloured))

    def test_interrupt_tells_what_was_found(self) -> None:
        fifo = Path(self.folder.name) / "fifo"
        os.mkfifo(fifo)
        with subprocess.Popen([BIN / "pdns-query", "-d", self.database, "-f", fifo], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as run:
            with fifo.open("w") as writer:
                writer.write("www.blah.org\n")
                writer.flush()
                status = Path(f"/proc/{run.pid}/status")
                wait_for(lambda: re.search(r"^SigCgt:\s+\w*[2367abef]$", status.read_text(), re.MULTILINE))
                run.send_signal(signal.SIGINT)
            told, said = run.communicate(timeout=300)
        self.assertEqual(INCOMPLETE, run.returncode, said)
        self.assertIn(b"interrupted", said)

    def test_interrupt_ends_the_reading_of_a_list(self) -> None:
        """It may never end by itself: a device, a FIFO before its writer comes or while it is silent, a terminal."""
        fifo = Path(self.folder.name) / "silent"
        os.mkfifo(fifo)
        reading, writing = os.pipe()
        os.write(writing, b"www.blah.org\n")
        for path in ("/dev/random", fifo, "-"):
            with subprocess.Popen([BIN / "pdns-query", "-d", self.database, "-f", path], stdin=reading,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
                status = Path(f"/proc/{run.pid}/status")
                wait_for(lambda: re.search(r"^SigCgt:\s+\w*[2367abef]$", status.read_text(), re.MULTILINE))
                run.send_signal(signal.SIGINT)
                told, said = run.communicate(timeout=300)
            self.assertEqual((INCOMPLETE, b""), (run.returncode, told), (path, said))
            self.assertIn(b"interrupted while the list was read", said)
        os.close(reading)
        os.close(writing)

    def test_interrupt_while_the_reader_is_slow(self) -> None:
        """What was found is printed whole, and the cursor goes on behind it."""
        command = [BIN / "pdns-query", "-d", self.database, "-j", "--wire", "*"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            waiting = bytearray(4)

            def full() -> bool:
                fcntl.ioctl(run.stdout, termios.FIONREAD, waiting, True)
                state = Path(f"/proc/{run.pid}/stat").read_text().rpartition(")")[2].split()[0]
                return int.from_bytes(waiting, sys.byteorder) > 60000 and state == "S"

            wait_for(full)
            run.send_signal(signal.SIGINT)
            status = Path(f"/proc/{run.pid}/status")
            wait_for(lambda: re.search(r"^ShdPnd:\s+0+$", status.read_text(), re.MULTILINE))  # it was taken
            told, said = run.communicate(timeout=300)
        self.assertEqual(INCOMPLETE, run.returncode, said)
        cursor = re.search(rb"interrupted: .*to go on: (--cursor) (\w+)", said)
        self.assertIsNotNone(cursor, said)
        rest = query(self.database, "-j", "--wire", *map(bytes.decode, cursor.groups()), "*")
        self.assertEqual(query(self.database, "-j", "--wire", "*").stdout, told + rest.stdout)


if __name__ == "__main__":
    unittest.main()
