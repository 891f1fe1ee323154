"""Writes the zones of the fake DNS world and says which server has which.

Most zones stand in zones/ as text. Made here: what is tedious to write (large RRsets, names at the
limits, every byte in a label), the delegations to the servers that lie, and the signed zone.

    python3 tests/integration/world/build.py DIRECTORY
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
from typing import NamedTuple

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import wire, zonefile  # noqa: E402
from common.wire import Name  # noqa: E402
from world import liars  # noqa: E402

ZONES = pathlib.Path(__file__).resolve().parent / "zones"
ROOT_ADDRESS = "127.53.0.1"
ROOT_SERVER = "a.root-servers.net."
LOAD_ADDRESS = "127.53.0.67"  # load.net, served by the test that counts what it served

# A server that has a zone and one above it skips the referral, and then the answer's bailiwick is
# the upper zone: so each level has a server of its own. The two servers of the lowest level make
# chains that cross servers.
SERVERS: dict[str, list[str]] = {
    ROOT_ADDRESS: [".", "root-servers.net."],
    "127.53.0.2": ["org.", "net.", "com.", "arpa."],
    "127.53.0.3": [
        "blah.org.",
        "zones.net.",
        "names.net.",
        "wild.net.",
        "types.org.",
        "big.com.",
        "chains.com.",
        "dname.org.",
        "deleg.org.",
        "signed.org.",
        "150.150.205.in-addr.arpa.",
        "0.5.0.2.0.8.b.d.0.1.0.0.2.ip6.arpa.",
    ],
    "127.53.0.4": ["far.net.", "ca-dns.net.", "target.com.", "child.deleg.org."],
}
SIGNED = "signed.org."


class Zone(NamedTuple):
    apex: Name
    server: str
    path: pathlib.Path
    records: list[zonefile.Record]


def _FileName(apex: str) -> str:
    """As in zones/: a slash of a name does not occur."""
    return ("root" if apex == "." else apex.rstrip(".")) + ".zone"


def _Big() -> str:
    """RRsets that do not fit in a UDP answer; the last one makes a frame of nearly 60 KB."""
    lines = [f"many A 198.18.{i // 250}.{i % 250}" for i in range(300)]
    lines += [f'text TXT "number {i} {"x" * 100}"' for i in range(40)]
    lines += [f'huge TXT "{i:03d}{"y" * 247}"' for i in range(225)]
    return "\n".join(lines)


def _LongNames() -> list[str]:
    """In names.net.: 255 bytes of name in few labels, and in as many as there can be."""
    return [".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 51]), ".".join(["e"] * 122)]


def ByteNames() -> list[str]:
    """In names.net.: a label with each byte that has no other case."""
    return [f"x\\{b:03d}x.bytes" for b in range(256) if not ord("A") <= b <= ord("Z")]


def _Names() -> str:
    lines = [f"{name} A 192.0.2.{200 + i}" for i, name in enumerate(_LongNames())]
    lines += [f"{name} A 198.51.101.{i}" for i, name in enumerate(ByteNames())]
    return "\n".join(lines)


def _Delegations() -> str:
    """In com.: one zone and one address for each lie, so that none spoils the next."""
    return "\n".join(
        f"{lie.label} NS ns.{lie.label}\nns.{lie.label} A {lie.address}" for lie in liars.LIES
    )


def _Run(command: list[str], where: pathlib.Path) -> str:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _Sign(path: pathlib.Path, apex: str) -> str:
    """Signs the zone in place with a new key; returns the DS record for its parent."""
    where = path.parent
    _Run(["dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", "-f", "KSK", apex], where)
    _Run(["dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", apex], where)
    signed = path.with_suffix(".signed")
    _Run(["dnssec-signzone", "-S", "-O", "full", "-o", apex, "-f", signed.name, path.name], where)
    signed.replace(path)
    return (where / f"dsset-{apex}").read_text()


def Build(directory: pathlib.Path) -> list[Zone]:
    """Zone files in `directory`, and their records as the zone files say them."""
    directory.mkdir(parents=True, exist_ok=True)
    for path in ZONES.glob("*.zone"):
        shutil.copy(path, directory)
    ds = _Sign(directory / _FileName(SIGNED), SIGNED)
    for name, more in {
        "big.com.": _Big(),
        "names.net.": _Names(),
        "com.": _Delegations(),
        "org.": ds,
    }.items():
        with (directory / _FileName(name)).open("a") as file:
            file.write(more + "\n")
    zones = []
    for server, apexes in SERVERS.items():
        for text in apexes:
            apex, path = wire.ParseName(text), directory / _FileName(text)
            zones.append(Zone(apex, server, path, zonefile.ReadZone(path, apex)))
    return zones


def WriteHints(path: pathlib.Path) -> None:
    path.write_text(f". 3600000 NS {ROOT_SERVER}\n{ROOT_SERVER} 3600000 A {ROOT_ADDRESS}\n")


if __name__ == "__main__":
    for zone in Build(pathlib.Path(sys.argv[1])):
        print(f"{zone.server} {wire.NameText(zone.apex)} {len(zone.records)} records")
