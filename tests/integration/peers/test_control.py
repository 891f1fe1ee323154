"""The control socket: who may read is not who may write, and no crowd of clients keeps others from an answer."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from typing import Any, Iterator

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import manager, pdns, sandbox  # noqa: E402
from common.sandbox import Check, Sandbox, WaitFor  # noqa: E402
from common.talker import CheckOnce, NameOf, WriteCapture  # noqa: E402

OTHER, WRITERS = 4711, 4712  # a user, and the group that is named
NOT_ALLOWED, USAGE, IO = 77, 64, 74
STATUS, TAP = b'{"op":"status"}\n', b'{"op":"tap"}\n'
LONGEST = 1 << 20
SOON = 0.5  # seconds within which a status is answered
SEATS = 128


def _Connect(box: Sandbox) -> socket.socket:
    one = socket.socket(socket.AF_UNIX)
    one.connect(str(box.folder / "db" / "control.sock"))  # without a time limit it waits in a crowd, as programs do
    one.settimeout(60)
    return one


def _Reply(one: socket.socket) -> dict[str, Any]:
    return dict(json.loads(one.makefile("rb").readline() or b"{}"))


def _Ask(box: Sandbox, line: bytes) -> dict[str, Any]:
    with _Connect(box) as one:
        one.sendall(line)
        return _Reply(one)


def _Capture(box: Sandbox, name: str) -> pathlib.Path:
    path = box.folder / f"{name}.dnstap"
    WriteCapture(path, [NameOf(name, 0)], 1)
    return path


def _Backfill(box: Sandbox, *paths: pathlib.Path, become: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    command = manager.Command(box, ["--backfill", *map(str, paths)])
    return subprocess.run([*(become or []), *command], capture_output=True, text=True, check=False, timeout=300)


def Rights(box: Sandbox) -> None:
    """Root and the ingester's own user write; others read, and write by the named group."""
    said = _Capture(box, "root")
    ingester = pdns.Ingester(box, options=["--backfill-group", str(WRITERS)])
    Check(_Backfill(box, said).returncode == 0, "root may not hand in a file")
    stored = [NameOf("root", 0)]
    readers = ["setpriv", "--reuid", str(OTHER), "--regid", "0"]  # by the group of the database
    reader, writer = ([*readers, "--clear-groups"], [*readers, "--groups", str(WRITERS)])
    if subprocess.run([*reader, "true"], capture_output=True, check=False).returncode != 0:
        print("rights of others: not tried, since no other user can be had here")
    else:
        programs = box.folder / "bin"  # that user need not reach the build's
        programs.mkdir()
        for program in ("pdns-ingest", "pdns-query", "pdns-tap"):
            shutil.copy(box.bin_dir / program, programs)
        box.bin_dir = programs
        denied = _Backfill(box, _Capture(box, "denied"), become=reader)
        Check(denied.returncode == NOT_ALLOWED, f"a reader's backfill ends with {denied.returncode}: {denied.stderr}")
        Check(f"user {OTHER} may read" in denied.stderr, f"said to a reader: {denied.stderr}")
        Check(f"group {WRITERS}" in denied.stderr, f"the group is not named: {denied.stderr}")
        tap = box.Start([*reader, programs / "pdns-tap", "-d", ingester.database, "--live"], "tap").popen
        WaitFor(lambda: (manager.Status(box) or {}).get("pdns_taps", 0) == 1, 90, "a reader's tap")
        tap.terminate()
        tap.wait(60)
        done = _Backfill(box, _Capture(box, "member"), become=writer)
        Check(done.returncode == 0, f"a member's backfill ends with {done.returncode}: {done.stderr}")
        stored.append(NameOf("member", 0))
        stranger = ["setpriv", "--reuid", str(OTHER), "--regid", str(OTHER), "--clear-groups"]
        shut_out = _Backfill(box, _Capture(box, "stranger"), become=stranger)
        Check(shut_out.returncode == NOT_ALLOWED, f"a stranger ends with {shut_out.returncode}: {shut_out.stderr}")
        Check("cannot connect" in shut_out.stderr, f"said to a stranger: {shut_out.stderr}")
        Check("may read" in ingester.Messages(), "a refusal is not in the log")
    ingester.Stop()
    CheckOnce(box, stored)


def NoSuchGroup(box: Sandbox) -> None:
    for group in ("no-such-group", "65534"):
        for more in ([], ["--check"]):
            command = manager.Command(box, ["-u", str(box.folder / "s"), "--backfill-group", group, *more])
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
            Check(done.returncode == USAGE, f"--backfill-group {group} {more}: {done.returncode}, {done.stderr}")
            Check("--backfill-group" in done.stderr, f"said: {done.stderr}")


