"""More senders than there are descriptors: the rest wait, nobody is lost, and no log is flooded."""

from __future__ import annotations

import os
import pathlib
import resource
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import dnstap, framestream, golden, pdns, sandbox, wire  # noqa: E402
from common.sandbox import Check, WaitFor  # noqa: E402

SPARE = 20  # descriptors left for connections
CROWD = 60
LIMIT = 256
FRESH = 100_000  # enough to make the database write files, with the least memory it takes


def _Await(box: sandbox.Sandbox, capture: golden.Golden, times: int) -> None:
    WaitFor(
        lambda: sum(one.count for one in pdns.Ask(box, "*.")) == capture.counters["stored"] * times,
        30,
        f"{times} captures to be committed",
    )


def _Cpu(process: pathlib.Path) -> float:
    """Seconds of CPU time that a process has used."""
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _NoDescriptorLeft(box: sandbox.Sandbox) -> None:
    """The limit comes while it runs, so that accept() itself fails."""
    capture = golden.Read(pathlib.Path(box.args.capture))
    frames = b"".join(framestream.Frame(frame) for frame in capture.frames)
    ingester = pdns.Ingester(box)
    early = framestream.Sender(ingester.socket)
    Check(early.Open(), "READY was not accepted")

    process = sandbox.Proc(ingester.popen.pid)
    limit = len(os.listdir(process / "fd")) + SPARE
    resource.prlimit(ingester.popen.pid, resource.RLIMIT_NOFILE, (limit, limit))
    crowd = [framestream.Sender(ingester.socket) for _ in range(CROWD)]
    # Who is connected is served while the others wait.
    Check(early.Send(frames), "the reader hung up")
    _Await(box, capture, 1)
    # With nothing to do it sleeps: a busy loop would take all the time there is.
    began, before = time.monotonic(), _Cpu(process)
    time.sleep(2)
    share = (_Cpu(process) - before) / (time.monotonic() - began)
    said = ingester.Messages().splitlines()
    Check(len(said) < CROWD, f"{len(said)} lines in the log, the last: {said[-1:]}")
    Check(share < 0.5, f"{share:.0%} of a core spent on connections that cannot be taken")

    for sender in crowd[:-1]:
        sender.Close()
    Check(crowd[-1].Open(), "the last of the crowd was not served when the others had gone")
    Check(crowd[-1].Send(frames), "the reader hung up")
    for sender in (early, crowd[-1]):
        Check(sender.Finish(), "STOP was not answered with FINISH")
    _Await(box, capture, 2)
    ingester.Stop()
    golden.Compare(capture, 2, pdns.Ask(box, "*."), pdns.Ask(box, "*.", "--quarantined"))
    print(f"{CROWD} connections with descriptors for {SPARE}; two captures, all counted")


def _RoomForTheDatabase(box: sandbox.Sandbox) -> None:
    """However many connect, the database must be able to open its files."""
    ingester = pdns.Ingester(box, "ingest-limited", ["--memory", "16M"], descriptors=LIMIT)
    early = framestream.Sender(ingester.socket)
    Check(early.Open(), "READY was not accepted")
    crowd = [framestream.Sender(ingester.socket) for _ in range(LIMIT)]
    zone, now = wire.ParseName("fresh.net."), int(time.time())
    for start in range(0, FRESH, 1000):
        frames = (
            framestream.Frame(dnstap.Response((b"n%d" % n, *zone), struct.pack("!I", n), zone, now))
            for n in range(start, start + 1000)
        )
        Check(early.Send(b"".join(frames)), "the reader hung up")
    Check(early.Finish(), "STOP was not answered with FINISH")
    report = ingester.Stop()
    Check(report["tuples_new"] == FRESH, f"{FRESH} names sent, but the report says {report}")
    for sender in crowd:
        sender.Close()
    for number in (0, FRESH // 2, FRESH - 1):
        rows = pdns.Ask(box, f"n{number}.fresh.net.")
        Check(len(rows) == 1 and rows[0].count == 1, f"n{number}.fresh.net. has {rows}")
    print(f"{LIMIT} connections with a limit of {LIMIT} descriptors; {FRESH} new names stored")


def Test(box: sandbox.Sandbox) -> None:
    _NoDescriptorLeft(box)
    _RoomForTheDatabase(box)


if __name__ == "__main__":
    sandbox.Main(Test, {"prlimit": "util-linux"})
