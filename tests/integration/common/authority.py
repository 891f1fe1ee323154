"""The honest half of the world: its zones, served by NSD, one process an address."""

from __future__ import annotations

import pathlib

from common import client, wire
from common.sandbox import Sandbox, WaitFor
from world import build
from world.model import World

NEEDS = {"nsd": "nsd", "dnssec-signzone": "bind9-utils", "dnssec-keygen": "bind9-utils"}

_CONFIG = """\
server:
  ip-address: {address}
  server-count: 1
  do-ip6: no
  username: ""
  database: ""
  pidfile: "{home}/pid"
  xfrdfile: "{home}/xfrd"
  xfrdir: "{home}"
  zonelistfile: "{home}/zones"
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
"""


def Start(sandbox: Sandbox, extra: str = "") -> World:
    """Returns when every server answers for every zone of its own. `extra` is NSD configuration."""
    zones = build.Build(sandbox.folder / "zones")
    build.WriteHints(sandbox.folder / "hints")
    for address in build.SERVERS:
        home = sandbox.folder / f"nsd-{address}"
        home.mkdir()
        config = _CONFIG.format(address=address, home=home) + extra
        for zone in zones:
            if zone.server == address:
                name = wire.NameText(zone.apex)
                config += f'zone:\n  name: "{name}"\n  zonefile: "{zone.path}"\n'
        (home / "nsd.conf").write_text(config)
        sandbox.Start(["nsd", "-d", "-c", str(home / "nsd.conf")], f"nsd-{address}")
    for zone in zones:
        question = wire.Question(zone.apex, wire.TYPES["SOA"])
        WaitFor(
            lambda: _IsServed(zone.server, question), 30, f"NSD to serve {wire.NameText(zone.apex)}"
        )
    return World(zones)


def _IsServed(server: str, question: wire.Question) -> bool:
    answer = client.Exchange(server, 53, question, seconds=1)
    return answer is not None and wire.ReadHeader(answer).rcode == wire.NOERROR


def Folder(sandbox: Sandbox) -> pathlib.Path:
    return sandbox.folder / "zones"
