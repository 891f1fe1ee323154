#!/usr/bin/env python3
"""Writes the seed corpora of the fuzz targets: small pieces of the captures in tests/data, the
worked examples of schema/keys.md, and cases made to be mean.

Into tests/fuzz/corpus/<target>/<name>. Files of an earlier run are replaced; others stay.
"""
from __future__ import annotations

from pathlib import Path

from api_seeds import api_list_seeds, api_request_seeds
from capture_seeds import ROOT, rdata_by_type, smallest_by_type
from clickhouse_seeds import clickhouse_corpora
from seed_bytes import as_varint, u16, u32, wire
from store_seeds import store_corpora
from stream_seeds import frame_seeds, handover_seeds, tls_seeds, unpack_seeds
from text_seeds import (
    authorization_seeds, control_rules_seeds, control_seeds, cursor_seeds, handed_seeds, host_seeds, http_seeds,
    http_stream_seeds, import_line_seeds, indicator_seeds, json_seeds, keys_file_seeds, list_seeds, row_seeds, serve_seeds,
    text_seeds,
)

HERE = Path(__file__).resolve().parent


# DNS by hand


def response(question: bytes, *records: tuple[bytes, int, bytes], rrtype: int = 1, flags: int = 0x8180) -> bytes:
    out = b"\0\1" + u16(flags) + u16(1) + u16(len(records)) + u32(0) + question + u16(rrtype) + u16(1)
    for owner, number, rdata in records:
        out += owner + u16(number) + u16(1) + u32(300) + u16(len(rdata)) + rdata
    return out


def answer_seeds() -> dict[str, bytes]:
    question, here = wire("www.blah.org"), b"\xc0\x0c"
    name = [wire(f"n{i}.org") for i in range(20)]
    soa = wire("ns.blah.org") + wire("mail.blah.org")
    return {
        "pointer-to-itself": response(question, (b"\xc0\x1e", 1, b"addr")),
        "pointer-to-header": response(question, (b"\xc0\0", 1, b"addr"), (b"\xc0\4", 2, b"\xc0\0")),
        "pointer-forward": response(question, (here, 2, b"\xc0\x40"), (here, 2, wire("x"))),
        "pointer-chain": response(question, *[(bytes([0xC0, 30 + 12 * i - 12 * (i > 0)]), 16, b"") for i in range(5)]),
        "cname-reverse": response(name[0], *[(name[i], 5, name[i + 1]) for i in range(18, -1, -1)]),
        "cname-loop": response(name[0], (name[0], 5, name[1]), (name[1], 5, name[0])),
        "dname": response(wire("x.a.org"), (wire("a.org"), 39, wire("b.net")), (wire("x.b.net"), 1, b"addr")),
        "dname-grows": response(wire("x.a.org"), (wire("a.org"), 39, wire("y.a.org"))),
        "dname-of-root": response(wire("x"), (b"\0", 39, wire("a.a.a"))),
        "duplicates": response(question, *[(here, 1, b"addr") for _ in range(20)]),
        "mixed-case": response(wire("WwW.bLaH.oRg"), (wire("www.BLAH.org"), 2, wire("NS.x"))),
        "soa-short": response(question, (here, 6, soa), (here, 6, soa + u32(1) * 5)),
        "naptr-over": response(question, (here, 35, u32(0) + b"\x01a\xffb")),
        "svcb-bare": response(question, (here, 64, u16(1) + b"\0"), (here, 65, u16(1) + here)),
        "nsec-bare": response(question, (here, 47, wire("x.org"))),
        "rrsig-cut": response(question, (here, 46, b"\0" * 18)),
        "zero-length": response(question, *[(here, number, b"") for number in (1, 2, 5, 6, 28, 35, 46)]),
        "classes": response(question, (here, 41, b""), (here, 255, b"x"), (here, 0, b"")),
        "no-answers": response(question),
        "not-response": response(question, flags=0),
    }


