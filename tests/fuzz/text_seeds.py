"""Seeds that need no capture: names as people type them, rows, HTTP, the control socket, what one process leaves to
the next."""
from __future__ import annotations

import base64
import hashlib


def http_seeds() -> dict[str, bytes]:
    requests = {
        "metrics": "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, br\r\n\r\n",
        "health": "GET /health HTTP/1.0\r\n\r\n",
        "ready": "HEAD /ready?x=%41&y HTTP/1.1\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        "range": "GET / HTTP/1.1\r\nRange: bytes=0-1,-2,3-\r\n\r\n",
        "expect": "PUT /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
        "chunked": "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "escapes": "GET /%2e%2e/%u0041%zz HTTP/1.1\r\nHost: [::1]:1\r\n: x\r\n\r\n",
        "bare": "GET / HTTP/1.1\nHost x\n\n",
        "two-hosts": "GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n",
        "wrong-host": "GET / HTTP/1.1\r\nHost: y\r\n\r\n",
        "folded": "GET / HTTP/1.1\r\nHost:\r\n x\r\n\t:1\r\n\r\n",
        "cookie": "GET / HTTP/1.0\r\nCookie: a=b; c; =d, \"e\r\n\r\n",
        "half": "GET /metrics HTTP/1.1\r\nHost:",
        "path-long": "GET /" + "x" * 20000,
        "header-long": "GET / HTTP/1.0\r\nA: " + "x" * 40000,
        "headers-many": "GET / HTTP/1.0\r\n" + "A: b\r\n" * 5000,
        "arguments-many": "GET /?" + "a&" * 6000 + " HTTP/1.0\r\n\r\n",
        "pipelined": "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 100,
        "length-odd": "POST / HTTP/1.0\r\nContent-Length: 99999999999999999999\r\n\r\nx",
    }
    return {name: text.encode() for name, text in requests.items()}


def http_stream_seeds() -> dict[str, bytes]:
    """Requests of a kept connection. The first byte is the size of the pieces in which they come, 0: in one, 255:
    and the peer closes the connection at the end; the length of the path says how the target answers: 4 a stream, 5 later, 6 at once, 7 not at all."""
    def ask(path: str, headers: str = "", body: str = "", method: str = "GET") -> str:
        return f"{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}"

    def post(body: str) -> str:
        return ask("/echo?", f"Content-Length: {len(body)}\r\n", body, "POST")

    chunked = "Transfer-Encoding: chunked\r\n"
    each = ask("/str") + ask("/late") + ask("/a?b=c%20&d") + ask("/nothin")
    requests = {
        "each": "\0" + each,
        "bytes": "\1" + each,
        "gone": "\xff" + each,
        "bodies-many": "\0" + post("x" * 4500),
        "many": "\x7f" + each * 30,
        "streams": "\0" + ask("/str") * 20,
        "head": "\0" + ask("/str", method="HEAD") + each,
        "old": "\0GET /str HTTP/1.0\r\n\r\n",
        "old-kept": "\0" + "GET /late HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" * 3,
        "close": "\0" + ask("/late", "Connection: close\r\n") + each,
        "bodies": "\0" + post("body") + post("") + post("x" * 4000) + each,
        "body-bytes": "\1" + post("body") + ask("/echoo", chunked, "3;a=b\r\nabc\r\n0\r\nT: t\r\n\r\n", "PUT") + each,
        "chunks": "\0" + ask("/echoo", chunked, "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n", "POST") + each,
        "chunks-large": "\0" + ask("/echoo", chunked, ("1000\r\n" + "x" * 4096 + "\r\n") * 2, "POST"),
        "chunk-line-long": "\0" + ask("/echoo", chunked, "1;" + "x" * 40000, "POST"),
        "chunk-line-behind": "\0" + ask("/late") + ask("/echoo", chunked, "1;" + "x" * 50000, "POST"),
        "chunk-odd": "\0" + ask("/echoo", chunked, "1\r\nxx\r\n", "POST"),
        "trailer-long": "\0" + ask("/echoo", chunked, "0\r\nT: " + "x" * 40000, "POST"),
        "expect": "\0" + ask("/echoo", "Expect: 100-continue\r\nContent-Length: 4\r\n", "body", "POST") + each,
        "expect-none": "\0" + ask("/echoo", "Expect: 100-continue\r\n") + each,
        "large": "\0" + post("x" * 5001) + each,
        "half": "\0" + post("body")[:-2],
        "lengths": "\0" + ask("/", "Content-Length: 1\r\nContent-Length: 2\r\n", "x", "POST"),
        "gzip": "\0" + ask("/", "Transfer-Encoding: gzip\r\n", "x", "POST"),
        "nul": "\0" + ask("/str", "A: b\0c\r\n"),
        "nul-target": "\0" + ask("/st\0r"),
        "folded": "\0" + ask("/str", "A: b\r\n c\r\n"),
        "control": "\0" + ask("/str", "A: b\1\r\n"),
        "arguments": "\0" + ask("/str?" + "a&" * 5000),
        "wrong-host": "\0GET / HTTP/1.1\r\nHost: y\r\n\r\n" + each,
    }
    return {name: text.encode("latin-1") for name, text in requests.items()}


