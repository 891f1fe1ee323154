"""Who may have the socket's path, and who must not lose it."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import framestream, golden, pdns, sandbox  # noqa: E402
from common.sandbox import Check, WaitFor  # noqa: E402


def _Refused(box: sandbox.Sandbox, database: pathlib.Path, socket: pathlib.Path) -> str:
    """Starts a second one that must not come up; returns what it says."""
    command = [str(box.bin_dir / "pdns-ingest"), "-d", str(database), "-u", str(socket)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        raise sandbox.Failure(f"not refused: {' '.join(command)}") from None
    Check(done.returncode > 0, f"exit {done.returncode} of {' '.join(command)}: {done.stderr}")
    Check(done.stderr.strip(), f"refused without a word: {' '.join(command)}")
    return done.stderr


def _SendCapture(path: pathlib.Path, frames: list[bytes]) -> None:
    sender = framestream.Sender(path)
    Check(sender.Open(), "READY was not accepted")
    Check(sender.Send(b"".join(framestream.Frame(f) for f in frames)), "the reader hung up")
    Check(sender.Finish(), "STOP was not answered with FINISH")


def _AwaitCaptures(box: sandbox.Sandbox, capture: golden.Golden, times: int) -> None:
    WaitFor(
        lambda: sum(one.count for one in pdns.Ask(box, "*.")) == capture.counters["stored"] * times,
        30,
        f"{times} captures to be committed",
    )


def Test(box: sandbox.Sandbox) -> None:
    capture = golden.Read(pathlib.Path(box.args.capture))
    ingester = pdns.Ingester(box)
    pid = str(ingester.popen.pid)

    said = _Refused(box, box.folder / "other-db", ingester.socket)
    Check(pid in said and str(ingester.socket) in said, f"socket held by {pid}, told: {said}")
    said = _Refused(box, ingester.database, box.folder / "other.sock")
    Check(pid in said and str(ingester.database) in said, f"database held by {pid}, told: {said}")
    plain = box.folder / "plain"
    plain.write_text("not a socket")
    said = _Refused(box, box.folder / "third-db", plain)
    Check(str(plain) in said, f"a plain file in the socket's place, told: {said}")
    Check(plain.read_text() == "not a socket", "a plain file was replaced by a socket")
    # The first one has noticed nothing.
    _SendCapture(ingester.socket, capture.frames)
    _AwaitCaptures(box, capture, 1)

    # A killed one leaves its socket behind; the next one takes the path, and what was committed.
    ingester.popen.send_signal(signal.SIGKILL)
    ingester.popen.communicate()
    Check(ingester.socket.is_socket(), "the socket of a killed process is gone")
    ingester = pdns.Ingester(box, "ingest-again")
    _SendCapture(ingester.socket, capture.frames)
    _AwaitCaptures(box, capture, 2)
    ingester.Stop()
    golden.Compare(capture, 2, pdns.Ask(box, "*."), pdns.Ask(box, "*.", "--quarantined"))
    print("refused twice by pid, once for a plain file; a stale socket was taken over")


if __name__ == "__main__":
    sandbox.Main(Test, {})