def Many(box: Sandbox) -> None:
    """More clients at once than are taken: the others wait, and all are done in the end."""
    ingester = pdns.Ingester(box)
    names = [f"many{n}" for n in range(24)]
    captures = [_Capture(box, name) for name in names]
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        all_done = list(pool.map(lambda capture: _Backfill(box, capture), captures))
    for done in all_done:
        Check(done.returncode == 0, f"one of many ends with {done.returncode}: {done.stderr}")
    ingester.Stop()
    CheckOnce(box, [NameOf(name, 0) for name in names])


def Files(box: Sandbox) -> None:
    """What could block is refused at once: FIFOs, devices, links to them; and no link of a folder is followed."""
    folder = box.folder / "folder"
    folder.mkdir()
    os.mkfifo(box.folder / "fifo")
    os.mkfifo(folder / "fifo")
    (box.folder / "link").symlink_to(box.folder / "fifo")
    (folder / "link").symlink_to(_Capture(box, "linked"))
    odd = [box.folder / "fifo", box.folder / "link", pathlib.Path("/dev/zero"), pathlib.Path("/dev/tty"),
           box.folder / "db" / "control.sock"]  # fmt: skip
    ingester = pdns.Ingester(box)
    good = _Capture(box, "good")
    done = _Backfill(box, *odd, folder, good)
    Check(done.returncode == 1, f"ends with {done.returncode}: {done.stderr}")
    report = json.loads(done.stdout)
    states = {source["name"]: source["state"] for source in report["sources"]}
    Check(states == {str(path): "unreadable" for path in odd} | {str(good): "complete"}, f"states: {states}")
    refused = _Ask(box, b'{"op":"backfill","paths":["/a"],"untrusted":1}\n')
    Check(refused.get("code") == USAGE, f"another policy: {refused}")
    ingester.Stop()
    CheckOnce(box, [NameOf("good", 0)])


@contextlib.contextmanager
def _Crowd(box: Sandbox) -> Iterator[None]:
    """Taps that read nothing, lines without an end, half requests, silence; and always new ones."""
    ended = threading.Event()
    with contextlib.ExitStack() as stack:
        held = []

        def _Say(data: bytes) -> None:
            held.append(stack.enter_context(_Connect(box)))
            with contextlib.suppress(OSError):
                held[-1].sendall(data)

        for n in range(12):
            _Say(TAP)
            _Say(b"x" * (LONGEST - 1 - n))
        for n in range(2 * SEATS):
            _Say(STATUS[: n % len(STATUS)])

        def _Go() -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError), _Connect(box) as one, _Connect(box):
                    one.sendall(os.urandom(50) + b"\n")
                    ended.wait(0.01)

        churn = threading.Thread(target=_Go)
        churn.start()
        try:
            yield
        finally:
            ended.set()
            churn.join()


def Crowd(box: Sandbox) -> None:
    """A status is answered soon and a backfill goes through, whoever else is there."""
    ingester = pdns.Ingester(box)
    names = []
    with _Crowd(box):
        took = []
        for n in range(25):
            begun = time.monotonic()
            Check("pdns_taps" in _Ask(box, STATUS), "no status")
            took.append(time.monotonic() - begun)
            if n % 5 == 0:
                done = _Backfill(box, _Capture(box, f"crowd{n}"))
                Check(done.returncode == 0, f"a backfill ends with {done.returncode}: {done.stderr}")
                names.append(NameOf(f"crowd{n}", 0))
        tap = _Ask(box, TAP)
        Check(tap.get("code") == IO and "8 taps" in tap.get("error", ""), f"one tap more: {tap}")
    print(f"status in a crowd: median {statistics.median(took):.3f} s, longest {max(took):.3f} s of {len(took)}")
    Check(statistics.median(took) < SOON, f"a status took {took} s")
    WaitFor(lambda: "ok" in _Ask(box, TAP), 90, "room for a tap when the crowd has gone")
    log = ingester.Messages().splitlines()
    Check(len(log) < 100, f"{len(log)} lines in the log")
    ingester.Stop()
    CheckOnce(box, names)


def SilentPipe(box: Sandbox) -> None:
    """A pipe that the ingester itself was given keeps no backfill waiting."""
    os.mkfifo(box.folder / "fifo")
    ingester = pdns.Ingester(box, options=["--backfill", str(box.folder / "fifo")])
    with (box.folder / "fifo").open("wb"):
        done = _Backfill(box, _Capture(box, "first"))
        Check(done.returncode == 0, f"ends with {done.returncode}: {done.stderr}")
    ingester.Stop()
    CheckOnce(box, [NameOf("first", 0)])


def Test(box: Sandbox) -> None:
    for part in (Rights, NoSuchGroup, Many, Files, Crowd, SilentPipe):
        box.Part(part.__name__, part)


if __name__ == "__main__":
    sandbox.Main(Test, {"setpriv": "util-linux"})
