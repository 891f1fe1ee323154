"""pdns-admin: stats, ledger, verify and compact, alone and beside whoever else has the database."""
from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import unittest
from pathlib import Path

from live_test import send
from pdns_admin import DAMAGED, DONE, IO, LOOK, NO_INPUT, USAGE, admin, many
from pdns_testing import BIN, CAPTURES, Ingester, compress, dump, frame, ingest, listening, payloads_of, query, scratch
from pdns_testing import START, STOP, stats, stream, wait_for

KILLS = int(os.environ.get("PDNS_KILLS", "5"))


class Admin(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database = self.root / "db"

    def told(self, wanted: int, command: str, *arguments: object) -> dict:
        run = admin(command, self.database, "--json", *arguments)
        self.assertEqual(wanted, run.returncode, run.stderr)
        return json.loads(run.stdout)

    def live(self) -> Ingester:
        run = Ingester(self.database, "-u", self.root / "dnstap.sock", "--flush-interval", "0.05")
        self.addCleanup(run.__exit__)
        wait_for(lambda: listening(self.database / "control.sock"))
        return run

    def states(self, wanted: int, *files: Path) -> list[tuple]:
        told = self.told(wanted, "ledger", *files)["captures"]
        return [(Path(one["path"]).name, one["state"], one.get("taken"), one.get("frames")) for one in told]


class CommandLine(Admin):
    def test_what_is_wrong(self) -> None:
        for arguments in ([], ["nonsense"], ["--nonsense"], ["stats", "x"], ["compact", "x"], ["ledger", "--dry-run"], ["stats", "--dry-run"],
                          ["compact", "--control", ""], ["-d", "x", "stats"]):
            run = subprocess.run([BIN / "pdns-admin", *arguments], capture_output=True, timeout=300)
            self.assertEqual((USAGE, b""), (run.returncode, run.stdout), arguments)
            self.assertRegex(run.stderr, rb"^pdns-admin: error: [^\n]+\n$")

    def test_a_cluster_is_none_of_theirs(self) -> None:
        for command in ("verify", "repair"):
            run = admin(command, "clickhouse://127.0.0.1:9/pdns")
            self.assertEqual(USAGE, run.returncode, run.stderr)
            self.assertIn(b"of a directory only", run.stderr)

    def test_help_has_every_command(self) -> None:
        said = subprocess.run([BIN / "pdns-admin", "--help"], capture_output=True, text=True, check=True).stdout
        for command in ("stats", "ledger", "verify", "compact"):
            self.assertRegex(said, rf"\n  {command} .*[A-Z]")
            own = subprocess.run([BIN / "pdns-admin", command, "--help"], capture_output=True, text=True, check=True).stdout
            self.assertTrue(own.startswith(f"Usage: pdns-admin {command} [options]"), own)

    def test_no_database_is_made(self) -> None:
        for command in ("stats", "ledger", "verify", "compact"):
            run = admin(command, self.root / "none")
            self.assertEqual((NO_INPUT, b""), (run.returncode, run.stdout), run.stderr)
        self.assertEqual([], list(self.root.iterdir()))

    def test_a_report_that_nobody_gets_is_no_success(self) -> None:
        ingest(self.database, CAPTURES[0])
        for command in (["stats"], ["ledger"], ["ledger", CAPTURES[0]], ["compact"]):
            with open("/dev/full", "wb") as full:
                run = subprocess.run([BIN / "pdns-admin", *command, "-d", self.database], stdout=full, stderr=subprocess.PIPE, timeout=300)
            self.assertEqual(IO, run.returncode, run.stderr)


class Stats(Admin):
    def test_the_same_as_pdns_query(self) -> None:
        ingest(self.database, *CAPTURES)
        for options in ([], ["--json"], ["--recount"], ["--recount", "--json"], ["--local"]):
            asked = query(self.database, "--stats", *options)
            run = admin("stats", self.database, *options)
            self.assertEqual((asked.returncode, asked.stdout), (run.returncode, run.stdout))


class Ledger(Admin):
    def test_all_of_it(self) -> None:
        ingest(self.database, *CAPTURES)
        told = self.told(DONE, "ledger")
        frames = sorted(len(payloads_of(capture)) for capture in CAPTURES)
        self.assertEqual(frames, sorted(one["frames"] for one in told["captures"]))
        self.assertEqual((len(CAPTURES), sum(frames), True), (told["taken"], told["frames"], told["complete"]))
        self.assertEqual(stats(self.database)["captures"], {"taken": told["taken"], "frames": told["frames"], "bytes": told["bytes"]})
        text = admin("ledger", self.database).stdout.decode()
        for one in told["captures"]:
            self.assertRegex(text, rf"(?m)^{one['id'][:32]} +{one['frames']} +{one['bytes']}$")

    def test_an_empty_one(self) -> None:
        (self.root / "empty").write_bytes(stream([]))
        ingest(self.database, self.root / "empty")
        self.assertEqual({"captures": [], "taken": 0, "frames": 0, "bytes": 0, "complete": True}, self.told(DONE, "ledger"))

    def test_files_by_what_they_hold(self) -> None:
        payloads = payloads_of(CAPTURES[0])[:60]
        whole, part = self.root / "whole", self.root / "part"
        whole.write_bytes(stream(payloads))
        part.write_bytes(stream(payloads_of(CAPTURES[1])[:40]))
        ingest(self.database, whole, part)
        part.write_bytes(stream(payloads_of(CAPTURES[1])[:50]))  # has grown
        files = {"renamed.zst": compress("zstd", stream(payloads)),
                 "cut": stream(payloads)[:-40],  # STOP, and the end of the last frame
                 "other": stream(payloads[1:]),
                 "differs": stream([*payloads[:30], *payloads[31:]]),
                 "empty": stream([]),
                 "foreign": b"no capture at all, whatever it may be\n"}
        for name, data in files.items():
            (self.root / name).write_bytes(data)
        self.assertEqual([("renamed.zst", "whole", 60, 60), ("whole", "whole", 60, 60), ("cut", "whole", 59, 59),
                          ("empty", "no frames", None, None)],
                         self.states(DONE, *(self.root / name for name in ("renamed.zst", "whole", "cut", "empty"))))
        wanted = [("part", "part", 40, 50), ("other", "not taken", 0, 0), ("differs", "not taken", 0, 59),
                  ("foreign", "unreadable", None, None), ("none", "unreadable", None, None)]
        for one in wanted:
            self.assertEqual([one], self.states(LOOK, self.root / one[0]))
        text = admin("ledger", self.database, part).stdout.decode()
        self.assertRegex(text, r"part  part +40 of +50 frames  [0-9a-f]{32}\n$")

    def test_two_that_begin_alike(self) -> None:
        """The ledger has both under one first frame; each file is found as the one it is."""
        payloads = payloads_of(CAPTURES[0])[:40]
        one, two = self.root / "one", self.root / "two"
        one.write_bytes(stream(payloads))
        two.write_bytes(stream([payloads[0], *payloads[5:]]))
        ingest(self.database, one)
        ingest(self.database, two)
        self.assertEqual([("one", "whole", 40, 40), ("two", "whole", 36, 36)], self.states(DONE, one, two))
        variants = {entry["variant"] for entry in self.told(DONE, "ledger", one, two)["captures"]}
        self.assertEqual({0, 1}, variants)

    def test_a_capture_that_is_broken(self) -> None:
        capture = self.root / "broken"
        capture.write_bytes(START + frame(payloads_of(CAPTURES[0])[0]) + b"\xff" * 8 + STOP)
        ingest(self.database, capture)
        (entry,) = self.told(DONE, "ledger")["captures"]
        self.assertEqual((1, True), (entry["frames"], entry["broken"]))
        self.assertIn("broken behind", admin("ledger", self.database).stdout.decode())
        self.assertEqual([("broken", "whole", 1, 1)], self.states(DONE, capture))

    def test_a_fifo_is_left_alone(self) -> None:
        """To look at it would take what its reader is to get."""
        ingest(self.database, CAPTURES[0])
        os.mkfifo(self.root / "fifo")
        self.assertEqual([("fifo", "unreadable", None, None)], self.states(LOOK, self.root / "fifo"))


class Verify(Admin):
    def test_a_sound_one(self) -> None:
        ingest(self.database, *CAPTURES)
        report, numbers = self.told(DONE, "verify"), stats(self.database)
        self.assertEqual((0, 0, [], True), (report["damaged"], report["disagreeing"], report["findings"], report["complete"]))
        for name, wanted in (("tuples", numbers["tuples"]), ("rrnames", numbers["rrnames"]), ("captures", numbers["captures"]["taken"]),
                             ("quarantined", numbers["quarantined"]["tuples"]), ("journal_entries", numbers["tuples"])):
            self.assertEqual(wanted, report[name], name)
        self.assertTrue(admin("verify", self.database).stdout.endswith(b"\nsound\n"))
        quick = self.told(DONE, "verify", "--quick")
        self.assertEqual((report["table_files"], report["bytes"], True), (quick["table_files"], quick["bytes"], quick["quick"]))

    def test_every_file_missing_empty_and_cut(self) -> None:
        """Of each table file; the report names it, and nothing is changed by looking."""
        ingest(self.database, CAPTURES[0])
        tables = sorted(self.database.glob("*.sst"))
        self.assertGreater(len(tables), 3)
        for table in tables:
            data = table.read_bytes()
            for how in ("gone", "empty", "cut", "flipped"):
                if how == "gone":
                    table.unlink()
                else:
                    table.write_bytes({"empty": b"", "cut": data[:-1], "flipped": data[:20] + bytes([data[20] ^ 1]) + data[21:]}[how])
                for options in ([], ["--quick"]):
                    report = self.told(DAMAGED, "verify", *options)
                    self.assertIn(table.name, json.dumps(report["findings"]), how)
                    self.assertGreater(report["damaged"], 0)
                    self.assertIn("pdns-admin repair", report["way_out"])
            table.write_bytes(data)
        self.assertEqual(DONE, admin("verify", self.database).returncode)

    def test_beside_a_busy_ingester(self) -> None:
        ingest(self.database, *CAPTURES)
        run = self.live()
        for i in range(5):
            send(self.root / "dnstap.sock", payloads_of(CAPTURES[i % len(CAPTURES)]))
            report = self.told(DONE, "verify")
            self.assertTrue(report["complete"])
        self.assertEqual(0, run.stop()[0])


class Compact(Admin):
    def fill(self) -> bytes:
        """Several table files, since each run ends with one."""
        for capture in CAPTURES:
            shutil.copy(capture, self.root / "copy")
            ingest(self.database, capture)
        return dump(self.database)

    def check(self) -> None:
        before = self.fill() if not self.database.exists() else dump(self.database)
        dry = self.told(DONE, "compact", "--dry-run")
        self.assertEqual((dry["bytes_before"], True), (dry["bytes_after"], dry["dry_run"]))
        told = self.told(DONE, "compact")
        self.assertEqual((True, False), (told["complete"], told["dry_run"]))
        self.assertLess(told["table_files_after"], dry["table_files_before"])
        self.assertEqual(before, dump(self.database))
        self.assertEqual(before, dump(self.database))
        self.assertRegex(admin("compact", self.database).stdout.decode(), r"^complete +yes\ndry run +no\n")

    def test_alone(self) -> None:
        self.check()

    def test_killed_in_its_midst(self) -> None:
        """Each time once it has begun to write a table file; then it is run to its end."""
        (self.root / "capture").write_bytes(many(20_000, 1_700_000_000))
        ingest(self.database, self.root / "capture")
        before, killed = self.fill(), 0
        for _ in range(KILLS):
            tables = set(self.database.glob("*.sst"))
            with subprocess.Popen([BIN / "pdns-admin", "compact", "-d", self.database], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as compact:
                while compact.poll() is None and set(self.database.glob("*.sst")) <= tables:
                    pass
                compact.send_signal(signal.SIGKILL)
                killed += compact.wait(300) == -signal.SIGKILL
            self.assertEqual(DONE, admin("verify", self.database).returncode)
        self.assertGreater(killed, 0)
        self.assertEqual(DONE, admin("compact", self.database).returncode)
        self.assertEqual(before, dump(self.database))
        print(f"{killed} kills")

    def test_beside_a_live_ingester(self) -> None:
        self.fill()
        run = self.live()
        self.check()
        # It stores on, and says who asked.
        tuples = stats(self.database)["counters"]["frames"]
        send(self.root / "dnstap.sock", payloads_of(CAPTURES[0])[:5])
        wait_for(lambda: stats(self.database)["counters"]["frames"] == tuples + 5)
        code, _, said = run.stop()
        self.assertEqual(0, code, said)
        self.assertIn(b"admin command compact, asked for by user ", said)

    def test_a_live_ingester_refuses_what_it_does_not_know(self) -> None:
        self.live()
        for line, code in ((b'{"op":"admin","command":"format","options":[]}', USAGE),
                           (b'{"op":"admin","command":"compact","options":[["force",""]]}', USAGE),
                           (b'{"op":"admin","command":"compact"}', USAGE)):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(60)
                peer.connect(str(self.database / "control.sock"))
                peer.sendall(line + b"\n")
                replies = peer.makefile("rb").read().splitlines()
            self.assertEqual(code, json.loads(replies[-1])["code"], line)

    def test_another_control_socket(self) -> None:
        self.fill()
        control = self.root / "elsewhere"
        run = Ingester(self.database, "-u", self.root / "dnstap.sock", "--control", control)
        self.addCleanup(run.__exit__)
        wait_for(lambda: listening(control))
        self.assertEqual(DONE, admin("compact", self.database, "--control", control).returncode)
        # Who does not know of it is told who has the database.
        busy = admin("compact", self.database)
        self.assertEqual((IO, b""), (busy.returncode, busy.stdout))
        self.assertIn(str(run.process.pid).encode(), busy.stderr)
        run.stop()


if __name__ == "__main__":
    unittest.main()
