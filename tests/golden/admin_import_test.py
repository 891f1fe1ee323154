"""pdns-admin import: what export wrote comes back byte for byte and once, killed or not, alone and by a live ingester."""
from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
import unittest
from pathlib import Path

from admin_copy_test import mark_of
from admin_merge_test import runs_of_days
from admin_test import Admin
from import_test import every_column, export_end, made_rows
from pdns_admin import DONE, INCOMPLETE, IO, LOOK, USAGE, admin
from pdns_testing import BIN, CAPTURES, compress, ingest, query, report, stats

KILLS = int(os.environ.get("PDNS_KILLS", "4"))

# As dnsdbq -j prints them: rdata in lists, times of zone files, a name that is no host's.
DNSDBQ = b"""\
{"count":1820,"time_first":1374098930,"time_last":1427877540,"rrname":"www.blah.org.","rrtype":"CNAME","bailiwick":"blah.org.","rdata":["scarlet.blah.org."]}
{"count":19,"zone_time_first":1277353744,"zone_time_last":1427881899,"rrname":"blah.org.","rrtype":"NS","bailiwick":"org.","rdata":["ns1.blah.org.","ns2.blah.org."]}
{"count":51,"time_first":1372688083,"time_last":1374023864,"rrname":"blah.org.","rrtype":"SOA","bailiwick":"blah.org.","rdata":["ns1.blah.org. hostmaster.blah.org. 2013060201 7200 3600 604800 3600"]}
"""