def serve_seeds() -> dict[str, bytes]:
    requests = {
        "rrset": "/lookup/rrset/name/%2A.blah.org/A/org?limit=10&offset=2&time_first_after=-60&humantime=t",
        "raw": "/lookup/rrset/raw/0377777704626c6168036f726700", "root": "//lookup/rrset/name/./",
        "block": "/lookup/rdata/ip/192.0.2.0%2C24/ANY", "range": "/lookup/rdata/ip/192.0.2.1-192.0.2.9",
        "slash": "/lookup/rdata/name/0%2F25.2.0.192.in-addr.arpa/PTR?limit=5/",
        "summary": "/summarize/rrset/name/www.%2A?max_count=9&aggr=False", "regex": "/regex/rrnames/%5Ew+?exclude=x",
        "glob": "/glob/rdata/*.dns.net./NS?exclude=a*", "circl": "/pdns/query/192.0.2.1?unknown=1\n7",
        "cut": "/lookup/rrset/name/%2", "soa": "ns.x.org. root.x.org. 1 2 \"a. b.\" .",
    }
    return {name: text.encode() for name, text in requests.items()}


def host_seeds() -> dict[str, bytes]:
    hosts = {
        "name": "NS1.example.net:9553", "localhost": "localhost", "dot": "localhost.:", "v4": "192.0.2.1:80",
        "v6": "[2001:db8::1]:80", "mapped": "[::ffff:192.0.2.1]", "bare-v6": "::1", "stranger": "evil.example:1",
    }
    return {name: text.encode() for name, text in hosts.items()}


def keys_file_seeds() -> dict[str, bytes]:
    one, two = (hashlib.sha256(key).hexdigest() for key in (b"one", b"two"))
    all_limits = "requests-per-minute=60 rows-per-day=9223372036854775807 expires=2028-02-29"
    files = {
        "plain": f"alice {one}\n", "limits": f"# comment\n\n soc-1\t{one.upper()} {all_limits}\r\nb@c.d_e {two}",
        "same-key": f"a {one}\nb {one}\n", "same-name": f"a {one}\na {two}\n", "empty-key": f"a {hashlib.sha256().hexdigest()}",
        "clear": "a secret", "name-only": "a", "no-day": f"a {one} expires=2027-02-29", "zero": f"a {one} rows-per-day=0",
        "twice": f"a {one} rows-per-day=1 rows-per-day=1", "unknown": f"a {one} rows=1", "name": f"a/b {one}", "nothing": "#",
    }
    return {name: text.encode() for name, text in files.items()}


def authorization_seeds() -> dict[str, bytes]:
    """The key of the target is k:1."""
    def basic(pair: bytes) -> str:
        return base64.b64encode(pair).decode()

    headers = {
        "basic": f"Basic {basic(b'a:k:1')}", "basic-no-user": f" basic \t {basic(b':k:1')} ", "basic-wrong": f"Basic {basic(b'a:b')}",
        "bearer": "Bearer k:1", "no-colon": f"Basic {basic(b'abc')}", "padding": f"Basic {basic(b':k:12')}====",
        "bits": f"Basic {basic(b':k:12')[:-2]}F=", "digest": 'Digest username="a"', "scheme-only": "Basic", "blanks": " \t ",
    }
    return {name: text.encode() for name, text in headers.items()}


