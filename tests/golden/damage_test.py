"""A database that is damaged, copied while it is written, or on a slow disk: a true answer or a clear word, never a
silent "nothing found"."""
import json
import os
import random
import shutil
import subprocess
import unittest
from pathlib import Path

from pdns_testing import CAPTURES, Ingester, dump, ingest, payloads_of, query, scratch, stream, wait_for

QUESTIONS = [("*",), ("--rdata", "0.0.0.0/0"), ("--rdata", "*"), ("--text", "a"), ("--quarantined", "*"), ("--stats",),
             ("--new-since", "2000-01-01"), ("www.blah.org",), ("nothing.example",)]
if "ASAN_OPTIONS" in os.environ:  # ten times as slow
    QUESTIONS = QUESTIONS[:2] + QUESTIONS[4:7]
HONEST = (2, 70, 74)
FAULTS = Path(__file__).resolve().parent.parent / "support" / "disk_faults.c"


class Damage(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def made(self) -> Path:
        """A database of several table files, of every family, and a log."""
        database = self.root / "db"
        for capture in CAPTURES:
            self.assertEqual(0, ingest(database, capture).returncode)
        return database

    def whole(self, database: Path) -> list[bytes]:
        return [query(database, *question).stdout for question in QUESTIONS]

    def copy(self, database: Path) -> Path:
        copy = self.root / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(database, copy, ignore=shutil.ignore_patterns("control.sock"))
        return copy

    def check(self, copy: Path, what: str, name: str | None = None) -> None:
        for question in QUESTIONS:
            with self.subTest(what=what, question=question):
                run = query(copy, *question)
                self.assertIn(run.returncode, HONEST, run.stderr)
                self.assertEqual(run.returncode == 2, bool(run.stdout), run.stderr)
                self.assertIn(str(copy).encode(), run.stderr)
                if name is not None:
                    self.assertIn(name.encode(), run.stderr)
        run = ingest(copy, CAPTURES[0])  # a writer does not make it worse
        self.assertNotEqual(0, run.returncode, what)
        self.assertNotIn(run.returncode, (1, -6, -11), run.stderr)

    def test_table_files(self) -> None:
        database = self.made()
        tables = sorted(database.glob("*.sst"))
        self.assertGreaterEqual(len(tables), 5)
        for table in tables:
            for how in ("gone", "empty", "cut", "longer"):
                file = self.copy(database) / table.name
                match how:
                    case "gone":
                        file.unlink()
                    case "empty":
                        file.write_bytes(b"")
                    case "cut":
                        os.truncate(file, file.stat().st_size - 1)
                    case "longer":
                        os.truncate(file, file.stat().st_size + 1)
                self.check(file.parent, f"{table.name} {how}", table.name)

    def test_swapped_table_files(self) -> None:
        database = self.made()
        tables = sorted(database.glob("*.sst"))
        for table, other in zip(tables, [*tables[1:], tables[0]]):
            copy = self.copy(database)
            shutil.copy(database / other.name, copy / table.name)
            self.check(copy, f"{other.name} in place of {table.name}", table.name)

    def test_of_another_database(self) -> None:
        """Made by the same program, from the same capture: alike in all but their identity."""
        database = self.made()
        other = self.root / "other"
        for capture in CAPTURES:
            self.assertEqual(0, ingest(other, capture).returncode)
        for table in sorted(database.glob("*.sst")):
            if not (other / table.name).exists():
                continue
            copy = self.copy(database)
            shutil.copy(other / table.name, copy / table.name)
            self.check(copy, f"{table.name} of another database", table.name)

    def test_lists_and_logs(self) -> None:
        database = self.made()
        (manifest,) = database.glob("MANIFEST-*")
        damages = {
            "CURRENT missing": lambda copy: (copy / "CURRENT").unlink(),
            "CURRENT empty": lambda copy: (copy / "CURRENT").write_bytes(b""),
            "CURRENT elsewhere": lambda copy: (copy / "CURRENT").write_bytes(b"MANIFEST-999999\n"),
            "MANIFEST missing": lambda copy: (copy / manifest.name).unlink(),
            "MANIFEST empty": lambda copy: (copy / manifest.name).write_bytes(b""),
        }
        for what, damage in damages.items():
            copy = self.copy(database)
            damage(copy)
            for question in QUESTIONS:
                with self.subTest(what=what, question=question):
                    run = query(copy, *question)
                    self.assertIn(run.returncode, HONEST, run.stderr)
                    self.assertEqual(b"", run.stdout)

    def test_a_log_that_was_needed(self) -> None:
        """Of a writer that was killed: its last batches stand in the log alone."""
        database = self.root / "db"
        payloads = [p for capture in CAPTURES for p in payloads_of(capture)]
        capture = self.root / "capture"
        capture.write_bytes(stream(payloads * 30, stop=False))
        with Ingester(database, "--follow", capture, "--flush-interval", "0.05", "--memory", "16M") as run:
            wait_for(lambda: query(database, "www.blah.org").returncode == 0)
            run.process.kill()
            run.process.wait()
        truth = self.whole(database)
        for what, damage in {"missing": lambda log: log.unlink(), "empty": lambda log: log.write_bytes(b""),
                             "cut": lambda log: os.truncate(log, log.stat().st_size // 2)}.items():
            copy = self.copy(database)
            for log in copy.glob("*.log"):
                damage(log)
            for question, lines in zip(QUESTIONS, truth):
                with self.subTest(what=what, question=question):
                    run = query(copy, *question)
                    if run.returncode in (0, 1):
                        self.assertEqual(lines, run.stdout)  # it was not needed
                    else:
                        self.assertIn(run.returncode, HONEST, run.stderr)

    def test_flipped_bytes(self) -> None:
        """Found when they are read: what was told is true, and the end says that it is not all."""
        database = self.made()
        truth = [set(lines.splitlines()) for lines in self.whole(database)]
        chance = random.Random(10)
        for table in sorted(database.glob("*.sst")):
            copy = self.copy(database)
            bytes_ = bytearray((copy / table.name).read_bytes())
            for at in chance.sample(range(len(bytes_)), 8):
                bytes_[at] ^= 0x55
            (copy / table.name).write_bytes(bytes_)
            for question, lines in zip(QUESTIONS, truth):
                with self.subTest(table=table.name, question=question):
                    run = query(copy, *question)
                    if run.returncode in (0, 1) and question != ("--stats",):  # the part that was read is whole
                        self.assertEqual(lines, set(run.stdout.splitlines()))
                    elif question != ("--stats",):
                        self.assertIn(run.returncode, HONEST, run.stderr)

    def test_copied_while_it_is_written(self) -> None:
        payloads = [p for capture in CAPTURES for p in payloads_of(capture)]
        capture = self.root / "capture"
        capture.write_bytes(stream(payloads * 40))
        database = self.root / "db"
        with Ingester(database, capture, "--flush-interval", "0.01", "--memory", "16M") as run:
            wait_for(lambda: (database / "CURRENT").exists())
            whole = refused = 0
            while run.process.poll() is None and whole + refused < 40:
                copy = self.root / "copy"
                shutil.rmtree(copy, ignore_errors=True)
                subprocess.run(["cp", "-r", database, copy], capture_output=True)  # files go meanwhile: no matter
                kept, counted = query(copy, "--stats", "--json"), query(copy, "--stats", "--recount", "--json")
                if kept.returncode != 0:
                    self.assertIn(kept.returncode, (66, *HONEST), kept.stderr)
                    refused += 1
                    continue
                self.assertEqual(0, counted.returncode, counted.stderr)
                kept_json, counted_json = json.loads(kept.stdout), json.loads(counted.stdout)
                for field in ("tuples", "rrnames", "types", "quarantined", "counters"):
                    self.assertEqual(counted_json[field], kept_json[field])
                whole += 1
            print(f"{whole} copies whole, {refused} refused")

    def test_opened_while_writers_start_on_a_slow_disk(self) -> None:
        library = self.root / "disk_faults.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, FAULTS, "-ldl"], check=True)
        database = self.made()
        truth = dump(database)
        slow = {**os.environ, "LD_PRELOAD": str(library), "PDNS_FAULT_UNDER": str(database), "PDNS_OPEN_DELAY_MS": "20"}
        rounds = int(os.environ.get("PDNS_OPENS", "60"))
        opened = refused = 0
        capture = CAPTURES[0]
        command = [Path(os.environ.get("PDNS_BIN_DIR", "build/release/tools")) / "pdns-query", "-d", database,
                   "*", "--json", "--wire"]
        while opened + refused < rounds:
            with Ingester(database, capture, env=slow) as writer:
                reader = subprocess.run(command, capture_output=True, env=slow, timeout=300)
                writer.process.wait(timeout=300)
            if reader.returncode == 0:
                self.assertEqual(truth.split(b"--\n")[0], reader.stdout)
                opened += 1
            else:
                self.assertIn(reader.returncode, (70, 74), reader.stderr)  # never by a signal
                refused += 1
        self.assertGreater(opened, rounds * 9 // 10)
        print(f"{opened} opened, {refused} refused")


if __name__ == "__main__":
    unittest.main()
