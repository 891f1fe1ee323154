"""A live ingester whose database has no room: it waits, takes what comes in, and is exact once there is room."""
import os
import signal
import socket
import threading
import unittest
import urllib.error
import urllib.request

from pdns_archive import archived
from pdns_live import LiveTest, main, mount, remount
from pdns_testing import CAPTURES, Ingester, LITTLE_ROOM, dump, ingest, leave_room, listening, report, stats, wait_for

IO = 74


class DiskWait(LiveTest):
    def setUp(self) -> None:
        super().setUp()
        self.disk = self.root / "disk"
        self.database = self.disk / "db"
        mount(self, self.disk, "64M")

    def full(self) -> None:
        """A database of some rows on a disk without any room."""
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        leave_room(self.disk, 0)

    def free(self) -> None:
        (self.disk / "ballast").unlink()

    def start(self, *arguments: object, **options: object) -> Ingester:
        return super().start(*arguments, control=False, **options)

    def not_stored(self, kept: str) -> float:
        return self.figure("pdns_not_stored_frames_total", f'kept="{kept}"')

    def says(self, port: int, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_starts_on_a_full_disk(self) -> None:
        self.full()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        run = self.start("--archive", self.archive, "--min-free", "0", "--metrics", port)
        peer = self.connect()
        self.send(peer, 3)
        wait_for(lambda: self.frames() == self.sent)
        self.assertFalse(self.storing())
        self.assertEqual((200, 503), (self.says(port, "/health"), self.says(port, "/ready")))
        self.assertEqual(0, self.not_stored("no"))
        waiting = [line for line in self.log().splitlines() if "waiting for it" in line]
        self.assertEqual(1, len(waiting), self.log())
        self.assertIn("No space left on device", waiting[0])
        handed = ingest(self.database, CAPTURES[1])
        self.assertEqual(IO, handed.returncode, handed.stderr)
        self.assertIn(b"waits for its database", handed.stderr)
        # A reload during the wait keeps the connection.
        run.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log().count("waiting for it") == 2)
        self.send(peer)
        self.free()
        wait_for(self.storing)
        self.assertEqual(200, self.says(port, "/ready"))
        self.send(peer, 2)
        wait_for(lambda: self.frames() == 3 * len(self.payloads))  # of this process
        peer.close()
        ended = self.end(run)
        self.assertEqual(self.sent, sum(one["frames"] for one in ended))
        kept = sum(one["not_stored"]["kept"] for one in ended)
        self.assertEqual(kept, sum(one["refused"].get("not_stored", 0) for one in ended))
        self.assertEqual(list(range(self.sent)), self.numbers_archived())
        backfill = ingest(self.database, self.archive)
        self.assertEqual(0, backfill.returncode, backfill.stderr)
        self.assertEqual(kept, report(backfill)["used"] + sum(report(backfill)["refused"].values()))
        self.assertEqual(self.expected(range(self.sent), CAPTURES[0]), dump(self.database))

    def test_makes_its_first_database_on_a_full_disk(self) -> None:
        leave_room(self.disk, 0)
        run = self.start("--archive", self.archive, "--min-free", "0")
        peer = self.connect()
        self.send(peer)
        # Its own control socket makes the directory no foreign one.
        wait_for(lambda: (self.database / "control.sock").exists())
        wait_for(lambda: self.frames() == self.sent)
        self.free()
        wait_for(self.storing)
        self.send(peer)
        peer.close()
        self.assertEqual(self.sent, sum(one["frames"] for one in self.end(run)))
        self.assertEqual(0, ingest(self.database, self.archive).returncode)
        self.assertEqual(self.expected(range(self.sent)), dump(self.database))

    def test_without_an_archive(self) -> None:
        self.full()
        run = self.start()
        peer = self.connect()
        self.send(peer)
        lost = self.sent
        wait_for(lambda: self.frames() == lost)
        self.assertEqual(lost, self.not_stored("no"))
        self.free()
        wait_for(self.storing)
        self.send(peer, 2)
        wait_for(lambda: self.frames() == self.sent)
        peer.close()
        (told,) = self.end(run, 1)  # somebody should look
        self.assertEqual({"kept": 0, "lost": lost}, told["not_stored"])
        self.assertEqual((self.sent, lost), (told["frames"], told["refused"]["not_stored"]))
        self.assertIn(f"{lost} are lost", self.log())
        self.assertEqual(self.expected(range(lost, self.sent), CAPTURES[0]), dump(self.database))
        self.assertEqual(lost, stats(self.database)["counters"]["refused"]["not_stored"])

    def test_an_end_during_the_wait(self) -> None:
        self.full()
        for number in (signal.SIGTERM, signal.SIGINT):
            run = self.start("--archive", self.archive, "--min-free", "0")
            peer = self.connect()
            self.send(peer)
            peer.close()
            wait_for(lambda: self.frames() == len(self.payloads))
            (told,) = self.end(run, how=number)
            self.assertEqual(len(self.payloads), told["frames"])
        files = ingest(self.database, CAPTURES[1])  # a run over files does not wait
        self.assertEqual(IO, files.returncode)
        self.assertIn(b"No space left on device", files.stderr)
        self.free()
        self.assertEqual(0, ingest(self.database, self.archive).returncode)
        self.assertEqual(self.expected(range(self.sent), CAPTURES[0]), dump(self.database))

    def test_started_anew_all_the_time(self) -> None:
        """What a service manager does with a process that is killed: each one waits, none gives up."""
        self.full()
        for _ in range(4):
            run = self.start("--archive", self.archive, "--min-free", "0")
            peer = self.connect()
            self.send(peer)
            wait_for(lambda: self.figure("pdns_archive_frames_total") >= len(self.payloads))
            run.process.kill()
            run.process.wait()
            peer.close()
        self.free()
        run = self.start("--archive", self.archive, "--min-free", "0")
        wait_for(self.storing)
        peer = self.connect()
        self.send(peer)
        wait_for(lambda: self.frames() == len(self.payloads))
        peer.close()
        self.assertEqual(0, run.stop()[0])
        self.assertEqual(0, ingest(self.database, self.archive).returncode)
        self.assertEqual(list(range(self.sent)), self.numbers_archived())
        self.assertEqual(self.expected(range(self.sent), CAPTURES[0]), dump(self.database))

    def test_what_the_service_manager_hears(self) -> None:
        """Ready and alive during the wait, and why it waits; a stop is heard as ever."""
        self.full()
        heard: list[str] = []
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(self.root / "notify"))
            manager.settimeout(300)

            def listen() -> None:
                while "STOPPING=1" not in heard or "BARRIER=1" not in heard:
                    data, fds, _, _ = socket.recv_fds(manager, 65536, 64)
                    heard.extend(data.decode().splitlines())
                    for fd in fds:  # of a barrier: to close it is the answer
                        os.close(fd)

            thread = threading.Thread(target=listen, daemon=True)
            thread.start()
            run = self.start(env={**os.environ, "NOTIFY_SOCKET": str(self.root / "notify"), "WATCHDOG_USEC": "400000"})
            wait_for(lambda: "READY=1" in heard and heard.count("WATCHDOG=1") > 2)
            self.assertTrue(any(line.startswith("STATUS=waiting") and "No space left" in line for line in heard), heard)
            self.assertFalse(self.storing())
            self.assertEqual(0, run.stop()[0], self.log())
            thread.join(300)

    def test_a_read_only_disk(self) -> None:
        """The control socket cannot be made either, until the disk can be written."""
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        remount(self.disk, "ro")
        run = self.start("--archive", self.archive, "--min-free", "0")
        wait_for(lambda: "Read-only file system" in self.log())
        self.assertFalse((self.database / "control.sock").exists())
        peer = self.connect()
        self.send(peer)
        wait_for(lambda: sum(map(len, archived(self.archive).values())) == self.sent)
        remount(self.disk, "rw")
        wait_for(lambda: listening(self.database / "control.sock") and self.storing())
        self.assertEqual(len(self.payloads), self.not_stored("yes"))  # of the process, whatever it went through
        self.send(peer)
        wait_for(lambda: self.frames() == len(self.payloads))
        peer.close()
        self.end(run)
        self.assertEqual(0, ingest(self.database, self.archive).returncode)
        self.assertEqual(self.expected(range(self.sent), CAPTURES[0]), dump(self.database))

    def test_fills_while_it_runs(self) -> None:
        """It lets go of the database, waits for room, and goes on: the same process, the same connection."""
        run = self.start("--archive", self.archive, "--min-free", "0", "--memory", "16M", flush="0.002")
        peer = self.connect()
        self.send(peer)
        wait_for(lambda: self.frames() == self.sent)
        leave_room(self.disk, LITTLE_ROOM)
        # As fast as the archive takes it: what overflows its buffer while the database still takes batches is left out.
        while "waiting for it" not in self.log():
            self.assertLess(self.sent, 200 * len(self.payloads))
            self.send(peer)
            wait_for(lambda: "waiting for it" in self.log() or self.count_archived() == self.sent)
        self.assertIsNone(run.process.poll())
        self.assertIn("No space left on device", self.log())
        self.send(peer)
        self.free()
        wait_for(self.storing)
        self.send(peer)
        wait_for(lambda: self.figure("pdns_drains_waiting") == 0)
        peer.close()
        ended = self.end(run)
        self.assertGreaterEqual(len(ended), 2)
        self.assertEqual(self.sent, sum(one["frames"] for one in ended))
        self.assertEqual(0, ended[-1]["not_stored"]["lost"])
        backfill = ingest(self.database, self.archive)
        self.assertEqual(0, backfill.returncode, backfill.stderr)
        self.assertEqual(self.expected(range(self.sent)), dump(self.database))
        self.assertEqual(self.sent, stats(self.database)["counters"]["frames"])


if __name__ == "__main__":
    main()
