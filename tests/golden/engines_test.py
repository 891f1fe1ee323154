#!/usr/bin/env python3
"""One suite of questions to both engines: a directory of RocksDB and two ClickHouse shards that took the same frames
give the same bytes, the same exit codes, and the same pages of a cursor.

The frames: the captures, and random answers over a small zone, so that owners, targets and addresses meet; with long
rdata, several sensors, several days, and answers that go into the quarantine. They come in several runs, so that the
servers have parts to merge.
"""
from __future__ import annotations

import itertools
import json
import random
import re
import struct
import subprocess
from pathlib import Path

from clickhouse import Cluster, skip_without_server
from pdns_dnstap import response
from pdns_serve import Server
from pdns_testing import CAPTURES, ingest, query, scratch, stream

DOCS = Path(__file__).resolve().parents[2] / "docs"
DAY = 86400
START = 1795372876 // DAY * DAY - 30 * DAY
A, NS, CNAME, SOA, MX, TXT, AAAA, SRV, HTTPS = 1, 2, 5, 6, 15, 16, 28, 33, 65
NAMES = ["org", "blah.org", "www.blah.org", "mail.blah.org", "*.blah.org", "_s._tcp.blah.org", "a.www.blah.org",
         "blaha.org", "net", "ca-dns.net", "ns1.ca-dns.net", "ns2.ca-dns.net", "x1.net", "www.x1.net", "liar.test"]


