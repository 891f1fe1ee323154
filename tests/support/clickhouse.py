"""ClickHouse servers for a test: each on free ports of 127.0.0.1, with folders of its own, ended by their pids.

Debian's clickhouse-server (18.16) needs one thread pool and little memory for what the tests store. If PDNS_CLICKHOUSE
is the path of libchdb.so, the engine of a new version is used in its place (clickhouse_library.py). Where what is wanted is
not installed, `skip_without_server` ends the test with the code that ctest counts as skipped.
"""
from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.parse
from pathlib import Path

from pdns_testing import wait_for

PASSWORD = "secret"
USERS = ("pdns_write", "pdns_read")  # may write; may only read


def server_program() -> str | None:
    return shutil.which("clickhouse-server", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")


def library() -> str | None:
    """Of a new version, if that is to be used."""
    return os.environ.get("PDNS_CLICKHOUSE") or None


def skip_without_server() -> None:
    if library() is not None and not Path(library()).exists():
        print(f"skipped: {library()} is not there: tests/support/fetch_clickhouse_library.py gets it from the npm registry")
        sys.exit(77)
    if library() is None and server_program() is None:
        print("skipped: clickhouse-server is not installed")
        sys.exit(77)


def free_ports(count: int) -> list[int]:
    """All held open until each is known, so that none comes twice."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


CONFIG = """<?xml version="1.0"?>
<yandex>
  <logger><level>warning</level><log>{folder}/server.log</log><errorlog>{folder}/error.log</errorlog></logger>
  <http_port>{http}</http_port><tcp_port>{tcp}</tcp_port><interserver_http_port>{between}</interserver_http_port>
  <interserver_http_host>127.0.0.1</interserver_http_host>
  <listen_host>127.0.0.1</listen_host>
  <max_connections>128</max_connections><keep_alive_timeout>10</keep_alive_timeout>
  <uncompressed_cache_size>8388608</uncompressed_cache_size><mark_cache_size>8388608</mark_cache_size>
  <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path>
  <user_files_path>{folder}/files/</user_files_path><format_schema_path>{folder}/formats/</format_schema_path>
  <users_config>users.xml</users_config><default_profile>default</default_profile>
  <default_database>default</default_database>
  <timezone>UTC</timezone><mlock_executable>false</mlock_executable>
  <background_pool_size>2</background_pool_size>
</yandex>
"""

QUOTA = "<interval><duration>3600</duration>" + "".join(
    f"<{what}>0</{what}>" for what in ("queries", "errors", "result_rows", "read_rows", "execution_time")) + "</interval>"


def user(name: str, profile: str, password: str) -> str:
    return (f"<{name}><password>{password}</password><networks><ip>127.0.0.1</ip></networks>"
            f"<profile>{profile}</profile><quota>default</quota></{name}>")


USERS_CONFIG = f"""<?xml version="1.0"?>
<yandex>
  <profiles>
    <default><max_memory_usage>2000000000</max_memory_usage><max_threads>2</max_threads></default>
    <reader><readonly>2</readonly><max_threads>2</max_threads></reader>
  </profiles>
  <users>{user("default", "default", "")}{user("pdns_write", "default", PASSWORD)}{user("pdns_read", "reader", PASSWORD)}</users>
  <quotas><default>{QUOTA}</default></quotas>
</yandex>
"""


# The table as src/store_clickhouse/schema.h describes it. A program that has another one refuses this one.
STATES = {
    "first": ("min", "UInt64"), "last": ("max", "UInt64"), "cnt": ("sum", "UInt64"), "zone": ("max", "UInt8"),
    "reasons": ("groupBitOr", "UInt8"), "sensors": ("groupBitOr", "UInt64"), "days": ("groupUniqArray", "UInt32"),
}


# What the programs add for a server that has it.
NEW_SETTINGS = ("non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)', fsync_after_insert = 1, "
                "fsync_part_directory = 1")


def statements(database: str = "pdns") -> list[str]:
    columns = ", ".join(f"{name} AggregateFunction({function}, {kind})" for name, (function, kind) in STATES.items())
    zeros = ", ".join(f"{function}State(to{kind}(0))" for function, kind in STATES.values())
    return [
        f"CREATE DATABASE {database}",
        f"CREATE TABLE {database}.rows (kind UInt8, key String, rrtype UInt16, owner String, rdata String, {columns}) "
        "ENGINE = AggregatingMergeTree PARTITION BY tuple() ORDER BY (kind, key, rrtype, owner, rdata) "
        "SETTINGS index_granularity = 1024" + (f", {NEW_SETTINGS}" if library() else ""),
        f"INSERT INTO {database}.rows SELECT toUInt8(101), 'schema', toUInt16(0), '', '1.0', {zeros}",
    ]


class Node:
    """One server. It keeps its port and its data when it is ended and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("data", "tmp", "files", "formats"):
            (folder / name).mkdir(parents=True)
        self.http, self.tcp, self.between = free_ports(3)
        (folder / "users.xml").write_text(USERS_CONFIG)
        (folder / "config.xml").write_text(CONFIG.format(folder=folder, http=self.http, tcp=self.tcp, between=self.between))
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Returns before it answers: `await_answer`."""
        assert self.process is None
        with_parent = ["setpriv", "--pdeathsig", "KILL"]  # a test that is killed leaves no server
        with open(self.folder / "output.log", "ab") as out:
            self.process = subprocess.Popen([*with_parent, *self._command()], stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def _command(self) -> list[str]:
        if (new := library()) is not None:
            face = Path(__file__).with_name("clickhouse_library.py")
            return [sys.executable, str(face), new, str(self.folder), str(self.http)]
        program = server_program()
        assert program is not None
        return [program, f"--config-file={self.folder}/config.xml", f"--pid-file={self.folder}/pid"]

    def await_answer(self) -> None:
        wait_for(lambda: self.process.poll() is not None or self._answers(), 120)
        assert self.process.poll() is None, (self.folder / "output.log").read_text()[-4000:]

    def _answers(self) -> bool:
        try:
            return self.ask("SELECT 1") == "1\n"
        except (OSError, AssertionError, http.client.HTTPException):
            return False

    def send(self, signal_number: int) -> None:
        self.process.send_signal(signal_number)

    def end(self, signal_number: int = signal.SIGTERM) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(60)
        self.process = None

    def ask(self, sql: str, body: bytes = b"", **parameters: str) -> str:
        """The answer of a statement, as text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=120)
        try:
            target = "/?" + urllib.parse.urlencode({"query": sql, **parameters})
            connection.request("POST", target, body)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "backslashreplace")
            assert response.status == 200, text
            return text
        finally:
            connection.close()

    def rows(self, sql: str) -> list[list[str]]:
        return [line.split("\t") for line in self.ask(sql + " FORMAT TabSeparated").splitlines()]


class Cluster:
    """`shards` servers, ended with the block."""

    def __init__(self, folder: Path, shards: int = 2) -> None:
        self.nodes = [Node(folder / f"shard{number}") for number in range(shards)]

    def __enter__(self) -> "Cluster":
        try:
            for node in self.nodes:
                node.start()
            for node in self.nodes:
                node.await_answer()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        for node in self.nodes:
            node.end(signal.SIGKILL)  # nothing of it is kept

    def rows(self, sql: str) -> list[list[str]]:
        """Of all shards, one behind the other."""
        return [row for node in self.nodes for row in node.rows(sql)]

    def create(self, database: str = "pdns") -> None:
        for node in self.nodes:
            for statement in statements(database):
                node.ask(statement)

    def address(self, options: str = "", user: str = "default", database: str = "pdns") -> str:
        hosts = ",".join(f"127.0.0.1:{node.http}" for node in self.nodes)
        return f"clickhouse://{user}@{hosts}/{database}" + (f"?{options}" if options else "")