def control_seeds() -> dict[str, bytes]:
    """Lines of the control socket, requests and replies."""
    backfill = b'{"op":"backfill","paths":%s,"accepted":%s,"untrusted":%s}'
    return {
        "status": b'{"op":"status"}',
        "tap": b'{"op":"tap","later":[{"a":null},-1.5e3,true]}',
        "backfill": backfill % (b'["/var/log/dnstap","/a b"]', b"16", b"0"),
        "backfill-bytes": backfill % (b'["/\xff\xfe","/\\u00e9\\ud83d\\ude00\\n\\"","/\x7f"]', b"32767", b"2"),
        "backfill-relative": backfill % (b'["/a","b"]', b"16", b"0"),
        "backfill-zero": backfill % (b'["/a\\u0000b"]', b"16", b"0"),
        "backfill-none": backfill % (b"[]", b"16", b"0"),
        "backfill-all": backfill % (b'["/a"]', b"32768", b"3"),
        "admin": b'{"op":"admin","command":"expire","options":[["older","400d"],["dry-run",""],["type","A,\\u00e9"]]}',
        "admin-none": b'{"op":"admin","command":"compact","options":[]}',
        "admin-odd": b'{"op":"admin","command":"Expire","options":[["a","b","c"],["a"]]}',
        "admin-zero": b'{"op":"admin","command":"expire","options":[["a","\\u0000"]]}',
        "twice": b'{"op":"tap","op":"status"}',
        "deep": b'{"op":"status","x":' + b"[" * 500 + b"]" * 500 + b"}",
        "behind": b'{"op":"tap"}\0{"op":"tap"}',
        "ok": b'{"ok":true}',
        "progress": b'{"progress":{"bytes_total":18446744073709551615,"bytes_done":1,"frames":-1}}',
        "report": b'{"exit":1,"text":"two\\nlines","report":"{\\"frames\\":1}","again":true}',
        "report-odd": b'{"exit":-1,"text":7,"report":null,"again":1}',
        "error": b'{"error":"a sentence","code":64}',
        "error-odd": b'{"error":[],"code":1e99}',
        "all": b'{"progress":{},"report":"x","error":"x","ok":true,"op":"status"}',
        "surrogate": b'{"error":"\\ud800","code":66}',
    }


def control_rules_seeds() -> dict[str, bytes]:
    """Who may write, the ingester's policy and who asks; then a request. See control_rules.cc."""
    def asked(line: str, user: int, groups: tuple[int, ...] = (), own: int = 998, group: int = 997) -> bytes:
        rules = own.to_bytes(4, "big") + group.to_bytes(4, "big") + (16).to_bytes(2, "big") + b"\0"
        peer = user.to_bytes(4, "big") + bytes([len(groups)])
        return rules + peer + b"".join(one.to_bytes(4, "big") for one in groups) + line.encode()

    backfill, nobody = '{"op":"backfill","paths":["/a"]}', 65534
    seeds = {f"user-{user}": asked(backfill, user, (1001,)) for user in (0, 998, 1001, nobody, 2**32 - 1)}
    seeds |= {
        "group": asked(backfill, 1001, (1001, 997)),
        "group-none": asked(backfill, 1001, (1001, 997), group=2**32 - 1),
        "group-nobody": asked(backfill, 1001, (nobody,), group=nobody),
        "own-nobody": asked(backfill, nobody, (nobody,), own=nobody),
        "reader-tap": asked('{"op":"tap","untrusted":1}', 1001, (100,)),
        "reader-status": asked('{"op":"status","paths":["/a"]}', 1001),
        "same-policy": asked('{"op":"backfill","paths":["/a"],"accepted":16,"untrusted":0}', 0),
        "store": asked('{"op":"backfill","paths":["/a"],"untrusted":1}', 0),
        "types": asked('{"op":"backfill","paths":["/a"],"accepted":48}', 998),
        "twice": asked('{"op":"status","op":"backfill","paths":["/a"]}', 1001),
        "admin": asked('{"op":"admin","command":"expire","options":[["older","1d"]]}', 1001),
        "admin-group": asked('{"op":"admin","command":"expire","options":[],"untrusted":1}', 1001, (997,)),
        "user-given": asked('{"op":"backfill","paths":["/a"],"user":0,"uid":0,"groups":[997]}', 1001),
        "no-request": asked("{}", 0), "cut": asked(backfill, 0)[:12],
    }
    return seeds


