"""What a database must hold after a resolver asked the world: computed from its zones alone."""

from __future__ import annotations

import struct
from typing import NamedTuple

from common import wire
from common.wire import Name
from world import build

CNAME, DNAME, DS, RRSIG = (wire.TYPES[t] for t in ("CNAME", "DNAME", "DS", "RRSIG"))


class Row(NamedTuple):
    """One tuple of the database, with the zone under which it must stand."""

    owner: Name
    rrtype: int
    rdata: bytes
    zone: Name

    def __str__(self) -> str:
        rdata = self.rdata.hex() if len(self.rdata) <= 40 else f"{self.rdata[:40].hex()}..."
        return (
            f"{wire.NameText(self.owner)} {wire.TypeName(self.rrtype)} {rdata}"
            f" (bailiwick {wire.NameText(self.zone)})"
        )


def _Covered(rdata: bytes) -> int:
    return int(struct.unpack_from("!H", rdata)[0])


class World:
    """The zones, and the answers that follow from them (RFC 1034, 4592 and 6672)."""

    def __init__(self, zones: list[build.Zone]) -> None:
        self.zones = {zone.apex: zone for zone in zones}
        self._nodes: dict[Name, dict[Name, set[tuple[int, bytes]]]] = {}
        for zone in zones:
            nodes = self._nodes.setdefault(zone.apex, {zone.apex: set()})
            for record in zone.records:
                for depth in range(len(zone.apex), len(record.owner)):
                    nodes.setdefault(record.owner[len(record.owner) - depth :], set())
                nodes.setdefault(record.owner, set()).add((record.rrtype, record.rdata))

    def ZoneOf(self, name: Name, rrtype: int) -> Name | None:
        """The zone that answers; a DS belongs to the parent. None below a cut that is not ours."""
        for start in range(1 if rrtype == DS and name else 0, len(name) + 1):
            apex = name[start:]
            if apex in self.zones:
                return None if self._IsCutOff(name, apex, rrtype) else apex
        return None

    def _IsCutOff(self, name: Name, apex: Name, rrtype: int) -> bool:
        nodes = self._nodes[apex]
        for depth in range(len(apex) + 1, len(name) + 1):
            owner = name[len(name) - depth :]
            has_cut = any(t == wire.TYPES["NS"] for t, _ in nodes.get(owner, ()))
            if has_cut and not (rrtype == DS and owner == name):
                return True
        return False

    def _At(self, name: Name, apex: Name) -> set[tuple[int, bytes]]:
        """The records at a name, of a wildcard if the name does not exist."""
        nodes = self._nodes[apex]
        if name in nodes:
            return nodes[name]
        encloser = next(name[i:] for i in range(1, len(name) + 1) if name[i:] in nodes)
        return nodes.get((b"*",) + encloser, set())

    def _Dname(self, name: Name, apex: Name) -> tuple[Name, Name] | None:
        """Owner and target of the DNAME above a name."""
        for depth in range(len(apex), len(name)):
            owner = name[len(name) - depth :]
            for rrtype, rdata in self._nodes[apex].get(owner, ()):
                if rrtype == DNAME:
                    return owner, wire.ReadName(rdata, 0)[0]
        return None

    def _Take(self, name: Name, apex: Name, rrtype: int) -> set[Row]:
        """An RRset with its signatures."""
        return {
            Row(name, t, rdata, apex)
            for t, rdata in self._At(name, apex)
            if t == rrtype or (t == RRSIG and _Covered(rdata) == rrtype)
        }

    def Answer(self, name: Name, rrtype: int) -> set[Row]:
        """Every row that resolving the question must leave behind, through all its aliases."""
        rows: set[Row] = set()
        seen: set[Name] = set()
        next_name: Name | None = wire.Lower(name)
        while next_name is not None and next_name not in seen:
            seen.add(next_name)
            found, next_name = self._Step(next_name, rrtype)
            rows |= found
        return rows

    def _Step(self, name: Name, rrtype: int) -> tuple[set[Row], Name | None]:
        apex = self.ZoneOf(name, rrtype)
        if apex is None:
            return set(), None
        dname = self._Dname(name, apex)
        if dname:
            owner, target = dname
            made = name[: len(name) - len(owner)] + target
            rows = self._Take(owner, apex, DNAME)
            if len(wire.NameWire(made)) > 255:
                return rows, None
            return rows | {Row(name, CNAME, wire.NameWire(made), apex)}, made
        rows = self._Take(name, apex, rrtype)
        if rows or rrtype == CNAME:
            return rows, None
        rows = self._Take(name, apex, CNAME)
        targets = [wire.ReadName(row.rdata, 0)[0] for row in rows if row.rrtype == CNAME]
        return rows, targets[0] if targets else None

    def IsMade(self, row: Row) -> bool:
        """True for a CNAME made from a DNAME, which a resolver can make itself from its cache."""
        in_world = row.rrtype == CNAME and row.zone in self.zones
        return in_world and self._Dname(row.owner, row.zone) is not None

    def IsTrue(self, owner: Name, rrtype: int, rdata: bytes) -> bool:
        """True if some server of the world would say so, whichever was asked."""
        apex = self.ZoneOf(owner, _Covered(rdata) if rrtype == RRSIG else rrtype)
        return apex is not None and self.Holds(Row(owner, rrtype, rdata, apex))

    def Holds(self, row: Row) -> bool:
        """True if the world's servers could have answered with this row, from that zone."""
        asked = _Covered(row.rdata) if row.rrtype == RRSIG else row.rrtype
        return row in self.Answer(row.owner, asked)
