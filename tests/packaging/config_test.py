"""The example configurations: the programs take every line of them, those that are commented out as well."""
import os
import re
import socket
import subprocess
import unittest
from pathlib import Path

from pdns_testing import BIN, CAPTURES, CONTENT_TYPE, control, dump, expected, rows, scratch

CONFIG = Path(__file__).resolve().parents[2] / "packaging" / "config"
UNITS = CONFIG.parent / "systemd"
FILES = [CONFIG / "backfill.conf", CONFIG / "ingest.conf"]  # of pdns-ingest


def options_of_help(program: str = "pdns-ingest") -> set[str]:
    run = subprocess.run([BIN / program, "--help"], capture_output=True, text=True, check=True)
    return set(re.findall(r"^  (?:-\w \[ )?--([a-z][a-z-]+)", run.stdout, re.MULTILINE))


def uncommented(text: str) -> str:
    """With the examples switched on; prose has no " = "."""
    return re.sub(r"^#(?=[a-z-]+ = )", "", text, flags=re.MULTILINE)


class Config(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)

    def read(self, text: str, program: str = "pdns-ingest") -> subprocess.CompletedProcess:
        """The file is read before --help is heeded, and a name that is no option refused."""
        path = Path(self.folder.name) / "some.conf"
        path.write_text(text)
        return subprocess.run([BIN / program, "--config", path, "--help"], capture_output=True, text=True)

    def test_files(self) -> None:
        self.assertEqual({*FILES, CONFIG / "serve.conf", CONFIG / "expire.conf", CONFIG / "backup.conf"}, set(CONFIG.glob("*.conf")))
        for path in FILES:
            for text in (path.read_text(), uncommented(path.read_text())):
                run = self.read(text)
                self.assertEqual((0, ""), (run.returncode, run.stderr), path.name)

    def test_the_server_s(self) -> None:
        text = (CONFIG / "serve.conf").read_text()
        for one in (text, uncommented(text)):
            run = self.read(one, "pdns-serve")
            self.assertEqual((0, ""), (run.returncode, run.stderr))
        self.assertEqual(64, self.read("databse = /var/lib/pdns\n", "pdns-serve").returncode)
        self.assertEqual(options_of_help("pdns-serve") - {"help", "version", "config"},
                         set(re.findall(r"^#?([a-z-]+) = ", text, re.MULTILINE)))

    def test_the_one_of_expiry(self) -> None:
        """Each option of the command that is not for one run; those that go together nowhere are tried one by one."""
        text = (CONFIG / "expire.conf").read_text()
        path, database = Path(self.folder.name) / "expire.conf", Path(self.folder.name) / "db"
        subprocess.run([BIN / "pdns-ingest", "-d", database, *CAPTURES], capture_output=True, check=True)
        said = subprocess.run([BIN / "pdns-admin", "expire", "--help"], capture_output=True, text=True, check=True).stdout
        options = set(re.findall(r"^  (?:-\w \[ )?--([a-z][a-z-]+)", said, re.MULTILINE))
        shown = re.findall(r"^#?([a-z-]+) = ", text, re.MULTILINE)
        by_hand = {"config", "dry-run", "trust-clock", "last-before", "help", "help-all", "version", "json"}
        self.assertEqual(options - by_hand, set(shown))
        plain = re.sub(r"^(database|#control) = .*$", "", text, flags=re.MULTILINE)
        for name in [None, *set(shown) - {"database", "older", "control"}]:
            path.write_text(re.sub(rf"^#(?={name} = )", "", plain, flags=re.MULTILINE) if name else plain)
            run = subprocess.run([BIN / "pdns-admin", "expire", "-d", database, "--dry-run", "--config", path], capture_output=True, text=True)
            self.assertEqual((0, ""), (run.returncode, run.stderr), name)
        path.write_text("dry-run = true\n")
        run = subprocess.run([BIN / "pdns-admin", "expire", "-d", database, "--config", path], capture_output=True, text=True)
        self.assertEqual(64, run.returncode)

    def test_the_one_of_backups(self) -> None:
        """Each option of the command that is not for one run; with its own paths it makes a backup."""
        text = (CONFIG / "backup.conf").read_text()
        root = Path(self.folder.name)
        subprocess.run([BIN / "pdns-ingest", "-d", root / "pdns", *CAPTURES], capture_output=True, check=True)
        said = subprocess.run([BIN / "pdns-admin", "backup", "--help"], capture_output=True, text=True, check=True).stdout
        options = set(re.findall(r"^  (?:-\w \[ )?--([a-z][a-z-]+)", said, re.MULTILINE))
        shown = set(re.findall(r"^#?([a-z-]+) = ", text, re.MULTILINE))
        self.assertEqual(options - {"config", "dry-run", "help", "help-all", "version", "json"}, shown)
        for one in (text, uncommented(text)):
            path = root / "backup.conf"
            path.write_text(one.replace("/var/lib", str(root)))
            run = subprocess.run([BIN / "pdns-admin", "backup", "--config", path], capture_output=True, text=True)
            self.assertEqual((0, ""), (run.returncode, run.stderr))
        self.assertEqual(["1", "2"], sorted(path.name for path in (root / "pdns-backups/meta").iterdir()))

    def test_a_fault_is_seen(self) -> None:
        self.assertEqual(64, self.read("databse = /var/lib/pdns\n").returncode)

    def test_complete(self) -> None:
        """An option that could stand in the service's configuration is shown in it."""
        only_by_hand = {"help", "check", "repair", "no-wait", "version", "config", "activated", "backfill", "compact", "report"}
        shown = set(re.findall(r"^#?([a-z-]+) = ", (CONFIG / "ingest.conf").read_text(), re.MULTILINE))
        self.assertEqual(options_of_help() - only_by_hand, shown)

    def test_both_agree(self) -> None:
        """What is taken must not depend on who does the backfill."""
        shared = "database|outbox|max-database|min-free-database|message-type|untrusted|control"
        settings = [set(re.findall(rf"^#?((?:{shared}) = .*)", path.read_text(), re.MULTILINE)) for path in FILES]
        self.assertEqual(settings[0], settings[1])
        self.assertEqual(7, len(settings[0]))

    def test_runs_as_shipped(self) -> None:
        """By the command lines of the units and their configurations, with a socket handed over as systemd does."""
        root = Path(self.folder.name)
        for path in FILES:
            text = path.read_text().replace("/var/lib/pdns-archive", f"{root}/archive")
            text = text.replace("backfill-group = pdns-backfill\n", f"backfill-group = {os.getgid()}\n")
            (root / path.name).write_text(text.replace("/var/lib/pdns\n", f"{root}/db\n"))
        (root / "archive").mkdir()
        with socket.socket(socket.AF_UNIX) as listens:
            listens.bind(str(root / "dnstap.sock"))
            listens.listen()
            live = self.start(command_of("pdns-ingest.service", root), listens)
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(60)
                peer.connect(str(root / "dnstap.sock"))
                peer.sendall(control(4, CONTENT_TYPE))  # READY, then ACCEPT
                self.assertTrue(peer.recv(4096))
                peer.sendall(CAPTURES[0].read_bytes())
                self.assertTrue(peer.recv(4096))  # FINISH
            backfill = subprocess.run(command_of("pdns-backfill.service", root), capture_output=True, timeout=300)
            self.assertEqual(0, backfill.returncode, backfill.stderr)
            live.terminate()
            said = live.communicate(timeout=300)[1]
            self.assertEqual(0, live.returncode, said)
        self.assertTrue(list((root / "archive").glob("pdns-*.dnstap*")))
        trusted, quarantined = dump(root / "db").split(b"--\n")
        self.assertEqual(expected("tuples", CAPTURES[:1]), rows(trusted))
        self.assertEqual(expected("quarantined", CAPTURES[:1]), rows(quarantined))

    def start(self, command: list[str], listens: socket.socket) -> subprocess.Popen:
        """With descriptor 3 and the variables that name it, as of sd_listen_fds(3)."""
        unit = (UNITS / "pdns-ingest.socket").read_text()
        name = re.search(r"^FileDescriptorName=(.*)$", unit, re.MULTILINE).group(1)
        script = f'exec 3<&{listens.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES={name} exec "$@"'
        live = subprocess.Popen(["bash", "-c", script, "bash", *command], pass_fds=[listens.fileno()],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(live.communicate)
        self.addCleanup(live.kill)
        return live


def command_of(unit: str, root: Path) -> list[str]:
    """ExecStart= of a unit, with its paths moved below `root`."""
    line = re.search(r"^ExecStart=(.*)$", (UNITS / unit).read_text(), re.MULTILINE).group(1)
    line = line.replace("/usr/bin", str(BIN)).replace("/etc/pdns", str(root))
    return line.replace("/var/lib/pdns-archive", f"{root}/archive").split()


if __name__ == "__main__":
    unittest.main()
