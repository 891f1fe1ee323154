"""Zones in, rows out, with recursor."""

from __future__ import annotations

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import authority, resolvers, sandbox, scenario  # noqa: E402

if __name__ == "__main__":
    sandbox.Main(
        lambda box: scenario.Run(box, "recursor"),
        {**authority.NEEDS, **resolvers.NEEDS["recursor"]},
    )