class Import(Admin):
    def write(self, name: str, content: bytes) -> Path:
        path = self.root / name
        path.write_bytes(content)
        return path

    def test_rows_come_back_as_they_were_and_once(self) -> None:
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        rows = every_column(self.database)
        packed, other = self.root / "rows.zst", self.root / "other"
        self.assertEqual(DONE, admin("export", self.database, "--zstd", packed).returncode)
        run = admin("import", other, packed)
        self.assertEqual(DONE, run.returncode, run.stderr)
        self.assertIn(b"rows.zst  complete", run.stdout)
        self.assertEqual(rows, every_column(other))
        self.assertEqual([], [path for path in (other, *other.iterdir()) if path.stat().st_mode & 0o007])  # nobody else reads it
        # Under another name and unpacked, and behind a pipe: the same file.
        plain = self.write("plain", rows + export_end(rows))
        again = admin("import", other, "--json", plain)
        self.assertEqual((DONE, "already_taken"), (again.returncode, report(again)["sources"][0]["state"]))
        piped = subprocess.run([BIN / "pdns-admin", "import", "-d", other, "-j", "-"], input=plain.read_bytes(), capture_output=True, timeout=300)
        self.assertEqual((DONE, "already_taken"), (piped.returncode, report(piped)["sources"][0]["state"]))
        self.assertEqual(rows, every_column(other))
        self.assertEqual(DONE, admin("verify", other).returncode)
        self.assertEqual("whole", json.loads(admin("ledger", other, "-j", packed).stdout)["captures"][0]["state"])

    def test_rows_of_dnsdbq(self) -> None:
        self.assertEqual(DONE, admin("import", self.database, self.write("rows", DNSDBQ)).returncode)
        found = sorted(json.loads(line)["rdata"] for line in query(self.database, "*.org", "-j").stdout.splitlines())
        self.assertEqual(["ns1.blah.org.", "ns1.blah.org. hostmaster.blah.org. 2013060201 7200 3600 604800 3600", "ns2.blah.org.",
                          "scarlet.blah.org."], found)
        one = json.loads(query(self.database, "blah.org", "-t", "NS", "-j", "-l", "1").stdout)
        self.assertEqual((19, 1277353744, 1427881899, "org."), tuple(one[name] for name in ("count", "time_first", "time_last", "bailiwick")))

    def test_lines_that_are_none_are_told_by_their_numbers(self) -> None:
        good = made_rows(20).splitlines(keepends=True)
        bad = [b"{\n", b"\0\n", b'{"rrname":"\xff"}\n', b"x" * 3_000_000 + b"\n",
               b'{"rrname":"a.","rrtype":"A","rdata":"1.2.3.4","time_first":1,"time_last":99999999999}\n',
               b'{"rrname":"a.","rrtype":"A","rdata":"1.2.3.4","time_first":1,"time_last":2,"count":18446744073709551616}\n']
        path = self.write("rows", b"".join([*good[:10], *bad, *good[10:], good[0].rstrip(b"\n")[:-3]]))
        for options in (["--dry-run"], []):
            run = admin("import", self.database, "--json", *options, path)
            self.assertEqual(DONE, run.returncode, run.stderr)
            told = report(run)
            self.assertEqual("cut_tail", told["sources"][0]["state"])
            self.assertEqual((20, {"line": 5}, {"future_time": 1}), (told["used"], told["malformed"], told["refused"]))
            self.assertEqual([11, 12, 13, 14, 15, 16], [remark["line"] for remark in told["sources"][0]["remarks"]])
            # A rehearsal makes no database, and says nothing of what would be new.
            self.assertEqual(bool(options), told.get("dry_run", False))
            self.assertEqual(bool(options), "tuples_new" not in told)
            self.assertEqual(not options, self.database.exists())
        self.assertEqual(20, stats(self.database)["tuples"])

    def test_a_rehearsal_knows_the_ledger(self) -> None:
        path = self.write("rows", made_rows(500))
        self.assertEqual(DONE, admin("import", self.database, path).returncode)
        before = every_column(self.database)
        path.write_bytes(made_rows(500) + made_rows(700).split(b"\n", 500)[500])
        for wanted, options in (("continued", ["--dry-run"]), ("continued", []), ("already_taken", ["--dry-run"])):
            told = report(admin("import", self.database, "--json", *options, path))
            self.assertEqual(wanted, told["sources"][0]["state"])
            if "--dry-run" in options and wanted == "continued":
                self.assertEqual((200, before), (told["used"], every_column(self.database)))
        self.assertEqual(700, stats(self.database)["tuples"])

    def test_what_is_refused(self) -> None:
        for words in ([], ["--control", "", "x"]):
            run = admin("import", self.database, *words)
            self.assertEqual((USAGE, b""), (run.returncode, run.stdout), run.stderr)
        self.assertFalse(self.database.exists())
        self.write("words", b"no rows at all\n")
        for path in (self.root / "none", self.root / "words"):
            run = admin("import", self.database, "-j", path)
            self.assertEqual((LOOK, "unreadable"), (run.returncode, report(run)["sources"][0]["state"]), run.stderr)
        self.assertEqual(0, stats(self.database)["tuples"])

    def test_kill_leaves_it_exact(self) -> None:
        """At any time, and behind the first batch of several."""
        chance = random.Random(15)
        path, whole = self.write("rows", runs_of_days(3000, 200, "n") + made_rows(20_000)), self.root / "whole"
        start = time.monotonic()
        self.assertEqual(DONE, admin("import", whole, path).returncode)
        longest = time.monotonic() - start
        expected, kills = every_column(whole), 0
        for number in range(KILLS):
            database = self.root / f"db{number}"
            committed = mark_of(database)
            command = [BIN / "pdns-admin", "import", "-d", database, path]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
                until, before = time.monotonic() + chance.uniform(0, longest), committed()
                while run.poll() is None and time.monotonic() < until and (number % 2 == 0 or committed() == before):
                    pass
                run.send_signal(signal.SIGKILL)
                kills += run.wait(300) == -signal.SIGKILL
            self.assertEqual(DONE, admin("import", database, path).returncode)
            self.assertEqual(expected, every_column(database))
        self.assertGreater(kills, 0)
        print(f"{kills} kills of an import")

    def test_a_signal_ends_it_and_it_goes_on(self) -> None:
        rows = made_rows(60_000)
        pipe = self.root / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen([BIN / "pdns-admin", "import", "-d", self.database, pipe], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            with open(pipe, "wb") as into:
                into.write(rows[:1_000_000])
                into.flush()
                run.send_signal(signal.SIGTERM)
                _, said = run.communicate(timeout=300)
        self.assertEqual(INCOMPLETE, run.returncode, said)
        self.assertIn(b"interrupted: run it again to go on", said)
        path, whole = self.write("rows", rows), self.root / "whole"
        self.assertEqual(DONE, admin("import", self.database, path).returncode)
        self.assertEqual(DONE, admin("import", whole, path).returncode)
        self.assertEqual(every_column(whole), every_column(self.database))

    def test_a_live_ingester_takes_it(self) -> None:
        path, whole = self.write("rows.zst", compress("zstd", made_rows(500) + b"broken\n")), self.root / "whole"
        run = self.live()
        os.chdir(self.root)  # the ingester stands elsewhere: a relative path is ours
        told = report(admin("import", self.database, "--json", "rows.zst"))
        self.assertEqual((500, 501), (told["used"], told["sources"][0]["remarks"][0]["line"]))
        self.assertEqual("already_taken", report(admin("import", self.database, "-j", "rows.zst"))["sources"][0]["state"])
        self.assertEqual("already_taken", report(admin("import", self.database, "-j", "--dry-run", "rows.zst"))["sources"][0]["state"])
        piped = subprocess.run([BIN / "pdns-admin", "import", "-d", self.database, "-"], input=made_rows(10), capture_output=True, timeout=300)
        self.assertEqual((USAGE, b""), (piped.returncode, piped.stdout))
        self.assertIn(b"name a file", piped.stderr)
        self.assertEqual(0, run.stop()[0])
        self.assertEqual(DONE, admin("import", whole, path).returncode)
        self.assertEqual(every_column(whole), every_column(self.database))

    def test_a_disk_that_is_full(self) -> None:
        self.write("rows", made_rows(3000))
        limited = subprocess.run(["sh", "-c", f"ulimit -f 40; exec {BIN}/pdns-admin import -d {self.database} {self.root}/rows"],
                                 capture_output=True, timeout=300)
        self.assertEqual((IO, b""), (limited.returncode, limited.stdout), limited.stderr)
        self.assertEqual(DONE, admin("import", self.database, self.root / "rows").returncode)
        self.assertEqual(3000, stats(self.database)["tuples"])


del Admin  # of admin_test, which runs it

if __name__ == "__main__":
    unittest.main()
