"""Links, history, reloads, and a server that goes away."""
import hashlib
import http.client
import http.server
import subprocess
import threading
import unittest

import world
from browser import PageTest
from pdns_serve import Server
from pdns_testing import BIN, ingest, stream, wait_for


class Links(PageTest):
    def test_a_link_holds_question_filters_and_view(self) -> None:
        self.open()
        self.ask("www.example.com")
        self.answered(5)
        self.script("document.querySelector('#fences [name=type]').value = 'A'")
        self.script("document.querySelector('#fences [name=since]').value = '2026-07-01'")
        self.one("#fences button").click()
        self.answered(2)
        self.one(".c-first .sort").click()
        self.wait(lambda: "order=" in self.hash)
        link, rows = self.driver.current_url, self.rows()
        self.open()
        self.driver.get("about:blank")
        self.driver.get(link)
        self.answered(2)
        self.assertEqual(rows, self.rows())
        self.assertEqual(["www.example.com", "A", "2026-07-01"], [
            self.one(field).get_attribute("value") for field in ("#box", "[name=type]", "[name=since]")])
        self.one("#tab-days").click()
        self.wait_text(".days p", "days")
        self.driver.refresh()
        self.wait_text(".days p", "days")
        self.assertEqual("true", self.one("#tab-days").get_attribute("aria-selected"))

    def test_a_question_behind_a_question_mark(self) -> None:
        """As a script or a bookmark would write it."""
        self.open("?q=www.example.com&type=TXT")
        self.answered(1)

    def test_a_list_that_no_link_can_hold(self) -> None:
        lines = ["www.example.com", *(f"n{at}.nothing.example" for at in range(5_000)), "mail.example.com"]
        self.open()
        self.script("document.getElementById('box').value = arguments[0]", "\n".join(lines))
        self.one("#go").click()
        self.answered(6)
        self.wait_text("#notices", "5,000 lines of the list without a record")
        self.assertEqual("#list", self.hash)
        self.driver.refresh()
        self.answered(6)
        self.ask("mail.example.com")
        self.answered(1)
        self.driver.back()
        self.answered(6)

    def test_back_and_forward(self) -> None:
        self.open()
        for name, records in (("www.example.com", 5), ("mail.example.com", 1), ("ns1.example.net", 1)):
            self.ask(name)
            self.answered(records)
            self.wait(lambda expected=name: self.rows()[0][0] == f"{expected}.")
        self.driver.back()
        self.wait(lambda: self.rows() and self.rows()[0][0] == "mail.example.com.")
        self.driver.back()
        self.answered(5)
        self.assertEqual("www.example.com", self.one("#box").get_attribute("value"))
        self.driver.back()
        self.wait(lambda: self.all(".start"))
        self.driver.forward()
        self.driver.forward()
        self.wait(lambda: self.rows() and self.rows()[0][0] == "mail.example.com.")

    def test_a_click_pivots(self) -> None:
        self.open("#q=www.example.com&type=A")
        self.answered(3)
        self.one(".data a[href*='203.0.113.66']").click()
        self.answered(1)
        self.assertEqual("#q=203.0.113.66", self.hash)


class Watch(PageTest):
    def ingest_new(self, host: str, value: str) -> None:
        capture = self.root / "new"
        when = world.seconds("2026-11-21")
        capture.write_bytes(stream([world.seen(host, world.A, [world.address(value)], "example.com", when)]))
        self.assertEqual(0, ingest(self.database, capture).returncode)

    def test_new_records_come_by_themselves(self) -> None:
        self.open("#q=*.example.com&view=watch")
        self.wait_text("#view", "watching")
        self.wait(lambda: len(self.all(".new li")) == 11)
        self.ingest_new("vpn.example.com", "203.0.113.1")
        self.wait(lambda: "vpn.example.com." in self.texts(".new li")[0])
        self.assertIn("12 new records", self.text("#view"))
        self.assertIn("new name", self.texts(".new li")[0])
        # Another one of a known name, and one that the question does not ask for.
        self.ingest_new("other.example.org", "203.0.113.2")
        self.ingest_new("vpn.example.com", "203.0.113.3")
        self.wait(lambda: "203.0.113.3" in self.texts(".new li")[0])
        self.assertNotIn("new name", self.texts(".new li")[0])
        self.assertEqual(13, len(self.all(".new li")))


