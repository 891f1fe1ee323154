"""The API of pdns-serve's own: schema/openapi.yaml against the running server, and its answers against what
pdns-query prints for the same question."""
from __future__ import annotations

import hashlib
import json
import re
import signal
import unittest
from pathlib import Path
from urllib.parse import quote, urlencode

try:
    from pdns_openapi import OpenApi
except ImportError:
    OpenApi = None
from pdns_serve import Served, Server
from pdns_testing import CAPTURES, ingest, query, stats

BODY = 64 << 20
LIST = "www.blah.org\nhxxp://mail[.]blah.org/x\n205.150.150.140\nnope.example\n*\n"
# Times of the captures: rows are first seen on both sides of the one, and last seen on both of the other.
EARLY, MIDDLE = "1795372900", "1795372920"

# What is asked, and the options of pdns-query that ask the same: of a parameter, beside these of its base.
# `options` none: the value is refused.
BASE = {"q": "*", "limit": "0"}
FILTERS = {
    "type": ({}, "MX", ["-t", "MX"]),
    "min-count": ({}, "10", ["--min-count", "10"]),
    "max-count": ({}, "3", ["--max-count", "3"]),
    "bailiwick": ({}, "blah.org", ["--bailiwick", "blah.org"]),
    "sensor": ({}, "bind-lab", ["--sensor", "bind-lab"]),
    "exclude": ({}, "*.blah.org", ["--exclude", "*.blah.org"]),
    "days": ({}, "1", ["--days"]),
    "wire": ({}, "true", ["--wire"]),
}
TIMES = {
    "since": ({}, MIDDLE, ["--since", MIDDLE]),
    "until": ({}, EARLY, ["--until", EARLY]),
    "within": ({"since": MIDDLE}, "", ["--since", MIDDLE, "--within"]),
    "at": ({}, MIDDLE, ["--at", MIDDLE]),
    "active-on": ({}, "2026-11-21", ["--active-on", "2026-11-21"]),
    "active-between": ({}, "2026-11-20,2026-11-21", ["--active-between", "2026-11-20,2026-11-21"]),
    "first-after": ({}, MIDDLE, ["--first-after", MIDDLE]),
    "first-before": ({}, EARLY, ["--first-before", EARLY]),
    "last-after": ({}, MIDDLE, ["--last-after", MIDDLE]),
    "last-before": ({}, MIDDLE, ["--last-before", MIDDLE]),
}
ROWS = {
    "new-since": ({}, "1d", ["--new-since", "1d"]),
    "quarantined": ({}, "1", ["--quarantined"]),
    "sort": ({}, "rdata", ["--sort", "rdata"]),
    "reverse": ({"sort": "rdata"}, "1", ["--sort", "rdata", "--reverse"]),
    "limit": ({}, "2", ["--limit", "2"]),
    "offset": ({}, "2", ["--offset", "2"]),
    "cursor": ({}, "00", None),  # see test_a_cursor_goes_on_where_an_answer_was_cut
    "show": ({}, "rows?", None),  # see test_what_is_shown
}
QUESTIONS = {
    "q": ({"q": "blah.org"}, "www.blah.org", ["blah.org", "www.blah.org"]),
    "rdata": ({}, "205.150.150.140", ["*", "--rdata", "205.150.150.140"]),
    "text": ({}, "V=SPF1", ["*", "--text", "V=SPF1"]),
    "raw": ({}, "cd96968c", ["*", "--raw", "cd96968c"]),
    "ptr": ({}, "205.150.150.140", ["*", "--ptr", "205.150.150.140"]),
    "glob": ({"q": "w*.blah.*g"}, "1", ["w*.blah.*g", "--glob"]),
    "regex": ({"q": "^www[.]"}, "1", ["^www[.]", "--regex"]),
}
BEFORE, BEHIND = "1795372875", "1795372932"  # all rows of the pivot are between them
PIVOT = {
    **FILTERS, **TIMES,
    "sensor": ({}, "nobody", None),
    "since": ({}, BEHIND, ["--since", BEHIND]),
    "until": ({}, BEFORE, ["--until", BEFORE]),
    "at": ({}, BEHIND, ["--at", BEHIND]),
    "first-before": ({}, BEFORE, ["--first-before", BEFORE]),
    "last-after": ({}, BEHIND, ["--last-after", BEHIND]),
    "q": ({"q": "blah.org"}, "www.blah.org", None),  # one only
    "depth": ({}, "1", ["--pivot", "1"]),
    "max-fanout": ({}, "1", ["--max-fanout", "1"]),
    "slack": ({}, "soon", None),
}
TRIALS = {
    "/api/v1/query": {**QUESTIONS, **FILTERS, **TIMES, **ROWS},
    "/api/v1/lookup": {**FILTERS, **TIMES, **ROWS},
    "/api/v1/pivot": PIVOT,
    "/api/v1/new": {**QUESTIONS, **FILTERS, "since": ({}, "1h", ["--new-since", "1h"]), "after": ({}, "7", []),
                    "Last-Event-ID": ({}, "7", [])},
    "/api/v1/stats": {},
    "/api/v1/coverage": {},
}


