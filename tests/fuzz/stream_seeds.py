"""Seeds of what carries frames: Frame Streams, compressed files, TLS records, connections handed over."""
from __future__ import annotations

import bz2
import gzip
import lzma
import struct

from capture_seeds import CAPTURES, payloads
from seed_bytes import u16, u32

CONTENT_TYPE = b"protobuf:dnstap.Dnstap"


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
