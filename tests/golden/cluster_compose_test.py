#!/usr/bin/env python3
"""docker/compose.cluster.yaml without containers: its commands, users and environment, over two real servers.

Names of servers and paths of volumes are replaced by those of this test; all else is as the file has it."""
from __future__ import annotations

import os
import re
import socket
import subprocess
import unittest
from pathlib import Path

from clickhouse import Cluster, library, skip_without_server
from clickhouse_rows import check_markers, check_rows
from pdns_serve import Server
from pdns_testing import BIN, CAPTURES, listening, payloads_of, scratch, stream, wait_for

try:
    import yaml
except ImportError:
    yaml = None

DOCKER = Path(__file__).resolve().parents[2] / "docker"
PASSWORDS = {"PDNS_WRITE_PASSWORD": "of-writers", "PDNS_READ_PASSWORD": "of-readers"}


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = scratch()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        cls.services = yaml.safe_load((DOCKER / "compose.cluster.yaml").read_text())["services"]

    def environment(self, service: str) -> dict[str, str]:
        given = {name: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: PASSWORDS[found[1]], value)
                 for name, value in self.services[service].get("environment", {}).items()}
        return {**{name: value for name, value in os.environ.items() if not name.startswith("PDNS_CLICK")}, **given}

    def command(self, cluster: Cluster, service: str) -> list[str]:
        place = self.root / service
        words = [*self.services[service].get("entrypoint", ["pdns-ingest"]), *self.services[service]["command"]]
        for number, node in enumerate(cluster.nodes, 1):
            words = [word.replace(f"ch{number}:8123", f"127.0.0.1:{node.http}") for word in words]
        for volume in self.services[service].get("volumes", []):
            path = volume.split(":")[1]
            here = place / path.strip("/").replace("/", "-")
            here.mkdir(parents=True, exist_ok=True)
            words = [word.replace(f"{path}/", f"{here}/") if word != path else str(here) for word in words]
        words = [re.sub(r"^0\.0\.0\.0:\d+$", "127.0.0.1:0", word) for word in words]
        return [str(BIN / words[0]), *words[1:]]

    def servers(self) -> Cluster:
        cluster = Cluster(self.root)
        for number, node in enumerate(cluster.nodes, 1):
            mounted = [volume.split(":") for volume in self.services[f"ch{number}"]["volumes"]]
            ((file, _, mode),) = [volume for volume in mounted if volume[1].startswith("/etc/clickhouse-server/users.d/")]
            self.assertEqual("ro", mode)
            own = node.folder / "users.xml"  # without those of other tests, who have the same names
            own.write_text(re.sub(r"<(pdns_\w+)>.*?</\1>", "", own.read_text()))
            (node.folder / "users.d").mkdir()
            users = (DOCKER / file).read_text().replace("clickhouse>", "yandex>")  # as a server of 2018 calls its root
            (node.folder / "users.d" / "pdns.xml").write_text(users)
        return cluster

    def run_ingester(self, cluster: Cluster, service: str, capture: Path) -> None:
        log = self.root / f"{service}.log"
        with log.open("wb") as out:
            run = subprocess.Popen(self.command(cluster, service), stdout=out, stderr=out, env=self.environment(service))
        try:
            path = self.root / service / "run-pdns-ingest" / "dnstap.sock"
            wait_for(lambda: run.poll() is not None or listening(path))
            self.assertIsNone(run.poll(), log.read_text())
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(path))
                peer.sendall(stream(payloads_of(capture)))
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass
            run.terminate()
            self.assertEqual(0, run.wait(120), log.read_text())
        finally:
            if run.poll() is None:
                run.kill()
                run.wait()

    def test_the_commands(self) -> None:
        for name, value in PASSWORDS.items():
            os.environ[name] = value  # of the servers
            self.addCleanup(os.environ.pop, name)
        with self.servers() as cluster:
            for _ in range(2):  # as at each start of the services
                made = subprocess.run(self.command(cluster, "init"), capture_output=True, timeout=120,
                                      env=self.environment("init"))
                self.assertEqual(0, made.returncode, made.stderr)
            for service, capture in zip(("ingest1", "ingest2"), CAPTURES):
                self.run_ingester(cluster, service, capture)
            check_rows(cluster, CAPTURES, 1)
            check_markers(cluster)
            program, *arguments = self.command(cluster, "serve")
            self.assertEqual(str(BIN / "pdns-serve"), program)
            database = arguments[arguments.index("--database") + 1]
            with Server(database, log=self.root / "log", env=self.environment("serve")) as server:
                objects, condition = server.saf("/lookup/rrset/name/*.blah.org?limit=0")
                self.assertEqual("succeeded", condition)
                self.assertIn("blah.org.", objects[0]["rrname"])
            refused = subprocess.run([BIN / "pdns-ingest", "-d", database, "--outbox", self.root / "o", CAPTURES[0]],
                                     capture_output=True, timeout=120, env=self.environment("serve"))
            self.assertEqual(77, refused.returncode, refused.stderr)  # the user of pdns-serve writes nothing

    def test_what_services_share(self) -> None:
        """The same list of servers for all ingesters; an outbox, an archive and a socket are nobody else's."""
        first, second = self.services["ingest1"], self.services["ingest2"]
        self.assertEqual(first["command"], second["command"])
        self.assertFalse({volume.split(":")[0] for volume in first["volumes"]}
                         & {volume.split(":")[0] for volume in second["volumes"]})
        for name, service in self.services.items():
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), (name, port))


if __name__ == "__main__":
    if yaml is None or library() is not None:
        raise SystemExit(77)
    skip_without_server()
    unittest.main()
