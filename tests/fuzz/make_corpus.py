#!/usr/bin/env python3
"""Writes the seed corpora of the fuzz targets: small pieces of the captures in tests/data, the
worked examples of schema/keys.md, and cases made to be mean.

Into tests/fuzz/corpus/<target>/<name>. Files of an earlier run are replaced; others stay.
"""
from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from collections.abc import Iterator
from pathlib import Path

from api_seeds import api_list_seeds, api_request_seeds
from clickhouse_seeds import clickhouse_corpora
from seed_bytes import as_varint, u16, u32, wire
from store_seeds import store_corpora
from text_seeds import (
    authorization_seeds, control_rules_seeds, control_seeds, cursor_seeds, handed_seeds, host_seeds, http_seeds,
    http_stream_seeds, import_line_seeds, indicator_seeds, json_seeds, keys_file_seeds, list_seeds, row_seeds, serve_seeds,
    text_seeds,
)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CAPTURES = sorted((ROOT / "tests/data").glob("*.dnstap"))
CONTENT_TYPE = b"protobuf:dnstap.Dnstap"
# The types with a text of their own in the captures, by number.
TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "LOC": 29, "SRV": 33,
    "NAPTR": 35, "DNAME": 39, "APL": 42, "RRSIG": 46, "NSEC": 47, "SVCB": 64, "HTTPS": 65, "CAA": 257,
}


# Captures


def payloads(path: Path) -> Iterator[bytes]:
    data, at = path.read_bytes(), 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
        if length == 0:
            (length,) = struct.unpack_from(">I", data, at)
            at += 4 + length
            continue
        yield data[at:at + length]
        at += length


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def field(data: bytes, wanted: int) -> bytes | None:
    """The last length-delimited field of that number in a protobuf message."""
    at, found = 0, None
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            _, at = varint(data, at)
        elif kind == 2:
            length, at = varint(data, at)
            if key >> 3 == wanted:
                found = data[at:at + length]
            at += length
        else:
            at += {1: 8, 5: 4}[kind]
    return found


def skip_name(message: bytes, at: int) -> int:
    while message[at] != 0:
        if message[at] >= 0xC0:
            return at + 2
        at += 1 + message[at]
    return at + 1


def answers(message: bytes) -> list[tuple[int, bytes]]:
    """(type, rdata as sent) of each answer."""
    _, _, questions, count = struct.unpack_from(">4H", message)
    at = 12
    for _ in range(questions):
        at = skip_name(message, at) + 4
    found = []
    for _ in range(count):
        at = skip_name(message, at)
        rrtype, _, _, length = struct.unpack_from(">HHIH", message, at)
        found.append((rrtype, message[at + 10:at + 10 + length]))
        at += 10 + length
    return found


def smallest_by_type() -> dict[int, tuple[bytes, bytes]]:
    """For each type of an answer, the smallest payload that holds one: (payload, DNS message)."""
    chosen: dict[int, tuple[bytes, bytes]] = {}
    for capture in CAPTURES:
        for payload in payloads(capture):
            message = field(field(payload, 14) or b"", 14)
            if message is None:
                continue
            for rrtype, _ in answers(message):
                if rrtype not in chosen or len(payload) < len(chosen[rrtype][0]):
                    chosen[rrtype] = (payload, message)
    return chosen


def rdata_by_type() -> dict[int, bytes]:
    """For each type, the shortest rdata of the expected tuples that is not empty."""
    chosen: dict[int, bytes] = {}
    for capture in CAPTURES:
        for line in capture.with_suffix(".tuples.tsv").read_text().splitlines():
            _, rrtype, *_, text = line.split("\t")
            number = TYPES.get(rrtype)
            if number is None and rrtype.startswith("TYPE"):
                number = int(rrtype[4:])
            rdata = b"" if text == "-" else bytes.fromhex(text)
            if number is not None and rdata and (number not in chosen or len(rdata) < len(chosen[number])):
                chosen[number] = rdata
    for rrtype, (_, message) in smallest_by_type().items():
        sent = [rdata for number, rdata in answers(message) if number == rrtype]
        chosen.setdefault(rrtype, min(sent, key=len))
    return chosen


# Frame Streams by hand


def control(kind: int, *content_types: bytes) -> bytes:
    body = u32(kind) + b"".join(u32(1) + u32(len(name)) + name for name in content_types)
    return u32(0) + u32(len(body)) + body


def data_frame(payload: bytes) -> bytes:
    return u32(len(payload)) + payload


