"""The systemd units: systemd itself reads them, and rates how far the services are shut in."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest
from pathlib import Path

from pdns_testing import BIN, CAPTURES, CONTENT_TYPE, control, listening, scratch, wait_for

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
UNITS = PACKAGING / "systemd"
MOST_EXPOSED = {"pdns-ingest.service": 20, "pdns-backfill.service": 12, "pdns-expire.service": 12, "pdns-backup.service": 12, "pdns-serve.service": 15}  # tenths; a bare service has 96


def directives(unit: Path) -> list[tuple[str, str]]:
    lines = (line.strip() for line in unit.read_text().splitlines())
    return [tuple(line.split("=", 1)) for line in lines if "=" in line and not line.startswith("#")]


def value(unit: Path, key: str) -> str:
    return " ".join(right for left, right in directives(unit) if left == key)


def send(path: Path, capture: Path) -> None:
    """A capture as a resolver would send it; returns when all of it is taken."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(60)
        peer.connect(str(path))
        peer.sendall(control(4, CONTENT_TYPE))  # READY, then ACCEPT
        assert peer.recv(4096)
        peer.sendall(capture.read_bytes())
        assert peer.recv(4096)  # FINISH


class Units(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        for unit in UNITS.glob("pdns-*"):
            text = unit.read_text()
            self.assertNotIn("=/usr/local", text)
            for program in ("pdns-ingest", "pdns-serve", "pdns-admin"):
                text = text.replace(f"/usr/bin/{program}", str((BIN / program).resolve()))
            (self.root / unit.name).write_text(text)

    def verify(self, *units: str) -> str:
        """What systemd has to say against them; ours alone, the host may have faults of its own."""
        command = ["systemd-analyze", "verify", "--man=no", *(str(self.root / unit) for unit in units)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=300)
        return "\n".join(line for line in (run.stdout + run.stderr).splitlines() if "pdns-" in line)

    def test_systemd_reads_them(self) -> None:
        names = sorted(unit.name for unit in self.root.iterdir())
        self.assertEqual(10, len(names))
        self.assertEqual("", self.verify(*names))

    def test_a_fault_is_seen(self) -> None:
        broken = self.root / "pdns-ingest.service"
        broken.write_text(broken.read_text().replace("WatchdogSec=", "WatchdogSecs="))
        self.assertIn("WatchdogSecs", self.verify(broken.name))

    def test_shut_in(self) -> None:
        for unit, most in MOST_EXPOSED.items():
            command = ["systemd-analyze", "security", "--offline=true", f"--threshold={most}", str(self.root / unit)]
            run = subprocess.run(command, capture_output=True, text=True, timeout=300)
            self.assertRegex(run.stdout, "Overall exposure level")
            self.assertEqual(0, run.returncode, run.stdout)

    def test_reload_and_restart_keep_connections(self) -> None:
        service = UNITS / "pdns-ingest.service"
        self.assertEqual("notify", value(service, "Type"))
        self.assertIn("-HUP $MAINPID", value(service, "ExecReload"))
        self.assertGreaterEqual(int(value(service, "FileDescriptorStoreMax")), 2048)
        # A folder of the service's own would go with it, and the socket in it.
        self.assertEqual("", value(service, "RuntimeDirectory"))

    def test_never_gives_up(self) -> None:
        service = UNITS / "pdns-ingest.service"
        self.assertEqual("0", value(service, "StartLimitIntervalSec"))
        self.assertEqual("on-failure", value(service, "Restart"))
        self.assertEqual("64 66", value(service, "RestartPreventExitStatus"))

    def test_names_agree(self) -> None:
        made = set(re.findall(r"^[ugr]\s+(\S+)", (UNITS / "sysusers.conf").read_text(), re.MULTILINE))
        wanted = set()
        for unit in UNITS.glob("pdns-*"):
            for key in ("User", "Group", "SupplementaryGroups", "SocketUser", "SocketGroup"):
                wanted |= set(value(unit, key).split())
        self.assertEqual({"pdns-ingest", "pdns-dnstap", "pdns-serve"}, wanted)
        self.assertLessEqual(wanted, made)
        config = (PACKAGING / "config/ingest.conf").read_text()
        self.assertEqual("", value(UNITS / "pdns-ingest.service", "PrivateUsers"))  # it must tell groups
        (writers,) = re.findall(r"^backfill-group = (\S+)$", config, re.MULTILINE)
        self.assertIn(writers, made)
        for text in (config, (PACKAGING / "deb/README.Debian").read_text(), (PACKAGING.parent / "README.md").read_text()):
            self.assertIn(writers, text)
        folder = re.search(r"^d (\S+) (\S+) (\S+) (\S+)", (UNITS / "tmpfiles.conf").read_text(), re.MULTILINE)
        listens = Path(value(UNITS / "pdns-ingest.socket", "ListenStream"))
        self.assertEqual((str(listens.parent), "2755", "pdns-ingest", "pdns-dnstap"), folder.groups())
        for unit in ("pdns-ingest.service", "pdns-backfill.service", "pdns-expire.service", "pdns-backup.service", "pdns-serve.service"):
            for given in re.findall(r"--config (\S+)", value(UNITS / unit, "ExecStart")):
                self.assertTrue((PACKAGING / "config" / Path(given).name).is_file(), given)

    def test_system_calls_are_allowed(self) -> None:
        """What the program calls in a life with all that it does is in the service's filter."""
        if not shutil.which("strace"):
            self.skipTest("strace not found (package strace)")
        allowed: set[str] = set()
        for group in (right for left, right in directives(UNITS / "pdns-ingest.service") if left == "SystemCallFilter"):
            calls = system_calls(group.lstrip("~"))
            allowed = allowed - calls if group.startswith("~") else allowed | calls
        self.assertNotIn("mount", allowed)
        trace, listens, archive = self.root / "trace", self.root / "dnstap.sock", self.root / "archive"
        archive.mkdir()
        command = ["strace", "-f", "-qq", "-o", trace, BIN / "pdns-ingest", "-d", self.root / "db", "-u", listens,
                   "--socket-group", str(os.getgid()), "--archive", archive, "--archive-rotate", "1s",
                   "--metrics", "127.0.0.1:0"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as live:
            try:
                wait_for(lambda: listening(listens))
                send(listens, CAPTURES[0])
                wait_for(lambda: list(archive.glob("pdns-*.zst")))
                run = subprocess.run([BIN / "pdns-ingest", "-d", self.root / "db", "--backfill", archive],
                                     capture_output=True, timeout=300)
                self.assertEqual(0, run.returncode, run.stderr)
                ingester = int(trace.read_text().split(maxsplit=1)[0])
                os.kill(ingester, signal.SIGHUP)
                wait_for(lambda: trace.read_text().count("execve(") == 2)
                send(listens, CAPTURES[1])
                os.kill(ingester, signal.SIGTERM)
                said = live.communicate(timeout=300)[1]
                self.assertEqual(0, live.returncode, said)
            finally:
                live.kill()
        text = trace.read_text()
        families = set(re.findall(r" socket\((AF_\w+)", text))
        self.assertIn("AF_UNIX", families)
        self.assertLessEqual(families, set(value(UNITS / "pdns-ingest.service", "RestrictAddressFamilies").split()))
        self.assertNotIn("PROT_WRITE|PROT_EXEC", text)  # MemoryDenyWriteExecute=
        called = set(re.findall(r"^\d+ +([a-z]\w*)\(", text, re.MULTILINE))
        self.assertIn("accept4", called)
        self.assertLessEqual(called, allowed)


def system_calls(group: str) -> set[str]:
    """The calls of a group of systemd's, those of the groups in it as well."""
    run = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True)
    found: set[str] = set()
    for line in map(str.strip, run.stdout.splitlines()[1:]):
        if line.startswith("@"):
            found |= system_calls(line)
        elif line and not line.startswith("#"):
            found.add(line)
    return found


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze not found (package systemd)")
        sys.exit(77)
    unittest.main(verbosity=2)  # tells why a part was skipped
