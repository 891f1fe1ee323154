"""Every command of pdns-admin beside a live ingester that resolvers feed: it does what it says, and nothing is lost or counted twice.

The commands are those of --help: a new one has no line below, and the test fails until it has.
"""
from __future__ import annotations

import re
import subprocess
import threading
import unittest
from pathlib import Path

from admin_backup_test import backups, restore
from admin_test import Admin
from import_test import every_column, made_rows
from live_test import send
from pdns_admin import DONE, IO, LOOK, NO_INPUT, admin, answer, many
from pdns_testing import BIN, CAPTURES, ingest, stats, stream, wait_for

BEGIN = 1_700_000_000
OLD_ROWS, SOME_ROWS = 3000, 6000
OLD = "".join(f'{{"rrname":"o{i}.old.example.","rrtype":"A","rdata":"10.0.0.1","time_first":1500000000,"time_last":1500000000,"count":1}}\n'
              for i in range(OLD_ROWS)).encode()
REFUSED = b"stop that first: only one process may write|make a copy by pdns-admin checkpoint|cannot be reached"


class Feeder:
    """Sends answers over one connection after another, names of which most were seen before, until it is ended."""

    def __init__(self, path: Path) -> None:
        self.path, self.sent, self.ending = path, [], threading.Event()
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        number = 0
        try:
            while not self.ending.is_set():
                batch = [answer(f"f{(number + i) * 7 % 3001}.blah.org", BEGIN + number + i, i % 5, sensor=f"s{i % 2}".encode()) for i in range(200)]
                number += len(batch)
                send(self.path, batch)
                self.sent += batch
                self.ending.wait(0.05)  # leaves a processor to the others
        except BaseException as failure:  # pylint: disable=broad-except
            self.failure = failure

    def end(self) -> list[bytes]:
        self.ending.set()
        self.thread.join()
        assert self.failure is None, self.failure
        return self.sent


class Beside(Admin):
    def commands(self) -> dict[str, tuple[int, list[object]]]:
        """What each is given, and the code that it ends with."""
        made = self.root / "made"
        return {
            "stats": (DONE, ["--recount"]),
            "ledger": (DONE, [*CAPTURES]),
            "verify": (DONE, []),
            "export": (DONE, [made / "rows"]),
            "import": (DONE, [self.root / "rows"]),
            "expire": (DONE, ["--last-before", "2020-01-01", "--trust-clock", "--name", "*.old.example"]),
            "compact": (DONE, []),
            "backup": (DONE, [made / "backups"]),
            "backups": (DONE, [made / "backups", "--verify"]),
            "restore": (DONE, [made / "backups", "--to", made / "restored"]),
            "checkpoint": (DONE, [made / "checkpoint"]),
            "split": (DONE, ["--to", made / "part", "--name", "*.blah.org"]),
            "copy": (DONE, [self.database, made / "copy"]),
            "merge": (IO, [self.root / "other"]),
            "repair": (DONE, []),  # a sound one is only looked at
            "init-cluster": (IO, ["--dry-run", "clickhouse://pdns@127.0.0.1:9/pdns"]),  # has no server, and no database of ours
        }

    def run_command(self, name: str, wanted: int, words: list[object]) -> None:
        database = [] if name in ("copy", "restore", "backups", "init-cluster") else ["-d", self.database]
        run = subprocess.run([BIN / "pdns-admin", name, *map(str, [*database, *words])], capture_output=True, timeout=300)
        self.assertEqual(wanted, run.returncode, (name, run.stderr))
        if wanted != DONE:
            self.assertEqual(b"", run.stdout)
            self.assertRegex(run.stderr, REFUSED)

    def test_each_command(self) -> None:
        said = subprocess.run([BIN / "pdns-admin", "--help"], capture_output=True, text=True, check=True).stdout
        commands = self.commands()
        self.assertEqual(set(re.findall(r"^  ([a-z-]+) ", said, re.MULTILINE)), set(commands))
        for name, content in (("seed", many(SOME_ROWS, BEGIN)), ("old", OLD), ("rows", made_rows(SOME_ROWS))):
            (self.root / name).write_bytes(content)
        (self.root / "made").mkdir()
        whole, kept = self.root / "whole", [*CAPTURES, self.root / "seed"]
        self.assertEqual(0, ingest(self.database, *kept, self.root / "old").returncode)
        self.assertEqual(0, ingest(self.root / "other", CAPTURES[0]).returncode)
        run = self.live()
        feeder = Feeder(self.root / "dnstap.sock")
        try:
            for name, (wanted, words) in commands.items():
                with self.subTest(name):
                    before = len(feeder.sent)
                    self.run_command(name, wanted, words)
                    wait_for(lambda before=before: len(feeder.sent) > before or feeder.failure is not None)
        finally:
            sent = feeder.end()
        self.assertEqual(0, run.stop()[0])
        # All that was sent, seeded and imported is there, once; of what expired, nothing.
        (self.root / "sent").write_bytes(stream(sent))
        self.assertEqual(0, ingest(whole, *kept, self.root / "sent", self.root / "rows").returncode)
        self.assertEqual(every_column(whole), every_column(self.database))
        self.assertEqual(OLD_ROWS, stats(self.database)["expired"]["rows"])
        made = self.root / "made"
        for database in (self.database, *(made / name for name in ("restored", "checkpoint", "part", "copy"))):
            verified = admin("verify", database)
            self.assertEqual(DONE, verified.returncode, verified.stdout)
        # What was exported is of one moment: what a database of it exports again.
        self.assertEqual(DONE, admin("import", made / "imported", made / "rows").returncode)
        self.assertEqual((made / "rows").read_bytes(), admin("export", made / "imported").stdout)


class KilledIngester(Admin):
    def test_in_the_middle_of_a_backups_checkpoint(self) -> None:
        """The backup says that it failed and leaves nothing; the next one is whole. The command
        first waits 30 s for an ingester that takes the killed one's place."""
        (self.root / "seed").write_bytes(many(9000, BEGIN))
        self.assertEqual(0, ingest(self.database, *CAPTURES, self.root / "seed").returncode)
        rows, folder = every_column(self.database), self.root / "backups"
        source = self.database / "backup-source"
        run = self.live()
        with subprocess.Popen([BIN / "pdns-admin", "backup", "-d", self.database, folder], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as backup:
            while backup.poll() is None and not any(self.database.glob("backup-source*")):
                pass
            run.process.kill()
            _, said = backup.communicate(timeout=300)
        run.process.wait(300)
        # Where the checkpoint was made before the kill, the backup needs the ingester no longer.
        self.assertIn(backup.returncode, (DONE, IO), said)
        self.assertIn(backups(folder, "--verify")[0], (DONE, LOOK, NO_INPUT))
        self.assertEqual(DONE, admin("backup", self.database, folder).returncode)
        self.assertFalse(source.exists())
        target = self.root / "restored"
        restored = restore(folder, target)
        self.assertEqual(DONE, restored.returncode, restored.stderr)
        self.assertEqual(rows, every_column(target))


del Admin  # of admin_test, which runs it

if __name__ == "__main__":
    unittest.main()
