"""The ingester is reloaded and restarted by a manager under query load from bind."""

from __future__ import annotations

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import authority, reload, resolvers, sandbox  # noqa: E402

if __name__ == "__main__":
    sandbox.Main(
        lambda box: reload.Run(box, "bind"), {**authority.NEEDS, **resolvers.NEEDS["bind"]}
    )
