"""The process itself: what it was started without, whom its files are for, and who waits for whom."""
import itertools
import os
import resource
import shutil
import signal
import socket
import stat
import subprocess
import unittest
from pathlib import Path

from pdns_testing import BIN, CAPTURES, Ingester, dump, ingest, listening, payloads_of, query, scratch, stream, wait_for

CAPTURE = CAPTURES[0]
SOFTWARE, IO = 70, 74
NOBODY = 65534


def without(closed: tuple[int, ...], *command: object) -> list[str]:
    """The command, started with these standard files closed."""
    ends = " ".join({0: "<&-", 1: ">&-", 2: "2>&-"}[fd] for fd in closed)
    return ["sh", "-c", f'exec "$@" {ends}', "sh", *map(str, command)]


class Process(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database = self.root / "db"

    def test_standard_files_that_are_closed(self) -> None:
        self.assertEqual(0, ingest(self.root / "whole", CAPTURE).returncode)
        whole = dump(self.root / "whole")
        for size in (1, 2, 3):
            for closed in itertools.combinations((0, 1, 2), size):
                database = self.root / ("db" + "".join(map(str, closed)))
                with self.subTest(closed=closed):
                    command = without(closed, BIN / "pdns-ingest", "-d", database, CAPTURE)
                    run = subprocess.run(command, capture_output=True, timeout=300)
                    self.assertEqual(0, run.returncode, run.stderr)
                    self.assertEqual(whole, dump(database))
                    self.assertEqual(b"", (database / "LOCK").read_bytes())
                    ask = without(closed, BIN / "pdns-query", "-d", database, "www.blah.org")
                    run = subprocess.run(ask, capture_output=True, timeout=300)
                    # An answer that nobody can get is no success.
                    self.assertEqual(IO if 1 in closed else 0, run.returncode, run.stderr)

    def test_standard_input_that_is_closed_is_no_capture(self) -> None:
        command = without((0,), BIN / "pdns-ingest", "-d", self.database, "-")
        run = subprocess.run(command, capture_output=True, timeout=300)
        self.assertNotEqual(0, run.returncode)
        self.assertIn(b"Bad file descriptor", run.stderr)

    def test_standard_input_that_is_closed_is_no_list(self) -> None:
        """An empty list would be answered "nothing found"."""
        self.assertEqual(0, ingest(self.database, CAPTURE).returncode)
        ask = (BIN / "pdns-query", "-d", self.database, "-f", "-")
        folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, folder)
        for command, stdin in ((without((0,), *ask), None), (list(map(str, ask)), folder)):
            run = subprocess.run(command, stdin=stdin, capture_output=True, timeout=300)
            self.assertEqual(IO, run.returncode, run.stderr)
            self.assertIn(b"standard input", run.stderr)

    def test_help_that_cannot_be_written(self) -> None:
        for tool, option in itertools.product(("pdns-ingest", "pdns-query", "pdns-serve", "pdns-tap", "pdns-admin"), ("--help", "--version")):
            with self.subTest(tool=tool, option=option), open("/dev/full", "wb") as full:
                run = subprocess.run([BIN / tool, option], stdout=full, stderr=subprocess.PIPE, timeout=300)
                self.assertEqual(IO, run.returncode, run.stderr)
                self.assertIn(b"standard output", run.stderr)

    def test_a_service_without_any(self) -> None:
        path = self.root / "s.sock"
        process = subprocess.Popen(without((0, 1, 2), BIN / "pdns-ingest", "-d", self.database, "-u", path))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for(lambda: listening(path))
        for fd in (0, 1, 2):
            self.assertEqual("/dev/null", os.readlink(f"/proc/{process.pid}/fd/{fd}"))
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(path))
            peer.sendall(stream(payloads_of(CAPTURE)))
            peer.shutdown(socket.SHUT_WR)
            self.assertEqual(b"", peer.recv(1))
        process.send_signal(signal.SIGUSR1)  # figures for standard error
        process.send_signal(signal.SIGTERM)
        self.assertEqual(0, process.wait(300))
        self.assertEqual(0, ingest(self.root / "whole", CAPTURE).returncode)
        self.assertEqual(dump(self.root / "whole"), dump(self.database))

    def test_files_are_for_owner_and_group(self) -> None:
        for mask in (0, 0o022, 0o077):
            root = self.root / f"{mask:o}"
            database, path = root / "deep/db", self.root / f"{mask:o}.sock"
            arguments = ["-u", path, "--archive", self.root / f"archive{mask:o}", "--min-free", "0"]
            with Ingester(database, *arguments, umask=mask) as run:
                wait_for(lambda path=path: listening(path))
                self.assertEqual(0o660, stat.S_IMODE(path.stat().st_mode))
                with socket.socket(socket.AF_UNIX) as peer:
                    peer.connect(str(path))
                    peer.sendall(stream(payloads_of(CAPTURE)))
                    peer.shutdown(socket.SHUT_WR)
                    peer.recv(1)
                self.assertEqual(0, run.stop()[0])
            places = [root, *root.rglob("*"), self.root / f"archive{mask:o}",
                      *(self.root / f"archive{mask:o}").rglob("*")]
            for place in places:
                mode = stat.S_IMODE(place.stat().st_mode)
                self.assertEqual(0, mode & (0o027 | mask), f"{place} has {mode:o} of umask {mask:o}")
                want = 0o750 if place.is_dir() else 0o640
                self.assertEqual(want & ~mask, mode & want, f"{place} has {mode:o}")

    def test_runs_of_files_queue(self) -> None:
        first = Ingester(self.database, "-", stdin=subprocess.PIPE)
        with first:
            first.process.stdin.write(stream(payloads_of(CAPTURE), stop=False))
            first.process.stdin.flush()
            wait_for(lambda: (self.database / "CURRENT").exists())
            refused = ingest(self.database, "--no-wait", CAPTURE)
            self.assertEqual(IO, refused.returncode)
            self.assertIn(f"in use by another ingester (pid {first.process.pid})".encode(), refused.stderr)
            logs = [self.root / "second.log", self.root / "third.log"]
            with logs[0].open("wb") as one, logs[1].open("wb") as other, \
                    Ingester(self.database, CAPTURES[1], stderr=one) as second, \
                    Ingester(self.database, CAPTURES[1], stderr=other) as third:
                wait_for(lambda: all(b"waiting for it" in log.read_bytes() for log in logs))
                self.assertEqual(IO, third.stop()[0])  # who waits can be told not to
                self.assertIsNone(second.process.poll())
                first.process.stdin.close()
                self.assertEqual(0, second.process.wait(300))
                self.assertEqual(1, logs[0].read_bytes().count(b"waiting for it"), "said more than once")
            self.assertEqual(0, first.process.wait(300))
            first.process.stdin = None
        both = self.root / "both"
        for capture in CAPTURES[:2]:
            self.assertEqual(0, ingest(both, capture).returncode)
        self.assertEqual(dump(both), dump(self.database))

    @unittest.skipIf("ASAN_OPTIONS" in os.environ, "a sanitizer ends the process by itself")
    def test_no_memory_and_no_thread(self) -> None:
        """A word and a code, and the database as it was."""
        self.assertEqual(0, ingest(self.database, CAPTURE).returncode)
        whole = dump(self.database)
        little = 200 << 20  # the program itself, and a thread's stack or two

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (little, little))

        for arguments, options in ((["--memory", "100T"], {}), (["--memory", "16000000T"], {}),
                                   (["--memory", "512M"], {"preexec_fn": limit})):
            with self.subTest(arguments=arguments):
                run = ingest(self.database, *arguments, CAPTURES[1], **options)
                self.assertEqual(SOFTWARE, run.returncode, run.stderr)
                self.assertRegex(run.stderr, rb"pdns-ingest: error: (out of memory|.*no further thread)")
                self.assertEqual(whole, dump(self.database))
        self.assertEqual(0, ingest(self.database, CAPTURES[1]).returncode)

    @unittest.skipIf("ASAN_OPTIONS" in os.environ, "a sanitizer needs descriptors itself, to look at an object's type")
    def test_few_descriptors(self) -> None:
        """However few: what is asked, or a word and a code, and never an answer that is not true."""
        self.assertEqual(0, ingest(self.database, CAPTURE).returncode)
        whole = dump(self.database)
        answer = query(self.database, "*").stdout
        frames = subprocess.run([BIN / "pdns-tap", CAPTURE], capture_output=True, timeout=300, check=True).stdout
        few = 4  # what it takes to load the program's libraries
        asks = {"query": ([BIN / "pdns-query", "-d", self.database, "*"], answer),
                "tap": ([BIN / "pdns-tap", CAPTURE], frames),
                "ingest": ([BIN / "pdns-ingest", "-d", self.root / "limited", CAPTURE], None)}
        for name, (command, truth) in asks.items():
            codes = []
            for most in itertools.count(few):
                def limit(most: int = most) -> None:
                    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

                run = subprocess.run(command, capture_output=True, timeout=300, preexec_fn=limit)
                codes.append(run.returncode)
                if run.returncode == 0:
                    break
                with self.subTest(program=name, descriptors=most):
                    # pdns-ingest ends with 1 where a file could not be opened, and always reports.
                    self.assertIn(run.returncode, (66, IO) if truth is not None else (1, IO), run.stderr)
                    self.assertRegex(run.stderr, b": error: .*Too many open files|no descriptor")
                    if truth is not None:
                        self.assertEqual(b"", run.stdout)
            self.assertGreater(len(codes), 1, name)
            if truth is not None:
                self.assertEqual(truth, run.stdout)
        self.assertEqual(whole, dump(self.root / "limited"))

    def test_files_that_may_not_grow(self) -> None:
        """A limit on file sizes is a full disk: a word and a code, and no signal that ends the process."""
        self.assertEqual(0, ingest(self.database, CAPTURE).returncode)
        whole = dump(self.database)
        out, old = self.root / "out", ("--older", "1d", "--trust-clock")
        asks = (["pdns-query", "-d", self.database, "*"], ["pdns-tap", CAPTURE],
                ["pdns-ingest", "-d", self.root / "new", CAPTURE], ["pdns-ingest", "-d", self.database, CAPTURES[1]],
                ["pdns-admin", "expire", "-d", self.database, *old], ["pdns-admin", "compact", "-d", self.database],
                ["pdns-admin", "export", "-d", self.database, self.root / "export"],
                ["pdns-admin", "export", "-d", self.database],
                ["pdns-admin", "checkpoint", "-d", self.database, self.root / "copy"])
        for command in asks:
            with self.subTest(command=command[:2]), out.open("wb") as into:
                run = subprocess.run([BIN / command[0], *command[1:]], stdout=into, stderr=subprocess.PIPE, timeout=300,
                                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
                self.assertIn(run.returncode, (1, IO), run.stderr)
                self.assertRegex(run.stderr, b"File too large|cannot be written|standard output")
        self.assertEqual([], [path.name for path in self.root.iterdir() if path.name.startswith(("export", "copy"))])
        self.assertEqual(whole, dump(self.database))

    def test_a_database_that_may_not_be_read(self) -> None:
        self.root.chmod(0o755)
        self.assertEqual(0, ingest(self.database, CAPTURE).returncode)
        programs = self.root / "bin"
        programs.mkdir()
        shutil.copy(BIN / "pdns-query", programs)
        programs.chmod(0o755)

        def ask() -> subprocess.CompletedProcess:
            user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
            command = [programs / "pdns-query", "-d", self.database, "www.blah.org"]
            return subprocess.run(command, capture_output=True, timeout=300, cwd="/", **user)

        for path, mode in ((self.database, 0), (self.database, 0o444), (self.database / "CURRENT", 0)):
            with self.subTest(path=path.name, mode=f"{mode:o}"):
                self.database.chmod(0o755)
                before = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode)
                try:
                    run = ask()
                    self.assertEqual(IO, run.returncode, run.stderr)
                    self.assertIn(b"Permission denied", run.stderr)
                    self.assertIn(str(self.database).encode(), run.stderr)
                finally:
                    path.chmod(before)
        self.assertEqual(0, query(self.database, "www.blah.org").returncode)


if __name__ == "__main__":
    unittest.main()
