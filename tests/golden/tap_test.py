"""pdns-tap as a person meets it: files, pipes, sockets, a live ingester; forms, filters, exit codes."""
import json
import os
import pty
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest
from pathlib import Path

from pdns_testing import BIN, CAPTURES, START, STOP, Ingester, compress, frame, listening, payloads_of, scratch, stream
from pdns_testing import wait_for

NOTHING, USAGE, NO_INPUT, IO = 1, 64, 66, 74
TAP = BIN / "pdns-tap"
DROP = 0x64726F70


def tap(*arguments: object, **options: object) -> subprocess.CompletedProcess:
    return subprocess.run([TAP, *map(str, arguments)], capture_output=True, timeout=300, **options)


class Running:
    """A pdns-tap that is left running; its lines as they come."""

    def __init__(self, test: unittest.TestCase, *arguments: object, **options: object) -> None:
        self.process = subprocess.Popen([TAP, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        **options)
        test.addCleanup(self.close)

    def line(self) -> str:
        return self.process.stdout.readline().decode()

    def interrupt(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=300)  # before its standard input is closed, which would be an end as well
        err = self.process.communicate(timeout=300)[1]
        return self.process.returncode, err.decode()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def connect(path: Path) -> socket.socket:
    """As soon as somebody listens: the file is there a moment earlier."""
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(30)
    wait_for(lambda: peer.connect_ex(str(path)) == 0)
    return peer


class Tap(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.payloads = payloads_of(CAPTURES[0])

    def refused(self, run: subprocess.CompletedProcess, code: int, *words: str) -> None:
        text = run.stderr.decode()
        self.assertEqual(code, run.returncode, text)
        for word in words:
            self.assertIn(word, text)

    def test_usage_and_exit_codes(self) -> None:
        self.refused(tap(), USAGE, "nothing to show")
        self.refused(tap("x", "--rcode", "NOPE"), USAGE, "--rcode", "NOPE")
        self.refused(tap("x", "--control", "y"), USAGE, "--live")
        self.refused(tap(self.root / "missing"), NO_INPUT, "missing")
        self.refused(tap(self.root), NO_INPUT)
        (self.root / "text").write_text("no capture, and no compression either")
        self.refused(tap(self.root / "text"), NO_INPUT, "text")
        self.refused(tap("--live", "-d", self.root), NO_INPUT, "pdns-ingest")
        nothing = tap(CAPTURES[0], "--name", "nowhere.example")
        self.assertEqual((NOTHING, b"", b""), (nothing.returncode, nothing.stdout, nothing.stderr))
        self.assertIn(b"Usage:", tap("--help").stdout)
        self.assertRegex(tap("--version").stdout.decode(), r"^pdns-tap \d+\.\d+\.\d+\n$")

    def test_a_bad_file_does_not_stop_the_others(self) -> None:
        run = tap(self.root / "missing", CAPTURES[0])
        self.refused(run, NO_INPUT, "missing")
        self.assertEqual(len(self.payloads), len(run.stdout.splitlines()))

    def test_output_cannot_be_written(self) -> None:
        with open("/dev/full", "wb") as full:
            run = subprocess.run([TAP, CAPTURES[0]], stdout=full, stderr=subprocess.PIPE, timeout=300)
        self.refused(run, IO, "output")

    def test_broken_pipe_ends_quietly(self) -> None:
        run = Running(self, *CAPTURES, *CAPTURES, "--json")
        self.assertTrue(run.line().startswith("{"))
        run.process.stdout.close()
        self.assertEqual(b"", run.process.stderr.read())
        self.assertEqual(0, run.process.wait(timeout=300))

    def test_compressed_and_standard_input(self) -> None:
        plain = tap(CAPTURES[0]).stdout
        packed = self.root / "packed"
        packed.write_bytes(compress("gzip", CAPTURES[0].read_bytes()))
        self.assertEqual(plain, tap(packed).stdout)
        self.assertEqual(plain, tap("-", input=CAPTURES[0].read_bytes()).stdout)
        self.assertEqual(plain.splitlines()[:7], tap("--count", 7, CAPTURES[0]).stdout.splitlines())

    def test_json_is_whole(self) -> None:
        lines = tap("--json", CAPTURES[0]).stdout.splitlines()
        self.assertEqual(len(self.payloads), len(lines))
        for line in lines:
            self.assertTrue(all(0x20 <= byte <= 0x7E for byte in line))
            message = json.loads(line)["message"]
            data = message["response_message_data"]
            for section in ("QUESTION", "ANSWER", "AUTHORITY"):
                self.assertEqual(data[section], len(data.get(section + "_SECTION", [])))
            edns = 1 if "OPT_PSEUDOSECTION" in data else 0
            self.assertEqual(data["ADDITIONAL"], len(data.get("ADDITIONAL_SECTION", [])) + edns)

    def test_filters_agree_with_the_full_message(self) -> None:
        messages = [json.loads(line)["message"] for line in tap("--json", *CAPTURES).stdout.splitlines()]

        def data(message: dict) -> dict:
            return message["response_message_data"]

        def question(message: dict) -> dict:
            return data(message)["QUESTION_SECTION"][0]

        cases = {
            ("--name", "*.Blah.org"): lambda m: ("." + question(m)["rrname"].lower()).endswith(".blah.org."),
            ("--name", "www.blah.org"): lambda m: question(m)["rrname"].lower() == "www.blah.org.",
            ("-t", "AAAA,NS"): lambda m: question(m)["rrtype"] in ("AAAA", "NS"),
            ("--rcode", "NXDOMAIN,refused"): lambda m: data(m)["status"] in ("NXDOMAIN", "REFUSED"),
            ("--address", "127.0.53.2/31"): lambda m: m["response_address"] in ("127.0.53.2", "127.0.53.3"),
            ("--answer-address", "192.0.2.0/24"): lambda m: any(
                r["rrtype"] == "A" and r["rdata"].startswith("192.0.2.") for r in data(m).get("ANSWER_SECTION", [])),
        }
        for arguments, holds in cases.items():
            wanted = [message for message in messages if holds(message)]
            self.assertTrue(0 < len(wanted) < len(messages), arguments)
            shown = tap("--json", *arguments, *CAPTURES).stdout.splitlines()
            self.assertEqual(wanted, [json.loads(line)["message"] for line in shown], arguments)
        both = [m for m in messages if cases["-t", "AAAA,NS"](m) and cases["--rcode", "NXDOMAIN,refused"](m)]
        self.assertTrue(both)
        shown = tap("--json", "-t", "AAAA,NS", "--rcode", "NXDOMAIN,refused", *CAPTURES).stdout.splitlines()
        self.assertEqual(both, [json.loads(line)["message"] for line in shown])
        self.assertEqual(len(messages), len(tap("--type", "RR", *CAPTURES).stdout.splitlines()))
        self.assertEqual(NOTHING, tap("--type", "CQ,CR", *CAPTURES).returncode)

    def test_malformed_frames_and_streams(self) -> None:
        capture = self.root / "bad"
        capture.write_bytes(START + frame(self.payloads[0]) + frame(b"\x1b[31m rubbish") + frame(self.payloads[1])
                            + struct.pack(">I", 1 << 30))
        run = tap(capture)
        self.assertEqual(0, run.returncode)
        self.assertEqual(b"malformed 13b", run.stdout.splitlines()[1])
        self.assertIn(b"4 frames seen, 3 shown, 2 malformed", run.stderr)
        self.assertNotIn(b"\x1b", run.stdout + run.stderr)
        kinds = [json.loads(line)["type"] for line in tap("--json", capture).stdout.splitlines()]
        self.assertEqual(["MESSAGE", "malformed", "MESSAGE"], kinds)

    def test_pipe_that_goes_on(self) -> None:
        run = Running(self, "-", stdin=subprocess.PIPE)
        for payload in self.payloads[:3]:
            run.process.stdin.write((START if payload is self.payloads[0] else b"") + frame(payload))
            run.process.stdin.flush()
            self.assertIn(" RR ", run.line())  # at once, not when a buffer is full
        self.assertEqual((0, "pdns-tap: info: 3 frames seen, 3 shown\n"), run.interrupt())

    def test_sockets(self) -> None:
        paths = [self.root / "a.sock", self.root / "b.sock"]
        run = Running(self, "-u", paths[0], "-u", paths[1])
        for path in paths:
            with connect(path) as peer:
                peer.sendall(START + frame(self.payloads[0]))
                self.assertIn(" RR ", run.line())
        self.assertEqual(0, run.interrupt()[0])
        self.assertFalse(any(path.exists() for path in paths))

    def test_reader_that_goes_away_while_nothing_comes(self) -> None:
        run = Running(self, "-u", self.root / "a.sock")
        wait_for(lambda: listening(self.root / "a.sock"))
        run.process.stdout.close()
        self.assertEqual(0, run.process.wait(timeout=300))

    def test_interrupt_while_the_reader_is_slow(self) -> None:
        run = Running(self, *CAPTURES, "--json")
        run.line()  # the pipe is full soon, and nobody reads on
        time.sleep(0.2)
        run.process.send_signal(signal.SIGINT)
        self.assertEqual(0, run.process.wait(timeout=300))

    def test_follow(self) -> None:
        path = self.root / "f"
        run = Running(self, "--follow", path)
        with path.open("wb", buffering=0) as file:
            file.write(START + frame(self.payloads[0])[:20])
            file.write(frame(self.payloads[0])[20:])
            self.assertIn(" RR ", run.line())
            path.rename(self.root / "f.1")
            file.write(frame(self.payloads[1]))
            self.assertIn(" RR ", run.line())
        path.write_bytes(stream(self.payloads[2:3], stop=False))
        self.assertIn(" RR ", run.line())
        code, text = run.interrupt()
        self.assertEqual((0, True), (code, "3 frames seen, 3 shown" in text), text)

    def test_live_ingester_of_another_make(self) -> None:
        """The protocol, byte by byte, by a server of the test's own."""
        path = self.root / "control.sock"
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(str(path))
        server.listen(1)
        run = Running(self, "--live", "-d", self.root, "--rcode", "NOERROR", "-t", "NS")
        server.settimeout(30)
        peer = server.accept()[0]
        self.addCleanup(peer.close)
        peer.settimeout(30)
        asked = b""
        while not asked.endswith(b"\n"):
            asked += peer.recv(100)
        self.assertEqual({"op": "tap"}, json.loads(asked))
        left_out = struct.pack(">IIIQ", 0, 12, DROP, 41)
        # What is shown comes last: then all before it was read.
        sent = b'{"ok":true}\n' + START + left_out + frame(b"rubbish") + frame(self.payloads[0])
        for i in range(len(sent)):
            peer.sendall(sent[i:i + 1])
        self.assertIn(" ./IN/NS", run.line())
        peer.sendall(left_out)
        time.sleep(0.2)
        code, text = run.interrupt()
        self.assertEqual(0, code)
        self.assertRegex(text, r"2 frames seen, 1 shown, 1 malformed, (41|82) left out")

    def send_until_shown(self, run: Running, peer: socket.socket, payload: bytes, words: str) -> int:
        """How often it was sent: nobody knows when an onlooker has joined."""
        seen = threading.Event()

        def read() -> None:
            while words not in run.line():
                pass
            seen.set()

        threading.Thread(target=read, daemon=True).start()
        sent, deadline = 0, time.monotonic() + 60
        while not seen.wait(0.1):
            self.assertLess(time.monotonic(), deadline, f"never shown: {words}")
            peer.sendall(frame(payload))
            sent += 1
        return sent

    def test_live_ingester(self) -> None:
        database, dnstap = self.root / "db", self.root / "in.sock"
        with Ingester(database, "-u", dnstap) as ingester:
            wait_for(lambda: listening(database / "control.sock"))
            run = Running(self, "--live", "-d", database)
            with connect(dnstap) as peer:
                peer.sendall(START)
                sent = self.send_until_shown(run, peer, self.payloads[0], " ./IN/NS")
                peer.sendall(b"".join(map(frame, self.payloads[:500])) + STOP)
            wanted = tap(CAPTURES[0]).stdout.decode().splitlines(keepends=True)[:500]
            lines = [run.line()]
            while lines[-500:] != wanted:
                self.assertLess(len(lines), 500 + sent + 1)
                lines.append(run.line())
            code, text = run.interrupt()
            self.assertEqual(0, code, text)
            self.assertNotIn("left out", text)
            code, out, err = ingester.stop()
            self.assertEqual(0, code, err)
            self.assertEqual(500 + sent, json.loads(out)["frames"])

    def test_live_over_a_reload(self) -> None:
        database, dnstap = self.root / "db", self.root / "in.sock"
        with Ingester(database, "-u", dnstap) as ingester:
            wait_for(lambda: listening(database / "control.sock"))
            run = Running(self, "--live", "-d", database)
            with connect(dnstap) as peer:
                peer.sendall(START)
                self.send_until_shown(run, peer, self.payloads[0], " ./IN/NS")
                ingester.process.send_signal(signal.SIGHUP)
                while b"starting anew" not in ingester.process.stderr.readline():
                    self.assertIsNone(ingester.process.poll())
                self.send_until_shown(run, peer, self.payloads[1], " a.gtld-servers.net/")
                time.sleep(0.5)  # whatever of the old process may have been left
                self.send_until_shown(run, peer, self.payloads[2], " org/IN/NS")
            self.assertEqual(0, run.interrupt()[0])
            code, out, err = ingester.stop()
            self.assertEqual((0, 2), (code, len(out.splitlines())), err)  # a report of each process

    def test_colour_on_a_terminal_only(self) -> None:
        def on_terminal(**environment: str) -> bytes:
            master, slave = pty.openpty()
            with subprocess.Popen([TAP, "-q", "3", CAPTURES[0]], stdout=slave, env={**os.environ, **environment}):
                pass
            os.close(slave)
            shown = os.read(master, 65536)
            os.close(master)
            return shown

        os.environ.pop("NO_COLOR", None)
        self.assertEqual(3, on_terminal().count(b"RR\x1b[0m"))
        self.assertNotIn(b"\x1b", on_terminal(NO_COLOR="1"))
        self.assertNotIn(b"\x1b", tap("-q", "3", CAPTURES[0]).stdout)


if __name__ == "__main__":
    unittest.main()