def frame_seeds() -> dict[str, bytes]:
    accept, start, stop, ready, finish = 1, 2, 3, 4, 5
    begin, end = control(start, CONTENT_TYPE), control(stop)
    some = sorted(payloads(CAPTURES[0]), key=len)[:3]
    capture = begin + b"".join(map(data_frame, some)) + end
    two = begin + data_frame(b"one") + data_frame(b"two") + end
    return {
        "capture": capture,
        "cut": capture[:-20],
        "cut-header": begin + b"\0\0",
        "empty": begin + end,
        "two-captures": two + two,
        "two-with-handshake": two + control(finish) + control(ready, CONTENT_TYPE) + two,
        "data-after-stop": two + data_frame(b"late"),
        "cut-data-after-stop": two + u32(99) + b"x",
        "no-content-type": control(start) + data_frame(b"x") + end,
        "several-content-types": control(start, b"other", CONTENT_TYPE) + data_frame(b"x") + end,
        "foreign": control(start, b"other") + data_frame(b"x") + end,
        "foreign-start-inside": begin + data_frame(b"x") + control(start, b"other") + data_frame(b"y") + end,
        "start-inside": begin + data_frame(b"x") + begin + data_frame(b"y") + end,
        "controls-inside": begin + control(ready) + data_frame(b"x") + control(accept) + data_frame(b"y") + end,
        "ready-first": control(ready, CONTENT_TYPE) + two,
        "data-first": data_frame(b"x") + begin,
        "cut-data-first": u32(50) + b"x",
        "no-start": end,
        "huge-length": begin + u32(0xFFFFFFFF) + b"x",
        "over-the-limit": begin + data_frame(b"x") + u32((1 << 20) + 1),
        "huge-control": u32(0) + u32(513) + b"\0" * 513,
        "empty-control": u32(0) + u32(0),
        "unknown-control": begin + u32(0) + u32(4) + u32(9) + data_frame(b"x"),
        "bad-field": u32(0) + u32(12) + u32(start) + u32(1) + u32(99),
        "text": b"hello, this is no capture\n",
        "zeros": b"\0" * 64,
    }


def zstd_frame(data: bytes, window_log: int) -> bytes:
    """One raw block, in a window of 2^window_log bytes. RFC 8878, 3.1.1."""
    return (b"\x28\xb5\x2f\xfd\0" + bytes([(window_log - 10) << 3])
            + struct.pack("<I", len(data) << 3 | 1)[:3] + data)