def handed_seeds() -> dict[str, bytes]:
    """What one ingester leaves to the next."""
    def entry(kind: int, name: bytes, text: bytes, state: bytes = b"") -> bytes:
        sized = (len(part).to_bytes(size, "big") + part for part, size in ((name, 2), (text, 2), (state, 4)))
        return bytes([kind]) + b"".join(sized)

    sockets = entry(2, b"pdns-listen-0", b"/run/pdns/dnstap.sock") + entry(1, b"pdns-listen-1", b"127.0.0.1:6000")
    peer = entry(3, b"pdns-peer-2", b"127.0.0.1:6000", b"\1\1\1" + (b"\0\0\0\x28" + b"x" * 16))
    return {
        "empty": b"", "none": b"\1", "other-version": b"\2" + sockets, "sockets": b"\1" + sockets,
        "peer": b"\1" + sockets + peer, "peers": b"\1" + peer * 3, "cut": b"\1" + (sockets + peer)[:-1],
        "kind-0": b"\1" + entry(0, b"a", b"b"), "kind-4": b"\1" + entry(4, b"a", b"b"),
        "no-names": b"\1" + entry(3, b"", b""), "huge": b"\1\3\0\0\0\0\xff\xff\xff\xff", "long-name": b"\1\1\xff\xff",
    }


def text_seeds() -> dict[str, bytes]:
    label = "a" * 63
    names = [".", "..", "www.blah.org", "*.blah.org.", "\\065.org", "a\\.b", "\\", "\\256", "\\25", "a..b",
             ".".join([label, label, label, "a" * 61]), ".".join([label, label, label, "a" * 62]),
             label + "a", ".".join("a" * 127), "type65280", "TYPE65536", "AAAA", "0"]
    seeds = {f"text-{i}": name.encode() for i, name in enumerate(names)}
    seeds["wire-bytes"] = bytes([8, 0, 1, 0x2E, 0x5C, 0x22, 0x7F, 0x80, 0xFF, 0])
    seeds["wire-long"] = (b"\x3f" + b"\xff" * 63) * 3 + b"\x3d" + b"\0" * 61 + b"\0"
    return seeds


def sealed(body: bytes) -> bytes:
    """A cursor of nothing asked: its seal, which is of the size as a varint and the body, and the body."""
    size = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
    return hashlib.sha256(size + body).digest()[:8] + body


def cursor_seeds() -> dict[str, bytes]:
    """Cursors of pdns-query, of an owner and of a target with long rdata, as text and as bytes."""
    short = sealed(bytes.fromhex("02" "00" "00" "00" "03636f6d00" "0001" "cd969680"))
    found = b"net\0dns\0\0"
    long = sealed(bytes.fromhex("02" "8fd0b2f806" "03") + bytes([len(found)]) + found +
                  bytes.fromhex("03636f6d00" "0041") + b"x" * 223 + bytes(range(32)))
    return {"short": short, "long": long, "text": short.hex().encode(), "upper": short.hex().upper().encode()}


