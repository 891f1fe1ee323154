"""pdns-admin copy: from a directory to a cluster and back, the same bytes; killed and resumed; never into other rows."""
from __future__ import annotations

from pathlib import Path

from admin_copy_test import copied, copy, databases, killed, same
from clickhouse import Cluster, skip_without_server
from pdns_admin import USAGE
from pdns_testing import CAPTURES, ingest, report, scratch


def newest_of(outbox: Path):
    return lambda: max((file.name for file in outbox.glob("*.ok")), default="")


def clusters(folder: Path) -> None:
    with Cluster(folder / "servers", 2) as cluster:
        cluster.create()
        address = f"{cluster.address()}?outbox={folder / 'outbox'}"
        copied(folder / "db", address)
        same(folder / "db", address)
        back = folder / "back"
        copied(address, back)
        same(folder / "db", back)
        copied(folder / "db", address)
        same(folder / "db", address)
        run = copy(folder / "other", address)
        assert run.returncode == USAGE and b"it has other rows" in run.stderr, run.stderr
        took = ingest(back, *CAPTURES)
        assert all(source["state"] == "already_taken" for source in report(took)["sources"])
    with Cluster(folder / "more", 2) as cluster:
        cluster.create()
        address = f"{cluster.address()}?outbox={folder / 'outbox2'}"
        killed(folder / "long", address, newest_of(folder / "outbox2"))


def main() -> None:
    skip_without_server()
    with scratch() as name:
        folder = Path(name)
        databases(folder)
        assert ingest(folder / "other", CAPTURES[0]).returncode == 0
        clusters(folder)


if __name__ == "__main__":
    main()