def xz_stream(data: bytes, dictionary: int) -> bytes:
    return lzma.compress(data, check=lzma.CHECK_CRC32,
                         filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": dictionary}])


def unpack_seeds() -> dict[str, bytes]:
    capture = control(2, CONTENT_TYPE) + data_frame(b"one") + data_frame(b"two") + control(3)
    gzip_file = gzip.compress(capture, mtime=0)
    # By the lz4 program, and in its legacy form.
    lz4 = bytes.fromhex("04224d186440a70900008049276d20686572652100000000c01aa9ed")
    legacy = bytes.fromhex("02214c180900000080492d68657265210a")
    return {
        "gzip": gzip_file, "bzip2": bz2.compress(capture), "lz4": lz4, "lz4-legacy": legacy,
        "gzip-twice": gzip.compress(gzip_file, mtime=0), "zstd-in-gzip": gzip.compress(zstd_frame(capture, 10), mtime=0),
        "xz": xz_stream(capture, 1 << 16), "xz-dear": xz_stream(capture, 64 << 20),
        "xz-then-dear": xz_stream(capture, 1 << 16) + xz_stream(capture, 64 << 20),
        "zstd": zstd_frame(capture, 10), "zstd-dear": zstd_frame(capture, 41),
        "zstd-then-dear": zstd_frame(capture, 20) + zstd_frame(capture, 27),
        "zstd-skippable": zstd_frame(capture, 10) + bytes.fromhex("502a4d1803000000787980") + zstd_frame(b"x", 12),
        "zstd-skippable-first": bytes.fromhex("502a4d180400000068000000") + zstd_frame(capture, 10),
        "skippable-then-lz4": bytes.fromhex("5f2a4d1800000000502a4d1800000000") + lz4,
        "skippable-then-gzip": bytes.fromhex("532a4d1801000000ff") + gzip_file,
        "skippable-cut": bytes.fromhex("502a4d1800ffffff") + bytes(20),
        "skippable-in-gzip": gzip.compress(bytes.fromhex("502a4d1800000000") * 50 + zstd_frame(capture, 10), mtime=0),
        "zstd-one-segment": bytes.fromhex("28b52ffd2003190000") + b"abc",
        "lz4-twice": lz4 * 2, "lz4-then-cut": lz4 + lz4[:12], "lz4-then-skippable": lz4 + bytes.fromhex("5f2a4d1801000000ff"),
        "lz4-legacy-then-lz4": legacy + lz4, "bzip2-twice": bz2.compress(capture) * 2, "lz4-then-capture": lz4 + capture,
        "bzip2-then-gzip": bz2.compress(capture) + gzip_file,
        "gzip-flipped": gzip_file[:-8] + bytes([gzip_file[-8] ^ 1]) + gzip_file[-7:], "gzip-cut-trailer": gzip_file[:-1],
        "gzip-then-gzip": gzip_file * 2, "gzip-then-capture": gzip_file + capture, "gzip-padded": gzip_file + bytes(99),
        "cut": gzip_file[:-9], "bomb": gzip.compress(bytes(1 << 20), mtime=0),
    }


def tls_seeds() -> dict[str, bytes]:
    """The version, then steps: 0 handshake, 1 send, 2 key updates, 3 raw bytes, 4 read, 5 answer, 6 goodbye."""
    shake = bytes([0, 4, 9]) * 4
    send, read, update = b"\1\5", b"\4\5", b"\2\3"
    steps = {
        "plain": shake + (send + read) * 3 + b"\6",
        "much": shake + b"\1\xff" * 8 + b"\4\0" * 3 + b"\4\xff" * 2,
        "updates": shake + (update + send + read) * 5,
        "nothing-but-updates": shake + (b"\2\x60" + b"\5" + read) * 4,
        "answers": shake + b"\5" * 5 + send + read,
        "raw-first": b"\3\x05hello" + read + shake,
        "raw-between": shake + send + b"\3\x08\x17\3\3\0\3abc" + send + read,
        "raw-alert": shake + send + b"\3\x07\x15\3\3\0\2\1\0" + read,
        "raw-empty-records": shake + b"\3\x14" + b"\x17\3\3\0\0" * 4 + send + read,
        "change-cipher": shake + b"\3\x06\x14\3\3\0\1\1" + send + read,
        "goodbye-first": b"\6" + shake + send + read,
        "never-reads": b"\0" * 3 + send * 3,
    }
    return {f"{name}-{version}": bytes([version]) + some for name, some in steps.items() for version in (0, 1)}


def handover_seeds() -> dict[str, bytes]:
    """A state (version, amid the data, flags, the piece begun), then what the peer sends next."""
    start, stop, ready = control(2, CONTENT_TYPE), control(3), control(4, CONTENT_TYPE)
    whole = ready + start + data_frame(b"one") + data_frame(b"two") + stop

    def handed(state: bytes, following: bytes) -> bytes:
        return u16(len(state)) + state + following

    seeds = {f"start-cut-{at}": handed(b"\1\0\0" + start[:at], start[at:] + whole) for at in (0, 3, 7, 11, 30)}
    seeds |= {f"ready-cut-{at}": handed(b"\1\0\1" + ready[:at], ready[at:] + whole) for at in (0, 4, 8, 20)}
    long = data_frame(b"x" * 400)
    seeds |= {f"data-cut-{at}": handed(b"\1\1\1" + long[:at], long[at:] + stop + whole) for at in (0, 2, 4, 5, 403)}
    return seeds | {
        "one-way": handed(b"\1\1\0", data_frame(b"one") + stop + start + data_frame(b"two")),
        "stop-cut": handed(b"\1\1\1" + stop[:9], stop[9:] + whole),
        "then-broken": handed(b"\1\1\0" + u32(9) + b"half", b"-way!" + u32(0xFFFFFFFF)),
        "then-foreign": handed(b"\1\0\1", control(2, b"other") + data_frame(b"x")),
        "data-before-start": handed(b"\1\0\0" + u32(4) + b"ab", b"cd"),
        "whole-frame": handed(b"\1\1\0" + data_frame(b"x"), b""),
        "huge": handed(b"\1\1\0" + u32(0xFFFFFFFF), b""),
        "other-version": handed(b"\2\1\0", whole),
        "other-state": handed(b"\1\2\0", whole),
        "other-flags": handed(b"\1\1\2", whole),
        "short": handed(b"\1\1", b""),
        "none": handed(b"", whole),
        "cut": u16(99) + b"\1\1\0",
    }


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