class Proxy(http.server.BaseHTTPRequestHandler):
    """Before a server; cuts the answer to a query in its middle if told to."""
    protocol_version = "HTTP/1.1"
    port = 0
    cut = False

    def do_GET(self) -> None:  # noqa: N802
        connection = http.client.HTTPConnection("127.0.0.1", Proxy.port, timeout=60)
        connection.request("GET", self.path, headers={"Accept": self.headers.get("Accept", "*/*")})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        self.send_response(response.status)
        self.send_header("Content-Type", response.getheader("Content-Type"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = Proxy.cut and self.path.startswith("/api/v1/query")
        self.wfile.write(body[:len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class Outages(PageTest):
    expected = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "ERR_CONTENT_LENGTH_MISMATCH")

    def test_a_server_that_dies_and_comes_back(self) -> None:
        self.expected_errors = self.expected
        log = self.root / "log of the second"
        with Server(self.database, log=log) as server:
            self.driver.get(f"{server.url}/#q=www.example.com")
            self.answered(5)
            server.process.kill()
            server.process.wait()
            self.ask("mail.example.com")
            self.wait_text("#told", "the server does not answer")
            # What the data covered stays in sight, marked as old.
            self.wait(lambda: self.all("#coverage.stale"))
            self.assertIn("2026-11-20", self.text("#coverage"))
            again = subprocess.Popen([BIN / "pdns-serve", "-d", self.database, "-l", str(server.port)],
                                     stderr=subprocess.DEVNULL)
            try:
                wait_for(lambda: answers(server), 60)
                self.one("#told button").click()
                self.answered(1)
                self.wait(lambda: not self.all("#coverage.stale"))
            finally:
                again.terminate()
                again.wait()

    def test_an_answer_that_breaks_off_is_no_answer(self) -> None:
        self.expected_errors = self.expected
        Proxy.port = self.server.port
        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        self.addCleanup(proxy.server_close)
        self.addCleanup(proxy.shutdown)
        Proxy.cut = True
        self.driver.get(f"http://127.0.0.1:{proxy.server_address[1]}/#q=www.example.com")
        self.wait(lambda: self.all("#told .chip.bad"))
        self.assertNotIn("complete", self.text("#told"))
        self.assertNotIn("Nothing found", self.text("#view"))
        Proxy.cut = False
        self.one("#told button").click()
        self.answered(5)

    def test_a_key(self) -> None:
        """The browser asks its user for the key, and has it for all that the page asks."""
        keys = self.root / "keys"
        keys.write_text(f"soc {hashlib.sha256(b'secret').hexdigest()}\n")
        keys.chmod(0o600)
        with Server(self.database, "--keys", keys, log=self.root / "log of keys") as server:
            self.driver.get(f"http://any:secret@127.0.0.1:{server.port}/#q=www.example.com")
            self.answered(5)
            self.wait_text("#coverage", "sensor-a")
            self.one("#tab-watch").click()
            self.wait_text("#view", "watching")
            self.one("#tab-rows").click()  # before the server ends
            self.answered(5)

    def test_a_key_that_is_used_up(self) -> None:
        self.expected_errors = ("429 (Too Many Requests)",)
        keys = self.root / "keys"
        keys.write_text(f"soc {hashlib.sha256(b'secret').hexdigest()} requests-per-minute=3\n")
        keys.chmod(0o600)
        with Server(self.database, "--keys", keys, log=self.root / "log of few") as server:
            self.driver.get(f"http://any:secret@127.0.0.1:{server.port}/")
            self.wait_text("#coverage", "sensor-a")
            for name in ("www.example.com", "mail.example.com", "ns1.example.net"):
                self.ask(name)
            self.wait(lambda: self.all("#told .chip.bad"), "the refusal is not shown")
            self.assertNotIn("complete", self.text("#told"))

    def test_a_database_that_cannot_be_read(self) -> None:
        self.expected_errors = ("503 (Service Unavailable)",)
        with Server(self.root / "none", log=self.root / "log of none") as server:
            self.driver.get(f"{server.url}/#q=www.example.com")
            self.wait(lambda: "none" in self.text("#told"))
            self.assertNotIn("Nothing found", self.text("#view"))


def answers(server: Server) -> bool:
    try:
        return server.get("/health")[0] == 200
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