def message_seeds() -> dict[str, bytes]:
    """Records in every section, and EDNS."""
    def opt(options: bytes, ttl: int = 0x8000) -> bytes:
        return b"\0" + u16(41) + u16(1232) + u32(ttl) + u16(len(options)) + options

    def record(number: int, rdata: bytes, rr_class: int = 1) -> bytes:
        return b"\xc0\x0c" + u16(number) + u16(rr_class) + u32(300) + u16(len(rdata)) + rdata

    def message(body: bytes, *counts: int, flags: int = 0x8180) -> bytes:
        asked = wire("www.Blah.org") + u16(1) + u16(1)
        return b"\0\1" + u16(flags) + u16(1) + b"".join(map(u16, counts)) + asked + body

    def option(code: int, data: bytes) -> bytes:
        return u16(code) + u16(len(data)) + data

    options = (option(3, b"ns1\x1b") + option(8, b"\0\1\x18\0\1\2\3") + option(8, b"\0\2\x20\0\x20\1\x0d\xb8")
               + option(10, b"12345678") + option(15, b"\0\x12no\n") + option(65001, b""))
    sections = message(record(1, b"addr") + record(2, b"\2ns\xc0\x10") + record(1, b"adr") + opt(options), 1, 1, 2)
    return {
        "sections": sections,
        "sections-cut": sections[:-3],
        "options-cut": message(opt(option(3, b"x") + b"\0\3\0\x09y"), 0, 0, 1),
        "two-opts": message(opt(b"", 0x01000000) + opt(b""), 0, 0, 2),
        "update": message(record(255, b"", 255) + record(16, b"", 254) + record(1, b"addr"), 1, 1, 1, flags=0x2800),
        "chaos": message(record(16, b"\5bind9", 3) + record(1, wire("a") + u16(1), 3) + record(2, b"\5ab", 3), 3, 0, 0),
        "counts": message(b"", 65535, 65535, 65535),
        "behind": message(b"behind", 0, 0, 0),
        "header-cut": b"\0\1\x81\x80",
    }


def dnstap_seeds() -> dict[str, bytes]:
    def bytes_field(number: int, value: bytes) -> bytes:
        return bytes([number << 3 | 2, len(value)]) + value

    def message(*fields: bytes, kind: int = 4) -> bytes:
        return b"\x78\x01" + bytes_field(14, bytes([8, kind]) + b"".join(fields))

    zone = bytes_field(11, wire("blah.org"))
    return {
        "empty": b"",
        "envelope": b"\x78\x01",
        "unknown-kind": b"\x78\x7f",
        "no-type": bytes_field(14, b""),
        "unknown-message": message(kind=99),
        "negative-message": b"\x78\x01" + bytes_field(14, b"\x08" + b"\xff" * 9 + b"\x01"),
        "all-kinds": b"".join(message(kind=kind) for kind in range(16)),
        "bad-zone": message(bytes_field(11, b"\x05ab")),
        "empty-zone": message(bytes_field(11, b"")),
        "twice": message(zone, zone) + message(bytes_field(14, b"dns")),
        "cut": message(zone)[:-3],
    }