def indicator_seeds() -> dict[str, bytes]:
    """A name in wire form, then text: an indicator, a pattern or a time."""
    www, pay = b"\3www\7example\3com\0", b"\6paypal\3com\0"
    texts = ["hxxps://u:p@www[.]example[.]com:8443/x?y#z", "me[at]example(dot)com", "[2001:db8::1]:443", "1.2.3.4:80",
             "www.example.com/x?y", "0/25.2.0.192.in-addr.arpa", "10.0.0.0/9", "2001:db8::/28", "1.2.3.4-1.2.3.9",
             "*.example.com", "+.example.com", "www.example.*", "www.example.+", "pay*.com", "pay*", "*", "+.",
             "b\u00fccher.de", "\u4f8b\u3048\u3002\u30c6\u30b9\u30c8", "*pay?.com", "[!a-z]*.com.", "\\*\\[.com", "a\\.b.*",
             "mailto:a@b", "\\:1", "2026-11-22", "2026-11-22T19:00:05Z", "2024-02-29 23", "1795372876", "57y", "now"]
    seeds = {f"text-{i}": (pay if "pay" in text else www) + text.encode() for i, text in enumerate(texts)}
    seeds["bytes"] = b"\2\0\1\1.\0" + b"*.\\000\\001.\\."
    seeds["long"] = www + b"[.]" * 1300
    return seeds


def json_seeds() -> dict[str, bytes]:
    """Documents of JSON, and what is nearly one."""
    texts = {
        "all": '{"a": [1, -2.5e3, "x\\ty\\u00fc\\ud83d\\ude00", true, false, null], "b": {"": {}}}',
        "twice": '{"a": 1, "a": 2}', "text": '"x"', "number": "18446744073709551616", "behind": "[] []",
        "cut": '{"a": [1, {"b": "', "half": '"\\ud800"', "comma": "[1,]", "control": '"\n"', "blanks": " \r\n[\t]\n ",
        "deep": "[" * 17 + "]" * 17, "deepest": '{"a":' * 16 + "0" + "}" * 16,
    }
    return {name: text.encode() for name, text in texts.items()} | {
        "zero": b"[]\0[]", "bytes": b'["\xff\xc0\xaf\x7f"]', "mark": b"\xef\xbb\xbf[]"}


def list_seeds(exports: dict[str, bytes]) -> dict[str, bytes]:
    """Lists of indicators: lines, `exports` of other programs, patterns of STIX, UTF-16."""
    lines = "# x\r\nwww.blah.org\n\n192.0.2.0/24 # y\na..b\n\"x.org\",1\n"
    pattern = "[domain-name:value = 'a.b' OR ipv4-addr:value IN ('192.0.2.1', '\\\\\\'')] AND [x:y.'z'[*] LIKE '%']"
    attributes = '{"response": {"Attribute": [{"type": "domain|ip", "value": "a.b|::1"}, {"type": "url", "value": "x"}]}}'
    seeds = {"lines": lines.encode(), "lines-utf16": b"\xff\xfe" + lines.encode("utf-16-le"),
             "pattern": pattern.encode(), "misp-utf16": b"\xff\xfe" + attributes.encode("utf-16-le"),
             "misp-big": b"\xfe\xff" + attributes.encode("utf-16-be"), "mark": b"\xef\xbb\xbfa.b",
             "halves": b"\xff\xfe\x3d\xd8a\0\0\xde\x3d\xd8", "cut": attributes[:-2].encode(),
             "deep": b'{"objects":' + b"[" * 70 + b"]" * 70 + b"}", "zero": b'{"Attribute": []}\0x', "empty": b"[]",
             "heading": b'date,address,"a ""b""",name\n2026,1.2.3.4,x,a.org\n#a,b,,-\n',
             "fields": b"#fields\tts\tquery\n#types\ttime\taddr\n1\ta.b\n2\t-\n", "array": b'["a.b", "1.2.3.4", 1]',
             "objects": b'{"domain":"a.b"}\n{"rrname":"a\\\\,b."}\n{"ips":["::1"],\nx\n', "several": b'{"ip":"::1"} {"url":"/"}\n[]',
             "comments": b"//a.b\n;; c\n! d\n||e.f^\nIP: 1.2.3.4\nfe80::1%eth0\n", "stix-2.0": b'{"type": "bundle", "objects": {"0": {"type": "url", "value": "http://a.b"}}}'}
    return seeds | exports


