#!/usr/bin/env python3
"""The ClickHouse engine against two real servers: what the unit tests can only play."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

from clickhouse import Cluster, skip_without_server
from pdns_testing import scratch


def unit_tests_against_servers(cluster: Cluster) -> None:
    """Those of unit_store_clickhouse that need a server."""
    program = os.environ["PDNS_UNIT_STORE_CLICKHOUSE"]
    run = subprocess.run([program, "--gtest_filter=Live*"], capture_output=True, timeout=300,
                         env=os.environ | {"PDNS_TEST_CLICKHOUSE": cluster.address()})
    assert run.returncode == 0 and b"SKIPPED" not in run.stdout, run.stdout.decode() + run.stderr.decode()


def main() -> None:
    skip_without_server()
    with scratch() as folder, Cluster(Path(folder)) as cluster:
        unit_tests_against_servers(cluster)


if __name__ == "__main__":
    main()
