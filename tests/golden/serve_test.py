"""pdns-serve over the captures' tuples: what it answers is what pdns-query answers, in the forms that clients of
DNSDB and CIRCL read, among them the stock dnsdbq."""
import base64
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import unittest
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from pdns_dnstap import response
from pdns_serve import Served, Server
from pdns_testing import BIN, CAPTURES, ingest, query, scratch, stream, wait_for

TXT, IN = 16, 1


def objects(lines: bytes) -> list[dict]:
    return [json.loads(line) for line in lines.splitlines()]


def rrsets(rows: list[dict]) -> dict[tuple, tuple]:
    """As DNSDB has them: owner, type and bailiwick; the largest count, the extremes of times, all rdata."""
    sets = defaultdict(list)
    for row in rows:
        sets[row["rrname"], row["rrtype"], row.get("bailiwick", "")].append(row)
    return {key: (max(row["count"] for row in same), min(row["time_first"] for row in same),
                  max(row["time_last"] for row in same), sorted(row["rdata"] for row in same))
            for key, same in sets.items()}


class Serve(Served):
    def rows(self, *arguments: str) -> list[dict]:
        run = query(self.database, "-j", *arguments)
        self.assertIn(run.returncode, (0, 1), run.stderr.decode())
        return objects(run.stdout)

    def check_rrsets(self, path: str, *arguments: str) -> None:
        self.check_rrsets_are(self.rows(*arguments), path)

    def check_rrsets_are(self, rows: list[dict], path: str) -> None:
        answer, end = self.server.saf(path)
        self.assertEqual("succeeded", end)
        for one in answer:
            self.assertEqual(["count", "time_first", "time_last", "rrname", "rrtype", "bailiwick", "rdata"], list(one))
        self.assertEqual(rrsets(rows),
                         {(one["rrname"], one["rrtype"], one["bailiwick"]):
                          (one["count"], one["time_first"], one["time_last"], sorted(one["rdata"])) for one in answer})

    def test_rrsets_are_those_of_the_command_line(self) -> None:
        self.check_rrsets("/lookup/rrset/name/*?limit=0", "*")
        self.check_rrsets("/lookup/rrset/name/%2A.blah.org", "*.blah.org")
        self.check_rrsets("/lookup/rrset/name/www.%2A/ANY", "www.*", "-t", "ANY")
        self.check_rrsets("/lookup/rrset/name/*/ANY-DNSSEC?limit=0", "*", "-t", "ANY-DNSSEC")
        self.check_rrsets("/lookup/rrset/name/*/ns?limit=0", "*", "-t", "NS")
        self.check_rrsets("/lookup/rrset/name/.", ".")
        self.check_rrsets("/lookup/rrset/raw/0377777704626c6168036f726700", "www.blah.org")
        every = self.rows("*")
        for name in {row["rrname"] for row in every if not row["rrname"].startswith("*")}:
            self.check_rrsets_are([row for row in every if row["rrname"] == name],
                                  "/lookup/rrset/name/" + quote(name, safe=""))

    def check_rdata(self, path: str, *arguments: str) -> None:
        answer, end = self.server.saf(path)
        self.assertEqual("succeeded", end)
        for one in answer:
            self.assertEqual(["count", "time_first", "time_last", "rrname", "rrtype", "rdata"], list(one))
        wanted = [[row[key] for key in ("rrname", "rrtype", "rdata", "count", "time_first", "time_last")]
                  for row in self.rows(*arguments)]
        self.assertTrue(wanted)
        self.assertCountEqual(wanted, [[one["rrname"], one["rrtype"], *one["rdata"], one["count"], one["time_first"],
                                        one["time_last"]] for one in answer])

    def test_rdata_are_those_of_the_command_line(self) -> None:
        self.check_rdata("/lookup/rdata/ip/205.150.150.140", "--rdata", "205.150.150.140")
        self.check_rdata("/lookup/rdata/ip/205.150.150.0,24/A", "--rdata", "205.150.150.0/24")
        self.check_rdata("/lookup/rdata/ip/205.150.150.0%2C24/ANY", "--rdata", "205.150.150.0/24")
        self.check_rdata("/lookup/rdata/ip/205.150.150.1-205.150.150.200", "--rdata", "205.150.150.1-205.150.150.200")
        self.check_rdata("/lookup/rdata/name/*.ca-dns.net", "--rdata", "*.ca-dns.net")
        self.check_rdata("/lookup/rdata/name/*/MX?limit=0", "--rdata", "*", "-t", "MX")
        self.check_rdata("/lookup/rdata/raw/cd96968c", "--raw", "cd96968c")

    def test_pages_meet(self) -> None:
        whole, _ = self.server.saf("/lookup/rrset/name/*?limit=0")
        pages, at, end = [], 0, "limited"
        while end == "limited":
            page, end = self.server.saf(f"/lookup/rrset/name/*?limit=37&offset={at}")
            self.assertTrue(page, "a page that ends early has something on it")
            pages, at = pages + page, at + len(page)
        self.assertEqual(whole, pages)
        self.assertEqual(([], "succeeded"), self.server.saf(f"/lookup/rrset/name/*?limit=37&offset={at}"))
        self.assertEqual(416, self.server.get("/dnsdb/v2/lookup/rrset/name/*?offset=1000000001")[0])

    def test_fences(self) -> None:
        rows = self.rows("*")
        middle = sorted(row["time_first"] for row in rows)[len(rows) // 2]
        for parameter, option in (("time_first_after", "--first-after"), ("time_first_before", "--first-before"),
                                  ("time_last_after", "--last-after"), ("time_last_before", "--last-before")):
            self.check_rrsets(f"/lookup/rrset/name/*?limit=0&{parameter}={middle}", "*", option, str(middle))
        self.assertEqual(([], "succeeded"), self.server.saf("/lookup/rrset/name/www.blah.org?time_first_after=-1"))

    def test_summaries(self) -> None:
        rows, _ = self.server.saf("/lookup/rrset/name/*.blah.org")
        total, end = self.server.saf("/summarize/rrset/name/*.blah.org")
        self.assertEqual("succeeded", end)
        self.assertEqual([{"count": sum(row["count"] for row in rows), "num_results": len(rows),
                           "time_first": min(row["time_first"] for row in rows),
                           "time_last": max(row["time_last"] for row in rows)}], total)

    def test_flexible_search(self) -> None:
        names, _ = self.server.saf("/regex/rrnames/" + quote(r"^ns\d*\.", safe=""))
        wanted = {(row["rrname"], row["rrtype"]) for row in self.rows("--regex", r"^ns\d*\.")}
        self.assertEqual(sorted(wanted), sorted((one["rrname"], one["rrtype"]) for one in names))
        values, _ = self.server.saf("/glob/rdata/*ca-dns.net./NS?exclude=*x*")
        self.assertTrue(values)
        self.assertTrue(all(list(one) == ["rdata", "raw_rdata", "rrtype"] for one in values), values)

    def test_version_1(self) -> None:
        status, _, text = self.server.get("/lookup/rrset/name/www.blah.org")
        self.assertEqual(200, status)
        self.assertEqual(objects(text.encode()),
                         self.server.saf("/lookup/rrset/name/www.blah.org")[0])
        status, _, text = self.server.get("/lookup/rdata/ip/205.150.150.140")
        rows = objects(text.encode())
        self.assertTrue(rows)
        self.assertTrue(all(isinstance(row["rdata"], str) for row in rows))
        status, _, text = self.server.get("/lookup/rrset/name/never-seen.example")
        self.assertEqual(404, status)
        self.assertRegex(text, r"\A[^\n]+\n\Z")
        for method in ("GET", "POST"):
            self.assertEqual(200, self.server.get("/lookup/rate_limit", method=method)[0])

    def test_circl(self) -> None:
        status, headers, text = self.server.get("/pdns/query/205.150.150.140")
        self.assertEqual(200, status)
        wanted = {(row["rrname"].rstrip("."), row["rrtype"], row["rdata"].rstrip("."))
                  for row in self.rows("--rdata", "205.150.150.140") + self.rows("--ptr", "205.150.150.140")}
        rows = objects(text.encode())
        self.assertEqual(wanted, {(row["rrname"], row["rrtype"], row["rdata"]) for row in rows})
        self.assertTrue(all(row["origin"] == "pdns" and isinstance(row["count"], int) for row in rows))
        self.assertEqual((200, ""), self.server.get("/pdns/query/never-seen.example")[::2])
        self.assertEqual(200, self.server.get("/pdns/query/205.150.150.0/24")[0])
        self.assertEqual((200, "{}\n"), self.server.get("/v2pssl/query/205.150.150.140")[::2])
        pages, cursor = [], "0"
        while cursor:
            _, headers, text = self.server.get("/pdns/query/*.blah.org", {
                "dribble-paginate-count": "3", "dribble-paginate-cursor": cursor})
            pages += objects(text.encode())
            cursor = headers.get("x-dribble-cursor", "")
        self.assertEqual(objects(self.server.get("/pdns/query/*.blah.org")[2].encode()), pages)

    def dnsdbq(self, *arguments: str, given: str = "", code: int = 0) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), "DNSDBQ_CONFIG_FILE": "/dev/null",
                       "DNSDB_SERVER": self.server.url, "DNSDB_API_KEY": "any", "CIRCL_AUTH": "any:any",
                       "CIRCL_SERVER": self.server.url + "/pdns/query"}
        run = subprocess.run(["dnsdbq", *arguments], input=given, capture_output=True, text=True, env=environment,
                             timeout=300)
        self.assertEqual(code, run.returncode, run.stderr)
        return run.stdout

    @unittest.skipUnless(shutil.which("dnsdbq"), "dnsdbq is not installed")
    def test_dnsdbq(self) -> None:
        wanted = {(row["rrname"], row["rrtype"], row["rdata"]) for row in self.rows("*.blah.org", "-t", "A,NS")}
        for system in ("dnsdb2", "dnsdb1", "dnsdb"):
            rows = objects(self.dnsdbq("-u", system, "-r", "*.blah.org/A,NS", "-j", "-A", "2020-01-01", "-l", "0").encode())
            self.assertEqual(wanted, {(row["rrname"], row["rrtype"], rdata) for row in rows for rdata in row["rdata"]},
                             system)
        self.assertIn("www.blah.org", self.dnsdbq("-u", "circl", "-r", "www.blah.org", "-j"))
        self.assertIn("www.blah.org", self.dnsdbq("-u", "circl", "-i", "205.150.150.0/24", "-j"))
        self.assertIn("205.150.150.140", self.dnsdbq("-r", "www.blah.org/A"))
        self.assertIn("www.blah.org", self.dnsdbq("-i", "205.150.150.0,24", "-S", "-k", "count"))
        self.assertIn("www.blah.org", self.dnsdbq("-n", "*.ca-dns.net", "-p", "csv") + self.dnsdbq("-R", "0377777704626c6168036f726700"))
        self.assertIn('"num_results"', self.dnsdbq("-V", "summarize", "-r", "*.blah.org", "-j", "-M", "1000000"))
        self.assertIn("unlimited", self.dnsdbq("-I", "-j") + self.dnsdbq("-I", "-j", "-u", "dnsdb1"))
        batch = "rrset/name/www.blah.org\nrdata/ip/205.150.150.140\nrrset/name/never-seen.example\n"
        self.assertEqual(3, self.dnsdbq("-f", given=batch).count("--\n"))
        self.assertEqual(3, self.dnsdbq("-ff", given=batch).count("++ "))
        self.assertIn("www.blah.org", self.dnsdbq("-f", "-m", given=batch))
        (self.root / "rows.json").write_text(self.dnsdbq("-r", "*.blah.org", "-j"))
        self.assertIn("blah.org", self.dnsdbq("-J", str(self.root / "rows.json"), "-p", "dns"))

    def test_requests_that_are_wrong(self) -> None:
        for target, status in (("/dnsdb/v2/lookup/rrset/name/a..b", 400), ("/dnsdb/v2/lookup/rrset/name/%", 400),
                               ("/dnsdb/v2/lookup/rrset/name/x?limit=no", 400), ("/dnsdb/v2/nothing", 404),
                               ("/dnsdb/v2/lookup/rdata/ip/x", 400), ("/../../etc/passwd", 404), ("/etc/passwd", 404),
                               ("/dnsdb/v2/lookup/rrset/name/x/NOTYPE", 400), ("/pdns/query/a..b", 400)):
            with self.subTest(target):
                got, _, text = self.server.get(target)
                self.assertEqual(status, got, text)
                self.assertRegex(text, r"\A[^\n]+\n\Z")
        status, headers, _ = self.server.get("/dnsdb/v2/lookup/rrset/name/x", method="DELETE")
        self.assertEqual((405, "GET, HEAD"), (status, headers["allow"]))
        self.assertEqual(421, self.server.get("/health", {"Host": "evil.example"})[0])
        self.assertEqual((200, "ok\n"), self.server.get("/health")[::2])

    def test_connections_are_kept(self) -> None:
        connection = self.server.connect()
        for _ in range(3):
            connection.request("GET", "/dnsdb/v2/lookup/rrset/name/www.blah.org")
            sock = connection.sock
            self.assertIn(b"succeeded", connection.getresponse().read())
            self.assertIs(sock, connection.sock)
        connection.close()

    def test_pages_of_another_origin(self) -> None:
        """Their browser asks first; answers say so, refusals too."""
        server = Server(self.database, "--cors", "https://tools.example", log=self.root / "cors.log")
        self.addCleanup(server.end)
        for origin, allowed in (("https://tools.example", "https://tools.example"), ("https://evil.example", None)):
            for target, status in (("/dnsdb/v2/lookup/rrset/name/*", 200), ("/pdns/query/www.blah.org", 200),
                                   ("/nothing/here", 404), ("/health", 200)):
                got, headers, _ = server.get(target, {"Origin": origin})
                self.assertEqual((got, headers.get("access-control-allow-origin")), (status, allowed))
            got, headers, body = server.get("/api/v1/query?q=x", {
                "Origin": origin, "Access-Control-Request-Method": "GET"}, method="OPTIONS")
            self.assertEqual((got, headers.get("access-control-allow-origin")), (204 if allowed else 405, allowed), body)


