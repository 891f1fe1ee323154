"""Rows of COF as a source: what was exported comes back byte for byte, once, whatever happens in the middle."""
import json
import os
import random
import signal
import time
import unittest
from pathlib import Path

from pdns_testing import CAPTURES, Ingester, compress, ingest, query, report, scratch, stats, wait_for

KILLS = int(os.environ.get("PDNS_KILLS", "12"))


def every_column(database: Path) -> bytes:
    trusted = query(database, "*.", "--json", "--wire", "--days", "--limit", "0")
    quarantined = query(database, "*.", "--json", "--wire", "--days", "--quarantined", "--limit", "0")
    assert trusted.returncode in (0, 1) and quarantined.returncode in (0, 1), trusted.stderr + quarantined.stderr
    return trusted.stdout + quarantined.stdout


def export_end(rows: bytes) -> bytes:
    return b'{"export_rows":%d}\n' % rows.count(b"\n")


def made_rows(count: int) -> bytes:
    chance = random.Random(20261128)
    lines = []
    for i in range(count):
        first = 1_700_000_000 + chance.randrange(1_000_000)
        lines.append(json.dumps({
            "rrname": f"host{i % 20011}.example{i % 7}.org.", "rrtype": "A", "rdata": f"10.{i % 199}.{i // 256 % 256}.{i % 256}",
            "time_first": first, "time_last": first + chance.randrange(10), "count": chance.randrange(1, 99),
            "bailiwick": "org.", "sensor_id": f"ns{i % 3}"}))
    return "\n".join(lines).encode() + b"\n"


class Import(unittest.TestCase):
    def test_rows_come_back_as_they_were_and_once(self) -> None:
        with scratch() as folder:
            first, second = Path(folder) / "first", Path(folder) / "second"
            self.assertEqual(0, ingest(first, *CAPTURES).returncode)
            rows = every_column(first)
            export = Path(folder) / "rows.json.zst"
            export.write_bytes(compress("zstd", rows + export_end(rows)))
            told = report(ingest(second, export))
            self.assertEqual("complete", told["sources"][0]["state"])
            self.assertEqual(rows.count(b"\n"), told["used"])
            self.assertEqual(rows, every_column(second))
            # Under another name, and not compressed: the same file.
            plain = Path(folder) / "plain"
            plain.write_bytes(rows + export_end(rows))
            self.assertEqual("already_taken", report(ingest(second, plain, export))["sources"][0]["state"])
            self.assertEqual(rows, every_column(second))

    def test_text_alone_is_read_too(self) -> None:
        with scratch() as folder:
            first, second = Path(folder) / "first", Path(folder) / "second"
            self.assertEqual(0, ingest(first, *CAPTURES).returncode)
            rows = [json.loads(line) for line in every_column(first).splitlines()]
            plain = Path(folder) / "rows"
            plain.write_text("".join(json.dumps({k: v for k, v in row.items() if k != "rdata_wire"}) + "\n"
                                     for row in rows))
            told = report(ingest(second, plain))
            read = [json.loads(line) for line in every_column(second).splitlines()]
            # rdata_from_text.h says what is not read.
            unread = [row for row in rows if row not in read]
            self.assertEqual({"AMTRELAY", "SVCB", "HTTPS"}, {row["rrtype"] for row in unread})
            self.assertTrue(all("\\" in row["rdata"] for row in unread if row["rrtype"] != "AMTRELAY"))
            self.assertEqual(len(unread), told["record"]["malformed"])
            self.assertEqual([], [row for row in read if row not in rows])

    def test_faults_are_told_by_line_and_bounded(self) -> None:
        with scratch() as folder:
            database, path = Path(folder) / "db", Path(folder) / "rows"
            good = made_rows(30).splitlines(keepends=True)
            bad = [b"{\n", b"\0\n", b'{"rrname":"\xff"}\n', b"x" * 3_000_000 + b"\n", b"\n", b"[]\n",
                   b'{"rrname":"a.","rrtype":"A","rdata":"1.2.3.4","time_first":1,"time_last":99999999999}\n',
                   b'{"rrname":"a.","rrtype":"A","rdata":"1.2.3.4","time_first":1,"time_last":2,"count":18446744073709551616}\n']
            bad += [b"more\n"] * 1000
            path.write_bytes(b"".join(good[:10] + bad + good[10:]) + good[0].rstrip(b"\n"))
            run = ingest(database, path)
            told = report(run)
            self.assertEqual("cut_tail", told["sources"][0]["state"])
            self.assertEqual({"line": len(bad) - 2}, told["malformed"])
            self.assertEqual({"future_time": 1}, told["refused"])
            self.assertEqual(30, told["used"])
            remarks = told["sources"][0]["remarks"]
            self.assertEqual([11, 12, 13, 14, 16, 17, 18, 19], [remark["line"] for remark in remarks])
            self.assertIn(b"    line 14: longer than 1048576 bytes\n", run.stderr)
            self.assertLess(run.stderr.count(b"\n"), 40)
            self.assertEqual(30, stats(database)["tuples"])

    def test_a_file_that_grew_is_continued(self) -> None:
        with scratch() as folder:
            database, path, whole = (Path(folder) / name for name in ("db", "rows", "whole"))
            rows = made_rows(3000)
            path.write_bytes(rows[:100_001])
            self.assertEqual("cut_tail", report(ingest(database, path))["sources"][0]["state"])
            path.write_bytes(rows)
            self.assertEqual("continued", report(ingest(database, path))["sources"][0]["state"])
            self.assertEqual(0, ingest(whole, path).returncode)
            self.assertEqual(every_column(whole), every_column(database))

    def test_kill_leaves_it_exact(self) -> None:
        chance = random.Random(5)
        with scratch() as folder:
            path, whole = Path(folder) / "rows", Path(folder) / "whole"
            path.write_bytes(made_rows(60_000))
            command = [path, "--flush-interval", "0.03", "--memory", "16M"]
            start = time.monotonic()
            self.assertEqual(0, ingest(whole, *command).returncode)
            longest = time.monotonic() - start
            expected = every_column(whole)
            kills, round_number = 0, 0
            while kills < KILLS:
                database, round_number = Path(folder) / f"db-{round_number}", round_number + 1
                for _ in range(3):
                    with Ingester(database, *command) as run:
                        time.sleep(chance.uniform(0, longest))
                        run.process.send_signal(signal.SIGKILL)
                        run.process.wait()
                        kills += run.process.returncode == -signal.SIGKILL
                self.assertEqual(0, ingest(database, *command).returncode)
                self.assertEqual(expected, every_column(database))

    def test_a_live_ingester_takes_it(self) -> None:
        with scratch() as folder:
            database, path, whole = (Path(folder) / name for name in ("db", "rows", "whole"))
            path.write_bytes(made_rows(500) + b"broken\n")
            with Ingester(database, "-u", Path(folder) / "s") as live:
                wait_for(lambda: (database / "control.sock").exists())
                told = report(ingest(database, path))
                self.assertEqual(500, told["used"])
                self.assertEqual(501, told["sources"][0]["remarks"][0]["line"])
                self.assertEqual(0, live.stop()[0])
            self.assertEqual(0, ingest(whole, path).returncode)
            self.assertEqual(every_column(whole), every_column(database))


if __name__ == "__main__":
    unittest.main()
