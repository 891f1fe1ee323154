"""The tools as a person meets them: exit codes, messages, bad input, options."""
import os
import subprocess
import unittest
from pathlib import Path

from pdns_testing import BIN, CAPTURES, control, dump, expected, frame, ingest, payloads_of, query, report, rows, scratch
from pdns_testing import START, STOP, Ingester, listening, wait_for

USAGE, NO_INPUT, IO = 64, 66, 74


class CommandLine(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.database = self.root / "db"

    def refused(self, run: subprocess.CompletedProcess, code: int, *words: str) -> None:
        text = run.stderr.decode()
        self.assertEqual(code, run.returncode, text)
        for word in words:
            self.assertIn(word, text)
        self.assertEqual(1, text.count("error:"), text)

    def test_usage(self) -> None:
        self.refused(ingest(self.database), USAGE, "nothing to take")
        self.refused(ingest(self.database, "--nonsense"), USAGE, "nonsense", "--help")
        capture = CAPTURES[0]
        for option, value in (("--memory", "1M"), ("--memory", "lots"), ("--flush-interval", "0"),
                              ("--flush-interval", "nan"), ("--untrusted", "maybe"), ("--report", "xml"),
                              ("--message-type", "RESOLVER")):
            self.refused(ingest(self.database, option, value, capture), USAGE, option)
        self.assertFalse(self.database.exists())
        for arguments in ([], ["--regex", "("], ["a", "--since", "soon"], ["a", "-r"], ["a..b"], ["x", "-t", "NOPE"], ["x", "-t", ""],
                          ["--rdata", "1.2.3.4/33"], ["--rdata", "1.2.3"[:0]], ["x", "--wire"], ["x" * 64],
                          ["x", "--recount"], ["x", "--days", "-p", "dig"], ["x", "--new-since", "1h", "--sort", "first"],
                          ["x", "--active-on", "soon"], ["x", "--active-between", "2026-11-22"]):
            self.refused(query(self.database, *arguments), USAGE)

    def test_help_and_version(self) -> None:
        for tool in ("pdns-ingest", "pdns-query"):
            run = subprocess.run([BIN / tool, "--help"], capture_output=True, check=True)
            self.assertIn(b"Usage:", run.stdout)
            run = subprocess.run([BIN / tool, "--version"], capture_output=True, check=True)
            self.assertRegex(run.stdout.decode(), rf"^{tool} \d+\.\d+\.\d+\n$")

    def test_a_list_that_cannot_be_read_says_why(self) -> None:
        self.refused(query(self.database, "-f", "/does/not/exist"), NO_INPUT, "/does/not/exist", "No such file")

    def test_found_nothing_found_cut(self) -> None:
        ingest(self.database, *CAPTURES)
        self.assertEqual(0, query(self.database, "www.blah.org").returncode)
        nothing = query(self.database, "nowhere.example")
        self.assertEqual((1, b""), (nothing.returncode, nothing.stdout))
        cut = query(self.database, "www.blah.org", "-l", "1", "-j")
        self.assertEqual((2, 1), (cut.returncode, len(cut.stdout.splitlines())))
        self.assertIn(b"--limit", cut.stderr)
        self.assertEqual(0, query(self.database, "www.blah.org", "-l", "2").returncode)
        address = query(self.database, "205.150.150.140", "-j")
        self.assertEqual((0, 2), (address.returncode, len(address.stdout.splitlines())))
        self.assertIn(b"--rdata", address.stderr)

    def test_output_is_seven_bit(self) -> None:
        ingest(self.database, *CAPTURES)
        for arguments in (["*."], ["*.", "--json"], ["*.", "--quarantined"]):
            output = query(self.database, *arguments).stdout
            self.assertTrue(all(byte == 0x0A or 0x20 <= byte <= 0x7E for byte in output))

    def test_no_such_database(self) -> None:
        self.refused(query(self.database, "a"), NO_INPUT, str(self.database), "PDNS_DATABASE")
        empty = self.root / "empty"
        empty.mkdir()
        self.refused(query(empty, "a"), NO_INPUT, str(empty))

    def test_not_a_database(self) -> None:
        plain = self.root / "file"
        plain.write_text("x")
        self.refused(ingest(plain, CAPTURES[0]), NO_INPUT, str(plain))
        home = self.root / "home"
        home.mkdir()
        (home / "letter.txt").write_text("x")
        self.refused(ingest(home, CAPTURES[0]), NO_INPUT, str(home), "letter.txt")
        self.assertEqual(["letter.txt"], os.listdir(home))

    def test_default_paths(self) -> None:
        environment = {"PDNS_DATABASE": str(self.root / "by-environment"), "HOME": str(self.root), "PATH": "/bin"}
        subprocess.run([BIN / "pdns-ingest", CAPTURES[0]], env=environment, check=True, capture_output=True)
        self.assertTrue((self.root / "by-environment/CURRENT").exists())
        if not Path("/var/lib/pdns").exists():
            del environment["PDNS_DATABASE"]
            subprocess.run([BIN / "pdns-ingest", CAPTURES[0]], env=environment, check=True, capture_output=True)
            subprocess.run([BIN / "pdns-query", "www.blah.org"], env=environment, check=True, capture_output=True)
            self.assertTrue((self.root / ".local/share/pdns/CURRENT").exists())

    def test_config_file(self) -> None:
        config = self.root / "pdns.conf"
        config.write_text(f"database = {self.database}\nuntrusted = drop\nmemory = 64M\nverbose = true\n")
        run = subprocess.run([BIN / "pdns-ingest", "--config", config, *CAPTURES], capture_output=True)
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertEqual(b"", dump(self.database).split(b"--\n")[1])
        config.write_text("nonsense = 1\n")
        run = subprocess.run([BIN / "pdns-ingest", "--config", config, *CAPTURES], capture_output=True)
        self.refused(run, USAGE, "nonsense")
        run = subprocess.run([BIN / "pdns-ingest", "--config", self.root / "none", *CAPTURES], capture_output=True)
        self.refused(run, NO_INPUT, "none")

    def test_bad_sources_do_not_stop_the_others(self) -> None:
        payloads = payloads_of(CAPTURES[0])
        bad = self.root / "bad"
        bad.mkdir()
        (bad / "a-foreign").write_bytes(control(2, b"protobuf:other") + STOP)
        (bad / "b-text").write_text("hello, world\n")
        (bad / "c-empty").write_bytes(b"")
        (bad / "d-oversize").write_bytes(START + frame(payloads[0]) + b"\x00\x10\x00\x01" + b"x" * 100)
        (bad / "e-cut").write_bytes(START + frame(payloads[1]) + frame(payloads[2])[:-1])
        (bad / "f-damaged").write_bytes(b"\x28\xb5\x2f\xfd" + b"x" * 100)
        (bad / "g-good").write_bytes(CAPTURES[1].read_bytes())
        (bad / "h-zeros").write_bytes(bytes(100))
        (bad / "link").symlink_to(bad)
        run = ingest(self.database, bad, self.root / "missing", "/dev/zero")
        told = report(run)
        states = [(Path(source["name"]).name, source["state"], source["frames"]) for source in told["sources"]]
        self.assertEqual([("a-foreign", "unreadable", 0), ("b-text", "unreadable", 0), ("c-empty", "cut_tail", 0),
                          ("d-oversize", "corrupt", 2), ("e-cut", "cut_tail", 1), ("f-damaged", "unreadable", 0),
                          ("g-good", "complete", 2325), ("h-zeros", "unreadable", 0), ("missing", "unreadable", 0),
                          ("zero", "unreadable", 0)], states)
        self.assertEqual({"frame": 1}, told["malformed"])
        self.assertEqual(1, run.returncode)
        self.assertEqual(7, run.stderr.count(b"error: "), run.stderr.decode())
        good = rows(dump(self.database).split(b"--\n")[0])
        self.assertLessEqual(expected("tuples", [CAPTURES[1]]).keys(), good.keys())

    def test_file_names_do_not_steer_the_terminal(self) -> None:
        name = self.root / "\x1b[31mred\n"
        name.write_text("no capture")
        run = ingest(self.database, name)
        self.assertEqual(1, run.returncode)
        self.assertEqual(2, run.stderr.count(b"\\x1b[31mred\\x0a"))
        self.assertNotIn(b"\x1b", run.stderr)
        self.assertEqual(str(name), report(run)["sources"][0]["name"])

    def test_compact_alone_and_after_a_run(self) -> None:
        ingest(self.database, CAPTURES[0])
        before = dump(self.database)
        alone = ingest(self.database, "--compact")
        self.assertEqual((0, 0), (alone.returncode, report(alone)["frames"]), alone.stderr)
        self.assertIn(b"compacting", alone.stderr)
        self.assertNotIn(b"sources", alone.stderr)
        self.assertEqual(before, dump(self.database))
        self.assertEqual(0, ingest(self.database, "--compact", CAPTURES[1]).returncode)
        everything = query(self.database, "*.", "--json", "--wire").stdout
        self.assertEqual(expected("tuples", CAPTURES), rows(everything))

    def test_standard_input(self) -> None:
        with CAPTURES[0].open("rb") as capture:
            self.assertEqual(1661, report(ingest(self.database, "-", stdin=capture))["frames"])
        run = ingest(self.database, "-", input=CAPTURES[0].read_bytes())
        self.assertEqual("already_taken", report(run)["sources"][0]["state"])

    def test_silent_pipe_commits_in_time_and_stops(self) -> None:
        data = CAPTURES[0].read_bytes()
        with Ingester(self.database, "-", "--flush-interval", "0.1", stdin=subprocess.PIPE) as run:
            run.process.stdin.write(data[:300_000])
            run.process.stdin.flush()
            wait_for(lambda: query(self.database, "*.", "-l", "1").returncode == 2)
            code, out, err = run.stop()
            self.assertEqual(0, code, err)
            self.assertIn(b'"state":"interrupted"', out)
        self.assertEqual("continued", report(ingest(self.database, CAPTURES[0]))["sources"][0]["state"])
        trusted = dump(self.database).split(b"--\n")[0]
        self.assertEqual(expected("tuples", [CAPTURES[0]]), rows(trusted))

    def test_second_ingester_is_refused(self) -> None:
        with Ingester(self.database, "-u", self.root / "sock") as first:
            wait_for(lambda: listening(self.database / "control.sock"))
            pid = f"pid {first.process.pid}"
            self.refused(ingest(self.database, "-u", self.root / "sock2"), IO, str(self.database), pid)
            self.assertFalse((self.root / "sock2").exists())
            other = self.root / "other-db"
            self.refused(ingest(other, "-u", self.root / "sock"), IO, "sock", pid)
            self.assertEqual(0, first.stop()[0])
        self.assertFalse((self.root / "sock").exists())

    def test_progress_only_on_a_terminal(self) -> None:
        self.assertNotIn(b"\x1b", ingest(self.database, *CAPTURES).stderr)

    def test_report_cannot_be_written(self) -> None:
        with open("/dev/full", "wb") as full:
            run = subprocess.run([BIN / "pdns-query", "-d", self.database, "*."], stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(NO_INPUT, run.returncode)
            ingest(self.database, *CAPTURES)
            run = subprocess.run([BIN / "pdns-query", "-d", self.database, "*."], stdout=full, stderr=subprocess.PIPE)
            self.refused(run, IO, "standard output")


if __name__ == "__main__":
    unittest.main()