def field_seeds() -> dict[str, bytes]:
    """Payloads a little beside the ordinary."""
    def bytes_field(number: int, value: bytes, width: int = 1) -> bytes:
        return as_varint(number << 3 | 2) + as_varint(len(value), width) + value

    def number_field(number: int, value: int, width: int = 1) -> bytes:
        return as_varint(number << 3) + as_varint(value, width)

    kind, zone, dns = number_field(1, 4), bytes_field(11, wire("Blah.ORG")), bytes_field(14, b"\0" * 12)
    address, times = bytes_field(4, b"\x7f\0\0\1"), number_field(8, 1700000000) + number_field(12, 1700000001)
    nanos = b"\x4d" + u32(1) + b"\x6d" + u32(2)
    inner = [kind, number_field(2, 1), number_field(3, 1), address, bytes_field(5, b"\x7f\0\0\2"),
             number_field(6, 40000), number_field(7, 53), number_field(8, 1700000000), nanos[:5],
             bytes_field(10, b"query"), zone, number_field(12, 1700000001), nanos[5:], dns]

    def payload(*fields: bytes, outer: bytes = b"", width: int = 1) -> bytes:
        return bytes_field(1, b"server") + outer + bytes_field(14, b"".join(fields), width) + b"\x78\x01"

    policy = bytes_field(1, b"RPZ") + bytes_field(2, wire("rule")) + number_field(3, 1)
    return {
        "all-fields": payload(*inner),
        "backwards": b"\x78\x01" + bytes_field(14, b"".join(inner[::-1])) + bytes_field(2, b"version"),
        "inner-repeated": payload(*inner, *inner),
        "zone-repeated": payload(kind, zone, zone),
        "message-repeated": payload(kind, times, outer=bytes_field(14, kind + zone)),
        "outer-type-repeated": payload(kind, outer=b"\x78\x02"),
        "outer-type-wrong": bytes_field(14, kind) + b"\x78\x02",
        "outer-type-high-bits": bytes_field(14, kind) + number_field(15, 1 << 32 | 1),
        "wrong-wire-types": payload(kind, b"\x0d" + u32(4), b"\x62\x01a"),
        "type-as-bytes": payload(b"\x0a\x01\x04"),
        "groups": payload(kind, b"\x13\x14"),
        "wire-type-6": payload(kind, b"\x16\x01"),
        "field-zero": payload(kind, b"\0\1"),
        "field-zero-outside": b"\2\0" + payload(kind),
        "unknown-fields": payload(kind, number_field(99, 1), bytes_field(17, b"x"), outer=bytes_field(4, b"y")),
        "http": payload(kind, number_field(16, 2)),
        "unknown-cut": payload(kind, b"\xfa\x01\x7f"),
        "overlong-type": payload(number_field(1, 4, 2)),
        "overlong-key": payload(b"\x88\0\4"),
        "overlong-key-of-six": payload(b"\x88\x80\x80\x80\x80\0\4"),
        "overlong-length": payload(kind, bytes_field(11, wire("a"), 3), width=4),
        "length-of-six-bytes": payload(kind, bytes_field(11, wire("a"), 6)),
        "type-high-bits": payload(number_field(1, 1 << 32 | 4)),
        "type-negative": payload(number_field(1, (1 << 64) - 4)),
        "port-high-bits": payload(kind, number_field(6, 1 << 40 | 53)),
        "seconds-nine-bytes": payload(kind, number_field(12, (1 << 63) - 1)),
        "seconds-ten-bytes": payload(kind, number_field(12, (1 << 64) - 1)),
        "seconds-beyond": payload(kind, b"\x60" + b"\xff" * 9 + b"\x7f"),
        "seconds-eleven-bytes": payload(kind, b"\x60" + b"\x80" * 10 + b"\x01"),
        "policy": payload(kind, bytes_field(15, policy), dns),
        "policy-damaged": payload(kind, bytes_field(15, policy[:-1]), dns),
        "policy-wire-type": payload(kind, bytes_field(15, b"\x08\1"), dns),
        "policy-twice": payload(kind, bytes_field(15, policy), bytes_field(15, b"")),
        "no-type": payload(zone, dns),
        "no-outer-type": bytes_field(14, kind + zone),
        "length-over-message": payload(kind, b"\x72\x7f"),
        "length-over-message-inside-payload": bytes_field(14, kind + b"\x72\x04") + b"\x78\x01\x0a\x01a",
        "huge-length": payload(kind, b"\x72\xff\xff\xff\xff\x0f"),
        "fixed-cut": bytes_field(14, kind + nanos[:3]) + b"\x78\x01",
        "empty-fields": payload(kind, b"\x5a\0\x72\0\x22\0"),
        "bare-key": payload(kind) + b"\x72",
        "bare-key-inside": payload(kind, b"\x60"),
    }


def dns_payload(message: bytes) -> bytes:
    """A RESOLVER_RESPONSE that holds `message`, with addresses and times."""
    inner = (b"\x08\4\x10\1\x18\1\x22\4\x7f\0\0\1\x2a\4\x7f\0\x35\1\x30\x35\x38\x35"
             + b"\x60" + as_varint(1700000001) + b"\x6d" + u32(2) + b"\x72" + as_varint(len(message)) + message)
    return b"\x72" + as_varint(len(inner)) + inner + b"\x78\1"


