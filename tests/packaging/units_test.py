"""The systemd units: systemd itself reads them, and rates how far the services are shut in."""
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from pdns_testing import BIN, scratch

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
UNITS = PACKAGING / "systemd"
MOST_EXPOSED = {"pdns-ingest.service": 20, "pdns-backfill.service": 12}  # tenths; a bare service has 96


def directives(unit: Path) -> list[tuple[str, str]]:
    lines = (line.strip() for line in unit.read_text().splitlines())
    return [tuple(line.split("=", 1)) for line in lines if "=" in line and not line.startswith("#")]


def value(unit: Path, key: str) -> str:
    return " ".join(right for left, right in directives(unit) if left == key)


class Units(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        for unit in UNITS.glob("pdns-*"):
            text = unit.read_text()
            self.assertNotIn("=/usr/local", text)
            (self.root / unit.name).write_text(text.replace("/usr/bin/pdns-ingest", str((BIN / "pdns-ingest").resolve())))

    def verify(self, *units: str) -> str:
        """What systemd has to say against them; ours alone, the host may have faults of its own."""
        command = ["systemd-analyze", "verify", "--man=no", *(str(self.root / unit) for unit in units)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120)
        return "\n".join(line for line in (run.stdout + run.stderr).splitlines() if "pdns-" in line)

    def test_systemd_reads_them(self) -> None:
        names = sorted(unit.name for unit in self.root.iterdir())
        self.assertEqual(4, len(names))
        self.assertEqual("", self.verify(*names))

    def test_a_fault_is_seen(self) -> None:
        broken = self.root / "pdns-ingest.service"
        broken.write_text(broken.read_text().replace("WatchdogSec=", "WatchdogSecs="))
        self.assertIn("WatchdogSecs", self.verify(broken.name))

    def test_shut_in(self) -> None:
        for unit, most in MOST_EXPOSED.items():
            command = ["systemd-analyze", "security", "--offline=true", f"--threshold={most}", str(self.root / unit)]
            run = subprocess.run(command, capture_output=True, text=True, timeout=120)
            self.assertRegex(run.stdout, "Overall exposure level")
            self.assertEqual(0, run.returncode, run.stdout)

    def test_reload_and_restart_keep_connections(self) -> None:
        service = UNITS / "pdns-ingest.service"
        self.assertEqual("notify", value(service, "Type"))
        self.assertIn("-HUP $MAINPID", value(service, "ExecReload"))
        self.assertGreaterEqual(int(value(service, "FileDescriptorStoreMax")), 1024)
        # A folder of the service's own would go with it, and the socket in it.
        self.assertEqual("", value(service, "RuntimeDirectory"))

    def test_names_agree(self) -> None:
        made = set(re.findall(r"^[ugr]\s+(\S+)", (UNITS / "sysusers.conf").read_text(), re.MULTILINE))
        wanted = set()
        for unit in UNITS.glob("pdns-*"):
            for key in ("User", "Group", "SupplementaryGroups", "SocketUser", "SocketGroup"):
                wanted |= set(value(unit, key).split())
        self.assertEqual({"pdns-ingest", "pdns-dnstap"}, wanted)
        self.assertLessEqual(wanted, made)
        folder = re.search(r"^d (\S+) (\S+) (\S+) (\S+)", (UNITS / "tmpfiles.conf").read_text(), re.MULTILINE)
        listens = Path(value(UNITS / "pdns-ingest.socket", "ListenStream"))
        self.assertEqual((str(listens.parent), "2755", "pdns-ingest", "pdns-dnstap"), folder.groups())
        for unit in ("pdns-ingest.service", "pdns-backfill.service"):
            for given in re.findall(r"--config (\S+)", value(UNITS / unit, "ExecStart")):
                self.assertTrue((PACKAGING / "config" / Path(given).name).is_file(), given)


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze not found (package systemd)")
        sys.exit(77)
    unittest.main()
