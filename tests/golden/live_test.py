"""The socket, driven by fstrm-like peers: what is sent is stored, while queries run beside it."""
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path

from pdns_testing import CAPTURES, CONTENT_TYPE, START, STOP, Ingester, control, dump, expected, frame, payloads_of
from pdns_testing import listening, query, rows, scratch, wait_for

READY, ACCEPT, FINISH = 4, 1, 5


def receive_control(peer: socket.socket) -> int:
    data = b""
    while len(data) < 12:
        more = peer.recv(4096)
        assert more, "closed by the ingester"
        data += more
    assert data[:4] == b"\0\0\0\0"
    return int.from_bytes(data[8:12], "big")


def connect(path: Path) -> socket.socket:
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(30)
    peer.connect(str(path))
    return peer


def send(path: Path, payloads: list[bytes]) -> None:
    with connect(path) as peer:
        peer.sendall(control(READY, CONTENT_TYPE))
        assert receive_control(peer) == ACCEPT
        peer.sendall(START + b"".join(frame(payload) for payload in payloads) + STOP)
        assert receive_control(peer) == FINISH


class Live(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database = self.root / "db"
        self.socket = self.root / "dnstap.sock"

    def start(self, *arguments: object) -> Ingester:
        run = Ingester(self.database, "-u", self.socket, *arguments)
        self.addCleanup(run.__exit__)
        # Made when the database is open; the socket is there before.
        wait_for(lambda: listening(self.database / "control.sock"))
        return run

    def check_captures(self) -> None:
        trusted, quarantined = dump(self.database).split(b"--\n")
        self.assertEqual(expected("tuples", CAPTURES), rows(trusted))
        self.assertEqual(expected("quarantined", CAPTURES), rows(quarantined))

    def test_many_connections_among_idle_ones(self) -> None:
        run = self.start()
        idle = [connect(self.socket) for _ in range(20)]
        for peer in idle:
            self.addCleanup(peer.close)
        for peer in idle[:10]:
            peer.sendall(control(READY, CONTENT_TYPE))
        payloads = [p for capture in CAPTURES for p in payloads_of(capture)]
        senders = [threading.Thread(target=send, args=(self.socket, payloads[i::8])) for i in range(8)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        code, _, err = run.stop()
        self.assertEqual(0, code, err)
        self.check_captures()

    def test_stop_takes_what_was_sent(self) -> None:
        """Bytes that lie in the socket when SIGTERM comes are taken."""
        run = self.start()
        with connect(self.socket) as peer:
            peer.sendall(control(READY, CONTENT_TYPE))
            receive_control(peer)
            peer.sendall(START + b"".join(map(frame, payloads_of(CAPTURES[0])[:100])))
            code, out, _ = run.stop()
        self.assertEqual(0, code)
        self.assertIn(b'"frames":100,', out)

    def test_committed_is_visible_beside_the_writer(self) -> None:
        self.start("--flush-interval", "0.05")
        send(self.socket, [p for capture in CAPTURES for p in payloads_of(capture)])
        wait_for(lambda: len(query(self.database, "*.", "-j").stdout.splitlines()) == 2230)
        self.check_captures()

    def test_queries_never_fail_while_the_writer_is_busy(self) -> None:
        run = self.start("--flush-interval", "0.01", "--memory", "16M")
        payloads = payloads_of(CAPTURES[0])
        send(self.socket, payloads)
        wait_for(lambda: query(self.database, "www.blah.org").returncode == 0)
        ended = threading.Event()

        def keep_sending() -> None:
            while not ended.is_set():
                send(self.socket, payloads)

        sender = threading.Thread(target=keep_sending)
        sender.start()
        counts = []
        for _ in range(25):
            answer = query(self.database, "www.blah.org", "-t", "A", "-j")
            self.assertEqual(0, answer.returncode, answer.stderr)
            counts.append(int(answer.stdout.split(b'"count":')[1].split(b",")[0]))
        ended.set()
        sender.join()
        self.assertEqual(counts, sorted(counts))
        self.assertLess(counts[0], counts[-1])
        self.assertEqual(0, run.stop()[0])

    def test_blocked_disk_does_not_stop_the_socket(self) -> None:
        """While a batch cannot be written, frames are still taken off the socket; none is lost."""
        if shutil.which("strace") is None:
            self.skipTest("strace not found (package strace)")
        slow = ["strace", "-f", "-q", "-o", "/dev/null", "-e", "trace=fdatasync,fsync",
                "-e", "inject=fdatasync,fsync:delay_enter=100000000"]  # microseconds, or until strace goes
        run = self.start("--flush-interval", "0.05")
        tracer = subprocess.Popen([*slow, "-p", str(run.process.pid)], stderr=subprocess.DEVNULL)
        self.addCleanup(tracer.wait)
        self.addCleanup(tracer.terminate)
        wait_for(lambda: "TracerPid:\t0" not in Path(f"/proc/{run.process.pid}/status").read_text())
        payloads = [p for capture in CAPTURES for p in payloads_of(capture)]
        for part in (payloads[:100], payloads[100:]):
            start = time.monotonic()
            send(self.socket, part)  # FINISH comes from the ingester's reading thread
            taken = time.monotonic() - start
            time.sleep(0.2)
        self.assertLess(taken, 90, "the socket waited for the disk")
        tracer.terminate()
        tracer.wait()
        code, _, err = run.stop()
        self.assertEqual(0, code, err)
        self.check_captures()

    def test_second_signal_ends_at_once(self) -> None:
        run = self.start()
        run.process.send_signal(signal.SIGSTOP)
        run.process.send_signal(signal.SIGTERM)
        run.process.send_signal(signal.SIGCONT)
        run.process.send_signal(signal.SIGINT)
        run.process.wait(timeout=300)
        self.assertIn(run.process.returncode, (0, 128 + signal.SIGINT, 128 + signal.SIGTERM))

    def test_interrupt(self) -> None:
        run = self.start()
        send(self.socket, payloads_of(CAPTURES[0]))
        self.assertEqual(0, run.stop(signal.SIGINT)[0])
        self.assertEqual(expected("tuples", CAPTURES[:1]), rows(dump(self.database).split(b"--\n")[0]))


if __name__ == "__main__":
    unittest.main(verbosity=2)  # tells why a part was skipped
