"""Senders of every bad kind on the Unix socket, and good ones among them."""

from __future__ import annotations

import pathlib
import stat
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import pdns, peers, sandbox  # noqa: E402
from common.sandbox import Check  # noqa: E402


def Test(box: sandbox.Sandbox) -> None:
    ingester = pdns.Ingester(box)
    mode = ingester.socket.stat().st_mode
    Check(stat.S_ISSOCK(mode) and mode & stat.S_IWGRP, f"the socket has mode {oct(mode)}")
    peers.Run(box, ingester, ingester.socket)


if __name__ == "__main__":
    sandbox.Main(Test, {})