def wire(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


class Zone:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        return self.random.choice(NAMES)

    def v4(self) -> bytes:
        return bytes([205, 150, 150, self.random.randrange(140, 148)])

    def v6(self) -> bytes:
        return bytes.fromhex("20010db80205015000000000000001") + bytes([self.random.randrange(4)])

    def text(self) -> bytes:
        """Around the sizes at which a key holds no more of it; alike in front."""
        size = self.random.choice([0, 5, 221, 222, 223, 253, 254, 255, 300, 600])
        body = b"t" * size + str(self.random.randrange(9)).encode()
        parts = [body[at:at + 255] for at in range(0, len(body), 255)]
        return b"".join(bytes([len(part)]) + part for part in parts)

    def service(self, owner: str) -> bytes:
        """Long or short by owner and target: RocksDB orders rows of both kinds by its keys (schema/keys.md)."""
        target = self.name()
        four = b"".join(self.v4() for _ in range(self.random.randrange(3)))
        rdata = struct.pack(">H", 1) + wire(target)
        if four:
            rdata += struct.pack(">HH", 4, len(four)) + four
        if (len(owner) + len(target)) % 3 == 0:
            rdata += struct.pack(">HH", 5, 300) + b"e" * 300
        if self.random.randrange(3) == 0:
            rdata += struct.pack(">HH", 6, 16) + self.v6()
        return rdata

    def record(self) -> tuple[str, int, bytes]:
        owner, rrtype = self.name(), self.random.choice([A, A, AAAA, NS, CNAME, SOA, MX, TXT, TXT, SRV, HTTPS, 65280])
        number = struct.pack(">H", self.random.randrange(3))
        rdata = {A: self.v4, AAAA: self.v6, NS: lambda: wire(self.name()), CNAME: lambda: wire(self.name()),
                 SOA: lambda: wire(self.name()) + wire(self.name()) + b"\0" * 19 + number[1:],
                 MX: lambda: number + wire(self.name()), TXT: self.text, 65280: self.text,
                 SRV: lambda: number * 3 + wire(self.name()), HTTPS: lambda: self.service(owner)}[rrtype]()
        return owner, rrtype, rdata

    def frame(self) -> bytes:
        """A server's answer; one in five says more than its zone, and goes into the quarantine."""
        owner, rrtype, rdata = self.record()
        asked = owner if self.random.randrange(5) else "elsewhere.test"
        zone = wire(owner.split(".", 1)[-1]) if self.random.randrange(6) else wire("elsewhere.test")
        message = (struct.pack(">HHHHHH", 0, 0x8400, 1, 1, 0, 0) + wire(asked) + struct.pack(">HH", rrtype, 1)
                   + wire(owner) + struct.pack(">HHIH", rrtype, 1, 300, len(rdata)) + rdata)
        seconds = START + self.random.randrange(30) * DAY + self.random.randrange(DAY)
        sensor = self.random.choice([b"", b"ns1.blah.org", b"ns2.blah.org"])
        return response(message, zone, seconds, sensor)


def frames(folder: Path) -> list[list[Path]]:
    """What each run takes."""
    zone = Zone(20261127)
    runs = [list(CAPTURES)]
    for number in range(3):
        path = folder / f"random{number}.dnstap"
        path.write_bytes(stream(zone.frame() for _ in range(900)))
        runs.append([path])
    # One owner with many long rdata that are alike in front, more than a first page of an answer has.
    liar = folder / "liar.dnstap"
    liar.write_bytes(stream(liars_frames()))
    return runs + [[liar]]


def liars_frames():
    for number in range(1300):
        body = b"l" * 254 + f"{number:06}".encode() * 12
        rdata = b"\xff" + body[:255] + bytes([len(body) - 255]) + body[255:]
        message = (struct.pack(">HHHHHH", 0, 0x8400, 1, 1, 0, 0) + wire("liar.test") + struct.pack(">HH", TXT, 1)
                   + wire("liar.test") + struct.pack(">HHIH", TXT, 1, 300, len(rdata)) + rdata)
        yield response(message, wire("test"), START + number)


ROW = ["-j", "--wire", "--days"]  # all that is known of a row
QUESTIONS = [
    ["www.blah.org"], ["blah.org"], ["nothing.test"], ["."], ["*."], ["*.blah.org"], ["+.blah.org"], ["*.net"],
    ["www.*"], ["www.+"], ["ns*"], ["bl*.org"], ["ns*.net"], ["liar.test"],
    ["--regex", "^ns[12]\\."], ["--regex", "(^|\\.)w+\\."], ["--glob", "*bl?h.org"],
    ["205.150.150.140"], ["205.150.150.0/24"], ["2001:db8:205:150::/64"], ["0.0.0.0/0"], ["::/0"],
    ["--rdata", "ns1.ca-dns.net"], ["--rdata", "*.ca-dns.net"], ["--rdata", "*.net"], ["--rdata", "www.*"],
    ["--rdata", "205.150.150.142-205.150.150.145"], ["--text", "tt3"], ["--text", "lll"],
    ["--raw", "cd96968c"], ["--ptr", "205.150.150.0/24"],
    ["blah.org", "www.blah.org", "205.150.150.141"],
]
FILTERS = [
    [], ["--quarantined"], ["-t", "A,AAAA"], ["-t", "TXT"], ["-t", "ANY"], ["--since", "2026-11-10"],
    ["--until", "2026-11-05T12:00:00Z"], ["--min-count", "3"], ["--max-count", "1"], ["--sensor", "ns1.blah.org"],
    ["--active-on", "2026-11-08"], ["--bailiwick", "blah.org"], ["--exclude", "*.x1.net"],
]
FORMATS = [["-p", "table"], ["-p", "csv", "--days"], ["-p", "dig"], ["-p", "names"], ["-p", "values"], ["--summarize"],
           ["--count-only"], ["--timeline"], ["--hits"]]
ORDERS = [["--sort", key, *reverse] for key in ("first", "last", "count", "name", "type", "rdata")
          for reverse in ([], ["--reverse"])]


def without_widths(line: bytes) -> bytes:
    """A row of a table is as wide as what came in the first moment: on a busy machine that is less."""
    return re.sub(rb"(?<=\S) {2,}(?=\S)", b"  ", line).rstrip()


def without_work(said: bytes) -> bytes:
    """What was said, but for the figures of the work, which are the engine's own."""
    return re.sub(rb"\d[\d,.]*", b"N", said)


class Engines:
    def __init__(self, rocks: Path, cluster: str) -> None:
        self.both = (rocks, cluster)
        self.asked = 0

    def same(self, *arguments: object) -> subprocess.CompletedProcess:
        here, there = (query(database, *arguments) for database in self.both)
        self.asked += 1
        if here.returncode != there.returncode or without_work(here.stderr) != without_work(there.stderr):
            raise AssertionError(f"{arguments}: exit {here.returncode} and {there.returncode}\n"
                                 f"{here.stderr.decode()}---\n{there.stderr.decode()}")
        assert here.returncode in (0, 1, 2), (arguments, here.stderr)
        for row, (one, other) in enumerate(itertools.zip_longest(here.stdout.splitlines(), there.stdout.splitlines())):
            if one is not None and other is not None:
                one, other = without_widths(one), without_widths(other)
            assert one == other, f"{arguments}: row {row}:\n{one}\n{other}"
        return here


def questions_and_filters(engines: Engines) -> None:
    """Each question with some filters, each filter with some questions."""
    for number, question in enumerate(QUESTIONS):
        for chosen in [[]] + [FILTERS[(number * 2 + i) % len(FILTERS)] for i in range(2)]:
            engines.same(*question, *chosen, *ROW)
    for chosen in FILTERS:
        engines.same("*.", *chosen, *ROW)


def formats_and_orders(engines: Engines) -> None:
    for question, form in itertools.product((["*.blah.org"], ["205.150.150.0/24"], ["--rdata", "*.net"]), FORMATS):
        engines.same(*question, *form)
    for question, order in itertools.product((["*.blah.org"], ["205.150.150.0/24"]), ORDERS):
        engines.same(*question, *order, "-l", "17", "--offset", "3", *ROW)


def cursors(engines: Engines) -> None:
    """Pages that are taken from one engine and the other in turn are together the whole answer."""
    for question in (["*."], ["liar.test"], ["0.0.0.0/0", "-t", "A,HTTPS"], ["--rdata", "*.net"], ["--text", "t"],
                     ["*.", "--quarantined"], ["*.blah.org", "--sort", "count"]):
        whole = engines.same(*question, *ROW).stdout.splitlines()
        pages, cursor = [], []
        for number in itertools.count():
            size = (97, 211, 5)[number % 3]
            page = query(engines.both[number % 2], *question, *ROW, "-l", size, *cursor)
            assert page.returncode in (0, 1, 2), page.stderr
            pages += page.stdout.splitlines()
            found = re.search(rb"--cursor ([^\s']+)", page.stderr)
            if found is None:
                break
            cursor = ["--cursor", found[1].decode()]
        assert pages == whole, (question, len(pages), len(whole))


def lists(engines: Engines, folder: Path) -> None:
    """Names, addresses and blocks in turns, some twice, some unknown; more than one statement has room for."""
    lines = [*NAMES, *(f"205.150.150.{i}" for i in range(138, 150)), "*.blah.org", "2001:db8:205:150::101",
             "205.150.150.0/29", "www.blah.org", *(f"host{i}.nowhere.test" for i in range(11_000)), "blah.org",
             *(f"10.{i >> 8}.{i & 255}.1" for i in range(700)), "205.150.150.140", "liar.test"]
    path = folder / "list.txt"
    path.write_text("\n".join(lines))
    for how in ([], ["--hits", "-t", "A"], ["--quarantined"]):
        engines.same("-f", path, *how, *([] if "--hits" in how else ROW))


def pivots(engines: Engines) -> None:
    for start, *how in (("www.blah.org", "2"), ("205.150.150.141", "2", "--max-fanout", "4"),
                        ("ns1.ca-dns.net", "1", "--dot")):
        engines.same(start, "--pivot", *how)


def numbers(engines: Engines) -> None:
    """--stats, but for what is the engine's own: parts, bytes on disk; the estimate is within 3 %."""
    for how in ([], ["--recount"]):
        here, there = (json.loads(query(database, "--stats", "-j", *how).stdout) for database in engines.both)
        for told in (here, there):
            for own in ("disk", "disk_bytes", "parts"):
                told.pop(own, None)
            told["sensors"].sort()  # numbers of their own
        if not how:
            few, many = sorted(told.pop("addresses") for told in (here, there))
            assert many <= few * 1.03, (few, many)
        assert here == there, (how, here, there)


def by_hand(engines: Engines, cluster: Cluster) -> None:
    """The statements of docs/cluster.md, summed over the shards, say what pdns-query says."""
    page = (DOCS / "cluster.md").read_text()
    part = page[page.index("## Questions by hand"):page.index("## Retention")]
    statements = re.findall(r"^```sql\n(.*?)^```", part, re.M | re.S)
    assert len(statements) == 10, len(statements)
    answers = [[line for node in cluster.nodes for line in node.rows(sql.strip())] for sql in statements]
    told = json.loads(query(engines.both[0], "--stats", "-j", "--recount").stdout)
    rows = [json.loads(line) for line in query(engines.both[0], "*.", *ROW).stdout.splitlines()]

    def summed(number: int) -> dict[str, int]:
        sums: dict[str, int] = {}
        for key, count in answers[number]:
            sums[key] = sums.get(key, 0) + int(count)
        return sums

    def reversed_names(chosen) -> set[str]:
        return {".".join(row["rrname"].rstrip(".").split(".")[::-1]) + ".." for row in rows if chosen(row)}

    assert {line[0] for line in answers[0]} == {
        row["rdata"] for row in rows if (row["rrname"], row["rrtype"]) == ("www.blah.org.", "A")}
    below = {row["rrname"] for row in rows if row["rrname"] == "blah.org." or row["rrname"].endswith(".blah.org.")}
    assert sum(int(line[0]) for line in answers[1]) == len(below)
    assert {line[0] for line in answers[2]} == {
        name for name in reversed_names(lambda row: "cd96968c" in row["rdata_wire"] and row["rrtype"] in ("A", "HTTPS", "SVCB"))}
    assert summed(3), answers[3]
    assert {line[0] for line in answers[4]} == reversed_names(
        lambda row: row["rrtype"] == "NS" and row["rdata"] == "auth01.ca-dns.net.")
    assert sorted(summed(5).values()) == sorted(told["types"].values())
    assert summed(6) and summed(7), (answers[6], answers[7])
    reasons = {"1": "off_chain", "2": "out_of_bailiwick", "3": "off_chain,out_of_bailiwick"}
    assert {reasons[key]: count for key, count in summed(8).items()} == told["quarantined"]["reasons"]
    assert sum(summed(9).values()) == sum(row["days_active"] for row in rows), answers[9]


def served(engines: Engines, folder: Path) -> None:
    """pdns-serve over both: the same objects."""
    with Server(engines.both[0], log=folder / "here.log") as here, Server(engines.both[1], log=folder / "there.log") as there:
        for target in ("/dnsdb/v2/lookup/rrset/name/*.blah.org", "/dnsdb/v2/lookup/rdata/ip/205.150.150.0,24",
                       "/dnsdb/v2/lookup/rdata/name/*.net", "/dnsdb/v2/summarize/rrset/name/*.blah.org",
                       "/dnsdb/v2/lookup/rrset/name/*.org/A?limit=10&offset=5"):
            assert here.get(target)[0] == there.get(target)[0] == 200, target
            assert here.get(target)[2] == there.get(target)[2], target


def main() -> None:
    skip_without_server()
    with scratch() as name, Cluster(Path(name)) as cluster:
        folder = Path(name)
        cluster.create()
        engines = Engines(folder / "db", cluster.address())
        for run in frames(folder):
            assert ingest(engines.both[0], *run).returncode == 0
            took = ingest(engines.both[1], "--outbox", folder / "outbox", *run)
            assert took.returncode == 0, took.stderr.decode()
        questions_and_filters(engines)
        formats_and_orders(engines)
        cursors(engines)
        lists(engines, folder)
        pivots(engines)
        numbers(engines)
        by_hand(engines, cluster)
        served(engines, folder)
        print(f"{engines.asked} questions, the same answers")


if __name__ == "__main__":
    main()