def layout_seeds() -> dict[str, bytes]:
    """Rdata inside a message: behind a name at offset 2 and one at 12."""
    front = b"\0\0" + wire("Org") + b"\xc0\2" + b"\0" * 3 + wire("WWW.Blah.ORG")
    name = {"plain": wire("NS.blah.org"), "tail": b"\2Ns\xc0\x10", "pointer": b"\xc0\x0c", "root": b"\0",
            "chain": b"\1a\xc0\7", "zero": b"\xc0\0", "forward": b"\xc0\x40", "reserved": b"\x40a\0",
            "long": wire("a" * 63) * 5}
    shapes = {2: ("", "n", ""), 6: ("", "nn", "t" * 20), 14: ("", "nn", ""), 15: ("pp", "n", ""),
              26: ("pp", "nn", ""), 30: ("", "n", "bitmap"), 33: ("priopo", "n", ""), 39: ("", "n", ""),
              46: ("p" * 18, "n", "signature"), 65: ("pr", "n", "alpn")}
    seeds = {}
    for rrtype, (before, names, behind) in shapes.items():
        for which, wire_name in name.items():
            rdata = before.encode() + wire_name * len(names) + behind.encode()
            message = front + u16(len(rdata)) + rdata
            seeds[f"{rrtype}-{which}"] = u16(rrtype) + u16(len(front)) + message
        seeds[f"{rrtype}-cut"] = seeds[f"{rrtype}-plain"][:-1]
        whole = before.encode() + name["plain"] * len(names) + behind.encode()
        seeds[f"{rrtype}-over"] = u16(rrtype) + u16(len(front)) + front + u16(len(whole) + 1) + whole + b"x"
    return seeds


def target_seeds() -> dict[str, bytes]:
    """Rdata of every type that points at something, whole and cut, and services that are mean."""
    n, hint4, hint6 = wire("target.net"), u16(4) + u16(8) + b"\x0a\0\0\1\x0a\0\0\2", u16(6) + u16(16) + b"\1" * 16
    shapes = {1: b"\x0a\0\0\1", 28: b"\1" * 16, 6: n + n + b"t" * 20, 26: u16(1) + n + n, 33: u16(1) * 3 + n,
              35: u16(1) * 2 + b"\1s\7sip+d2u\0" + n, 47: n + b"\0\1\x40", 46: b"p" * 18 + n, 16: b"\3abc"}
    shapes |= {number: n for number in (2, 3, 4, 5, 7, 8, 9, 12, 39)} | {number: n + n for number in (14, 17)}
    shapes |= {number: u16(1) + n for number in (15, 18, 21, 36, 107)}
    shapes |= {number: u16(1) + n + hint4 + hint6 for number in (64, 65)}
    seeds = {f"{number}-whole": u16(number) + rdata for number, rdata in shapes.items()}
    seeds |= {f"{number}-cut": u16(number) + rdata[:-1] for number, rdata in shapes.items()}
    many = b"".join(u32(number) for number in range(40))
    mean = {"many": u16(4) + u16(len(many)) + many, "twice": hint4 + hint4, "half": u16(4) + u16(7) + b"abcdefg",
            "over": hint6 + u16(4) + u16(99) + b"abcd", "rubbish": hint4 + b"x", "empty": u16(4) + u16(0) + hint6,
            "both": u16(6) + u16(len(many)) + many + u16(4) + u16(len(many)) + many}
    return seeds | {f"65-{name}": u16(65) + u16(1) + b"\0" + params for name, params in mean.items()}


