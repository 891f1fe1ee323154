"""pdns-admin copy: from a directory to another, the same bytes; killed and resumed; never into other rows."""
from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from admin_merge_test import runs_of_days
from pdns_admin import DONE, USAGE, answer
from pdns_testing import BIN, CAPTURES, ingest, report, scratch, stats, stream

KILLS = int(os.environ.get("PDNS_KILLS", "5"))


def copy(*words: object) -> subprocess.CompletedProcess:
    return subprocess.run([BIN / "pdns-admin", "copy", *map(str, words)], capture_output=True, timeout=300)


def copied(*words: object) -> None:
    run = copy(*words)
    assert run.returncode == DONE, run.stderr


def export(database: object) -> bytes:
    run = subprocess.run([BIN / "pdns-admin", "export", "-d", str(database)], capture_output=True, timeout=300)
    assert run.returncode == DONE, run.stderr
    return run.stdout


def same(wanted: object, made: object) -> None:
    assert export(wanted) == export(made)
    for name in ("tuples", "rrnames", "types", "quarantined", "captures", "counters"):
        assert stats(wanted)[name] == stats(made)[name], name


def directories(folder: Path) -> None:
    one, new = folder / "db", folder / "new"
    copied(one, new)
    same(one, new)
    assert all(source["state"] == "already_taken" for source in report(ingest(new, *CAPTURES))["sources"])
    copied(one, new)  # again, and nothing comes twice
    same(one, new)
    other = folder / "other"
    assert ingest(other, CAPTURES[0]).returncode == 0
    before = export(other)
    for words, said in (((one, other), b"it has other rows"), ((one, one), b"the same database"), ((one,), b"give what"),
                        ((new, one), b"the same database|it has other rows"), (("-d", one, one, folder / "x"), b"no --database")):
        run = copy(*words)
        assert run.returncode == USAGE and any(part in run.stderr for part in said.split(b"|")), (words, run.stderr)
        assert run.stdout == b"" and not (folder / "x").exists()
    assert before == export(other)


def killed(source: Path, target: Path | str, wrote) -> None:
    """Behind one more batch each time; then it is run to its end."""
    kills = 0
    for _ in range(KILLS):
        before = wrote()
        with subprocess.Popen([BIN / "pdns-admin", "copy", source, target], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            while run.poll() is None and wrote() == before:
                pass
            run.send_signal(signal.SIGKILL)
            kills += run.wait(300) == -signal.SIGKILL
    assert kills > 0
    copied(source, target)
    same(source, target)
    print(f"{kills} kills")


def mark_of(database: Path):
    def read() -> bytes:
        try:
            return (database / "committed").read_bytes()
        except FileNotFoundError:
            return b""
    return read


def databases(folder: Path) -> None:
    """`db` has captures, days and sensors; `long` is more than a batch."""
    made = folder / "made"
    made.write_bytes(stream(answer(f"n{i}.blah.org", 1_700_000_000 + 86400 * (i % 9), i % 40, sensor=f"s{i % 3}".encode()) for i in range(400)))
    assert ingest(folder / "db", *CAPTURES, made).returncode == 0
    (folder / "rows").write_bytes(runs_of_days(2000, 200, "n"))
    assert ingest(folder / "long", folder / "rows").returncode == 0


def main() -> None:
    with scratch() as name:
        folder = Path(name)
        databases(folder)
        directories(folder)
        killed(folder / "long", folder / "long2", mark_of(folder / "long2"))


if __name__ == "__main__":
    main()
