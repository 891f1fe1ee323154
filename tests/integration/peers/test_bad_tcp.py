"""Senders of every bad kind over TCP, and good ones among them."""

from __future__ import annotations

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import framestream, pdns, peers, sandbox  # noqa: E402

PORT = 6000


def Test(box: sandbox.Sandbox) -> None:
    ingester = pdns.Ingester(box, options=["-a", f"127.0.0.1:{PORT}"])
    peers.Run(box, ingester, framestream.Tcp(PORT))


if __name__ == "__main__":
    sandbox.Main(Test, {})