def rdata_seeds() -> dict[str, bytes]:
    seeds = {f"type-{number}": u16(number) + rdata[:1000] for number, rdata in sorted(rdata_by_type().items())}
    mean = {
        "txt-bytes": (16, bytes([255]) + bytes(range(255))),
        "txt-cut": (16, b"\x09abc"),
        "loc-equator": (29, b"\0\x12\x16\x13" + u32(1 << 31) + u32(1 << 31) + u32(10000000)),
        "loc-extreme": (29, b"\0\xff\xff\xff" + u32(0) + u32(0xFFFFFFFF) + u32(0)),
        "svcb-commas": (64, u16(1) + b"\0" + u16(1) + u16(6) + b"\x05h2,h3"),
        "svcb-order": (64, u16(1) + b"\0" + u16(3) + u16(2) + u16(443) + u16(1) + u16(3) + b"\x02h2"),
        "svcb-unknown": (65, u16(1) + b"\0" + u16(667) + u16(5) + b"hello"),
        "svcb-cut": (65, u16(1) + b"\0" + u16(4) + u16(9) + b"ab"),
        "https-hints": (65, u16(1) + b"\0" + u16(4) + u16(8) + b"\x0a\0\0\1\x0a\0\0\2" + u16(6) + u16(16) + b"\1" * 16),
        "wks": (11, b"\x0a\0\0\1\x06" + b"\xff" * 20),
        "ipseckey": (45, b"\x0a\x03\x02" + wire("gw.org") + b"key"),
        "hip": (55, b"\x04\x02" + u16(3) + b"hit!key" + wire("rvs.org")),
        "apl": (42, u16(1) + b"\x18\x83\x0a\0\1" + u16(2) + b"\x40\x01\x20"),
        "caa": (257, b"\x80\x05issue" + b'ca.org; "\\'),
        "nsec3": (50, b"\1\0" + u16(10) + b"\2ab" + b"\x04hash" + b"\0\1\x40"),
        "csync": (62, u32(1) + u16(3) + b"\0\1\x60"),
        "amtrelay": (260, b"\x0a\x83" + wire("relay.org")),
        "cert-reserved": (37, u16(0) + b"\0\xfe\1\0\2\3"),  # ldns leaks when it reads its text back
        "long-txt": (16, b"\xff" + b"x" * 255 + b"\x40" + b"y" * 64),
    }
    return seeds | {name: u16(number) + rdata for name, (number, rdata) in mean.items()}


def corpora() -> dict[str, dict[str, bytes]]:
    real, rdata = smallest_by_type(), rdata_seeds()
    return {
        "frame": frame_seeds(), "unpack": unpack_seeds(),
        "handover": handover_seeds(), "tls": tls_seeds(),
        "dnstap": dnstap_seeds() | {f"type-{number}": payload for number, (payload, _) in sorted(real.items())[:20]},
        "answers": answer_seeds() | {f"type-{number}": message for number, (_, message) in sorted(real.items())
                                     if len(message) < 1500},
        "dnstap_fields": field_seeds() | {f"type-{number}": real[number][0] for number in sorted(real)[:5]},
        "host": host_seeds(), "http": http_seeds(), "http_stream": http_stream_seeds(),
        "control": control_seeds(), "handed": handed_seeds(), "keys_file": keys_file_seeds(),
        "authorization": authorization_seeds(), "serve": serve_seeds(),
        "api_request": api_request_seeds(), "api_list": api_list_seeds(),
        "control_rules": control_rules_seeds(),
        "dns_message": message_seeds() | answer_seeds() | {f"type-{number}": message for number, (_, message)
                                                           in sorted(real.items()) if len(message) < 1500},
        "tap": field_seeds() | dnstap_seeds() | {f"dns-{name}": dns_payload(message) for name, message
                                                 in (message_seeds() | answer_seeds()).items()},
        "rdata_layout": layout_seeds(), "rdata_targets": target_seeds(),
        "name_text": text_seeds(), "indicator": indicator_seeds(), "list": list_seeds(exports()),
        "json": json_seeds(), "cursor": cursor_seeds(),
        "rdata_text": rdata, "import_line": import_line_seeds(rdata), "render": row_seeds(rdata),
    } | store_corpora(rdata) | clickhouse_corpora()


def exports() -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((ROOT / "tests/data/lists").glob("*.json"))}


def main() -> None:
    total = 0
    for target, seeds in corpora().items():
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, seed in seeds.items():
            (folder / name).write_bytes(seed)
            total += len(seed)
        print(f"{target}: {len(seeds)} seeds")
    print(f"{total} bytes")


if __name__ == "__main__":
    main()