@unittest.skipIf(OpenApi is None, "PyYAML not found (package python3-yaml)")
class Api(Served):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        (cls.root / "list").write_text(LIST)
        cls.api = OpenApi()

    # Requests

    def ask(self, path: str, parameters: dict | list, status: int = 200) -> str:
        body = LIST.encode() if path.endswith("lookup") else None
        got, headers, text = self.server.get(f"{path}?{urlencode(parameters)}", method="POST" if body else "GET",
                                             body=body)
        self.assertEqual(status, got, (path, parameters, text))
        self.check(path, status, headers["content-type"], text)
        return text

    def check(self, path: str, status: int, kind: str, text: str) -> None:
        """The answer is what the file says."""
        described, schema = self.api.schema(path, status)
        self.assertEqual(described, kind.partition(";")[0])
        if described == "text/plain":
            return
        self.assertTrue(text.endswith("\n") and "\n\n" not in text, text[-200:])
        for line in text.splitlines():
            self.assertIsNone(self.api.fault(json.loads(line), schema, path), line)

    def lines(self, path: str, parameters: dict | list) -> tuple[list[dict], dict]:
        *lines, end = map(json.loads, self.ask(path, parameters).splitlines())
        self.assertEqual(["end"], list(end))
        return lines, end["end"]

    def events(self, parameters: dict, headers: dict, count: int, server: Server | None = None) -> list[tuple]:
        """So many (event, id, data) of a stream, at most."""
        connection = (server or self.server).connect()
        try:
            connection.request("GET", f"/api/v1/new?{urlencode(parameters)}", headers=headers)
            response = connection.getresponse()
            self.assertEqual(200, response.status, response.headers)
            self.assertEqual(self.api.schema("/api/v1/new", 200)[0], response.getheader("content-type"))
            found = []
            event: dict = {}
            while len(found) < count and (line := response.readline().decode()):
                if line != "\n":
                    name, _, value = line[:-1].partition(":")
                    event[name] = value[1:]
                else:
                    if "data" in event:
                        found.append((event["event"], int(event.get("id", 0)), json.loads(event["data"])))
                    event = {}
            return found
        finally:
            connection.close()

    def rows(self, *arguments: str, found: tuple[int, ...] = (0, 1)) -> list[dict]:
        run = query(self.database, "-j", *arguments)
        self.assertIn(run.returncode, found, run.stderr.decode())
        return [json.loads(line) for line in run.stdout.splitlines()]

    # The file and the server

    def test_every_parameter_of_the_file_is_tried(self) -> None:
        self.assertEqual(TRIALS.keys(), self.api.operations().keys())
        for path, trials in TRIALS.items():
            self.assertEqual(sorted(trials), sorted(one["name"] for one in self.api.parameters(path)), path)

    def test_rows_are_those_of_the_command_line(self) -> None:
        ways = {"/api/v1/query": (BASE, ["*"]), "/api/v1/lookup": ({"limit": "0"}, ["-f", str(self.root / "list")]),
                "/api/v1/pivot": ({"q": "www.blah.org"}, ["www.blah.org", "--pivot", "2"])}
        for path, (base, base_options) in ways.items():
            for name, (beside, value, options) in TRIALS[path].items():
                with self.subTest(path=path, parameter=name):
                    self.try_one(path, {**base, **beside}, base_options, name, value, options)

    def try_one(self, path: str, base: dict, base_options: list, name: str, value: str, options: list | None) -> None:
        asked = [*((key, one) for key, one in base.items() if key != name or name == "q"), (name, value)]
        if options is None:
            self.ask(path, asked, 400)
            return
        rows, end = self.lines(path, asked)
        rows = [row for row in rows if "rrname" in row]
        if name == "depth":
            base_options = base_options[:1]
        elif name in QUESTIONS:
            base_options = []
        self.assertEqual(self.rows(*base_options, *options, found=(0, 1, 2)), rows)
        self.assertEqual(len(rows), end["rows"])
        self.assertEqual(name != "limit", end["whole"], end)
        status, _, other = self.server.get(f"{path}?{urlencode(base)}", method="POST" if "lookup" in path else "GET",
                                           body=LIST.encode() if "lookup" in path else None)
        before = [json.loads(line) for line in other.splitlines()]
        self.assertTrue(status == 400 or [one for one in before if "rrname" in one] != rows, "it changes nothing")

    def test_parameters_that_the_file_has_not_are_refused(self) -> None:
        known = {one["name"] for path in TRIALS for one in self.api.parameters(path)}
        for path in TRIALS:
            here = {one["name"] for one in self.api.parameters(path) if one["in"] == "query"}
            for name in [*sorted(known - here), "format", "Q", ""]:
                self.assertIn("there is no parameter", self.ask(path, {name: "1"}, 400), (path, name))

    def test_what_may_stand_once_is_refused_twice(self) -> None:
        for path in TRIALS:
            for one in self.api.parameters(path):
                if one["in"] == "query" and one["schema"].get("type") != "array":
                    text = self.ask(path, [("q", "a.org"), (one["name"], "1"), (one["name"], "1")]
                                    if "lookup" not in path else [(one["name"], "1")] * 2, 400)
                    self.assertIn("is given twice", text, (path, one["name"]))

    def test_every_status_of_the_file(self) -> None:
        key = {"X-Api-Key": "secret"}
        keys = self.root / "status-keys"
        keys.write_text("".join(f"{name} {hashlib.sha256(text.encode()).hexdigest()} {limits}\n"
                                for name, text, limits in (("a", "secret", ""), ("b", "once", "requests-per-minute=1"))))
        keys.chmod(0o600)
        with Server(self.database, "--keys", keys, log=self.root / "status-log") as guarded, \
                Server(self.root / "none", log=self.root / "none-log") as without:
            guarded.get("/", {"X-Api-Key": "once"})
            for path, (method, operation) in self.api.operations().items():
                body = b"a.org\n" if method == "post" else None
                target = path if "stats" in path or "coverage" in path or body else path + "?q=a.org"
                seen = {"200"}  # by all other tests

                def look(status: int, server: Server, at: str = target, how: str = method, headers: dict = key,
                         sent: bytes | None = body) -> None:
                    got, head, text = server.get(at, headers, how.upper(), sent)
                    self.assertEqual(status, got, (at, how, text))
                    if status != 405 or "application/json" in head["content-type"]:
                        self.check(path, status, head["content-type"], text)
                    if status in (429, 405):
                        self.assertIn({429: "retry-after", 405: "allow"}[status], head)
                    seen.add(str(status))

                look(400, self.server, path + "?nonsense=1")
                look(401, guarded, headers={})
                look(403, guarded, headers={"X-Api-Key": "wrong"})
                for other in ("PUT", "DELETE", "OPTIONS", "GET" if method == "post" else "POST"):
                    look(405, self.server, how=other, sent=None)
                look(429, guarded, headers={"X-Api-Key": "once"})
                look(503, without)
                if method == "post":
                    seen.add(str(self.too_large(BODY + 1)))
                    look(415, self.server, headers={"Content-Encoding": "gzip"})
                self.assertEqual(operation["responses"].keys(), seen, path)
        for path in ("/api", "/api/", "/api/v1", "/api/v2/query", "/api/v1/query/x", "/api/v1/Query", "/api/v1/../x"):
            status, headers, text = self.server.get(path)
            self.assertEqual((404, 404), (status, json.loads(text)["error"]["status"]), path)

    def too_large(self, size: int) -> int:
        """The status of a list of that size, before a byte of it is sent."""
        connection = self.server.connect()
        try:
            connection.putrequest("POST", "/api/v1/lookup")
            connection.putheader("Content-Length", str(size))
            connection.endheaders()
            response = connection.getresponse()
            self.check("/api/v1/lookup", response.status, response.getheader("content-type"), response.read().decode())
            return response.status
        finally:
            connection.close()

    # Answers

    def test_what_is_shown(self) -> None:
        for path, base, options in (("/api/v1/query", [("q", "*.blah.org"), ("q", "nope.example")],
                                     ["*.blah.org", "nope.example"]),
                                    ("/api/v1/lookup", [], ["-f", str(self.root / "list")])):
            def shown(how: str) -> list[dict]:
                return self.lines(path, [*base, ("show", how)])[0]

            values = query(self.database, "-p", "values", *options).stdout.decode().splitlines()
            self.assertEqual([{"rdata": value} for value in values], shown("values"))
            # As in a row: -p names writes some signs by their numbers.
            names = dict.fromkeys(row["rrname"] for row in self.rows(*options))
            self.assertEqual([{"rrname": name} for name in names], shown("names"))
            self.assertEqual(self.rows("--summarize", *options), shown("summary"))
            self.assertEqual([{"count": len(self.rows(*options))}], shown("count"))
            self.assertEqual(self.rows("--hits", *options), shown("hits"))
            described = next(one for one in self.api.parameters(path) if one["name"] == "show")["schema"]["enum"]
            self.assertEqual(["rows", "names", "values", "summary", "count", "hits"], described)

    def test_a_cursor_goes_on_where_an_answer_was_cut(self) -> None:
        for beside in ({}, {"sort": "count", "reverse": "1"}, {"show": "names"}, {"new-since": "1d"}):
            whole = self.lines("/api/v1/query", {**BASE, **beside})[0]
            if beside == {"new-since": "1d"}:
                whole = whole[:800]
            parts: list[dict] = []
            more: dict = {}
            while len(parts) < len(whole):
                lines, end = self.lines("/api/v1/query", {**BASE, **beside, "limit": "700", **more})
                parts += lines
                self.assertEqual(end["limited"], not end["whole"])
                if end["whole"]:
                    break
                more = {"cursor": end["cursor"]}
            self.assertEqual(whole, parts[:len(whole)], beside)

    def test_how_a_list_was_read(self) -> None:
        body = "\n".join(["www.blah.org", "a..b", *["b a d"] * 30]).encode()
        status, headers, text = self.server.get("/api/v1/lookup", method="POST", body=body)
        self.check("/api/v1/lookup", status, headers["content-type"], text)
        end = json.loads(text.splitlines()[-1])["end"]
        self.assertEqual((31, 20, "line 2"), (end["bad"], len(end["bad_lines"]), end["bad_lines"][0]["place"]))
        misp = {"Event": {"Attribute": [{"type": "domain", "value": "blah.org"}, {"type": "md5", "value": "0"}]}}
        end = json.loads(self.server.get("/api/v1/lookup", method="POST",
                                         body=json.dumps(misp).encode())[2].splitlines()[-1])["end"]
        self.assertEqual((0, 1), (end["bad"], end["passed_over"]))
        self.assertEqual(len(self.rows("blah.org")), end["rows"])

    def test_the_graph_of_a_pivot(self) -> None:
        lines, end = self.lines("/api/v1/pivot", {"q": "www.blah.org", "max-fanout": "3"})
        nodes = [one["node"] for one in lines if "node" in one]
        edges = [one["edge"] for one in lines if "edge" in one]
        dot = query(self.database, "--pivot", "2", "--max-fanout", "3", "--dot", "www.blah.org").stdout.decode()
        self.assertEqual(dot.count(" -> "), len(edges))
        for node in nodes:
            self.assertIn(f'"{node["text"]}', dot)
        self.assertEqual([0], [node["id"] for node in nodes if node["start"]])
        cut = [node for node in nodes if node["cuts"]]
        self.assertTrue(cut)
        for node in cut:
            self.assertTrue(any(node["text"] in notice for notice in end["notices"]), node)

    def test_numbers_of_the_database(self) -> None:
        told = json.loads(self.ask("/api/v1/stats", {}))
        known = stats(self.database)
        # Files that are open for reading may be kept a little longer.
        told.pop("disk"), known.pop("disk")
        self.assertEqual(known, told)
        coverage = json.loads(self.ask("/api/v1/coverage", {}))
        for name in ("tuples", "rrnames", "time_first", "time_last", "sensors"):
            self.assertEqual(known[name], coverage[name], name)
        frames = coverage["frames"]
        self.assertEqual(frames.pop("seen"), sum(frames.values()))
        self.assertEqual(known["counters"]["used"], frames["used"])
        self.assertEqual((known["quarantined"]["tuples"], 2), (coverage["quarantined"], coverage["captures"]))
        oldest = self.rows("--new-since", "1d", "--limit", "1", found=(2,))[0]["time_committed"]
        self.assertEqual(oldest, coverage["journal_from"])

    # New rows

    def test_new_rows_by_every_parameter(self) -> None:
        for name, (beside, value, options) in TRIALS["/api/v1/new"].items():
            with self.subTest(parameter=name):
                beside = {"since": "1d", **beside}
                asked = {key: one for key, one in beside.items() if key != "q" or name in ("glob", "regex")}
                plain = [one for one in options or [] if one != "*"] if name in QUESTIONS else options
                if name == "q":
                    plain = ["www.blah.org"]
                since = [] if name == "since" else ["--new-since", "1d"]
                expected = self.rows(*since, *plain)
                if name in ("after", "Last-Event-ID"):
                    expected = [row for row in expected if row["seq"] > int(value)]
                self.assertTrue(expected)
                headers = {name: value} if name == "Last-Event-ID" else {}
                found = self.events({**asked, **({} if headers else {name: value})}, headers, len(expected))
                self.assertEqual([("row", row["seq"], row) for row in expected], found)
                schema = self.api.schema("/api/v1/new", 200)[1]
                for _, _, row in found:
                    self.assertIsNone(self.api.fault(row, schema))

    def test_a_stream_goes_on_behind_its_last_row(self) -> None:
        database = self.root / "growing"
        self.assertEqual(0, ingest(database, CAPTURES[0]).returncode)
        run = query(database, "-j", "--new-since", "1d")
        before = [json.loads(line) for line in run.stdout.splitlines()]
        with Server(database, "--max-time", "1s", log=self.root / "growing-log") as server:
            connection = server.connect()
            connection.request("GET", f"/api/v1/new?after={len(before) - 1}")
            response = connection.getresponse()
            self.assertEqual(f"id: {len(before)}\n", response.readline().decode())
            for _ in range(3):
                response.readline()
            # The time limit is over; the stream is not. A comment says so.
            self.assertEqual([":\n", "\n"], [response.readline().decode() for _ in range(2)])
            self.assertEqual(0, ingest(database, CAPTURES[1]).returncode)
            self.assertEqual(f"id: {len(before) + 1}\n", response.readline().decode())
            connection.close()
            after = [json.loads(line) for line in query(database, "-j", "--new-since", "1d").stdout.splitlines()]
            self.assertGreater(len(after), len(before) + 1)
            rest = self.events({}, {"Last-Event-ID": str(len(before) + 1)}, len(after) - len(before) - 1, server)
            self.assertEqual([row["seq"] for row in after[len(before) + 1:]], [number for _, number, _ in rest])
            self.assertEqual([("gap", {"oldest": before[0]["time_committed"]})],
                             [(event, data) for event, _, data in self.events({"after": 10 ** 9}, {}, 1, server)])
            waiting = server.connect()
            waiting.request("GET", "/api/v1/new")
            response = waiting.getresponse()
            self.assertEqual(200, response.status)
            self.assertEqual(0, server.end())
            said = re.sub(r"\Aid: \d+\n\n", "", response.read().decode())
            self.assertEqual('event: end\ndata: {"why":"the server ends"}\n\n', said)
            waiting.close()

    def test_a_key_has_so_many_rows(self) -> None:
        keys = self.root / "row-keys"
        keys.write_text("".join(f"{name} {hashlib.sha256(name.encode()).hexdigest()} rows-per-day=3\n"
                                for name in ("query", "hits", "new", "gone")))
        keys.chmod(0o600)
        with Server(self.database, "--keys", keys, log=self.root / "row-log") as server:
            waiting = server.connect()
            waiting.request("GET", "/api/v1/new", headers={"X-Api-Key": "gone"})
            stream = waiting.getresponse()
            text = server.get("/api/v1/query?q=*", {"X-Api-Key": "query"})[2]
            end = json.loads(text.splitlines()[-1])["end"]
            self.assertEqual((3, True, False), (end["rows"], end["limited"], end["whole"]))
            self.assertIn("the key has used up its rows", end["why"])
            self.assertEqual(429, server.get("/api/v1/query?q=*", {"X-Api-Key": "query"})[0])
            text = server.get("/api/v1/lookup?show=hits", {"X-Api-Key": "hits"}, "POST", LIST.encode())[2]
            *hits, end = map(json.loads, text.splitlines())
            self.assertEqual((3, False), (len(hits), end["end"]["whole"]))
            events = self.events({"since": "1d"}, {"X-Api-Key": "new"}, 10, server)
            self.assertEqual(["row"] * 3 + ["end"], [event for event, _, _ in events])
            self.assertIn("the key has used up its rows", events[-1][2]["why"])
            keys.write_text("".join(line for line in keys.read_text().splitlines(True) if not line.startswith("gone ")))
            server.process.send_signal(signal.SIGHUP)
            # First where the stream is; and the time may have come for a comment.
            said = re.sub(r"\Aid: \d+\n\n(:\n\n)?", "", stream.read().decode())
            self.assertEqual('event: end\ndata: {"why":"the key is not let in any more"}\n\n', said)
            waiting.close()

    # Strangers

    def test_every_byte_in_a_name(self) -> None:
        for byte in range(256):
            name = b"a" + bytes([byte]) + b"b.org"
            status, headers, text = self.server.get("/api/v1/query?q=" + quote(name, safe=""))
            self.assertIn(status, (200, 400), text)
            self.check("/api/v1/query", status, headers["content-type"], text)
            if byte > 0:
                run = query(self.database, "-j", name.decode(errors="surrogateescape"))
                self.assertEqual(run.returncode == 64, status == 400, (name, text, run.stderr))

    def test_numbers_that_are_none(self) -> None:
        for name in ("limit", "offset", "min-count", "max-count"):
            for value in (-1, 1 << 63, 1 << 64, 10 ** 30, "0x1", "1e3", " 1", "1 ", "", "\0"):
                self.ask("/api/v1/query", {"q": "a.org", name: value}, 400)
        self.ask("/api/v1/query", {"q": "a.org", "limit": 1_000_001}, 400)
        self.ask("/api/v1/query", {"q": "a.org", "offset": 1_000_001}, 400)
        for value in (-1, 1 << 64, "x", ""):
            self.ask("/api/v1/new", {"after": value}, 400)
            if value != "":
                self.assertEqual(400, self.server.get("/api/v1/new", {"Last-Event-ID": str(value)})[0])

    def test_too_many_parameters(self) -> None:
        self.assertEqual(64, len(self.lines("/api/v1/query", [("q", f"{i}.org") for i in range(64)])[1]["asked"]))
        self.ask("/api/v1/query", [("q", "a.org")] * 65, 400)
        self.assertEqual(400, self.server.get("/api/v1/query?q=%")[0])

    def test_lists_that_are_none(self) -> None:
        def refused(status: int, body: bytes, chunked: bool = False) -> None:
            connection = self.server.connect()
            connection.request("POST", "/api/v1/lookup", iter([body]) if chunked else body, encode_chunked=chunked,
                               headers={"Transfer-Encoding": "chunked"} if chunked else {})
            try:
                self.assertEqual(status, connection.getresponse().status, body[:60])
            finally:
                connection.close()

        for body in (b"", b"\n \n# nothing\n", b"{}", b'{"objects":[', b'[{"type":"domain"', b"[" * 1000 + b'{"a":1}'):
            refused(400 if body[:2] != b"[[" else 200, body)
        refused(400, b"a.org\n" * 1_000_001)
        for bad in (b"\xff\xfe\x00\xd8\n", b"\x80.org\n", b"\0\n", bytes(range(1, 256))):
            status, headers, text = self.server.get("/api/v1/lookup", method="POST", body=b"www.blah.org\n" + bad)
            self.assertEqual(200, status, text)
            self.check("/api/v1/lookup", status, headers["content-type"], text)
            self.assertGreater(json.loads(text.splitlines()[-1])["end"]["bad"], 0, bad)
        self.assertEqual(413, self.too_large(100 << 20))

    def test_what_http_itself_refuses(self) -> None:
        """In the form of the API where the API is asked; else as a line of text."""
        for target, json_answer in (("/api/v1/query?q=x", True), ("/api/v1/nothing", True), ("/apis", False),
                                    ("/dnsdb/v2/ping", False)):
            for headers, status in (({"Host": "evil.example"}, 421), ({"A": "b\0c"}, 400)):
                got, given, text = self.server.get(target, headers)
                self.assertEqual(status, got, target)
                self.assertEqual("application/json" if json_answer else "text/plain", given["content-type"].partition(";")[0])
                self.assertRegex(text, r"\A[^\n]+\n\Z")
                if json_answer:
                    self.assertEqual(status, json.loads(text)["error"]["status"])


if __name__ == "__main__":
    unittest.main()
