"""FIFOs as input while another ingester has the database: a run waits without opening them, or ends at once; no writer
is killed meanwhile, and each frame is taken exactly once."""
import os
import signal
import subprocess
import unittest
from pathlib import Path

from pdns_live import LiveTest
from pdns_testing import Ingester, dump, ingest, report, stats, stream, wait_for

IO = 74


class Fifo(LiveTest):
    def make(self, name: str, payloads: list[bytes]) -> tuple[Path, subprocess.Popen]:
        """A FIFO and what writes into it as a shell's `cat file > fifo` does: SIGPIPE kills it."""
        content, path = self.root / f"{name.replace('/', '-')}.dnstap", self.root / name
        content.write_bytes(stream(payloads))
        os.mkfifo(path)
        writer = subprocess.Popen(["sh", "-c", 'exec cat "$0" > "$1"', content, path], stdin=subprocess.DEVNULL,
                                  restore_signals=True)
        self.addCleanup(writer.wait)
        self.addCleanup(writer.kill)
        return path, writer

    def part(self, first: int, count: int) -> list[bytes]:
        return [self.payload(number) for number in range(first, first + count)]

    def holder(self) -> Ingester:
        """A run over files that has the database until its standard input ends. Gives frames 0 to 99."""
        holder = Ingester(self.database, "-", stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(holder.__exit__)
        holder.process.stdin.write(stream(self.part(0, 100)))
        holder.process.stdin.flush()
        wait_for(lambda: (self.database / "CURRENT").exists())
        return holder

    def let_go(self, holder: Ingester) -> None:
        holder.process.stdin.close()
        holder.process.wait(300)
        holder.process.stdin = None

    def waiting(self, *arguments: object) -> Ingester:
        """A run that waits for the database."""
        log = self.log_path.open("wb")
        self.addCleanup(log.close)
        run = Ingester(self.database, *arguments, stderr=log)
        self.addCleanup(run.__exit__)
        wait_for(lambda: run.process.poll() is not None or "waiting for it" in self.log())
        self.assertIsNone(run.process.poll(), self.log())
        return run

    def expect(self, count: int) -> None:
        """Frames 0 to count - 1, each once."""
        counters = stats(self.database)["counters"]
        self.assertEqual(count, counters["frames"])
        self.assertEqual(self.expected(range(count)), dump(self.database))

    def test_a_run_waits_and_takes_all(self) -> None:
        holder = self.holder()
        made = [self.make(f"fifo{i}", self.part(100 + 1000 * i, 1000)) for i in range(3)]
        fifos = [fifo for fifo, _ in made]
        run = self.waiting(*fifos)
        at_once = ingest(self.database, "--no-wait", *fifos)
        self.assertEqual(IO, at_once.returncode, at_once.stderr)
        self.assertIn(b"in use by another ingester", at_once.stderr)
        self.assertEqual([None] * 3, [writer.poll() for _, writer in made], "a writer met an end")
        self.let_go(holder)
        out, _ = run.process.communicate(timeout=300)
        self.assertEqual(0, run.process.returncode, self.log())
        told = report(subprocess.CompletedProcess([], 0, out))
        self.assertEqual(3000, told["frames"])
        self.assertEqual({"complete"}, {source["state"] for source in told["sources"]})
        self.assertEqual([0] * 3, [writer.wait(300) for _, writer in made])
        self.expect(3100)

    def test_a_signal_ends_the_wait(self) -> None:
        holder = self.holder()
        fifo, writer = self.make("fifo", self.part(100, 5000))
        for number in (signal.SIGTERM, signal.SIGINT):
            run = self.waiting(fifo)
            self.assertEqual(IO, run.stop(number)[0], self.log())
        self.assertIsNone(writer.poll())
        self.let_go(holder)
        self.assertEqual(5000, report(ingest(self.database, fifo))["frames"])
        self.assertEqual(0, writer.wait(300))
        self.expect(5100)

    def test_a_signal_ends_the_wait_for_a_writer(self) -> None:
        """A FIFO that nobody has opened to write is waited for; another one beside it is taken meanwhile."""
        silent = self.root / "silent"
        os.mkfifo(silent)
        fifo, writer = self.make("fifo", self.part(0, 300))
        run = Ingester(self.database, "--flush-interval", "0.05", silent, fifo)
        self.addCleanup(run.__exit__)
        self.assertEqual(0, writer.wait(300))
        wait_for(lambda: (self.database / "CURRENT").exists() and stats(self.database)["counters"]["frames"] == 300)
        code, out, _ = run.stop()
        self.assertEqual(0, code)
        told = report(subprocess.CompletedProcess([], 0, out))
        self.assertEqual(["interrupted", "complete"], [source["state"] for source in told["sources"]])
        self.expect(300)

    def test_a_live_ingester_takes_no_fifo_of_others(self) -> None:
        """It says so at once, and leaves the FIFO alone."""
        run = self.start()
        fifo, writer = self.make("fifo", self.part(0, 100))
        handed = ingest(self.database, fifo)
        self.assertEqual(1, handed.returncode, handed.stderr)
        self.assertIn(b"is no regular file", handed.stderr)
        self.end(run)
        self.assertIsNone(writer.poll(), "the FIFO was opened and closed, which killed its writer")
        self.assertEqual(100, report(ingest(self.database, fifo))["frames"])
        self.assertEqual(0, writer.wait(300))
        self.expect(100)

    def test_a_fifo_is_not_followed(self) -> None:
        """Nor is one in a directory that is watched. Both are looked at, and not opened."""
        watched = self.root / "watched"
        watched.mkdir()
        followed, one = self.make("followed", self.part(0, 100))
        inside, other = self.make("watched/fifo", self.part(100, 100))
        run = self.start("--follow", followed, "--watch", watched)
        wait_for(lambda: "no regular file" in self.log())
        capture = watched / "capture.part"
        capture.write_bytes(stream(self.part(200, 50)))
        capture.rename(watched / "capture")
        wait_for(lambda: self.figure("pdns_frames_total") == 50)
        self.assertEqual([None, None], [one.poll(), other.poll()])
        run.stop()
        self.assertEqual([None, None], [one.poll(), other.poll()])
        self.assertEqual(150, report(ingest(self.database, followed, inside))["frames"] - 50)
        self.expect(250)

    def test_fifos_of_a_live_ingester(self) -> None:
        """Several, with a socket and a backfill beside them; a stop ends them with a word about what is left."""
        made = [self.make(f"fifo{i}", self.part(1000 * i, 1000)) for i in range(4)]
        run = self.start(*[word for fifo, _ in made for word in ("--backfill", fifo)])
        self.assertEqual([0] * 4, [writer.wait(300) for _, writer in made])
        self.sent = 4000
        peer = self.connect()
        self.send_frames(peer, 500)
        wait_for(lambda: self.frames() == 500)
        files = self.root / "files"
        files.write_bytes(stream(self.part(4500, 500)))
        self.assertEqual(0, ingest(self.database, files).returncode)
        peer.close()
        (told,) = self.end(run)
        self.assertEqual(4500, told["frames"])
        self.expect(5000)


if __name__ == "__main__":
    unittest.main()
