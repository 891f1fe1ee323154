"""pdns-serve for other machines: TLS with a certificate that is renewed while it serves, and peers that speak something
else or nothing."""
import http.client
import json
import signal
import socket
import ssl
import subprocess
import unittest
from pathlib import Path

from pdns_serve import Server, WithCaptures
from pdns_testing import BIN, query, wait_for


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    chain, key = folder / f"{name}.crt", folder / f"{name}.key"
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                           "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                           "-out", chain], capture_output=True, check=False)
    assert made.returncode == 0, made.stderr.decode()
    return chain, key


class Tls(WithCaptures):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.first, cls.second = (make_certificate(cls.root, name) for name in ("first", "second"))

    def setUp(self) -> None:
        self.chain, self.key = self.root / "serve.crt", self.root / "serve.key"
        self.install(self.first)
        self.server = Server(self.database, "--tls-cert", self.chain, "--tls-key", self.key, log=self.root / "log")
        self.addCleanup(self.server.end)

    def install(self, pair: tuple[Path, Path]) -> None:
        for source, target in zip(pair, (self.chain, self.key)):
            target.write_bytes(source.read_bytes())

    def context(self, pair: tuple[Path, Path]) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=pair[0])

    def connect(self, pair: tuple[Path, Path]) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection(self.server.host, self.server.port, timeout=300,
                                                 context=self.context(pair))
        self.addCleanup(connection.close)
        return connection

    def get(self, connection: http.client.HTTPConnection, target: str) -> str:
        connection.request("GET", target)
        response = connection.getresponse()
        self.assertEqual(response.status, 200)
        return response.read().decode()

    def test_answers_as_without_it(self) -> None:
        self.assertTrue(self.server.url.startswith("http"))
        self.assertIn(" at https://", (self.root / "log").read_text())
        connection = self.connect(self.first)
        rows = [json.loads(line) for line in query(self.database, "-j", "*").stdout.splitlines()]
        answer = self.get(connection, "/dnsdb/v2/summarize/rrset/name/*?limit=0").splitlines()
        counted = json.loads(answer[1])["obj"]["num_results"]
        self.assertEqual(counted, len({(row["rrname"], row["rrtype"], row.get("bailiwick")) for row in rows}))
        streamed = self.get(connection, "/dnsdb/v2/lookup/rrset/name/*?limit=0").splitlines()  # of the same connection
        self.assertEqual(json.loads(streamed[-1]), {"cond": "succeeded"})
        self.assertEqual(sum(len(json.loads(line)["obj"]["rdata"]) for line in streamed[1:-1]), len(rows))

    def test_a_renewed_certificate(self) -> None:
        kept = self.connect(self.first)
        self.get(kept, "/health")
        self.install(self.second)
        self.server.process.send_signal(signal.SIGHUP)

        wait_for(lambda: self.serves(self.second), 300)
        self.get(kept, "/health")  # it goes on with what it began with
        self.key.write_bytes(self.first[1].read_bytes())  # of another certificate
        self.server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "the certificate stays as it was" in (self.root / "log").read_text(), 300)
        self.get(self.connect(self.second), "/health")

    def test_more_than_one_renewal(self) -> None:
        """A connection from before the first goes on through a second and a third, also in the midst of a stream."""
        kept = self.connect(self.first)
        self.get(kept, "/health")
        stream = self.connect(self.first)
        stream.request("GET", "/api/v1/new?since=1h")
        events = stream.getresponse()
        self.assertEqual(200, events.status)
        renewed = 0
        for pair in (self.second, self.first, self.second):
            self.install(pair)
            self.server.process.send_signal(signal.SIGHUP)
            renewed += 1
            wait_for(lambda: (self.root / "log").read_text().count("read anew") == renewed, 300)
            wait_for(lambda: self.serves(pair), 300)
            self.get(kept, "/health")
        self.assertNotEqual(b"", events.read(1))

    def serves(self, pair: tuple[Path, Path]) -> bool:
        try:
            self.get(self.connect(pair), "/health")
            return True
        except ssl.SSLCertVerificationError:
            return False

    def test_a_list_that_is_too_long(self) -> None:
        """Its length is not known before: it is read to its end, and then refused in words; up to a bound."""
        def post(chunks: int) -> tuple[int, dict]:
            connection = self.connect(self.first)
            connection.request("POST", "/api/v1/lookup", (b"a" * (1 << 20) for _ in range(chunks)), encode_chunked=True,
                               headers={"Transfer-Encoding": "chunked"})
            response = connection.getresponse()
            self.assertEqual("close", response.getheader("connection"))
            return response.status, json.loads(response.read())
        status, answer = post(65)
        self.assertEqual((413, 413), (status, answer["error"]["status"]))
        self.assertIn("too large", answer["error"]["message"])
        with self.assertRaises(OSError):
            post(1000)
        self.get(self.connect(self.first), "/health")

    def test_peers_that_speak_something_else_or_nothing(self) -> None:
        address = (self.server.host, self.server.port)
        silent = [socket.create_connection(address) for _ in range(100)]
        for peer in silent:
            self.addCleanup(peer.close)
        with socket.create_connection(address, timeout=300) as plain:
            plain.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            self.assertNotIn(b"HTTP/", plain.recv(4096))
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("DEFAULT@SECLEVEL=0")
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with socket.create_connection(address, timeout=300) as peer, self.assertRaises((ssl.SSLError, OSError)):
            old.wrap_socket(peer)
        self.get(self.connect(self.first), "/health")
        for peer in silent:  # a handshake has the time of a header
            peer.settimeout(300)
            self.assertEqual(peer.recv(1), b"")

    def test_it_rests(self) -> None:
        """With a kept connection and one in the midst of its handshake the server uses no processor."""
        kept = self.connect(self.first)
        self.get(kept, "/health")
        half = socket.create_connection((self.server.host, self.server.port))
        self.addCleanup(half.close)
        half.sendall(b"\x16\x03\x01\x02\x00\x01")  # the first bytes of a client's hello

        def used() -> int:
            fields = Path(f"/proc/{self.server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])
        before = used()
        with self.assertRaises(TimeoutError):
            kept.sock.settimeout(3)
            kept.sock.recv(1)
        self.assertLess(used() - before, 150, "of 300 hundredths of a second")

    def test_what_cannot_be_used(self) -> None:
        for chain, key in ((self.first[0], self.second[1]), (self.root / "none", self.first[1]),
                           (self.first[1], self.first[1]), (self.root, self.first[1])):
            refused = subprocess.run([BIN / "pdns-serve", "-d", self.database, "-l", "0", "--tls-cert", chain,
                                      "--tls-key", key], capture_output=True, text=True, timeout=300, check=False)
            self.assertEqual(refused.returncode, 64, refused.stderr)
            self.assertIn("TLS", refused.stderr)


if __name__ == "__main__":
    unittest.main()