class Alone(unittest.TestCase):
    """Each with a server of its own."""

    def setUp(self) -> None:
        self.folder = scratch()
        self.root = Path(self.folder.name)
        self.database = self.root / "db"

    def tearDown(self) -> None:
        self.folder.cleanup()

    def serve(self, *arguments: object) -> Server:
        server = Server(self.database, *arguments, log=self.root / "log")
        self.addCleanup(server.end)
        return server

    def test_what_is_committed_is_visible(self) -> None:
        self.assertEqual(0, ingest(self.database, CAPTURES[0]).returncode)
        server = self.serve()
        lookup = "/lookup/rrset/name/*?limit=0"
        before = len(server.saf(lookup)[0])
        self.assertEqual(0, ingest(self.database, CAPTURES[1]).returncode)
        wait_for(lambda: len(server.saf(lookup)[0]) > before)

    def test_a_database_comes_goes_and_comes_back(self) -> None:
        server = self.serve()
        status, _, text = server.get("/dnsdb/v2/lookup/rrset/name/www.blah.org")
        self.assertEqual(503, status)
        self.assertIn(str(self.database), text)
        self.assertEqual(503, server.get("/health")[0])
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        wait_for(lambda: server.get("/health")[0] == 200)
        self.assertTrue(server.saf("/lookup/rrset/name/www.blah.org")[0])
        self.database.rename(self.root / "away")
        wait_for(lambda: server.get("/health")[0] == 503)
        (self.root / "away").rename(self.database)
        wait_for(lambda: server.get("/health")[0] == 200)
        self.assertTrue(server.saf("/lookup/rrset/name/www.blah.org")[0])

    def test_a_damaged_database_is_not_an_empty_answer(self) -> None:
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        for table in self.database.glob("*.sst"):
            table.write_bytes(b"x" * table.stat().st_size)
        server = self.serve()
        self.assertEqual(503, server.get("/dnsdb/v2/lookup/rrset/name/www.blah.org")[0])
        self.assertEqual(503, server.get("/lookup/rrset/name/www.blah.org")[0])
        self.assertEqual(503, server.get("/pdns/query/www.blah.org")[0])

    def test_only_loopback_unless_it_is_open(self) -> None:
        for address in ("0.0.0.0:0", "[::]:0"):
            run = subprocess.run([BIN / "pdns-serve", "-d", self.database, "-l", address], capture_output=True, timeout=300)
            self.assertEqual(64, run.returncode, run.stderr)
            self.assertIn(b"--open", run.stderr)
        self.assertEqual(0, self.serve("--open").end())

    def test_an_origin_that_is_no_text(self) -> None:
        run = subprocess.run([BIN / "pdns-serve", "-d", self.database, "-l", "0", "--origin", b"\xff"],
                             capture_output=True, timeout=300)
        self.assertEqual(64, run.returncode, run.stderr)
        self.assertIn(b"--origin", run.stderr)

    def test_a_socket_that_is_handed_over(self) -> None:
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        with socket.create_server(("127.0.0.1", 0)) as listens:
            # As the service manager does: descriptor 3, and the id of the process that it is for.
            process = subprocess.Popen(
                ["sh", "-c", f'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&{listens.fileno()}', "sh",
                 BIN / "pdns-serve", "-d", self.database], pass_fds=[listens.fileno()], stderr=subprocess.DEVNULL)
            with socket.create_connection(listens.getsockname()) as peer:
                peer.sendall(b"GET /health HTTP/1.0\r\n\r\n")
                self.assertIn(b"\r\n\r\nok\n", peer.makefile("rb").read())
            process.terminate()
            self.assertEqual(0, process.wait(300))

    def test_keys(self) -> None:
        """A client of each kind with its key, one without, limits, a log, and a reload."""
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        keys, audit = self.root / "keys", self.root / "audit.log"

        def write(*lines: str) -> None:
            keys.write_text("".join(f"{name} {hashlib.sha256(key.encode()).hexdigest()} {limits}\n"
                                    for name, key, limits in (line.split(",") for line in lines)))
            keys.chmod(0o600)

        write("alice,secret,", "few,other,rows-per-day=3")
        server = self.serve("--keys", keys, "--audit", audit)
        target = "/dnsdb/v2/lookup/rrset/name/*.blah.org"

        def status(**headers: str) -> int:
            return server.get(target, {name.replace("_", "-"): value for name, value in headers.items()})[0]

        basic = base64.b64encode(b"anybody:secret").decode()
        self.assertEqual([200, 200, 200], [status(X_Api_Key="secret"), status(Authorization=f"Basic {basic}"),
                                           status(Authorization="Bearer secret")])
        self.assertEqual([401, 403, 401], [status(), status(X_Api_Key="guess"), status(Authorization="Basic eDp5")])
        self.assertEqual((200, "ok\n"), server.get("/health")[::2])
        _, _, text = server.get(target, {"X-Api-Key": "other"})
        self.assertEqual(3, text.count('"obj"'))
        self.assertIn('"limited"', text)
        rate = json.loads(server.get("/dnsdb/v2/rate_limit", {"X-Api-Key": "other"})[2])["rate"]
        self.assertEqual((3, 0), (rate["limit"], rate["remaining"]))
        code, headers, _ = server.get(target, {"X-Api-Key": "other"})
        self.assertEqual(429, code)
        self.assertGreater(int(headers["retry-after"]), 0)
        wait_for(lambda: audit.read_text().count("\n") == 9)
        lines = objects(audit.read_bytes())
        self.assertEqual({("alice", 200), ("few", 200), (None, 401), (None, 403), (None, 429)},
                         {(line.get("key"), line["status"]) for line in lines})
        self.assertTrue(all(line["peer"] == "127.0.0.1" and line["question"].startswith("/dnsdb") for line in lines))
        self.assertNotIn("secret", audit.read_text() + server.log.read_text())
        write("bob,new,")
        audit.rename(self.root / "old.log")
        server.process.send_signal(signal.SIGHUP)
        # The keys are new a moment before the log is, and an answer is written to the log behind its end.
        wait_for(lambda: status(X_Api_Key="new") == 200 and audit.exists() and '"bob"' in audit.read_text())
        self.assertEqual(403, status(X_Api_Key="secret"))
        keys.write_text("nonsense\n")
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "the keys stay as they were" in server.log.read_text())
        self.assertEqual(200, status(X_Api_Key="new"))

    def test_as_many_are_answered_as_there_are_connections(self) -> None:
        """A request right behind an answer finds room, while the thread of that answer ends."""
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        server = self.serve("--max-connections", "1")
        request = b"GET /dnsdb/v2/lookup/rrset/name/www.blah.org HTTP/1.1\r\nHost: localhost\r\n"
        with socket.create_connection((server.host, server.port)) as peer:
            peer.sendall((request + b"\r\n") * 499 + request + b"Connection: close\r\n\r\n")
            answers = peer.makefile("rb").read()
        self.assertEqual(500, answers.count(b"HTTP/1.1 200 "))
        self.assertEqual(500, answers.count(b'"succeeded"'))

    def test_answers_at_the_same_time_share_the_rows_of_their_key(self) -> None:
        self.assertEqual(0, ingest(self.database, *CAPTURES).returncode)
        keys = self.root / "keys"
        keys.write_text("".join(f"{name} {hashlib.sha256(name.encode()).hexdigest()} rows-per-day=500\n"
                                for name in ("v2", "v1", "circl")))
        keys.chmod(0o600)
        server = self.serve("--keys", keys)
        for key, target in (("v2", "/dnsdb/v2/lookup/rrset/name/*?limit=0"), ("v1", "/lookup/rrset/name/*?limit=0"),
                            ("circl", "/pdns/query/*")):
            def ask(_: int) -> tuple[int, int]:
                try:
                    status, _, text = server.get(target, {"X-Api-Key": key})
                except (http.client.HTTPException, ConnectionError):  # of version 1 and CIRCL it is cut
                    return 0, 0
                return status, text.count('"rrname"') if status == 200 else 0
            with ThreadPoolExecutor(24) as peers:
                answers = list(peers.map(ask, range(24)))
            self.assertLessEqual({status for status, _ in answers}, {0, 200, 429, 503}, key)
            self.assertLessEqual(sum(rows for _, rows in answers), 500, key)
            rate = json.loads(server.get("/dnsdb/v2/rate_limit", {"X-Api-Key": key})[2])["rate"]
            self.assertEqual(0, rate["remaining"], key)

    def test_a_client_that_vanishes_ends_its_scan(self) -> None:
        """Its answer is longer than what the sockets hold, so that the server waits for it."""
        names = [f"n{i:04}.blah.org." for i in range(4000)]
        text = (b"\xfa" + b"x" * 250) * 10
        payloads = []
        for name in names:
            asked = b"\x05" + name[:5].encode() + b"\x04blah\x03org\x00" + struct.pack("!HH", TXT, IN)
            answer = struct.pack("!HHHIH", 0xc00c, TXT, IN, 60, len(text)) + text
            payloads.append(response(struct.pack("!6H", 0, 0x8400, 1, 1, 0, 0) + asked + answer, None, 1_795_372_876))
        capture = self.root / "many.dnstap"
        capture.write_bytes(stream(payloads))
        self.assertEqual(0, ingest(self.database, capture).returncode)
        server = self.serve()
        threads = lambda: len(os.listdir(f"/proc/{server.process.pid}/task"))
        server.get("/health")
        idle = threads()
        peers = []
        for _ in range(20):
            peer = socket.create_connection((server.host, server.port))
            peer.sendall(b"GET /dnsdb/v2/lookup/rrset/name/*?limit=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertTrue(peer.recv(1))
            peers.append(peer)
        self.assertGreaterEqual(threads(), idle + 10)
        # Beside those who do not read, others are answered.
        self.assertEqual(1, len(server.saf(f"/lookup/rrset/name/{names[7]}")[0]))
        for peer in peers:
            peer.close()
        wait_for(lambda: threads() <= idle + 1)
        # The answer whole, to one who reads.
        self.assertEqual(len(names), len(server.saf("/lookup/rrset/name/*?limit=0")[0]))


if __name__ == "__main__":
    unittest.main()
