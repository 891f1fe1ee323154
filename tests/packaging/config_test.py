"""The example configurations: pdns-ingest takes every line of them, those that are commented out as well."""
import re
import subprocess
import unittest
from pathlib import Path

from pdns_testing import BIN, scratch

CONFIG = Path(__file__).resolve().parents[2] / "packaging" / "config"
FILES = sorted(CONFIG.glob("*.conf"))


def options_of_help() -> set[str]:
    run = subprocess.run([BIN / "pdns-ingest", "--help"], capture_output=True, text=True, check=True)
    return set(re.findall(r"^  (?:-\w \[ )?--([a-z][a-z-]+)", run.stdout, re.MULTILINE))


def uncommented(text: str) -> str:
    """With the examples switched on; prose has no " = "."""
    return re.sub(r"^#(?=[a-z-]+ = )", "", text, flags=re.MULTILINE)


class Config(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch()
        self.addCleanup(self.folder.cleanup)

    def read(self, text: str) -> subprocess.CompletedProcess:
        """The file is read before --help is heeded, and a name that is no option refused."""
        path = Path(self.folder.name) / "some.conf"
        path.write_text(text)
        return subprocess.run([BIN / "pdns-ingest", "--config", path, "--help"], capture_output=True, text=True)

    def test_files(self) -> None:
        self.assertEqual(["backfill.conf", "ingest.conf"], [path.name for path in FILES])
        for path in FILES:
            for text in (path.read_text(), uncommented(path.read_text())):
                run = self.read(text)
                self.assertEqual((0, ""), (run.returncode, run.stderr), path.name)

    def test_a_fault_is_seen(self) -> None:
        self.assertEqual(64, self.read("databse = /var/lib/pdns\n").returncode)

    def test_complete(self) -> None:
        """An option that could stand in the service's configuration is shown in it."""
        only_by_hand = {"help", "version", "config", "activated", "backfill", "compact", "report"}
        shown = set(re.findall(r"^#?([a-z-]+) = ", (CONFIG / "ingest.conf").read_text(), re.MULTILINE))
        self.assertEqual(options_of_help() - only_by_hand, shown)

    def test_both_agree(self) -> None:
        """What is taken must not depend on who does the backfill."""
        settings = [set(re.findall(r"^#?((?:database|message-type|untrusted|control) = .*)", path.read_text(), re.MULTILINE))
                    for path in FILES]
        self.assertEqual(settings[0], settings[1])
        self.assertEqual(4, len(settings[0]))


if __name__ == "__main__":
    unittest.main()
