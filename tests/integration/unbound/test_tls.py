"""Unbound sends dnstap by TLS, with a certificate of its own; its ingester is reloaded under load.

A TLS connection cannot go to the next process: Unbound is told goodbye, keeps what it has, and
connects again. Nothing is lost either.
"""

from __future__ import annotations

import pathlib
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import authority, certificates, manager, miniserver, reload  # noqa: E402
from common import resolvers, restart, sandbox  # noqa: E402
from common.load import LoadZone  # noqa: E402
from common.sandbox import Check, WaitFor  # noqa: E402
from world import build  # noqa: E402

PORT = 6000
RELOADS = 3
BETWEEN = 2.0  # seconds of load from one to the next


def _Reload(box: sandbox.Sandbox, service: manager.Service, out: pathlib.Path, n: int) -> None:
    service.Signal(signal.SIGHUP)

    def _IsBack() -> bool:
        Check(service.alive, f"it ended with {service.code} instead of starting anew")
        figures = manager.Status(box) if len(out.read_text("utf-8").splitlines()) == n else None
        return bool(figures and figures[f'pdns_connections{{socket="127.0.0.1:{PORT}"}}'] > 0)

    WaitFor(_IsBack, 90, f"Unbound to be back after reload {n}")


def Test(box: sandbox.Sandbox) -> None:
    authority.Start(box)
    zone = LoadZone()
    server = miniserver.MiniServer({build.LOAD_ADDRESS: zone.Handler()})
    files = certificates.Certificates(box.folder / "tls")
    out = box.folder / "ingest.reports"
    options = ["-a", f"127.0.0.1:{PORT}", "--flush-interval", "0.2", *files.IngesterOptions()]
    service = manager.Service(manager.Command(box, options), box.folder / "ingest.log", out)
    WaitFor(lambda: manager.Status(box), 90, "pdns-ingest to listen")
    where = resolvers.UnboundTls(PORT, files)
    resolver = resolvers.StartUnbound(box, box.folder / "unused", where=where)
    resolver.AwaitAnswer()

    scene = reload.Scene(box, resolver.Stub(), zone)
    load, start = scene.Begin()
    for n in range(1, RELOADS + 1):
        _Reload(box, service, out, n)
        time.sleep(BETWEEN)
    answered = scene.End(load, start)
    scene.Judge(answered, f"TLS, {RELOADS} reloads")
    service.Signal(signal.SIGTERM)
    Check(service.Wait() == 0, "pdns-ingest did not end well")
    server.Stop()
    Check(not server.errors, f"the counting server broke: {server.errors}")
    restart.CheckRows(box, zone, manager.Reports(out))


if __name__ == "__main__":
    needs = {**authority.NEEDS, **resolvers.NEEDS["unbound"], **certificates.NEEDS}
    sandbox.Main(Test, needs)
