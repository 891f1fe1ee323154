"""What a cluster holds, read by plain SQL and decoded here: nothing of pdns is asked."""
from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from clickhouse import Cluster
from pdns_testing import Rows, expected, labels_of

NUMBERS = dict(re.findall(r"([\w-]+) (\d+)", """
A 1, NS 2, MD 3, MF 4, CNAME 5, SOA 6, MB 7, MG 8, MR 9, NULL 10, WKS 11, PTR 12, HINFO 13, MINFO 14, MX 15, TXT 16, RP 17,
AFSDB 18, X25 19, ISDN 20, RT 21, NSAP 22, NSAP-PTR 23, SIG 24, KEY 25, PX 26, GPOS 27, AAAA 28, LOC 29, NXT 30, EID 31,
NIMLOC 32, SRV 33, ATMA 34, NAPTR 35, KX 36, CERT 37, A6 38, DNAME 39, SINK 40, APL 42, DS 43, SSHFP 44, IPSECKEY 45,
RRSIG 46, NSEC 47, DNSKEY 48, DHCID 49, NSEC3 50, NSEC3PARAM 51, TLSA 52, SMIMEA 53, HIP 55, NINFO 56, RKEY 57, TALINK 58,
CDS 59, CDNSKEY 60, OPENPGPKEY 61, CSYNC 62, ZONEMD 63, SVCB 64, HTTPS 65, DSYNC 66, SPF 99, UINFO 100, UID 101, GID 102,
UNSPEC 103, NID 104, L32 105, L64 106, LP 107, EUI48 108, EUI64 109, URI 256, CAA 257, AVC 258, DOA 259, AMTRELAY 260,
RESINFO 261, TA 32768, DLV 32769"""))


def rrtype(text: str) -> int:
    return int(text[4:]) if re.fullmatch(r"TYPE\d+", text) else int(NUMBERS[text])


def ordered(name: str) -> str:
    """N(name) of schema/keys.md, in hex."""
    out = b""
    for label in reversed([label for label in labels_of(name) if label]):
        raw = re.sub(rb"\\(\d{3}|.)", lambda m: bytes([int(m[1])]) if len(m[1]) == 3 else m[1], label.encode())
        out += raw.replace(b"\1", b"\1\2").replace(b"\0", b"\1\1") + b"\0"
    return (out + b"\0").hex()


Stored = dict[tuple[str, int, str], tuple[int, int, int, int]]


def stored(cluster: Cluster, kind: int, database: str = "pdns") -> Stored:
    """(N(owner) in hex, rrtype, rdata in hex) -> (count, first, last, labels of the bailiwick)."""
    found: Stored = {}
    owner = "key" if kind < 2 else "owner"
    for row in cluster.rows(
            f"SELECT lower(hex({owner})), rrtype, lower(hex(rdata)), finalizeAggregation(cnt), finalizeAggregation(first), "
            f"finalizeAggregation(last), finalizeAggregation(zone) FROM {database}.rows FINAL WHERE kind = {kind}"):
        key = (row[0], int(row[1]), row[2])
        assert key not in found, f"on two shards, or by two targets: {key}"
        found[key] = (int(row[3]), int(row[4]), int(row[5]), int(row[6]) - 1)
    return found


def wanted(rows: Rows) -> Stored:
    """What pdns_testing.expected says, in the same form."""
    return {(ordered(name), rrtype(kind), rdata): (count, first, last, len([label for label in labels_of(zone) if label]))
            for (name, kind, rdata), (count, first, last, zone) in rows.items()}


def check_rows(cluster: Cluster, captures: Iterable[Path], times: int, database: str = "pdns") -> None:
    """Exactly the rows of the captures, `times` over. Says the first that differ: unittest's own comparison takes minutes
    for so many."""
    for kind, name in ((0, "tuples"), (1, "quarantined")):
        want, have = wanted(expected(name, captures, times)), stored(cluster, kind, database)
        wrong = [(key, want.get(key), have.get(key)) for key in want.keys() | have.keys() if want.get(key) != have.get(key)]
        assert not wrong, (len(wrong), len(want), wrong[:5])


def markers(cluster: Cluster, database: str = "pdns") -> list[list[tuple[int, int, int]]]:
    """For each shard, by writer: its first batch, its last, and how many came. Each must have come once."""
    told = []
    for node in cluster.nodes:
        rows = node.rows("SELECT hex(key), minMerge(first), maxMerge(last), sumMerge(cnt) "
                         f"FROM {database}.rows WHERE kind = 101 AND key LIKE 'w/%' GROUP BY key ORDER BY key")
        told.append([(int(first), int(last), int(count)) for _, first, last, count in rows])
    return told


def check_markers(cluster: Cluster, database: str = "pdns") -> None:
    told = markers(cluster, database)
    assert all(count == last - first + 1 for shard in told for first, last, count in shard), told
    assert all(shard == told[0] for shard in told), told


def counters(cluster: Cluster, database: str = "pdns") -> dict[str, int]:
    """Their sums by full name."""
    sums: dict[str, int] = {}
    for name, count in cluster.rows(f"SELECT key, sumMerge(cnt) FROM {database}.rows WHERE kind = 100 GROUP BY key"):
        sums[name] = sums.get(name, 0) + int(count)
    return sums
