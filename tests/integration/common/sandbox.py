"""Where a test runs: a network and a process namespace of its own, and a folder that goes away.

So authorities can have port 53 of any loopback address, nothing of the host is seen or touched,
tests run beside each other, and when the test ends, however it ends, all it started ends too.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from typing import Callable, NoReturn, Sequence

PASS, FAIL, SKIP = 0, 1, 77
_INSIDE = "PDNS_TEST_INSIDE_NAMESPACE"
TREE = pathlib.Path(__file__).resolve().parents[3]


class Failure(Exception):
    """What the test found wrong, for people."""


def Check(holds: object, message: str) -> None:
    if not holds:
        raise Failure(message)


def Skip(reason: str) -> NoReturn:
    print(f"skipped: {reason}")
    sys.exit(SKIP)


def Find(program: str) -> str | None:
    """Daemons live in sbin, which is not in everybody's PATH."""
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class Process:
    """A program under our control, its output in a file."""

    def __init__(self, command: Sequence[str | pathlib.Path], log: pathlib.Path) -> None:
        self.command = [str(part) for part in command]
        self.log = log
        with log.open("ab") as out:
            self.popen = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=log.parent
            )

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    def Stop(self, how: int = signal.SIGTERM, seconds: float = 90) -> int:
        """Returns the exit code; a program that does not heed the signal in time is a failure."""
        if self.alive:
            self.popen.send_signal(how)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise Failure(f"{self.command[0]} did not end within {seconds} s") from None


class Sandbox:
    """One run of a test."""

    def __init__(
        self, bin_dir: pathlib.Path, folder: pathlib.Path, args: argparse.Namespace
    ) -> None:
        self.bin_dir = bin_dir
        self.folder = folder
        self.args = args
        self.processes: list[Process] = []

    def Start(self, command: Sequence[str | pathlib.Path], name: str) -> Process:
        program = Find(str(command[0])) or str(command[0])
        process = Process([program, *command[1:]], self.folder / f"{name}.log")
        self.processes.append(process)
        return process

    def Unconfined(self, program: str) -> pathlib.Path:
        """A copy of a daemon: Debian's AppArmor profiles go by path and forbid our folder."""
        copy = self.folder / program
        if not copy.exists():
            found = Find(program)
            Check(found, f"{program} is not installed")
            shutil.copy(str(found), copy)
        return copy

    def Part(self, name: str, test: Callable[[Sandbox], None]) -> None:
        """A part of a test, with a folder and so a database of its own."""
        folder = self.folder / name
        folder.mkdir()
        part = Sandbox(self.bin_dir, folder, self.args)
        try:
            test(part)
        except Exception:
            print(f"in {name}:")
            part.ShowLogs()
            raise
        finally:
            part.StopAll()

    def StopAll(self) -> None:
        for process in reversed(self.processes):
            if process.alive:
                process.popen.kill()
                process.popen.wait()

    def ShowLogs(self) -> None:
        for log in sorted(self.folder.glob("*.log")):
            lines = log.read_text("utf-8", "replace").splitlines()
            print(f"--- {log.name}, the last of {len(lines)} lines", *lines[-15:], sep="\n")


def WaitFor(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Polls; a deadline that passes is a failure, so it is generous: it costs only when hit."""
    deadline = time.monotonic() + seconds
    while not condition():
        Check(time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)


def Proc(pid: int) -> pathlib.Path:
    """The folder of a process of ours in /proc, which may show the numbers of another process namespace:
    where no /proc can be mounted (a chroot), the host's is seen."""
    ours = os.readlink("/proc/self/ns/pid")
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text()
            if os.readlink(folder / "ns" / "pid") != ours:
                continue
        except OSError:  # it has ended, or is nobody's business
            continue
        numbers = next(line for line in status.splitlines() if line.startswith("NSpid:"))
        if int(numbers.split()[-1]) == pid:
            return folder
    raise Failure(f"process {pid} is not in /proc")


def _LoopbackUp() -> None:
    """What `ip link set lo up` does: SIOCSIFFLAGS with IFF_UP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", 1))


def _NamespaceCommand() -> list[str] | None:
    """The unshare that works here: as root, else as root of a user namespace."""
    base = ["unshare", "--net", "--pid", "--fork", "--kill-child"]
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    for command in ([*base, *user, "--mount-proc"], [*base, *user]):
        try:
            done = subprocess.run([*command, "true"], capture_output=True, check=False)
        except FileNotFoundError:
            Skip("unshare not found (package util-linux)")
        if done.returncode == 0:
            return command
    return None


Options = Callable[[argparse.ArgumentParser], None]  # adds those of one script


def _Parse(needs: dict[str, str], options: Options | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument(
        "--bin-dir", default=os.environ.get("PDNS_BIN_DIR"), help="where pdns-ingest is"
    )
    parser.add_argument("--keep", action="store_true", help="leave the folder of the run behind")
    parser.add_argument(
        "--capture",
        default=str(TREE / "tests" / "data" / "bind-rr.dnstap"),
        help="a dnstap file, its expected content beside it (peers only)",
    )
    if options:
        options(parser)
    args = parser.parse_args()
    if not args.bin_dir:
        parser.error("--bin-dir or PDNS_BIN_DIR is needed")
    for program, package in needs.items():
        if not Find(program):
            Skip(f"{program} not found (package {package})")
    return args


def _Run(test: Callable[[Sandbox], None], args: argparse.Namespace) -> int:
    _LoopbackUp()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pdns-test-"))
    folder.chmod(0o755)
    sandbox = Sandbox(pathlib.Path(args.bin_dir).resolve(), folder, args)
    started = time.monotonic()
    try:
        for tool in ("pdns-ingest", "pdns-query"):
            Check((sandbox.bin_dir / tool).is_file(), f"no {tool} in {sandbox.bin_dir}")
        test(sandbox)
        print(f"passed in {time.monotonic() - started:.1f} s")
        return PASS
    except Failure as failure:
        sandbox.ShowLogs()
        print(f"FAILED: {failure}")
    except Exception:
        sandbox.ShowLogs()
        traceback.print_exc(file=sys.stdout)
    finally:
        sandbox.StopAll()
        if args.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return FAIL


def Main(
    test: Callable[[Sandbox], None], needs: dict[str, str], options: Options | None = None
) -> NoReturn:
    """Runs a test script; `needs` are programs with the Debian package that has each."""
    args = _Parse(needs, options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(FAIL))
    if os.environ.get(_INSIDE):
        sys.exit(_Run(test, args))
    command = _NamespaceCommand()
    if command is None:
        Skip("no privilege to make a network namespace (root, or user namespaces, is needed)")
    os.environ[_INSIDE] = "1"
    sys.stdout.flush()  # what is buffered would be lost in the exec
    os.execvp(command[0], [*command, sys.executable, "-u", *sys.argv])
