"""Seeds of the fuzz targets of the server's own API: parameters behind the number of their path, and lists."""
from __future__ import annotations


def api_request_seeds() -> dict[str, bytes]:
    query, lookup, pivot, new = b"\0", b"\1", b"\2", b"\3"
    return {
        "name": query + b"q=www.blah.org&type=A%2CAAAA&since=7d&sort=last&reverse",
        "several": query + b"q=hxxp%3A%2F%2Fa%5B.%5Dorg%2Fx&rdata=192.0.2.0/24&text=v%3Dspf1&raw=00&ptr=192.0.2.1",
        "pattern": query + b"q=*.blah.org&glob=1&show=names&limit=0",
        "regex": query + b"q=%5Ewww%5B.%5D&regex&exclude=192.0.2.0/24&bailiwick=*.org",
        "part": query + b"q=a.org&limit=10&offset=5&cursor=00&days=true&wire=0",
        "times": query + b"q=a.org&at=2026-11-22T19%3A00&active-between=2026-11-20,2026-11-22&within&until=now",
        "new-since": query + b"new-since=20261122&show=count&sensor=a,b",
        "bytes": query + b"q=%FF%00%22&x=1",
        "lookup": lookup + b"show=hits&quarantined=1&min-count=2&max-count=9223372036854775808",
        "pivot": pivot + b"q=192.0.2.1&depth=10&max-fanout=3&slack=1d",
        "stream": new + b"q=*.org&since=1h&after=7&type=18446744073709551615",
        "header": new + b"type=15",
    }


def api_list_seeds() -> dict[str, bytes]:
    return {
        "lines": b"www.blah.org\n# a word\n\nhxxp://a[.]org/x  # another\na..b\n192.0.2.0/24\n",
        "bad": b"a b\n" * 25,
        "bytes": b"\xff\xfe\n\x80.org\n\0\n",
        "long": b"\xff" * 600,
        "misp": b'{"Event":{"Attribute":[{"type":"domain","value":"a.org"},{"type":"md5","value":"0"}]}}',
        "stix": b'{"objects":[{"type":"indicator","pattern":"[domain-name:value = \'a.org\']"}]}',
        "cut": b'{"objects":[{"type":"domain-name","val',
        "empty": b"\n \n",
        "utf16": "a.org\nb..org\n".encode("utf-16"),
    }