def import_line_seeds(rdata: dict[str, bytes]) -> dict[str, bytes]:
    """Lines of COF, whole and not; and behind a byte 00 rdata of every type, whose text must read back."""
    start, times = '{"rrname":"www.blah.org.","rrtype":"A",', '"time_first":1600000000,"time_last":1600300900'
    address = '"rdata":"205.150.150.140",'
    lines = {
        "dnsdbq": '{"count":1820,"zone_time_first":1374184718,"zone_time_last":1374184720,"rrname":"blah.org.",'
                  '"rrtype":"NS","bailiwick":"org.","rdata":["ns1.blah.org.","NS2.blah.org."]}',
        "export": start + address + times + ',"count":3,"bailiwick":"org.","sensor_id":"ns1,,other","days_active":2,'
                  '"days":[["2020-09-13","2020-09-13"],["2020-09-17","2020-09-17"]],"rdata_wire":"cd96968c"}',
        "quarantined": start + address + times + ',"reason":"off_chain,out_of_bailiwick"}',
        "blanks": '{ "rrname" : "a." , "rrtype":"TXT",\t"rdata":[ "\\"x\\\\\\"" ] , ' + times + " }",
        "escapes": '{"rrname":"\\u0061.","rrtype":"TXT","rdata":"\\"\\/\\n\\"",' + times + "}",
        "nested": start + address + times + ',"x":{"rrname":[[{"y":[1.5e3,null,true]}]]}}',
        "numbers": start + address + '"time_first":-1,"time_last":1e99,"count":18446744073709551616}',
        "twice": start + start[1:] + address + times + "}",
        "days-wrong": start + address + times + ',"days":[["2020-09-13"],[],["2020-02-30","2020-09-17"]]}',
        "days-beyond": start + address + '"time_first":1,"time_last":9223372036854775807,"days":[["1970-01-01","9999-12-31"]]}',
        "wire-wrong": start + times + ',"rdata_wire":"c"}',
        "mx-pointer": '{"rrname":"a.","rrtype":"MX",' + times + ',"rdata_wire":"000ac000"}',
        "generic": '{"rrname":"a.","rrtype":"TYPE65280","rdata":"\\\\# 3 01 02ff",' + times + "}",
        "svcb": '{"rrname":"a.","rrtype":"HTTPS","rdata":"1 . alpn=\\"h2,h3\\" ipv4hint=1.2.3.4",' + times + "}",
        "cut": start + address[:9], "nul": start + "\0", "list": "[" + start, "end": '{"export_rows":7}', "empty": "{}",
        "utf8": '{"rrname":"b\u00fccher.","rrtype":"A",' + address + times + "}",
    }
    seeds = {name: text.encode() for name, text in lines.items()}
    return seeds | {"not-utf8": b'{"rrname":"\xff"}'} | {f"rdata-{name}": b"\0" + seed for name, seed in rdata.items()}


def row_seeds(by_name: dict[str, bytes]) -> dict[str, bytes]:
    """Rows for every format: owner with its length, then what `by_name` has, type and rdata."""
    plain, mean = b"\3www\4blah\3org\0", b"\x0f\x1b]0;\",\r\n\t$@(\\\0\xff" + b"\0"
    chosen = ("txt-bytes", "txt-cut", "loc-extreme", "svcb-commas", "https-hints", "caa", "hip", "type-1", "type-5",
              "type-6", "type-15", "type-28", "type-46")
    rdata = {name: by_name[name] for name in chosen}
    rdata |= {"mean": b"\0\x10" + mean[:-1], "unknown": b"\xff\0" + mean, "empty": b"\0\2", "meta": b"\0\xff"}
    seeds = {name: bytes([len(plain)]) + plain + seed for name, seed in rdata.items()}
    seeds |= {f"mean-owner-{name}": bytes([len(mean)]) + mean + rdata[name] for name in ("mean", "unknown", "type-1")}
    longest = b"".join(b"\x3f" + byte * 63 for byte in (b"\\", b",", b'"')) + b"\1x" * 31 + b"\0"
    return seeds | {"root": b"\1\0" + rdata["type-1"], "longest": bytes([len(longest)]) + longest + rdata["mean"]}
